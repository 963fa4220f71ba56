//! The ledger: the one durable truth about every order. One trait, one conformance suite, and one
//! implementation for two databases: a SQLite file for one machine, PostgreSQL for many workers.
//!
//! It executes what the life machine decides, in one transaction per change: it locks the order's
//! row, lets [`crate::life::step`] decide, and commits the life, the attempt, the labels and the
//! events together. It never talks to a bus or a carrier.

mod batch;
mod condition;
#[cfg(test)]
pub mod conformance;
mod gauges;
pub mod inspect;
mod open;
#[cfg(feature = "postgres")]
mod postgres;
mod queries;
mod rows;
mod schema;
mod sql;
pub mod sqlite;
mod statements;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use carrier_sdk::Label;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::life::{Action, Event, LabelRef, Life, Policy, Standing, State, Verdict};
use crate::order::Key;
use crate::outbox::Outbox;

pub use condition::{
    Beat, PAUSED_BY_HAND, Pause, Paused, REMEMBERED, Resting, Resumption, STALE, Worker,
};
pub use gauges::Gauges;
pub use open::{open, open_to_read, take_worker_role};

/// One thing that happened to one order, with what must be kept beside the decision.
#[derive(Debug, Clone)]
pub struct Change {
    /// The order.
    pub key: Key,
    /// What happened.
    pub event: Event,
    /// What is kept with it.
    pub kept: Kept,
}

/// What a change brings that is not decided upon: rows of their own, with an `erase_after`.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The order as JSON (of a received order). Personal data.
    pub order: Option<String>,
    /// Labels of the outcome, by parcel position; their entries stand in the outcome. Personal data.
    pub labels: Vec<(LabelRef, usize, Label)>,
    /// Where a ledger that keeps them beside itself has put them already, in the same order. Its own
    /// affair: nobody else fills it.
    pub places: Vec<String>,
    /// The carrier's raw answer. Personal data.
    pub answer: Option<RawAnswer>,
}

/// A carrier's answer as it came, kept as evidence.
#[derive(Clone)]
pub struct RawAnswer {
    /// HTTP status.
    pub status: u16,
    /// Content-Type.
    pub content_type: Option<String>,
    /// The body without the documents in it, cut at [`ANSWER_KEPT`].
    pub body: Vec<u8>,
}

/// How much of a raw answer is kept.
pub const ANSWER_KEPT: usize = 16 * 1024;

impl std::fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

/// What became of a change, after it is durable.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The order's life after it.
    pub life: Life,
    /// What the caller must do now.
    pub action: Option<Action>,
    /// What became of the event.
    pub verdict: Verdict,
    /// What was added to the timeline: fit for a log, free of personal data.
    pub notes: Vec<String>,
    /// Whether the order was accepted by it, which happens once.
    pub accepted: bool,
}

/// An order that is due, with its content in force.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its life.
    pub life: Life,
    /// The order as JSON. Personal data. None when it was erased.
    pub order: Option<String>,
}

/// What is looked for among the orders that are due.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// At most so many.
    pub limit: usize,
    /// None of these.
    pub except: &'a [Key],
    /// Only those that probably need this account's line next (empty: of which no account is known).
    pub line: Option<&'a str>,
}

impl Look<'_> {
    /// So many of all.
    pub fn at_most(limit: usize) -> Self {
        Self {
            limit,
            except: &[],
            line: None,
        }
    }
}

/// Why a change is not durable.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// The reference belongs to another order at this account: claim again with a hashed one.
    #[error("the reference is taken by another order of the account")]
    ReferenceTaken,
    /// Nothing was kept; the same change may be tried again.
    #[error("the ledger cannot be used now: {0}")]
    Unavailable(String),
    /// It is not known whether it was kept: to be read again by key, never assumed.
    #[error("it is not known whether the ledger kept it: {0}")]
    Unknown(String),
    /// What is stored cannot be read by this version.
    #[error("the ledger holds something this version cannot read: {0}")]
    Unreadable(String),
}

/// One row of `orders list`.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its life.
    pub life: Life,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In these states; empty: all.
    pub states: Vec<State>,
    /// With a booking that stands so: `Standing::Stray` for the invoice check.
    pub standing: Option<Standing>,
    /// Whose key, reference or tracking number contains this, or whose phone does (six digits at
    /// least, in national or international form).
    pub text: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A line of an order's timeline.
