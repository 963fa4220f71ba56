//! RabbitMQ nodes of the test's own, which may be stopped, killed and frozen.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// One node, or a cluster of three; all stopped when dropped.
pub struct Nodes {
    folder: TempDir,
    urls: Vec<String>,
}

impl Nodes {
    pub fn start(count: usize) -> Self {
        let mut nodes = Self {
            folder: tempfile::tempdir().expect("a folder"),
            urls: Vec::new(),
        };
        for number in 0..count {
            let first = nodes.place(0);
            let said = match number {
                0 => nodes.script(&["start"], 0),
                _ => nodes.script(&["join", &first.display().to_string()], number),
            };
            let url = said.trim().split_once('=').expect("a URL").1;
            nodes.urls.push(url.to_owned());
        }
        nodes
    }

    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    fn place(&self, number: usize) -> PathBuf {
        let name = match number {
            0 => "diligence".to_owned(),
            number => format!("rabbit{}", number + 1),
        };
        self.folder.path().join(name)
    }

    /// With a goodbye; it comes back with its messages.
    pub fn restart(&self, number: usize) {
        self.script(&["stop"], number);
        self.script(&["start"], number);
    }

    /// Without a goodbye.
    pub fn kill(&self, number: usize) {
        self.script(&["kill"], number);
        self.script(&["start"], number);
    }

    /// As if memory were short: publishing is blocked, until the alarm is over.
    pub fn alarm(&self, on: bool) {
        let mark = if on { "0.00001" } else { "0.4" };
        self.control(0, &["set_vm_memory_high_watermark", mark]);
    }

    /// The node that leads this queue.
    pub fn leader_of(&self, queue: &str) -> usize {
        let said = self.control(0, &["-q", "list_queues", "name", "leader"]);
        let line = said.lines().find(|line| line.starts_with(queue));
        let node = line
            .and_then(|line| line.split_whitespace().nth(1))
            .unwrap_or_default();
        (1..self.urls.len())
            .find(|number| node.starts_with(&format!("rabbit{}@", number + 1)))
            .unwrap_or(0)
    }

    /// Stops its time, or lets it go on.
    pub fn freeze(&self, number: usize, stop: bool) {
        let pid = std::fs::read_to_string(self.place(number).join("rabbitmq.pid"));
        let pid = pid.expect("a running node");
        let signal = if stop { "-STOP" } else { "-CONT" };
        let sent = Command::new("kill").args([signal, pid.trim()]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn control(&self, number: usize, words: &[&str]) -> String {
        self.script(&[&["ctl"], words].concat(), number)
    }

    /// `scripts/rabbitmq COMMAND DIR ARGUMENTS`.
    fn script(&self, words: &[&str], number: usize) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/rabbitmq");
        let (command, arguments) = words.split_first().expect("a command");
        let output = Command::new(script)
            .arg(command)
            .arg(self.place(number))
            .args(arguments)
            .output();
        let output = output.expect("scripts/rabbitmq runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "scripts/rabbitmq {words:?}: {said}"
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for number in (0..self.urls.len()).rev() {
            self.script(&["stop"], number);
        }
    }
}
