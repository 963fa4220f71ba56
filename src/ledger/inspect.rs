//! A ledger looked at from outside: where it is, whether it could be written, whether a worker has it.
//! Changes nothing, and tells something also when the ledger cannot be opened.

use secrecy::{ExposeSecret, SecretString};

use super::LedgerError;
use super::open::is_postgres;
#[cfg(feature = "postgres")]
use super::postgres::PostgresLedger;
use super::sqlite::{self, SqliteLedger};

/// What kind of ledger the URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, for one worker.
    Sqlite,
    /// A server, for many.
    Postgres,
}

impl Kind {
    /// What the URL begins with.
    pub fn of(url: &SecretString) -> Self {
        if is_postgres(url.expose_secret()) {
            Self::Postgres
        } else {
            Self::Sqlite
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where it is, without secrets.
///
/// # Errors
/// When the URL names nothing.
pub fn place(url: &SecretString) -> Result<String, LedgerError> {
    let text = url.expose_secret();
    match Kind::of(url) {
        Kind::Sqlite => Ok(sqlite::path_of(text)?.display().to_string()),
        #[cfg(feature = "postgres")]
        Kind::Postgres => PostgresLedger::place_of(text),
        #[cfg(not(feature = "postgres"))]
        Kind::Postgres => Ok("a server".to_owned()),
    }
}

/// A command of the system that shows more of it.
pub fn look(url: &SecretString) -> String {
    let text = url.expose_secret();
    match Kind::of(url) {
        Kind::Sqlite => match sqlite::path_of(text) {
            Ok(path) => format!("ls -l {0}; fuser -v {0}", path.display()),
            Err(_) => "diligence config check".to_owned(),
        },
        #[cfg(feature = "postgres")]
        Kind::Postgres => PostgresLedger::look_of(text),
        #[cfg(not(feature = "postgres"))]
        Kind::Postgres => "diligence config check".to_owned(),
    }
}

/// How many MiB are free around it, when at least so many are; none: a server looks after its own disk.
///
/// # Errors
/// When there is too little room for the outcome of a booking.
pub fn room(url: &SecretString, wanted_mib: u64) -> Result<Option<u64>, LedgerError> {
    match Kind::of(url) {
        Kind::Sqlite => sqlite::room(&sqlite::path_of(url.expose_secret())?, wanted_mib).map(Some),
        Kind::Postgres => Ok(None),
    }
}

/// Tries to begin writing, and changes nothing. There must be a ledger.
///
/// # Errors
/// Why it cannot be written: held by somebody, read-only, out of reach.
pub async fn try_to_write(url: &SecretString) -> Result<(), LedgerError> {
    let text = url.expose_secret();
    match Kind::of(url) {
        Kind::Sqlite => SqliteLedger::try_to_write(text).await,
        #[cfg(feature = "postgres")]
        Kind::Postgres => PostgresLedger::try_to_write(text).await,
        #[cfg(not(feature = "postgres"))]
        Kind::Postgres => Ok(()),
    }
}

/// Whether a worker has the role of a file. None: that is not known; on a server the workers' own
/// signs must tell ([`Ledger::workers`](super::Ledger::workers)).
pub fn has_worker(url: &SecretString) -> Option<bool> {
    match Kind::of(url) {
        Kind::Sqlite => sqlite::has_worker(&sqlite::path_of(url.expose_secret()).ok()?),
        Kind::Postgres => None,
    }
}
