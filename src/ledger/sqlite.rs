//! The ledger in one SQLite file: the embedded choice, for one machine. One session writes, a few
//! connections read beside it. Commands may open it beside a running worker.

mod faults;
mod place;
#[cfg(test)]
pub mod tests;

pub use place::{WorkerLock, has_worker, lock_worker, path_of, room};

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Sqlite};
use tokio::time::Instant;

use super::rows::Cell;
use super::schema::{self, Dialect};
use super::sql::engine::{Asked, Engine, Fields, Session};
use super::sql::{SqlLedger, may_write, versions};
use super::{Clock, LedgerError, Look, Rules, queries};

/// How long a write waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries where SQLite itself does not wait.
const AGAIN: Duration = Duration::from_millis(20);
/// How long somebody who only looks waits for one.
const A_LOOK: Duration = Duration::from_secs(2);
/// Connections that read.
const READERS: u32 = 4;
/// Statements that stay prepared: eleven tables in seven sizes, and the rest.
const STATEMENTS: usize = 200;
/// KiB, as SQLite wants to be told: a group of labels in large transactions is not spilled half way.
const WRITERS_CACHE: &str = "-8192";
/// Pages of the log before it is folded into the file: labels fill the usual 4 MiB many times a second.
const CHECKPOINT: &str = "4096";
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
        let options = options(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is erased is overwritten, not only unlinked.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", WRITERS_CACHE)
            // A statement that can be undone alone writes what it changes to a file in /var/tmp otherwise:
            // orders have no business there.
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", CHECKPOINT);
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
        let file = SqliteFile::new(path.clone(), options(&path).read_only(true), &rules.clock);
        let mut session = file.connect().await?;
        let version = versions::applied(&mut session).await;
        let version = version.map_err(|error| file.unavailable(&error))?;
        versions::known(version, &file.place())?;
        versions::not_old(version, &file.place())?;
        Ok(Self::reading(file, rules))
    }

    /// Tries to begin writing to a ledger that exists, and changes nothing.
    ///
    /// # Errors
    /// Why it cannot be written: locked, read-only, missing.
    pub async fn try_to_write(url: &str) -> Result<(), LedgerError> {
        let path = place::path_of(url)?;
        let options = options(&path).busy_timeout(A_LOOK);
        let file = SqliteFile::new(path, options, &Clock::default());
        may_write(&file).await
    }

    async fn open_with(
        path: PathBuf,
        options: SqliteConnectOptions,
        rules: Rules,
    ) -> Result<Self, LedgerError> {
        let file = SqliteFile::new(path, options, &rules.clock);
        let mut session = file.connect_first().await?;
        if let Err(error) = file.bring_up_to_date(&mut session).await {
            session.run("ROLLBACK").await.ok();
            return Err(error);
        }
        Ok(Self::writing(file, rules, session))
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

/// A file, as SQLite opens it.
pub struct SqliteFile {
    path: PathBuf,
    options: SqliteConnectOptions,
    clock: Clock,
    readers: SqlitePool,
}

impl SqliteFile {
    fn new(path: PathBuf, options: SqliteConnectOptions, clock: &Clock) -> Self {
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_lazy_with(self::options(&path).read_only(true));
        Self {
            path,
            options,
            clock: clock.clone(),
            readers,
        }
    }

    /// A new file gets its log while nobody else reads it. SQLite waits for no reader then, whatever its
    /// time-out is: somebody who asks how the new ledger stands would keep the first worker from it.
    async fn connect_first(&self) -> Result<SqliteConnection, LedgerError> {
        let began = Instant::now();
        loop {
            match self.options.connect().await {
                Err(error) if faults::is_busy(&error) && began.elapsed() < PATIENCE => {
                    tokio::time::sleep(AGAIN).await;
                }
                connected => return connected.map_err(|error| self.unavailable(&error)),
            }
        }
    }

    /// Applies what is missing, in one transaction.
    async fn bring_up_to_date(&self, session: &mut SqliteConnection) -> Result<(), LedgerError> {
        let unavailable = |error: sqlx::Error| self.unavailable(&error);
        for statement in [SqliteConnection::BEGIN, schema::VERSIONS] {
            let told = session.run(statement).await;
            told.map_err(unavailable)?;
        }
        let version = versions::applied(session).await.map_err(unavailable)?;
        versions::known(version, &self.place())?;
        let may_write = session.run(schema::MAY_WRITE).await;
        may_write.map_err(unavailable)?;
        let applied = versions::apply::<Self>(session, version, self.clock.now()).await;
        applied.map_err(unavailable)?;
        let committed = session.run("COMMIT").await;
        committed.map_err(unavailable)
    }
}

impl Engine for SqliteFile {
    type Row = SqliteRow;
    type Session = SqliteConnection;
    const WORDS: Dialect = schema::SQLITE;
    const WRITERS: u32 = 1;
    const GROUP: usize = 256;

    async fn connect(&self) -> Result<SqliteConnection, LedgerError> {
        let connected = self.options.connect().await;
        connected.map_err(|error| self.unavailable(&error))
    }

    fn ask(&self, text: Cow<'static, str>, values: Vec<Cell>) -> Asked<'_, SqliteRow> {
        query(text, values).fetch_all(&self.readers).boxed()
    }

    /// A transaction that writes holds all of the file.
    async fn hold(
        &self,
        _: &mut SqliteConnection,
        _: &BTreeSet<String>,
    ) -> Result<Timestamp, sqlx::Error> {
        Ok(self.clock.now())
    }

    fn due<'a>(&'a self, look: Look<'a>) -> Asked<'a, SqliteRow> {
        let now = Cell::from(self.clock.now().as_microsecond());
        // More than is wanted is read, in place of a list of keys in the statement.
        let more = look.limit.saturating_add(look.except.len());
        let mut values = vec![now, more.into()];
        values.extend(look.line.map(Cell::from));
        let text = look.line.map_or(queries::DUE, |_| queries::DUE_OF_LINE);
        self.ask(text.into(), values)
    }

    fn next_due(&self) -> Asked<'_, SqliteRow> {
        self.ask(queries::NEXT_DUE.into(), Vec::new())
    }

    fn unsent(&self, limit: usize, printed: bool) -> Asked<'_, SqliteRow> {
        self.ask(queries::unsent(printed).into(), vec![limit.into()])
    }

    fn is_of_one(error: &sqlx::Error) -> bool {
        faults::is_constraint(error)
    }

    /// A file that another process holds, or that cannot be written, is opened still.
    fn is_lost(_: &sqlx::Error) -> bool {
        false
    }

    fn kept_nothing(error: &sqlx::Error) -> bool {
        faults::kept_nothing(error)
    }

    fn in_words(&self, error: &sqlx::Error) -> String {
        faults::in_words(error, &self.path)
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    async fn headroom(&self, wanted_mib: u64) -> Result<(), LedgerError> {
        place::headroom(&self.path, wanted_mib)
    }

    /// The file has what was erased no more; its log is folded into it and cut.
    async fn overwrite_erased(&self) -> Result<(), LedgerError> {
        let mut session = self.connect().await?;
        let folded = session.ask("PRAGMA wal_checkpoint(TRUNCATE)".into(), Vec::new());
        let folded = folded.await.map_err(|error| self.unavailable(&error))?;
        let busy = folded
            .first()
            .is_none_or(|row| row.number(0).is_ok_and(|busy| busy != 0));
        let closed = Session::close(session).await;
        closed.map_err(|error| self.unavailable(&error))?;
        if busy {
            return Err(LedgerError::Unavailable(format!(
                "what was erased is gone from {}, but not from its log yet, which others were reading: it goes when the worker next stops, or ask again",
                self.place()
            )));
        }
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
    }
}

impl Session for SqliteConnection {
    type Row = SqliteRow;
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    async fn ask(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        query(text, values).fetch_all(self).await
    }

    async fn tell(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<u64, sqlx::Error> {
        let done = query(text, values).execute(self).await?;
        Ok(done.rows_affected())
    }

    async fn script(&mut self, text: String) -> Result<(), sqlx::Error> {
        let run = sqlx::raw_sql(AssertSqlSafe(text)).execute(self);
        run.await.map(drop)
    }

    async fn close(self) -> Result<(), sqlx::Error> {
        Connection::close(self).await
    }
}

/// The texts are ours alone; what comes from outside is a value.
fn query(text: Cow<'static, str>, values: Vec<Cell>) -> Query<'static, Sqlite, SqliteArguments> {
    let query = sqlx::query(AssertSqlSafe(text));
    values.into_iter().fold(query, |query, value| match value {
        Cell::Number(number) => query.bind(number),
        Cell::Text(text) => query.bind(text),
        Cell::Bytes(bytes) => query.bind(bytes),
    })
}
