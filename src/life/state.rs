//! What is known of an order: its state, its bookings, its timers. Kept by the ledger as one value,
//! free of personal data.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::RiskCause;
use super::booking::{Booking, Standing};
use super::event::Reason;
use crate::order::Key;
use crate::trace::{Trace, Traceparent};

/// An order's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Only a cancellation is known; the order itself has not come.
    Unknown,
    /// To be booked, at `next_at`.
    Waiting,
    /// A booking request may be on its way.
    Booking,
    /// A booking may exist; it is being found out.
    InDoubt,
    /// Booked, but a label is missing.
    Unlabelled,
    /// Booked, labelled, announced.
    Booked,
    /// A booking is being taken back.
    Voiding,
    /// Ended: cancelled.
    Cancelled,
    /// Ended until a revision comes: refused by every account.
    Rejected,
    /// Waits for a person.
    Parked,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 10] = [
        Self::Unknown,
        Self::Waiting,
        Self::Booking,
        Self::InDoubt,
        Self::Unlabelled,
        Self::Booked,
        Self::Voiding,
        Self::Cancelled,
        Self::Rejected,
        Self::Parked,
    ];

    /// The name used in the ledger and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Waiting => "waiting",
            Self::Booking => "booking",
            Self::InDoubt => "in_doubt",
            Self::Unlabelled => "unlabelled",
            Self::Booked => "booked",
            Self::Voiding => "voiding",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
        }
    }

    /// Whether nothing more happens by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Booked | Self::Cancelled | Self::Rejected)
    }
}

/// What a worker must do for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Send the booking request of booking `n`.
    Book { n: u32 },
    /// Look booking `n` up by its reference.
    LookUp { n: u32 },
    /// Fetch the label of parcel `parcel` (position) of booking `n` again.
    Relabel { n: u32, parcel: usize },
    /// Void parcel number `parcel` (position) of booking `n`, or the shipment when it is 0.
    Void { n: u32, parcel: usize },
}

impl Action {
    /// The name used in the ledger and in log lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Book { .. } => "book",
            Self::LookUp { .. } => "look_up",
            Self::Relabel { .. } => "relabel",
            Self::Void { .. } => "void",
        }
    }

    /// The booking it is about.
    pub fn booking(self) -> u32 {
        match self {
            Self::Book { n } | Self::LookUp { n } => n,
            Self::Relabel { n, .. } | Self::Void { n, .. } => n,
        }
    }
}

/// An action under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// What is being done.
    pub action: Action,
    /// By whom.
    pub worker: String,
    /// Since when.
    pub since: Timestamp,
    /// When its lease ends: after that nobody waits for it.
    pub until: Timestamp,
}

/// What follows when a void is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterVoid {
    /// The order is cancelled.
    Cancel,
    /// It is booked anew.
    Rebook,
}

/// Why an order waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Park {
    /// What is wrong and who can act.
    pub why: Reason,
    /// When a decision still catches a truck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Timestamp>,
    /// What can be decided: `retry`, `rebook`, `booked`, `cancel`.
    pub choices: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// The state it was in.
    pub from: State,
}

/// A look-up to be made whatever the order's state (rule 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateLook {
    /// The booking.
    pub n: u32,
    /// When.
    pub at: Timestamp,
}

/// A revision that came while the order could not take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRevision {
    /// Its number.
    pub revision: u32,
    /// Its content.
    pub content: String,
    /// Its promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Timestamp>,
    /// Its deadline.
    pub deadline: Timestamp,
    /// Whether its promise could be kept when it came.
    pub promise_open: bool,
    /// The ids of its parcels.
    pub parcel_ids: Vec<String>,
}

