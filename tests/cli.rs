//! The command line from outside: exit codes, clear words, and nothing said that must not be.

#![allow(clippy::expect_used, clippy::indexing_slicing)] // a test may stop at the first thing that is wrong

#[path = "cli/carriers.rs"]
mod carriers;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/schemas.rs"]
mod schemas;
#[cfg(feature = "stub")]
#[path = "cli/stub.rs"]
mod stub;
#[cfg(all(feature = "amqps", feature = "postgres"))]
#[path = "cli/tls.rs"]
mod tls;
#[path = "cli/topology.rs"]
mod topology;

use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;
use tempfile::TempDir;

const EXAMPLE: &str = include_str!("../diligence.example.toml");
const ORDER: &str = include_str!("../schemas/examples/order.paid.json");

/// What a command came to.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    #[track_caller]
    fn json(&self) -> Value {
        let all = self.all();
        serde_json::from_str(&self.out).expect(&all)
    }

    /// Ended with this exit code.
    #[track_caller]
    fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.all());
        self
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        let words: Vec<String> = self.all().split_whitespace().map(str::to_owned).collect();
        let words = words.join(" ");
        assert!(words.contains(text), "{text:?} is not in: {words}");
        self
    }

    #[track_caller]
    fn never_says(&self, text: &str) -> &Self {
        assert!(!self.all().contains(text), "{text:?} is in: {}", self.all());
        self
    }
}

/// A folder to work in, with files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

/// The program in this folder, with nothing of ours in its environment.
fn program(folder: &Path) -> Command {
    let mut command = cargo_bin_cmd!("diligence");
    let ours = std::env::vars().filter(|(name, _)| name.starts_with("DILIGENCE"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.current_dir(folder);
    command
}

fn said(command: &mut Command) -> Said {
    let output = command.output().expect("it runs");
    Said {
        code: output.status.code().expect("it ended by itself"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Said {
    said(program(folder).args(arguments))
}

#[test]
fn a_wrong_command_line_exits_with_2_and_says_how_it_is_meant() {
    let empty = folder(&[]);
    run(empty.path(), &["carrierz"]).ended(2).says("Usage:");
    run(empty.path(), &[]).ended(2).says("Usage:");
    let read = run(
        empty.path(),
        &["carriers", "read", "dhl-express", "book", "x"],
    );
    read.ended(2).says("--status");
}

#[test]
fn help_and_version_exit_with_0() {
    let empty = folder(&[]);
    run(empty.path(), &["--help"]).ended(0).says("Exit codes");
    run(empty.path(), &["--version"])
        .ended(0)
        .says(env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let program = assert_cmd::cargo::cargo_bin!("diligence");
    let output = std::process::Command::new(program)
        .args(["schemas", "order.paid"])
        .stdout(writer)
        .output()
        .expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), err), (Some(0), String::new()));
}
