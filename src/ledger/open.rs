//! The one place that chooses a database: by what `ledger.url` begins with.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "postgres")]
use super::postgres::PostgresLedger;
use super::sqlite::{self, SqliteLedger};
use super::{Ledger, LedgerError, Rules};

/// How often a role that is taken is asked for again.
const LOOKS: u32 = 3;
/// Between two times.
const A_LOOK: Duration = Duration::from_millis(100);

/// The worker role of a ledger, held until this is dropped, also by a kill.
#[derive(Debug)]
pub struct WorkerRole {
    _lock: Option<sqlite::WorkerLock>,
}

/// Opens the ledger at this URL; makes it, or brings it up to this version, if need be.
///
/// # Errors
/// `Unavailable` with the place and the remedy; `Unreadable` when a newer version wrote it.
pub async fn open(url: &SecretString, rules: Rules) -> Result<Arc<dyn Ledger>, LedgerError> {
    let url = url.expose_secret();
    if !is_postgres(url) {
        return Ok(Arc::new(SqliteLedger::open(url, rules).await?));
    }
    #[cfg(feature = "postgres")]
    return Ok(Arc::new(PostgresLedger::open(url, rules).await?));
    #[cfg(not(feature = "postgres"))]
    Err(not_built())
}

/// The same for questions only: a ledger that does not exist is not made, and none is changed.
///
/// # Errors
/// As [`open`], and when there is no ledger or it is of an older version.
pub async fn open_to_read(
    url: &SecretString,
    rules: Rules,
) -> Result<Arc<dyn Ledger>, LedgerError> {
    let url = url.expose_secret();
    if !is_postgres(url) {
        return Ok(Arc::new(SqliteLedger::open_read_only(url, rules).await?));
    }
    #[cfg(feature = "postgres")]
    return Ok(Arc::new(PostgresLedger::open_read_only(url, rules).await?));
    #[cfg(not(feature = "postgres"))]
    Err(not_built())
}

/// Takes the worker role of the ledger at this URL. A file has one worker at a time; on a server any
/// number work beside each other.
///
/// # Errors
/// `Unavailable` when another worker has the file, or its lock cannot be made.
pub async fn take_worker_role(url: &SecretString) -> Result<WorkerRole, LedgerError> {
    let url = url.expose_secret();
    if is_postgres(url) {
        return Ok(WorkerRole { _lock: None });
    }
    let path = sqlite::path_of(url)?;
    for _ in 0..LOOKS {
        if let Ok(lock) = sqlite::lock_worker(&path) {
            return Ok(WorkerRole { _lock: Some(lock) });
        }
        // Perhaps somebody only looks whether it is taken.
        tokio::time::sleep(A_LOOK).await;
    }
    let lock = sqlite::lock_worker(&path)?;
    Ok(WorkerRole { _lock: Some(lock) })
}

pub(super) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

#[cfg(not(feature = "postgres"))]
fn not_built() -> LedgerError {
    LedgerError::Unavailable(
        "this program was built without PostgreSQL: build it with the feature postgres, or use sqlite://diligence.db and one worker".into(),
    )
}
