//! How a command ended, and its exit code.

use std::fmt;
use std::process::ExitCode;

use crate::bus::BusError;
use crate::config::Finding;

/// A command that did what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Exit 0. What was expected to be refused may have been refused.
    Done,
    /// Exit 1: what it told needs a person.
    Attention,
    /// Exit 2: what it told is wrong with the configuration.
    Misconfigured,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Done => 0,
            Ending::Attention => 1,
            Ending::Misconfigured => 2,
        })
    }
}

/// A command that could not do it: the place and the remedy in plain words, never a secret and
/// never personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Exit 2: asked for in a way, or with a configuration, that cannot work.
    Usage(String),
    /// Exit 1: tried, and failed.
    Failed(String),
}

impl Failure {
    /// A fault of the command line or the configuration.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// A failure of something that was tried.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
        }
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        Self::from(match failure {
            Failure::Failed(_) => 1,
            Failure::Usage(_) => 2,
        })
    }
}

impl From<Finding> for Failure {
    fn from(finding: Finding) -> Self {
        Self::Usage(finding.to_string())
    }
}

impl From<BusError> for Failure {
    fn from(error: BusError) -> Self {
        match error {
            BusError::Settings(text) => Self::Usage(text),
            BusError::Broker(text) | BusError::File(text) => Self::Failed(text),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}
