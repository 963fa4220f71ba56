//! The ledger in one SQLite file: the embedded choice, for one machine. One session writes, a few
//! connections read beside it. Commands may open it beside a running worker.

mod faults;
mod folding;
mod place;
mod readers;
mod row;
mod session;
#[cfg(test)]
pub mod tests;

pub use place::{WorkerLock, has_worker, lock_worker, path_of, room};

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::future::Future;
use std::thread::Builder;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio_util::task::TaskTracker;

use self::folding::{AT_THE_LATEST, Folding};
use self::readers::Readers;
use self::row::FileRow;
use self::session::{FileError, FileSession, PATIENCE, Way};
use super::rows::Cell;
use super::schema::{self, Dialect};
use super::sql::engine::{Asked, Engine, Fields, Session};
use super::sql::{SqlLedger, may_write, versions};
use super::{Clock, LedgerError, Look, Rules, queries};

/// Between two tries where SQLite itself does not wait.
const AGAIN: Duration = Duration::from_millis(20);
/// How long somebody who only looks waits for one.
const A_LOOK: Duration = Duration::from_secs(2);
/// What a worker's connection is told. What is erased is overwritten, not only unlinked. A statement
/// that can be undone alone writes what it changes to a file in /var/tmp unless it is told otherwise:
/// orders have no business there. A group of labels is not spilled half way (in KiB, as SQLite wants
/// it).
const SETTINGS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -4096;
";
/// What those are told who read or fold, in KiB: they come by most pages once.
const A_LITTLE: &str = "PRAGMA cache_size = -512;";

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

/// Not one of the runtime's threads, which are for work that ends.
fn on_a_thread(name: &str, all: &TaskTracker, work: impl FnOnce() + Send + 'static) {
    let token = all.token();
    let named = Builder::new().name(name.to_owned());
    let spawned = named.spawn(move || {
        work();
        drop(token);
    });
    if let Err(error) = spawned {
        // What was to be written is refused: nobody is there to take it.
        tracing::error!("no thread for the {name}: {error}");
    }
}

/// A file, as SQLite opens it.
pub struct SqliteFile {
    way: Way,
    clock: Clock,
    readers: Readers,
    folding: Folding,
}

impl SqliteFile {
    fn new(way: Way, clock: &Clock) -> Self {
        let readers = Readers::new(Way::to(&way.path).reading().with(A_LITTLE));
        Self {
            way,
            clock: clock.clone(),
            readers,
            folding: Folding::default(),
        }
    }

    /// A new file gets its log while nobody else reads it. SQLite waits for no reader then, whatever its
    /// time-out is: somebody who asks how the new ledger stands would keep the first worker from it.
    async fn connect_first(&self) -> Result<FileSession, LedgerError> {
        let began = Instant::now();
        loop {
            match FileSession::open(&self.way) {
                Err(error) if faults::is_busy(&error) && began.elapsed() < PATIENCE => {
                    tokio::time::sleep(AGAIN).await;
                }
                opened => return opened.map_err(|error| self.unavailable(&error)),
            }
        }
    }

    /// Applies what is missing, in one transaction.
    async fn bring_up_to_date(&self, session: &mut FileSession) -> Result<(), LedgerError> {
        let unavailable = |error: FileError| self.unavailable(&error);
        for statement in [FileSession::BEGIN, schema::VERSIONS] {
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
    type Row = FileRow;
    type Error = FileError;
    type Session = FileSession;
    const WORDS: Dialect = schema::SQLITE;
    const WRITERS: u32 = 1;
    const GROUP: usize = 256;

    /// On a thread of its own, which waits for the disk; nothing is handed from thread to thread while
    /// a transaction is open.
    fn employ(&self, writers: &TaskTracker, work: impl Future<Output = ()> + Send + 'static) {
        let here = Handle::current();
        on_a_thread("ledger", writers, move || here.block_on(work));
        let way = Way::to(&self.way.path).with(A_LITTLE);
        on_a_thread("ledger log", writers, self.folding.begin(way));
    }

    async fn connect(&self) -> Result<FileSession, LedgerError> {
        FileSession::open(&self.way).map_err(|error| self.unavailable(&error))
    }

    fn ask(&self, text: Cow<'static, str>, values: Vec<Cell>) -> Asked<'_, Self> {
        self.readers.ask(text, values).boxed()
    }

    /// A transaction that writes holds all of the file.
    async fn hold(
        &self,
        _: &mut FileSession,
        _: &BTreeSet<String>,
    ) -> Result<Timestamp, FileError> {
        Ok(self.clock.now())
    }

    fn due<'a>(&'a self, look: Look<'a>) -> Asked<'a, Self> {
        let now = Cell::from(self.clock.now().as_microsecond());
        // More than is wanted is read, in place of a list of keys in the statement.
        let more = look.limit.saturating_add(look.except.len());
        let mut values = vec![now, more.into()];
        values.extend(look.line.map(Cell::from));
        let text = look.line.map_or(queries::DUE, |_| queries::DUE_OF_LINE);
        self.ask(text.into(), values)
    }

    fn next_due(&self) -> Asked<'_, Self> {
        self.ask(queries::NEXT_DUE.into(), Vec::new())
    }

    fn unsent(&self, limit: usize, printed: bool) -> Asked<'_, Self> {
        self.ask(queries::unsent(printed).into(), vec![limit.into()])
    }

    fn is_of_one(error: &FileError) -> bool {
        faults::is_constraint(error)
    }

    fn is_taken(error: &FileError) -> bool {
        faults::is_unique(error)
    }

    /// A file that another process holds, or that cannot be written, is opened still.
    fn is_lost(_: &FileError) -> bool {
        false
    }

    fn kept_nothing(error: &FileError) -> bool {
        faults::kept_nothing(error)
    }

    fn in_words(&self, error: &FileError) -> String {
        faults::in_words(error, &self.way.path)
    }

    fn place(&self) -> String {
        self.way.path.display().to_string()
    }

    async fn headroom(&self, wanted_mib: u64) -> Result<(), LedgerError> {
        place::headroom(&self.way.path, wanted_mib)
    }

    /// The file has what was erased no more; its log is folded into it and cut.
    async fn overwrite_erased(&self) -> Result<(), LedgerError> {
        let way = self.way.clone();
        let folded = spawn_blocking(move || {
            FileSession::open(&way)?.rows("PRAGMA wal_checkpoint(TRUNCATE)", &[])
        });
        let folded = folded.await.unwrap_or(Err(FileError::Closed));
        let folded = folded.map_err(|error| self.unavailable(&error))?;
        let busy = folded
            .first()
            .is_none_or(|row| row.number(0).is_ok_and(|busy| busy != 0));
        if busy {
            return Err(LedgerError::Unavailable(format!(
                "what was erased is gone from {}, but not from its log yet, which others were reading: it goes when the worker next stops, or ask again",
                self.place()
            )));
        }
        Ok(())
    }

    fn committed(&self) {
        self.folding.committed();
    }

    async fn close(&self) {
        self.folding.end();
        self.readers.close().await;
    }
}