#[derive(Debug, Clone)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What, in plain words, without personal data.
    pub text: String,
}

/// A label as it is kept.
#[derive(Debug, Clone)]
pub struct KeptLabel {
    /// Its id.
    pub id: String,
    /// The order.
    pub key: Key,
    /// The booking.
    pub n: u32,
    /// Position of the parcel.
    pub parcel: usize,
    /// Its bytes.
    pub label: Label,
}

/// Personal data that is kept of an order.
#[derive(Clone)]
pub struct Personal {
    /// What it is, without saying any of it.
    pub what: String,
    /// Until when, unless the order is open then.
    pub erase_after: Timestamp,
    /// The data.
    pub bytes: Vec<u8>,
}

/// A file of the print folder to be made or moved: after the commit and before the event (rule 12).
#[derive(Debug, Clone)]
pub struct PrintJob {
    /// Given back to [`Ledger::printed`].
    pub id: i64,
    /// What to do.
    pub kind: PrintKind,
    /// The order.
    pub key: Key,
    /// The booking.
    pub n: u32,
    /// Position of the parcel.
    pub parcel: usize,
    /// What to print. None when it was erased.
    pub label: Option<Label>,
}

/// What to do in the print folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintKind {
    /// Write the label.
    Print,
    /// Move it to the voided ones.
    Void,
}

/// The ledger. Every method may be called from any task; writes share group commits.
pub trait Ledger: Outbox {
    /// Keeps changes; each is answered on its own. When this returns, `Ok` ones are durable.
    fn record(&self, changes: Vec<Change>) -> BoxFuture<'_, Vec<Result<Recorded, LedgerError>>>;

    /// Orders due by now: first those whose truck (else whose deadline) is next.
    fn due<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Vec<Due>, LedgerError>>;

    /// Now, by the clock that its transactions go by: a machine whose own clock is wrong still tells
    /// what is due.
    fn now(&self) -> Timestamp;

    /// When the next order will be due.
    fn next_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>>;

    /// One order's life, with its content in force.
    fn order<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Due>, LedgerError>>;

    /// An order's timeline, oldest first.
    fn notes<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Vec<Note>, LedgerError>>;

    /// Orders, newest change first.
    fn list(&self, filter: Filter) -> BoxFuture<'_, Result<Vec<OrderRow>, LedgerError>>;

    /// How many orders are in each state.
    fn count(&self) -> BoxFuture<'_, Result<Vec<(State, u64)>, LedgerError>>;

    /// The ledger's figures, by aggregate queries that walk indexes: fit to be asked every few seconds.
    fn gauges(&self) -> BoxFuture<'_, Result<Gauges, LedgerError>>;

    /// An order's labels.
    fn labels<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Vec<KeptLabel>, LedgerError>>;

    /// The label with this id. None also when it was erased.
    fn label<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<KeptLabel>, LedgerError>>;

    /// What is to be done in the print folder, oldest first. Until it is marked as done, no event
    /// of the order is offered to the bus. Empty unless [`Rules::print`] is set.
    fn print_jobs(&self, limit: usize) -> BoxFuture<'_, Result<Vec<PrintJob>, LedgerError>>;

    /// Marks jobs as done.
    fn printed(&self, ids: Vec<i64>) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// Accounts that are paused.
    fn paused(&self) -> BoxFuture<'_, Result<Vec<Paused>, LedgerError>>;

    /// Stops an account on a person's word, also one that the carrier has stopped already.
    fn pause(&self, pause: Pause) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// Lets an account work again and wakes the orders that wait for it. Whether it was paused.
    fn resume(&self, resumption: Resumption) -> BoxFuture<'_, Result<bool, LedgerError>>;

    /// What happened to an account, oldest first.
    fn account_notes<'a>(
        &'a self,
        account: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Note>, LedgerError>>;

