//! The gateway that commands about orders stand on: the configuration, checked, and its ledger, open.

use super::config::Source;
use super::ending::Failure;
use crate::config::{self, Config, Finding, Severity};
use crate::ledger::LedgerError;
use crate::registry;
use crate::worker::Gateway;

/// Opens the ledger that the configuration names.
///
/// # Errors
/// Place, fault and remedy.
pub async fn open(source: &Source) -> Result<Gateway, Failure> {
    Ok(Gateway::open(source.load()?).await?)
}

/// The same for a command that only asks.
///
/// # Errors
/// Place, fault and remedy.
pub async fn open_to_read(source: &Source) -> Result<Gateway, Failure> {
    Ok(Gateway::open_to_read(source.load()?).await?)
}

/// The configuration, when nothing in it forbids to start.
///
/// # Errors
/// The first finding that does.
pub fn checked(source: &Source, more: impl Fn(&Config) -> Vec<Finding>) -> Result<Config, Failure> {
    let config = source.load()?;
    let mut findings = config::check(&config, &registry::profiles());
    findings.extend(more(&config));
    let wrong = findings
        .iter()
        .find(|finding| finding.severity == Severity::Error);
    match wrong {
        Some(wrong) => Err(Failure::usage(format!(
            "{wrong} (`config check` lists all)"
        ))),
        None => Ok(config),
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Failed(error.to_string())
    }
}
