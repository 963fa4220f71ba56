//! A PostgreSQL server of one test's own, for what cannot be done to the one that tests share: it is
//! killed, started again, made a standby, told to forget.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Command;

use tempfile::TempDir;

/// A running server; stopped when dropped.
pub struct Cluster {
    folder: TempDir,
    pub url: String,
}

impl Cluster {
    pub fn start() -> Self {
        let mut cluster = Self {
            folder: tempfile::tempdir().expect("a folder"),
            url: String::new(),
        };
        cluster.start_again();
        cluster
    }

    /// At the same port as before.
    pub fn start_again(&mut self) {
        let said = self.script("start");
        let url = said.trim().split_once('=').expect("a URL").1;
        url.clone_into(&mut self.url);
    }

    pub fn stop(&self) {
        self.script("stop");
    }

    /// Without a goodbye.
    pub fn kill(&self) {
        self.script("kill");
    }

    /// Another setting, from the next start on.
    pub fn set(&self, setting: &str) {
        let file = self.folder.path().join("data/postgresql.conf");
        let mut file = OpenOptions::new()
            .append(true)
            .open(file)
            .expect("settings");
        writeln!(file, "{setting}").expect("written");
    }

    /// From the next start on it only repeats what a primary writes, of which it never hears.
    pub fn be_a_standby(&self, be_one: bool) {
        let signal = self.folder.path().join("data/standby.signal");
        if be_one {
            fs::write(signal, "").expect("written");
        } else {
            fs::remove_file(signal).expect("removed");
        }
    }

    fn script(&self, what: &str) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
        let output = Command::new(script)
            .arg(what)
            .arg(self.folder.path())
            .output();
        let output = output.expect("scripts/postgres runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "scripts/postgres {what}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}
