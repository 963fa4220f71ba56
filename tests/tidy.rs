//! The house rules that a machine can keep: sizes, headings, names, who may name what.

#![allow(clippy::expect_used)] // a test may stop at the first thing that is wrong

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 500;
const NOT_A_NAME: [&str; 4] = ["utils.rs", "common.rs", "helpers.rs", "mod.rs"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "carriers", "benches"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(
        files.len() > 50,
        "the walk found only {} files",
        files.len()
    );
    files
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            files.push((path, text));
        }
    }
}

fn broken(rule: impl Fn(&Path, &str) -> bool) -> Vec<String> {
    let files = rust_files();
    let named = files.iter().filter(|(path, text)| rule(path, text));
    named.map(|(path, _)| path.display().to_string()).collect()
}

#[test]
fn every_file_opens_with_what_it_is() {
    let silent = broken(|_, text| !text.starts_with("//! "));
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn no_file_is_longer_than_a_person_reads_at_once() {
    let long = broken(|_, text| text.lines().count() > LONGEST_FILE);
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn no_file_is_named_after_nothing() {
    let nameless = broken(|path, _| {
        path.file_name()
            .is_some_and(|name| NOT_A_NAME.iter().any(|wrong| name == *wrong))
    });
    assert_eq!(nameless, Vec::<String>::new());
}

#[test]
fn only_the_registry_names_a_carrier() {
    let naming = broken(|path, text| {
        let inside = path.starts_with(root().join("src")) && !path.ends_with("src/registry.rs");
        inside && (text.contains("carrier_dhl_express") || text.contains("carrier_chronopost"))
    });
    assert_eq!(naming, Vec::<String>::new());
}

#[test]
fn only_the_retry_module_names_backoff() {
    let naming = broken(|path, text| {
        path.starts_with(root().join("src"))
            && !path.ends_with("src/retry.rs")
            && text.contains("backoff::")
    });
    assert_eq!(naming, Vec::<String>::new());
}

#[test]
fn a_carrier_is_pure_translation() {
    let impure = broken(|path, text| {
        let carrier = path.components().any(|part| part.as_os_str() == "carriers");
        let translation = ["mapping", "wire", "faults", "profile"]
            .iter()
            .any(|stem| path.to_string_lossy().contains(&format!("/src/{stem}")));
        carrier
            && translation
            && ["async ", "reqwest", "tokio"]
                .iter()
                .any(|word| text.contains(word))
    });
    assert_eq!(impure, Vec::<String>::new());
}

#[test]
fn no_test_sleeps() {
    let sleeping = broken(|path, text| {
        let test = path.components().any(|part| part.as_os_str() == "tests")
            || path.file_name().is_some_and(|name| name == "tests.rs");
        test && !path.ends_with("tests/tidy.rs") && text.contains("thread::sleep(")
    });
    assert_eq!(sleeping, Vec::<String>::new());
}

#[test]
fn every_carrier_folder_has_the_same_parts() {
    let wanted = [
        "Cargo.toml",
        "README.md",
        "src/lib.rs",
        "src/profile.rs",
        "src/wire.rs",
        "src/mapping.rs",
        "src/faults.rs",
        "src/stub.rs",
        "tests/conformance.rs",
        "fixtures",
    ];
    let carriers = fs::read_dir(root().join("carriers"))
        .expect("carriers")
        .flatten();
    for carrier in carriers.filter(|entry| entry.file_name() != "sdk") {
        for part in wanted {
            let path = carrier.path().join(part);
            assert!(path.exists(), "{} is missing", path.display());
        }
    }
}

#[test]
fn architecture_names_only_paths_that_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut checked = 0;
    for word in text.split('`').skip(1).step_by(2) {
        let is_path = [
            "src/",
            "carriers/",
            "schemas/",
            "tests/",
            "scripts/",
            "docs/",
        ]
        .iter()
        .any(|folder| word.starts_with(folder));
        if is_path && !word.contains(['<', '*', '{', ' ']) {
            assert!(root().join(word).exists(), "{word} does not exist");
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} paths were checked");
}

#[test]
fn every_test_that_architecture_names_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let sources: String = rust_files().into_iter().map(|(_, text)| text).collect();
    let named = text.split('`').skip(1).step_by(2).filter(|word| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        word.matches('_').count() >= 3 && word.chars().all(plain)
    });
    let mut checked = 0;
    for name in named {
        assert!(
            sources.contains(&format!("fn {name}")),
            "no test is called {name}"
        );
        checked += 1;
    }
    assert!(checked >= 14, "only {checked} tests are named");
}
