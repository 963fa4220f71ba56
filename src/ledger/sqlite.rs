//! The ledger in one SQLite file: the embedded choice, for one machine. One task writes
//! (`writer.rs`), a few connections read (`reads.rs`).
//!
//! Commands may open it beside a running worker: every change reads its order again inside its own
//! transaction, and nothing is remembered between two of them.

mod commit;
mod faults;
mod place;
mod reads;
#[cfg(test)]
pub mod tests;
mod versions;
mod writer;

pub use place::{lock_worker, path_of};

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::{mpsc, oneshot};

use self::reads::Reads;
use self::writer::{Answer, Job, Work, Writer, Written};
use super::{
    Change, Due, Filter, Gauges, KeptLabel, Ledger, LedgerError, Note, OrderRow, Paused, PrintJob,
    Recorded, Rules, schema,
};
use crate::life::State;
use crate::order::Key;
use crate::outbox::{Outbox, OutboxRow};

/// How long a write waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that read.
const READERS: u32 = 4;
/// Statements that stay prepared: eleven tables in seven sizes, and the rest.
const STATEMENTS: usize = 200;
/// Writes that may wait for the writer before callers wait to hand theirs in.
const WAITING: usize = 1024;

/// A ledger in a SQLite file.
pub struct SqliteLedger {
    reads: Reads,
    /// None: opened for reading only.
    writer: Option<mpsc::Sender<Job>>,
    rules: Rules,
    path: PathBuf,
}

impl SqliteLedger {
    /// Opens the ledger at `sqlite://path`; makes it, or brings it up to this version, if need be.
    ///
    /// # Errors
    /// `Unavailable` with the place and the remedy; `Unreadable` when a newer version wrote it.
    pub async fn open(url: &str, rules: Rules) -> Result<Self, LedgerError> {
        let path = place::path_of(url)?;
        place::create(&path)?;
        let options = options(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is erased is overwritten, not only unlinked.
            .pragma("secure_delete", "ON");
        Self::open_with(path, options, rules).await
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
        let opened = options(&path).read_only(true).connect().await;
        let mut connection = opened.map_err(|error| faults::unavailable(&error, &path))?;
        let version = versions::applied(&mut connection).await;
        let version = version.map_err(|error| faults::unavailable(&error, &path))?;
        versions::known(version, &path)?;
        if version < schema::NEWEST {
            return Err(LedgerError::Unreadable(format!(
                "{} has version {version}, {} is wanted: start the worker once, it brings it up to date",
                path.display(),
                schema::NEWEST
            )));
        }
        Ok(Self::with(path, None, rules))
    }

    async fn open_with(
        path: PathBuf,
        options: SqliteConnectOptions,
        rules: Rules,
    ) -> Result<Self, LedgerError> {
        let opened = options.connect().await;
        let mut connection = opened.map_err(|error| faults::unavailable(&error, &path))?;
        if let Err(error) =
            versions::bring_up_to_date(&mut connection, &path, rules.clock.now()).await
        {
            commit::run(&mut connection, "ROLLBACK").await.ok();
            return Err(error);
        }
        let (sender, jobs) = mpsc::channel(WAITING);
        let writer = Writer {
            path: path.clone(),
            options,
            rules: rules.clone(),
            connection: Some(connection),
        };
        tokio::spawn(writer.run(jobs));
        Ok(Self::with(path, Some(sender), rules))
    }

    fn with(path: PathBuf, writer: Option<mpsc::Sender<Job>>, rules: Rules) -> Self {
        let pool = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_lazy_with(options(&path).read_only(true));
        let reads = Reads {
            pool,
            path: path.clone(),
        };
        Self {
            reads,
            writer,
            rules,
            path,
        }
    }

    fn writer(&self) -> Result<&mpsc::Sender<Job>, LedgerError> {
        self.writer.as_ref().ok_or_else(|| {
            LedgerError::Unavailable(format!(
                "{} was opened for reading only",
                self.path.display()
            ))
        })
    }

    async fn hand_in(&self, work: Work) -> Result<oneshot::Receiver<Answer>, LedgerError> {
        let writer = self.writer()?;
        let (reply, answer) = oneshot::channel();
        let handed_in = writer.send(Job { work, reply }).await;
        handed_in.map_err(|_| {
            LedgerError::Unavailable(format!("{} is closed already", self.path.display()))
        })?;
        Ok(answer)
    }

    async fn answer(&self, waiting: Result<oneshot::Receiver<Answer>, LedgerError>) -> Answer {
        waiting?.await.unwrap_or_else(|_| {
            Err(LedgerError::Unknown(format!(
                "the writer of {} ended before it answered",
                self.path.display()
            )))
        })
    }

    async fn write(&self, work: Work) -> Answer {
        let waiting = self.hand_in(work).await;
        self.answer(waiting).await
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .row_buffer_size(256)
        .disable_statement_logging()
}

/// The writer answers each work with what it wrote; anything else would be its mistake.
fn mistaken<T>() -> Result<T, LedgerError> {
    Err(LedgerError::Unknown(
        "the writer answered something else".into(),
    ))
}

fn done(answer: Answer) -> Result<(), LedgerError> {
    answer.map(drop)
}

impl Outbox for SqliteLedger {
    fn unsent<'a>(&'a self, limit: usize) -> BoxFuture<'a, Result<Vec<OutboxRow>, String>> {
        async move {
            let found = self.reads.unsent(limit, self.rules.print).await;
            found.map_err(|error| error.to_string())
        }
        .boxed()
    }

