//! `carriers new`: in every wire format the folder compiles without a warning, is certified, and is
//! registered; so the template cannot rot. Offline; one workspace and target folder for all.

#![allow(clippy::expect_used)] // a test may stop at the first thing that is wrong

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin_cmd;

/// Each format, each way to prove who asks.
const MADE: [(&str, &str, &str); 5] = [
    ("made-json", "json", "oauth2"),
    ("made-json-body", "json", "body"),
    ("made-xml", "xml", "body"),
    ("made-form", "form", "header"),
    ("made-form-body", "form", "body"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A tree with nothing in it but what `carriers new` touches.
fn small_tree(place: &Path) {
    fs::create_dir_all(place.join("src")).expect("a folder");
    for file in ["Cargo.toml", "src/registry.rs"] {
        fs::copy(root().join(file), place.join(file)).expect("copied");
    }
}

fn make(tree: &Path, name: &str, format: &str, auth: &str) {
    let mut command = cargo_bin_cmd!("diligence");
    command.current_dir(tree);
    command.args(["carriers", "new", name, "--format", format, "--auth", auth]);
    command.assert().success();
}

/// Copies what differs, so that cargo builds only that again.
fn mirror(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            mirror(&path, &copy);
        } else {
            put(&copy, &fs::read(&path).expect("a file"));
        }
    }
}

fn put(path: &Path, bytes: &[u8]) {
    if fs::read(path).ok().as_deref() != Some(bytes) {
        fs::write(path, bytes).expect("written");
    }
}

/// A workspace of the sdk and the new carriers alone, with the versions of ours.
fn workspace(tree: &Path) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-carriers");
    mirror(&root().join("carriers/sdk"), &place.join("carriers/sdk"));
    for (name, ..) in MADE {
        let folder = Path::new("carriers").join(name);
        mirror(&tree.join(&folder), &place.join(&folder));
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let shared = manifest
        .split_once("[workspace.package]")
        .expect("shared values")
        .1;
    let shared = shared.split_once("\n[package]").expect("our own package").0;
    let head = "[workspace]\nmembers = [\"carriers/*\"]\nresolver = \"3\"\n\n[workspace.package]";
    put(
        &place.join("Cargo.toml"),
        format!("{head}{shared}\n").as_bytes(),
    );
    let lock = fs::read(root().join("Cargo.lock")).expect("the lock");
    if !place.join("Cargo.lock").exists() {
        put(&place.join("Cargo.lock"), &lock);
    }
    place
}

#[test]
fn in_every_format_it_compiles_without_a_warning_and_is_certified() {
    let tree = tempfile::tempdir().expect("a folder");
    small_tree(tree.path());
    for (name, format, auth) in MADE {
        make(tree.path(), name, format, auth);
    }
    let place = workspace(tree.path());
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(&place)
        .args(["test", "--offline", "--quiet", "--no-fail-fast"]);
    for (name, ..) in MADE {
        cargo.args(["-p", &format!("carrier-{name}")]);
    }
    cargo.env("CARGO_TARGET_DIR", place.join("target"));
    cargo.env("RUSTFLAGS", "-D warnings");
    let done = cargo.output().expect("cargo runs");
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert_eq!(said.matches("3 passed").count(), MADE.len(), "{said}");
}

#[test]
fn it_is_one_folder_and_one_line_in_each_of_two_files() {
    let tree = tempfile::tempdir().expect("a folder");
    small_tree(tree.path());
    make(tree.path(), "colibri-post", "json", "basic");
    for file in ["Cargo.toml", "src/registry.rs"] {
        let before = fs::read_to_string(root().join(file)).expect("before");
        let after = fs::read_to_string(tree.path().join(file)).expect("after");
        let mut left = after.lines().peekable();
        for line in before.lines() {
            // what is new stands between what was there
            while left
                .next_if(|new| *new != line && new.contains("colibri"))
                .is_some()
            {}
            assert_eq!(left.next(), Some(line), "{file}");
        }
        let added = after.lines().count() - before.lines().count();
        assert_eq!(added, 1, "{file}");
    }
    let mut folders = fs::read_dir(tree.path().join("carriers")).expect("carriers");
    let only = folders.next().expect("one").expect("read").file_name();
    assert_eq!(only, "colibri-post");
    assert!(folders.next().is_none());
}

#[test]
fn it_registers_itself_by_name_and_says_what_is_to_be_done() {
    let tree = tempfile::tempdir().expect("a folder");
    small_tree(tree.path());
    make(tree.path(), "colibri-post", "json", "basic");
    let read = |file: &str| fs::read_to_string(tree.path().join(file)).expect("a file");
    let manifest = read("Cargo.toml");
    assert!(manifest.contains("\ncarrier-colibri-post = { path = \"carriers/colibri-post\" }\n"));
    let registry = read("src/registry.rs");
    let line = "    (&carrier_colibri_post::ColibriPost, carrier_colibri_post::stub::answer),\n";
    assert!(registry.contains(line), "{registry}");
    let to_do = read("carriers/colibri-post/README.md");
    let places: Vec<Option<usize>> = ["Profile", "Wire", "Mapping", "Faults", "Stub", "Fixtures"]
        .map(|step| to_do.find(&format!("**{step}**")))
        .into();
    assert!(places.is_sorted() && !places.contains(&None), "{places:?}");
    let mut again = cargo_bin_cmd!("diligence");
    again.current_dir(tree.path());
    again.args(["carriers", "new", "colibri-post", "--format", "xml"]);
    again.assert().code(2);
}
