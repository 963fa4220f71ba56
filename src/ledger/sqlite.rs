//! The ledger in a SQLite file, with its labels in a folder beside it: the embedded choice, for one
//! machine. One session writes, a few connections read beside it. Commands may open it beside a running
//! worker.

mod faults;
mod file;
mod folding;
mod labels;
mod place;
mod readers;
mod row;
mod session;
#[cfg(test)]
pub mod tests;

pub use place::{WorkerLock, has_worker, lock_worker, path_of, room};

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

pub use self::file::SqliteFile;
use self::folding::AT_THE_LATEST;
use self::session::Way;
use super::sql::engine::{Engine, Session};
use super::sql::{SqlLedger, may_write, versions};
use super::{Clock, LedgerError, Rules};

/// How long somebody who only looks waits for one.
const A_LOOK: Duration = Duration::from_secs(2);
/// What a worker's connection is told. What is erased is overwritten, not only unlinked. A statement
/// that can be undone alone writes what it changes to a file in /var/tmp unless it is told otherwise:
/// orders have no business there. The cache is in KiB, as SQLite wants it.
const SETTINGS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -2048;
";

/// A ledger in a SQLite file.
pub type SqliteLedger = SqlLedger<SqliteFile>;

impl SqliteLedger {
    /// Opens the ledger at `sqlite://path`; makes it, or brings it up to this version, if need be.
    ///
    /// # Errors
    /// `Unavailable` with the place and the remedy; `Unreadable` when a newer version wrote it.
    pub async fn open(url: &str, rules: Rules) -> Result<Self, LedgerError> {
        let path = place::path_of(url)?;
        place::create(&path)?;
        let at_the_latest = format!("PRAGMA wal_autocheckpoint = {AT_THE_LATEST}");
        let way = Way::to(&path).with(SETTINGS).with(&at_the_latest);
        Self::open_with(way, rules).await
    }

    /// Opens a ledger that exists, for questions only.
    ///
    /// # Errors
    /// As `open`; also when it is older than this version.
    pub async fn open_read_only(url: &str, rules: Rules) -> Result<Self, LedgerError> {
        let path = place::path_of(url)?;
        if !path.exists() {
            return Err(LedgerError::Unavailable(format!(
                "there is no ledger at {}: no worker has made one yet, or ledger.url names another place",
                path.display()
            )));
        }
        let file = SqliteFile::new(Way::to(&path).reading(), &rules.clock);
        aside(async move {
            let mut session = file.connect().await?;
            let version = versions::applied(&mut session).await;
            let version = version.map_err(|error| file.unavailable(&error))?;
            versions::known(version, &file.place())?;
            versions::not_old(version, &file.place())?;
            file.has_labels()?;
            Ok(Self::reading(file, rules))
        })
        .await
    }

    /// Tries to begin writing to a ledger that exists, and changes nothing.
    ///
    /// # Errors
    /// Why it cannot be written: locked, read-only, missing.
    pub async fn try_to_write(url: &str) -> Result<(), LedgerError> {
        let mut way = Way::to(&place::path_of(url)?);
        way.patience = A_LOOK;
        let file = SqliteFile::new(way, &Clock::default());
        aside(async move { may_write(&file).await }).await
    }

    async fn open_with(way: Way, rules: Rules) -> Result<Self, LedgerError> {
        let file = SqliteFile::new(way, &rules.clock);
        aside(async move {
            let mut session = file.connect_first().await?;
            if let Err(error) = file.bring_up_to_date(&mut session).await {
                session.run("ROLLBACK").await.ok();
                return Err(error);
            }
            Ok(Self::writing(file, rules, session))
        })
        .await
    }
}

/// Does something that may wait for the disk where nobody else is held up by it.
async fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, LedgerError>> + Send + 'static,
) -> Result<T, LedgerError> {
    let here = Handle::current();
    let done = spawn_blocking(move || here.block_on(work)).await;
    done.unwrap_or_else(|_| {
        Err(LedgerError::Unknown(
            "it was left before it was done".into(),
        ))
    })
}
