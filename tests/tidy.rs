//! The house rules that a machine can keep: sizes, headings, names, who may name what.

#![allow(clippy::expect_used)] // a test may stop at the first thing that is wrong

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 500;
/// Lines of code of one carrier, and of the one in the middle.
const MOST_OF_A_CARRIER: usize = 450;
const USUAL_OF_A_CARRIER: usize = 350;
/// The same of one carrier with its comments and blanks, as `wc -l` counts.
const MOST_TO_READ: usize = 500;
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

/// Every carrier's folder, and its crate as code names it.
fn carriers() -> Vec<(PathBuf, String)> {
    let folders = fs::read_dir(root().join("carriers")).expect("carriers");
    let names = folders.flatten().map(|entry| entry.file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name != "sdk").collect();
    names.sort();
    let carrier = |name: &String| {
        let code = format!("carrier_{}", name.replace('-', "_"));
        (root().join("carriers").join(name), code)
    };
    names.iter().map(carrier).collect()
}

#[test]
fn only_the_registry_names_a_carrier() {
    let naming = broken(|path, text| {
        let inside = path.starts_with(root().join("src")) && !path.ends_with("src/registry.rs");
        inside
            && carriers()
                .iter()
                .any(|(_, named)| text.contains(named.as_str()))
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
        let source = path.components().any(|part| part.as_os_str() == "src");
        let carrier = carriers()
            .iter()
            .any(|(folder, _)| path.starts_with(folder));
        let impure = [
            "async ", "reqwest", "tokio", "wiremock", "std::fs", "std::net", "::now()",
        ];
        carrier && source && impure.iter().any(|word| text.contains(word))
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
        "src/mapping.rs",
        "src/faults.rs",
        "src/stub.rs",
        "tests/conformance.rs",
        "fixtures",
    ];
    for (carrier, _) in carriers() {
        for part in wanted {
            let path = carrier.join(part);
            assert!(path.exists(), "{} is missing", path.display());
        }
    }
}

/// What somebody wrote for one carrier, without its stub: all lines, and those of code, which are
/// neither blank nor a comment.
fn written(carrier: &Path) -> (usize, usize) {
    let mut files = Vec::new();
    collect(&carrier.join("src"), &mut files);
    let translation = files.iter().filter(|(path, _)| !path.ends_with("stub.rs"));
    let lines = translation.flat_map(|(_, text)| text.lines());
    let lines: Vec<&str> = lines.map(str::trim).collect();
    let code = |line: &&&str| !line.is_empty() && !line.starts_with("//");
    (lines.len(), lines.iter().filter(code).count())
}

#[test]
fn a_carrier_is_an_afternoon_of_lines() {
    let mut code = Vec::new();
    let mut long = Vec::new();
    for (carrier, _) in carriers() {
        let (all, of_code) = written(&carrier);
        let name = carrier.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:<14} {of_code:>4} lines of code, {all:>4} with comments and blanks");
        code.push(of_code);
        if of_code >= MOST_OF_A_CARRIER || all >= MOST_TO_READ {
            long.push(name.into_owned());
        }
    }
    code.sort_unstable();
    let median = code.get(code.len() / 2).copied().unwrap_or_default();
    println!("{:<14} {median:>4} lines of code", "median");
    assert_eq!(long, Vec::<String>::new());
    assert!(median < USUAL_OF_A_CARRIER, "the median is {median}");
    let least = code.first().copied().unwrap_or_default();
    assert!(least > 100, "nothing was counted");
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
