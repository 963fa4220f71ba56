//! The ledger over a SQL database, once for all of them: writes are handed to those who write
//! (`sql/writer.rs`), questions are answered beside them (`sql/reads.rs`). What a database must be
//! able to do stands in `sql/engine.rs`.
//!
//! Others may have the same ledger open: every change reads its order again inside its own
//! transaction, and nothing is remembered between two of them.

pub mod engine;
mod reads;
mod transaction;
pub mod versions;
mod writer;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::task::TaskTracker;

use self::engine::{Engine, Session};
use self::reads::Reads;
use self::writer::{Answer, Job, Work, Writer, Written};
use super::{
    Beat, Change, Due, Filter, Gauges, KeptLabel, Ledger, LedgerError, Look, Note, OrderRow, Pause,
    Paused, Personal, PrintJob, Recorded, Resting, Resumption, Rules, STALE, Worker, rows, schema,
};
use crate::life::{Life, State, earlier};
use crate::order::Key;
use crate::outbox::{Outbox, OutboxRow};

/// Writes that may wait before callers wait to hand theirs in.
const WAITING: usize = 1024;

const CLOSED: &str = "is closed already";

/// A ledger in a database.
pub struct SqlLedger<E> {
    reads: Reads<E>,
    engine: Arc<E>,
    rules: Rules,
    /// Where work is handed in, or why not.
    door: RwLock<Result<mpsc::Sender<Job>, &'static str>>,
    writers: TaskTracker,
}

impl<E: Engine> SqlLedger<E> {
    /// With writers, the first of which takes this session.
    pub(super) fn writing(engine: E, rules: Rules, session: E::Session) -> Self {
        let (sender, jobs) = mpsc::channel(WAITING);
        let ledger = Self::with(engine, rules, Ok(sender));
        let jobs = Arc::new(Mutex::new(jobs));
        let mut session = Some(session);
        for _ in 0..E::WRITERS {
            let writer = Writer {
                engine: Arc::clone(&ledger.engine),
                rules: ledger.rules.clone(),
                jobs: Arc::clone(&jobs),
                session: session.take(),
            };
            ledger.engine.employ(&ledger.writers, writer.run());
        }
        ledger.writers.close();
        ledger
    }

    /// For questions only.
    pub(super) fn reading(engine: E, rules: Rules) -> Self {
        Self::with(engine, rules, Err("was opened for reading only"))
    }

    fn with(engine: E, rules: Rules, door: Result<mpsc::Sender<Job>, &'static str>) -> Self {
        let engine = Arc::new(engine);
        Self {
            reads: Reads {
                engine: Arc::clone(&engine),
            },
            engine,
            rules,
            door: RwLock::new(door),
            writers: TaskTracker::new(),
        }
    }

    fn door(&self) -> Result<mpsc::Sender<Job>, LedgerError> {
        let door = self.door.read().unwrap_or_else(PoisonError::into_inner);
        door.clone().map_err(|why| self.refused(why))
    }

    fn refused(&self, why: &str) -> LedgerError {
        LedgerError::Unavailable(format!("{} {why}", self.engine.place()))
    }

    fn close_the_door(&self) {
        let mut door = self.door.write().unwrap_or_else(PoisonError::into_inner);
        *door = Err(CLOSED);
    }

    async fn write(&self, work: Work) -> Answer {
        let (reply, answer) = oneshot::channel();
        let handed_in = self.door()?.send(Job { work, reply }).await;
        handed_in.map_err(|_| self.refused(CLOSED))?;
        answer.await.unwrap_or_else(|_| {
            Err(LedgerError::Unknown(format!(
                "{} was left before it answered",
                self.engine.place()
            )))
        })
    }

    async fn record_together(
        &self,
        mut changes: Vec<Change>,
    ) -> Vec<Result<Recorded, LedgerError>> {
        let count = changes.len();
        if let Err(error) = self.engine.keep_labels(&mut changes).await {
            return vec![Err(error); count];
        }
        let error = match self.write(Work::Record(changes)).await {
            Ok(Written::Recorded(recorded)) => return recorded,
            Ok(_) => mistaken(),
            Err(error) => error,
        };
        vec![Err(error); count]
    }
}

/// Begins to write, and changes nothing.
pub(super) async fn may_write<E: Engine>(engine: &E) -> Result<(), LedgerError> {
    let mut session = engine.connect().await?;
    for statement in [E::Session::BEGIN, schema::MAY_WRITE, "ROLLBACK"] {
        let told = session.run(statement).await;
        told.map_err(|error| engine.unavailable(&error))?;
    }
    let closed = session.close().await;
    closed.map_err(|error| engine.unavailable(&error))
}

/// Each work is answered with what was written; anything else would be our mistake.
fn mistaken() -> LedgerError {
    LedgerError::Unknown("something else was answered than was asked".into())
}

impl<E: Engine> Outbox for SqlLedger<E> {
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
            answer.map(drop).map_err(|error| error.to_string())
        }
        .boxed()
    }
}

