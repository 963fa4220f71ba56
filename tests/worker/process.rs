//! A running program of ours, and what can be done to it from outside: a signal, a kill, a freeze.

use std::process::{Child, Command};
use std::time::Duration;

use super::world::until;

/// A process; killed when it is dropped.
pub struct Process(Child);

impl Process {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("it starts"))
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Asks it to stop, and waits: its exit code.
    pub async fn sigterm(self) -> Option<i32> {
        self.signal("-TERM");
        self.ended().await
    }

    /// Stops its time, as a paused virtual machine does.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Whether its time stands still.
    pub fn is_frozen(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()));
        let stat = stat.unwrap_or_default();
        let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start());
        state.is_some_and(|state| state.starts_with('T'))
    }

    /// Lets its time go on.
    pub fn wake(&self) {
        self.signal("-CONT");
    }

    /// Kills it without a goodbye.
    pub fn kill_9(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("its state");
    }

    /// Waits until it has ended: its exit code, none when a signal ended it.
    pub async fn ended(mut self) -> Option<i32> {
        until("a process's end", async || self.has_ended()).await;
        self.0.wait().expect("its state").code()
    }

    /// Whether it runs no more.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("its state").is_some()
    }

    /// How much of a processor's time it has had.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()));
        let stat = stat.expect("a running process");
        // After its name: its own time and the kernel's for it, in hundredths of a second.
        let (_, rest) = stat.rsplit_once(')').expect("a name");
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks = ticks.map(|ticks| ticks.parse::<u64>().expect("a number"));
        Duration::from_millis(10 * ticks.sum::<u64>())
    }

    /// The most memory it ever had, in MiB.
    pub fn peak_mib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.0.id());
        let status = std::fs::read_to_string(status).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let words = line.expect("VmHWM").trim().trim_end_matches("kB").trim();
        words.parse::<u64>().expect("a number") / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