    /// A worker's line to an account rests until then, or works again.
    fn rest<'a>(
        &'a self,
        account: &'a str,
        worker: &'a str,
        until: Option<Timestamp>,
    ) -> BoxFuture<'a, Result<(), LedgerError>>;

    /// Lines that rest, as the workers said a short while ago.
    fn resting(&self) -> BoxFuture<'_, Result<Vec<Resting>, LedgerError>>;

    /// A worker lives.
    fn beat(&self, beat: Beat) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// Workers that gave a sign in the last weeks, the latest first.
    fn workers(&self) -> BoxFuture<'_, Result<Vec<Worker>, LedgerError>>;

    /// Keeps what a person did that concerns no order and no account.
    fn remark<'a>(
        &'a self,
        about: &'a str,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), LedgerError>>;

    /// What was kept so, oldest first.
    fn remarks<'a>(&'a self, about: &'a str) -> BoxFuture<'a, Result<Vec<Note>, LedgerError>>;

    /// How many bookings of an account were first sent since then and are not proven not to exist.
    fn booked_since<'a>(
        &'a self,
        account: &'a str,
        since: Timestamp,
    ) -> BoxFuture<'a, Result<u64, LedgerError>>;

    /// Orders that wait, are in doubt, lack a label or are parked: in this state, most urgent first.
    fn pressing(&self, state: State, limit: usize)
    -> BoxFuture<'_, Result<Vec<Life>, LedgerError>>;

    /// For each moment, how many orders must have a label by then and have none.
    fn open_by<'a>(
        &'a self,
        moments: &'a [Timestamp],
    ) -> BoxFuture<'a, Result<Vec<u64>, LedgerError>>;

    /// Orders that changed since then and have a booking that is not in force: strays, extras and
    /// voided ones.
    fn set_aside(&self, since: Timestamp) -> BoxFuture<'_, Result<Vec<Life>, LedgerError>>;

    /// Erases some of the personal data whose time is over; how many rows, 0 when none is left.
    /// What an order that is not ended needs is kept.
    fn erase_expired(&self, now: Timestamp) -> BoxFuture<'_, Result<u64, LedgerError>>;

    /// All personal data that is kept of an order.
    fn personal<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Vec<Personal>, LedgerError>>;

    /// Overwrites what was erased wherever that can be done at once: a SQLite file's log still has it
    /// until then. A server does it in its own time.
    fn overwrite_erased(&self) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// Whether the outcome of what is claimed now could be kept: there is room, and it may be written.
    fn headroom(&self) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// Writes what is pending and closes.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// What a ledger needs to know of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Given to the life machine.
    pub policy: Arc<Policy>,
    /// Given to the events it writes.
    pub teller: crate::events::Teller,
    /// How long personal data is kept, in days.
    pub erase_after_days: u32,
    /// Least free disk for a claim, in MiB.
    pub headroom_mib: u64,
    /// Whether a print folder must be filled before events leave.
    pub print: bool,
    /// What time it is.
    pub clock: Clock,
}

/// Tells the time of a transaction: as set, or by the ledger's own clock. That is this machine's for
/// a file and the server's for a server, so that all workers of a ledger go by one clock.
#[derive(Clone, Default)]
pub struct Clock {
    set: Option<Arc<dyn Fn() -> Timestamp + Send + Sync>>,
    /// By how many microseconds the ledger's own clock is ahead of this machine's, as last heard.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that shows what this says.
    pub fn new(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            set: Some(Arc::new(tell)),
            ..Self::default()
        }
    }

    /// What it was set to; none: ask the ledger's own.
    pub fn as_set(&self) -> Option<Timestamp> {
        self.set.as_ref().map(|tell| tell())
    }

    /// The ledger's own clock shows this at this moment. What it tells from now on.
    pub fn hear(&self, told: Timestamp) -> Timestamp {
        let ahead = told.as_microsecond() - Timestamp::now().as_microsecond();
        self.ahead.store(ahead, Ordering::Relaxed);
        self.as_set().unwrap_or(told)
    }

    /// Now, as far as this machine knows.
    pub fn now(&self) -> Timestamp {
        self.as_set().unwrap_or_else(|| {
            let ahead = SignedDuration::from_micros(self.ahead.load(Ordering::Relaxed));
            Timestamp::now().saturating_add(ahead).unwrap_or_default()
        })
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machines_clock_is_corrected_by_what_was_heard_of_the_ledgers() {
        let clock = Clock::default();
        for hours in [1, -2] {
            let before = Timestamp::now();
            let told = before + SignedDuration::from_hours(hours);
            clock.hear(told);
            let now = clock.now();
            let passed = Timestamp::now().duration_since(before);
            let rounded = SignedDuration::from_micros(2);
            let later = now.duration_since(told);
            assert!((-rounded..=passed + rounded).contains(&later), "{later}");
        }
    }
}
