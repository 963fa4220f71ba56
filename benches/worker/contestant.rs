//! A program under measurement: started, weighed from outside by what the kernel knows of it, ended.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::broker::Names;
use crate::options::Options;

/// Of the clock in `/proc/PID/stat`, on every Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// A child that does not outlive us.
pub struct Program(Child);

impl Program {
    /// The stub carrier, and where it answers.
    pub fn carrier(delay_ms: u64) -> anyhow::Result<(Self, String)> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["carrier", &delay_ms.to_string()])
            .stdout(Stdio::piped());
        let mut child = Self(command.spawn().context("the stub carrier")?);
        let told = child.0.stdout.take().context("its output")?;
        let mut address = String::new();
        BufReader::new(told).read_line(&mut address)?;
        ensure!(!address.is_empty(), "the stub carrier did not start");
        Ok((child, address.trim().to_owned()))
    }

    /// The bare loop.
    pub fn bare(options: &Options, names: &Names, at: &Places<'_>) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("bare")
            .args([at.amqp, &names.orders_queue, &names.events, at.carrier]);
        command.arg(options.in_flight.to_string());
        Self::start(command, at.folder)
    }

    /// The worker.
    pub fn worker(options: &Options, names: &Names, at: &Places<'_>) -> anyhow::Result<Self> {
        let mut command = match &options.under {
            None => Command::new(&options.program),
            Some(under) => {
                let mut words = under.split_whitespace();
                let mut command = Command::new(words.next().context("--under names a command")?);
                command.args(words).arg(&options.program);
                command
            }
        };
        command
            .arg("--config")
            .arg(configure(options, names, at)?)
            .arg("worker");
        Self::start(command, at.folder)
    }

    /// Declares exchanges and queues, the same for both contestants.
    pub fn declare(options: &Options, names: &Names, at: &Places<'_>) -> anyhow::Result<()> {
        let mut command = Command::new(&options.program);
        command.arg("--config").arg(configure(options, names, at)?);
        let output = quiet(&mut command).args(["topology", "declare"]).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "the topology was not declared: {said}"
        );
        Ok(())
    }

    fn start(mut command: Command, folder: &Path) -> anyhow::Result<Self> {
        let log = File::create(folder.join("log"))?;
        let child = quiet(&mut command)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Self(child))
    }

    /// CPU used so far, in user and system together.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let (_, after_name) = stat.rsplit_once(')').context("a name in its stat")?;
        let ticks = after_name.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|word| word.parse::<f64>().ok()).sum();
        Ok(Duration::from_secs_f64(ticks / TICKS_A_SECOND))
    }

    /// The most memory it ever had, in MiB.
    pub fn peak_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let words = peak.context("VmHWM")?.trim().trim_end_matches("kB").trim();
        Ok(words.parse::<f64>()? / 1024.0)
    }

    /// To the child that a command of `--under` runs, and ends with; else to the program itself.
    fn tell(&self, signal: &str) -> std::io::Result<()> {
        let pid = self.0.id().to_string();
        let child = Command::new("pkill").args([signal, "-P", &pid]).status()?;
        if !child.success() {
            let mut kill = Command::new("kill");
            kill.args([signal, &pid]).stderr(Stdio::null()).status()?;
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub fn end(&mut self) -> anyhow::Result<()> {
        self.tell("-TERM")?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Once it has ended, its number may be somebody else's.
        if let Ok(None) = self.0.try_wait() {
            self.tell("-KILL").ok();
            self.0.wait().ok();
        }
    }
}

/// Where everything is in one run.
pub struct Places<'a> {
    pub amqp: &'a str,
    pub ledger: &'a str,
    pub carrier: &'a str,
    pub folder: &'a Path,
}

fn quiet(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DILIGENCE")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG").stdin(Stdio::null())
}

fn configure(
    options: &Options,
    names: &Names,
    at: &Places<'_>,
) -> anyhow::Result<std::path::PathBuf> {
    let Names {
        orders,
        orders_queue,
        dead,
        dead_queue,
        events,
        unrouted,
        ..
    } = names;
    let Places {
        amqp,
        ledger,
        carrier,
        folder,
    } = at;
    let in_flight = options.in_flight;
    let text = format!(
        r#"[bus]
url = "{amqp}"
orders_exchange = "{orders}"
orders_queue = "{orders_queue}"
dead_exchange = "{dead}"
dead_queue = "{dead_queue}"
events_exchange = "{events}"
unrouted_queue = "{unrouted}"
[ledger]
url = "{ledger}"
[dispatch]
in_flight = {in_flight}
[services.express]
max_age_h = 48
[[sites]]
id = "lille"
name = "Maison Exemple"
street = ["1 rue du Dépôt"]
postal_code = "59000"
city = "Lille"
country = "FR"
phone = "+33320000000"
email = "expedition@example.com"
time_zone = "Europe/Paris"
[[routes]]
service = "express"
accounts = ["dhl"]
[[accounts]]
id = "dhl"
carrier = "dhl-express"
environment = "test"
base_url = "{carrier}/mydhlapi"
account_number = "123456789"
username = "bench"
password = "bench"
concurrency = {in_flight}
[[accounts.products]]
service = "express"
code = "N"
countries = ["FR"]
"#
    );
    let file = folder.join("diligence.toml");
    std::fs::write(&file, text)?;
    Ok(file)
}
