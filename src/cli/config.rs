//! `config check`, and where every other command gets its configuration from.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::ending::{Ending, Failure};
use super::table::Row;
use super::{Form, output};
use crate::config::{self, Config, Environment, Finding, Severity};
use crate::registry;

const DEFAULT_FILE: &str = "diligence.toml";

/// `diligence config ...`
#[derive(Subcommand)]
pub enum Command {
    /// Say what does not fit together, what will be missed, and what is live
    Check {
        /// Ask for what a worker needs besides: a broker
        #[arg(long)]
        worker: bool,
        #[command(flatten)]
        form: Form,
    },
}

/// Runs it.
///
/// # Errors
/// When standard output cannot be written; findings are no failure.
pub fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let Command::Check { worker, form } = command;
    let report = Report::of(source, worker);
    if form.json {
        output::json(&report)?;
    } else {
        output::table(&report.findings)?;
        output::line(&report.summary())?;
    }
    Ok(match report.errors {
        0 => Ending::Done,
        _ => Ending::Misconfigured,
    })
}

/// Where the configuration comes from: a file, and the environment over it.
pub struct Source {
    named: Option<PathBuf>,
}

impl Source {
    /// This file, or the one with the default name.
    pub fn new(named: Option<PathBuf>) -> Self {
        Self { named }
    }

    /// How the program is called so that it finds the same configuration.
    pub fn as_called(&self) -> String {
        match &self.named {
            Some(path) => format!("diligence --config {}", path.display()),
            None => "diligence".to_owned(),
        }
    }

    /// Reads it. Without a file of the default name, the environment alone is a configuration.
    ///
    /// # Errors
    /// Place, fault and remedy; never a value.
    pub fn load(&self) -> Result<Config, Finding> {
        let environment = config::environment();
        if self.exists() {
            config::load(self.path(), &environment)
        } else if environment.is_empty() {
            Err(Finding::error(
                DEFAULT_FILE,
                "there is no configuration in this folder",
                "copy diligence.example.toml, name a file with --config or DILIGENCE_CONFIG, or set DILIGENCE__... \
                 variables",
            ))
        } else {
            config::parse("environment", "", Path::new(""), &environment)
        }
    }

    /// Reads it, when there is one at all: for commands that can do without.
    ///
    /// # Errors
    /// As for [`Source::load`].
    pub fn load_if_any(&self) -> Result<Option<Config>, Finding> {
        if self.exists() || !config::environment().is_empty() {
            return self.load().map(Some);
        }
        Ok(None)
    }

    // A file that was named is wanted: when it is missing, that is an error.
    fn exists(&self) -> bool {
        self.named.is_some() || self.path().exists()
    }

    fn path(&self) -> &Path {
        self.named.as_deref().unwrap_or(Path::new(DEFAULT_FILE))
    }
}

/// What is to be known of a configuration.
#[derive(Serialize)]
struct Report {
    errors: usize,
    warnings: usize,
    /// Accounts that book real parcels; none: the configuration cannot even be read.
    live: Option<Vec<String>>,
    findings: Vec<Finding>,
}

impl Report {
    fn of(source: &Source, worker: bool) -> Self {
        let (findings, live) = match source.load() {
            Ok(config) => (all_findings(&config, worker), Some(live(&config))),
            Err(finding) => (vec![finding], None),
        };
        let count = |severity| {
            let alike = findings
                .iter()
                .filter(|finding| finding.severity == severity);
            alike.count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            live,
            findings,
        }
    }

    fn summary(&self) -> String {
        let live = match self.live.as_deref() {
            None => String::new(),
            Some([]) => " No account is live.".to_owned(),
            Some(live) => format!(" Live, booking real parcels: {}.", live.join(", ")),
        };
        let verdict = match (self.errors, self.warnings) {
            (0, 0) => "The configuration is sound.".to_owned(),
            (0, warnings) => format!("It will start; warnings: {warnings}."),
            (errors, warnings) => {
                format!("Nothing starts with it; errors: {errors}, warnings: {warnings}.")
            }
        };
        verdict + &live
    }
}

fn all_findings(config: &Config, worker: bool) -> Vec<Finding> {
    let mut findings = config::check(config, &registry::profiles());
    if worker {
        findings.extend(config::check_worker(config));
        findings.sort_by_key(|finding| finding.severity);
    }
    findings
}

fn live(config: &Config) -> Vec<String> {
    let accounts = config.accounts.iter();
    accounts
        .filter(|account| account.environment == Environment::Live)
        .map(|account| account.id.clone())
        .collect()
}

impl Row for Finding {
    const HEADINGS: &'static [&'static str] = &["", "Place", "What", "Remedy"];

    fn cells(&self) -> Vec<String> {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        vec![
            severity.to_owned(),
            self.place.clone(),
            self.message.clone(),
            self.remedy.clone(),
        ]
    }
}