/// All that is decided about an order, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Whose life it is.
    pub key: Key,
    /// Where it stands.
    pub state: State,
    /// Revision in force.
    pub revision: u32,
    /// Hash of its content.
    pub content: String,
    /// The order's ids of its parcels.
    pub parcel_ids: Vec<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// The promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Timestamp>,
    /// When to stop trying by ourselves.
    pub deadline: Timestamp,
    /// Whether the promise could be kept when it came. A late order is shipped all the same.
    pub promise_open: bool,
    /// A revision that waits for the doubt to be settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingRevision>,
    /// Contents that were announced as conflicts.
    pub conflicts: Vec<String>,
    /// A wish to cancel, until it is fulfilled or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
    /// Every booking, by n.
    pub bookings: Vec<Booking>,
    /// The action under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<Running>,
    /// Rises with every action; an answer names the one it belongs to.
    pub fence: u64,
    /// Last sequence number of an event.
    pub sequence: u64,
    /// Clear noes at this revision.
    pub refusals: Vec<Reason>,
    /// Accounts passed over, with the day of the truck they were passed over for.
    pub passed: Vec<(String, Date)>,
    /// Tries without effect in a row.
    pub tries: u32,
    /// When the state is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// When risk is to be announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_at: Option<Timestamp>,
    /// Risks that were announced.
    pub risks: Vec<RiskCause>,
    /// Cut-off of the truck aimed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book_by: Option<Timestamp>,
    /// The day of that truck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aimed_at: Option<Date>,
    /// The account it aimed at last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub aimed_to: String,
    /// What follows the void under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_void: Option<AfterVoid>,
    /// Why a person must act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub park: Option<Park>,
    /// Look-ups to come.
    pub late: Vec<LateLook>,
    /// Environment of the accounts it goes to: `test` or `live`.
    pub environment: String,
    /// The span it came with, of the shop's trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_with: Option<Traceparent>,
}

impl Life {
    /// An order of which nothing is known.
    pub fn unknown(key: Key, now: Timestamp) -> Self {
        Self {
            key,
            state: State::Unknown,
            revision: 0,
            content: String::new(),
            parcel_ids: Vec::new(),
            received_at: now,
            deliver_by: None,
            deadline: Timestamp::MAX,
            promise_open: false,
            pending: None,
            conflicts: Vec::new(),
            cancel: None,
            bookings: Vec::new(),
            running: None,
            fence: 0,
            sequence: 0,
            refusals: Vec::new(),
            passed: Vec::new(),
            tries: 0,
            next_at: None,
            risk_at: None,
            risks: Vec::new(),
            book_by: None,
            aimed_at: None,
            aimed_to: String::new(),
            after_void: None,
            park: None,
            late: Vec::new(),
            environment: String::new(),
            came_with: None,
        }
    }

    /// The trace it belongs to.
    pub fn trace(&self) -> Trace {
        Trace::of(&self.key, self.received_at, self.came_with)
    }

    /// When a worker must look at it next; `None`: never by itself.
    ///
    /// An action under way is waited for until its lease ends.
    pub fn due_at(&self) -> Option<Timestamp> {
        if let Some(running) = &self.running {
            return Some(running.until);
        }
        let late = self.late.iter().map(|look| look.at);
        let chase = self
            .extras()
            .map(|extra| extra.void_at.unwrap_or(Timestamp::MIN));
        late.chain(self.next_at)
            .chain(self.risk_at)
            .chain(chase)
            .min()
    }

    /// The account whose line it probably needs next; empty when none is known. Only a hint: what is
    /// really called is decided by the next claim.
    pub fn line(&self) -> &str {
        match (self.state, self.bookings.last()) {
            (State::Waiting, _) | (_, None) => &self.aimed_to,
            (_, Some(booking)) => &booking.account,
        }
    }

    /// The booking in force: the one that exists, else the last one that may exist.
    pub fn current(&self) -> Option<&Booking> {
        let live = |booking: &&Booking| booking.standing == Standing::Live;
        let open =
            |booking: &&Booking| matches!(booking.standing, Standing::Intended | Standing::InDoubt);
        self.bookings
            .iter()
            .rfind(live)
            .or_else(|| self.bookings.iter().rfind(open))
    }

    /// The booking that exists and is wanted; there is never more than one.
    pub(super) fn live(&self) -> Option<&Booking> {
        self.bookings
            .iter()
            .find(|booking| booking.standing == Standing::Live)
    }

    /// The booking with this number.
    pub fn booking(&self, n: u32) -> Option<&Booking> {
        self.bookings.iter().find(|booking| booking.n == n)
    }

    pub(super) fn booking_mut(&mut self, n: u32) -> Option<&mut Booking> {
        self.bookings.iter_mut().find(|booking| booking.n == n)
    }

    /// Bookings that must go, whatever the order's state.
    pub fn extras(&self) -> impl Iterator<Item = &Booking> {
        self.bookings
            .iter()
            .filter(|booking| booking.standing == Standing::Extra)
    }
}
