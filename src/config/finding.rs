//! What is wrong with a configuration: the place, what it means, the remedy. Never a secret.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing starts with it.
    Error,
    /// It runs, but something will be missed.
    Warning,
    /// Good to know.
    Note,
}

/// One thing to know about a configuration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where: file, line and column, or the key by its names.
    pub place: String,
    /// What is wrong, or what will happen.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    /// Something nothing starts with.
    pub fn error(
        place: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            place: place.into(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// Something that will be missed.
    pub fn warning(
        place: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(place, message, remedy)
        }
    }

    /// Something good to know.
    pub fn note(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(place, message, "")
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}