    fn sent<'a>(&'a self, ids: Vec<i64>) -> BoxFuture<'a, Result<(), String>> {
        async move {
            let answer = self.write(Work::Sent(ids)).await;
            done(answer).map_err(|error| error.to_string())
        }
        .boxed()
    }
}

impl Ledger for SqliteLedger {
    fn record(&self, changes: Vec<Change>) -> BoxFuture<'_, Vec<Result<Recorded, LedgerError>>> {
        async move {
            let mut waiting = Vec::with_capacity(changes.len());
            for change in changes {
                waiting.push(self.hand_in(Work::Record(Box::new(change))).await);
            }
            let mut recorded = Vec::with_capacity(waiting.len());
            for waiting in waiting {
                recorded.push(match self.answer(waiting).await {
                    Ok(Written::Recorded(recorded)) => Ok(*recorded),
                    Ok(_) => mistaken(),
                    Err(error) => Err(error),
                });
            }
            recorded
        }
        .boxed()
    }

    fn due<'a>(
        &'a self,
        limit: usize,
        except: &'a [Key],
    ) -> BoxFuture<'a, Result<Vec<Due>, LedgerError>> {
        let now = self.rules.clock.now().as_microsecond();
        self.reads.due(now, limit, except).boxed()
    }

    fn next_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>> {
        self.reads.next_due().boxed()
    }

    fn order<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Due>, LedgerError>> {
        self.reads.order(key).boxed()
    }

    fn notes<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Vec<Note>, LedgerError>> {
        self.reads.notes(key).boxed()
    }

    fn list(&self, filter: Filter) -> BoxFuture<'_, Result<Vec<OrderRow>, LedgerError>> {
        self.reads.list(filter).boxed()
    }

    fn count(&self) -> BoxFuture<'_, Result<Vec<(State, u64)>, LedgerError>> {
        self.reads.count().boxed()
    }

    fn gauges(&self) -> BoxFuture<'_, Result<Gauges, LedgerError>> {
        let now = self.rules.clock.now().as_microsecond();
        self.reads.gauges(now).boxed()
    }

    fn labels<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Vec<KeptLabel>, LedgerError>> {
        self.reads.labels(key).boxed()
    }

    fn label<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<KeptLabel>, LedgerError>> {
        self.reads.label(id).boxed()
    }

    fn print_jobs(&self, limit: usize) -> BoxFuture<'_, Result<Vec<PrintJob>, LedgerError>> {
        async move {
            if !self.rules.print {
                return Ok(Vec::new());
            }
            self.reads.print_jobs(limit).await
        }
        .boxed()
    }

    fn printed(&self, ids: Vec<i64>) -> BoxFuture<'_, Result<(), LedgerError>> {
        async move { done(self.write(Work::Printed(ids)).await) }.boxed()
    }

    fn paused(&self) -> BoxFuture<'_, Result<Vec<Paused>, LedgerError>> {
        self.reads.paused().boxed()
    }

    fn resume<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<bool, LedgerError>> {
        async move {
            match self.write(Work::Resume(account.to_owned())).await? {
                Written::Resumed(was_paused) => Ok(was_paused),
                _ => mistaken(),
            }
        }
        .boxed()
    }

    fn erase_expired(&self, now: Timestamp) -> BoxFuture<'_, Result<u64, LedgerError>> {
        async move {
            match self.write(Work::Erase(now)).await? {
                Written::Erased(rows) => Ok(rows),
                _ => mistaken(),
            }
        }
        .boxed()
    }

    fn headroom(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        async move {
            self.writer()?;
            place::headroom(&self.path, self.rules.headroom_mib)
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            // Readers first: the last connection to leave folds the write-ahead log into the file.
            self.reads.pool.close().await;
            if let Err(error) = self.write(Work::Close).await {
                tracing::debug!("{error}");
            }
        }
        .boxed()
    }
}