impl<E: Engine> Ledger for SqlLedger<E> {
    fn record(
        &self,
        mut changes: Vec<Change>,
    ) -> BoxFuture<'_, Vec<Result<Recorded, LedgerError>>> {
        async move {
            let mut recorded = Vec::with_capacity(changes.len());
            while !changes.is_empty() {
                let later = changes.split_off(changes.len().min(E::GROUP));
                recorded.extend(self.record_together(changes).await);
                changes = later;
            }
            recorded
        }
        .boxed()
    }

    fn due<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Vec<Due>, LedgerError>> {
        self.reads.due(look).boxed()
    }

    fn now(&self) -> Timestamp {
        self.rules.clock.now()
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
        self.reads.gauges(self.rules.clock.now()).boxed()
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
        async move { self.write(Work::Printed(ids)).await.map(drop) }.boxed()
    }

    fn paused(&self) -> BoxFuture<'_, Result<Vec<Paused>, LedgerError>> {
        self.reads.paused().boxed()
    }

    fn pause(&self, pause: Pause) -> BoxFuture<'_, Result<(), LedgerError>> {
        let work = Work::Pause(Box::new(pause));
        async move { self.write(work).await.map(drop) }.boxed()
    }

    fn resume(&self, resumption: Resumption) -> BoxFuture<'_, Result<bool, LedgerError>> {
        async move {
            match self.write(Work::Resume(resumption)).await? {
                Written::Resumed(was_paused) => Ok(was_paused),
                _ => Err(mistaken()),
            }
        }
        .boxed()
    }

    fn account_notes<'a>(
        &'a self,
        account: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Note>, LedgerError>> {
        self.reads.account_notes(account).boxed()
    }

    fn rest<'a>(
        &'a self,
        account: &'a str,
        worker: &'a str,
        until: Option<Timestamp>,
    ) -> BoxFuture<'a, Result<(), LedgerError>> {
        let (account, worker) = (account.to_owned(), worker.to_owned());
        let work = Work::Rest {
            account,
            worker,
            until,
        };
        async move { self.write(work).await.map(drop) }.boxed()
    }

    fn resting(&self) -> BoxFuture<'_, Result<Vec<Resting>, LedgerError>> {
        let fresh = earlier(self.rules.clock.now(), STALE);
        self.reads.resting(fresh).boxed()
    }

    fn beat(&self, beat: Beat) -> BoxFuture<'_, Result<(), LedgerError>> {
        async move { self.write(Work::Beat(beat)).await.map(drop) }.boxed()
    }

    fn workers(&self) -> BoxFuture<'_, Result<Vec<Worker>, LedgerError>> {
        self.reads.workers().boxed()
    }

    fn remark<'a>(
        &'a self,
        about: &'a str,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), LedgerError>> {
        let (about, text) = (rows::remark(about), text.to_owned());
        async move { self.write(Work::Remark { about, text }).await.map(drop) }.boxed()
    }

    fn remarks<'a>(&'a self, about: &'a str) -> BoxFuture<'a, Result<Vec<Note>, LedgerError>> {
        self.reads.remarks(about).boxed()
    }

    fn booked_since<'a>(
        &'a self,
        account: &'a str,
        since: Timestamp,
    ) -> BoxFuture<'a, Result<u64, LedgerError>> {
        self.reads.booked_since(account, since).boxed()
    }

    fn pressing(
        &self,
        state: State,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Life>, LedgerError>> {
        self.reads.pressing(state, limit).boxed()
    }

    fn open_by<'a>(
        &'a self,
        moments: &'a [Timestamp],
    ) -> BoxFuture<'a, Result<Vec<u64>, LedgerError>> {
        self.reads.open_by(moments).boxed()
    }

    fn set_aside(&self, since: Timestamp) -> BoxFuture<'_, Result<Vec<Life>, LedgerError>> {
        self.reads.set_aside(since).boxed()
    }

    fn erase_expired(&self, now: Timestamp) -> BoxFuture<'_, Result<u64, LedgerError>> {
        async move {
            let rows = match self.write(Work::Erase(now)).await? {
                Written::Erased(rows) => rows,
                _ => return Err(mistaken()),
            };
            if rows == 0 {
                let kept_for = Duration::from_secs(86_400 * u64::from(self.rules.erase_after_days));
                let oldest = self.reads.oldest_place().await?;
                let before = earlier(now, kept_for);
                self.engine.remove_labels(before, oldest.as_deref())?;
            }
            Ok(rows)
        }
        .boxed()
    }

    fn personal<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Vec<Personal>, LedgerError>> {
        self.reads.personal(key).boxed()
    }

    fn overwrite_erased(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        async move {
            self.door()?;
            self.engine.overwrite_erased().await
        }
        .boxed()
    }

    fn headroom(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        async move {
            self.door()?;
            self.engine.headroom(self.rules.headroom_mib).await
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            // Who asks leaves first: the last to leave a SQLite file folds its log into it.
            self.engine.close().await;
            self.close_the_door();
            self.writers.wait().await;
        }
        .boxed()
    }
}
