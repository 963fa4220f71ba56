//! The file as an engine of the ledger: one thread writes, another folds the log, a third appends
//! labels, a few connections read. How SQLite differs from the other databases stands here and nowhere else.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio_util::task::TaskTracker;

use super::faults;
use super::folding::Folding;
use super::labels::{self, Appending, Labels};
use super::place;
use super::readers::Readers;
use super::row::FileRow;
use super::session::{FileError, FileSession, PATIENCE, Way};
use crate::ledger::rows::Cell;
use crate::ledger::schema::{self, Dialect};
use crate::ledger::sql::engine::{Asked, Engine, Fields, Session};
use crate::ledger::sql::versions;
use crate::ledger::{Change, Clock, LedgerError, Look, queries};

/// Between two tries where SQLite itself does not wait.
const AGAIN: Duration = Duration::from_millis(20);
/// What those are told who read or fold, in KiB: they come by most pages once.
const A_LITTLE: &str = "PRAGMA cache_size = -512;";

/// A file, as SQLite opens it.
pub struct SqliteFile {
    way: Way,
    clock: Clock,
    readers: Readers,
    folding: Folding,
    labels: Arc<Labels>,
    appending: Appending,
}

impl SqliteFile {
    /// Opens nothing yet.
    pub fn new(way: Way, clock: &Clock) -> Self {
        let readers = Readers::new(Way::to(&way.path).reading().with(A_LITTLE));
        Self {
            labels: Arc::new(Labels::of(&way.path)),
            way,
            clock: clock.clone(),
            readers,
            folding: Folding::default(),
            appending: Appending::default(),
        }
    }

    /// A new file gets its log while nobody else reads it. SQLite waits for no reader then, whatever its
    /// time-out is: somebody who asks how the new ledger stands would keep the first worker from it.
    pub async fn connect_first(&self) -> Result<FileSession, LedgerError> {
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

    /// Whether the log could be folded into the file and cut: not while somebody reads it, or folds it.
    async fn cut_log(&self) -> Result<bool, LedgerError> {
        let way = self.way.clone();
        let cut = spawn_blocking(move || {
            FileSession::open(&way)?.rows("PRAGMA wal_checkpoint(TRUNCATE)", &[])
        });
        let cut = cut.await.unwrap_or(Err(FileError::Closed));
        let cut = cut.map_err(|error| self.unavailable(&error))?;
        Ok(cut
            .first()
            .is_some_and(|row| row.number(0).is_ok_and(|busy| busy == 0)))
    }

    /// Refuses a ledger whose labels are lost.
    pub fn has_labels(&self) -> Result<(), LedgerError> {
        labels::are_there(&self.way.path)
    }

    /// Applies what is missing, in one transaction.
    pub async fn bring_up_to_date(&self, session: &mut FileSession) -> Result<(), LedgerError> {
        let unavailable = |error: FileError| self.unavailable(&error);
        for statement in [FileSession::BEGIN, schema::VERSIONS] {
            let told = session.run(statement).await;
            told.map_err(unavailable)?;
        }
        let version = versions::applied(session).await.map_err(unavailable)?;
        versions::known(version, &self.place())?;
        // A folder that was made once is not made again: that would hide that the labels are lost.
        if version < schema::LABELS_BESIDE {
            labels::make(&self.way.path)?;
        }
        self.has_labels()?;
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
        on_a_thread(
            "ledger labels",
            writers,
            self.appending.begin(labels::folder(&self.way.path)),
        );
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

    async fn keep_labels(&self, changes: &mut [Change]) -> Result<(), LedgerError> {
        let kept = changes.iter().flat_map(|change| &change.kept.labels);
        let new: Vec<labels::New> = kept
            .map(|(known, _, label)| (known.id.clone(), label.bytes.clone()))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut places = self.appending.append(new).await?.into_iter();
        for change in changes {
            let count = change.kept.labels.len();
            change.kept.places = places.by_ref().take(count).collect();
        }
        Ok(())
    }

    async fn label_at(&self, place: String) -> Result<Option<Vec<u8>>, LedgerError> {
        let labels = Arc::clone(&self.labels);
        let read = spawn_blocking(move || labels.read(&place)).await;
        read.unwrap_or_else(|_| Err(self.unavailable(&FileError::Closed)))
    }

    fn overwrite_labels(&self, places: &[String]) -> Result<(), FileError> {
        Ok(self.labels.overwrite(places)?)
    }

    fn remove_labels(&self, before: Timestamp, oldest: Option<&str>) -> Result<(), LedgerError> {
        let day = before.to_zoned_datetime(TimeZone::UTC).date();
        self.labels.remove_before(day, oldest)
    }

    fn size_beside(&self) -> u64 {
        self.labels.size()
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
        let began = Instant::now();
        while !self.cut_log().await? {
            if began.elapsed() > PATIENCE {
                return Err(LedgerError::Unavailable(format!(
                    "what was erased is gone from {}, but not from its log yet, which others were reading: it goes when the worker next stops, or ask again",
                    self.place()
                )));
            }
            tokio::time::sleep(AGAIN).await;
        }
        Ok(())
    }

    fn committed(&self) {
        self.folding.committed();
    }

    async fn close(&self) {
        self.folding.end().await;
        self.readers.close().await;
        self.appending.end().await;
    }
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
