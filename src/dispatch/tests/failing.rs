//! A ledger that refuses to keep outcomes when told to, around a real one.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::ledger::{
    Beat, Change, Due, Filter, Gauges, KeptLabel, Ledger, LedgerError, Look, Note, OrderRow, Pause,
    Paused, Personal, PrintJob, Recorded, Resting, Resumption, Worker,
};
use crate::life::{Event, Life, State};
use crate::order::Key;
use crate::outbox::{Outbox, OutboxRow};

/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(10);

/// What the ledger was asked to keep, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A claim, of this order.
    Claimed(String),
    /// An outcome, kept.
    Kept(String),
}

/// The ledger.
pub struct Failing {
    inner: Arc<dyn Ledger>,
    refuses: AtomicBool,
    refused: AtomicUsize,
    seen: Mutex<Vec<Seen>>,
}

impl Failing {
    pub fn around(inner: Arc<dyn Ledger>) -> Self {
        Self {
            inner,
            refuses: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
            seen: Mutex::default(),
        }
    }

    pub fn refuse_outcomes(&self, refuse: bool) {
        self.refuses.store(refuse, Ordering::SeqCst);
    }

    pub async fn wait_for_refusals(&self, count: usize, patience: Duration) {
        let waiting = async {
            while self.refused.load(Ordering::SeqCst) < count {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(patience, waiting)
            .await
            .expect("refused in time");
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("the list").clone()
    }

    async fn keep(&self, changes: Vec<Change>) -> Vec<Result<Recorded, LedgerError>> {
        let outcome = |change: &Change| matches!(change.event, Event::Answered(_));
        if self.refuses.load(Ordering::SeqCst) && changes.iter().any(outcome) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            let refused = || Err(LedgerError::Unavailable("told to refuse".into()));
            return changes.iter().map(|_| refused()).collect();
        }
        for change in &changes {
            let order_id = change.key.order_id.clone();
            let seen = match &change.event {
                Event::Claim(_) => Seen::Claimed(order_id),
                Event::Answered(_) => Seen::Kept(order_id),
                _ => continue,
            };
            self.seen.lock().expect("the list").push(seen);
        }
        self.inner.record(changes).await
    }
}

impl Outbox for Failing {
    fn unsent<'a>(&'a self, limit: usize) -> BoxFuture<'a, Result<Vec<OutboxRow>, String>> {
        self.inner.unsent(limit)
    }

    fn sent<'a>(&'a self, ids: Vec<i64>) -> BoxFuture<'a, Result<(), String>> {
        self.inner.sent(ids)
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, LedgerError>>;

impl Ledger for Failing {
    fn record(&self, changes: Vec<Change>) -> BoxFuture<'_, Vec<Result<Recorded, LedgerError>>> {
        Box::pin(self.keep(changes))
    }

    fn due<'a>(&'a self, look: Look<'a>) -> Answer<'a, Vec<Due>> {
        self.inner.due(look)
    }

    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        self.inner.next_due()
    }

    fn order<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Due>> {
        self.inner.order(key)
    }

    fn notes<'a>(&'a self, key: &'a Key) -> Answer<'a, Vec<Note>> {
        self.inner.notes(key)
    }

    fn list(&self, filter: Filter) -> Answer<'_, Vec<OrderRow>> {
        self.inner.list(filter)
    }

    fn count(&self) -> Answer<'_, Vec<(State, u64)>> {
        self.inner.count()
    }

    fn gauges(&self) -> Answer<'_, Gauges> {
        self.inner.gauges()
    }

    fn labels<'a>(&'a self, key: &'a Key) -> Answer<'a, Vec<KeptLabel>> {
        self.inner.labels(key)
    }

    fn label<'a>(&'a self, id: &'a str) -> Answer<'a, Option<KeptLabel>> {
        self.inner.label(id)
    }

    fn print_jobs(&self, limit: usize) -> Answer<'_, Vec<PrintJob>> {
        self.inner.print_jobs(limit)
    }

    fn printed(&self, ids: Vec<i64>) -> Answer<'_, ()> {
        self.inner.printed(ids)
    }

    fn paused(&self) -> Answer<'_, Vec<Paused>> {
        self.inner.paused()
    }

    fn pause(&self, pause: Pause) -> Answer<'_, ()> {
        self.inner.pause(pause)
    }

    fn resume(&self, resumption: Resumption) -> Answer<'_, bool> {
        self.inner.resume(resumption)
    }

    fn account_notes<'a>(&'a self, account: &'a str) -> Answer<'a, Vec<Note>> {
        self.inner.account_notes(account)
    }

    fn rest<'a>(
        &'a self,
        account: &'a str,
        worker: &'a str,
        until: Option<Timestamp>,
    ) -> Answer<'a, ()> {
        self.inner.rest(account, worker, until)
    }

    fn resting(&self) -> Answer<'_, Vec<Resting>> {
        self.inner.resting()
    }

    fn booked_since<'a>(&'a self, account: &'a str, since: Timestamp) -> Answer<'a, u64> {
        self.inner.booked_since(account, since)
    }

    fn pressing(&self, state: State, limit: usize) -> Answer<'_, Vec<Life>> {
        self.inner.pressing(state, limit)
    }

    fn open_by<'a>(&'a self, moments: &'a [Timestamp]) -> Answer<'a, Vec<u64>> {
        self.inner.open_by(moments)
    }

    fn set_aside(&self, since: Timestamp) -> Answer<'_, Vec<Life>> {
        self.inner.set_aside(since)
    }

    fn beat(&self, beat: Beat) -> Answer<'_, ()> {
        self.inner.beat(beat)
    }

    fn workers(&self) -> Answer<'_, Vec<Worker>> {
        self.inner.workers()
    }

    fn remark<'a>(&'a self, about: &'a str, text: &'a str) -> Answer<'a, ()> {
        self.inner.remark(about, text)
    }

    fn remarks<'a>(&'a self, about: &'a str) -> Answer<'a, Vec<Note>> {
        self.inner.remarks(about)
    }

    fn personal<'a>(&'a self, key: &'a Key) -> Answer<'a, Vec<Personal>> {
        self.inner.personal(key)
    }

    fn overwrite_erased(&self) -> Answer<'_, ()> {
        self.inner.overwrite_erased()
    }

    fn erase_expired(&self, now: Timestamp) -> Answer<'_, u64> {
        self.inner.erase_expired(now)
    }

    fn headroom(&self) -> Answer<'_, ()> {
        self.inner.headroom()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.inner.close()
    }
}
