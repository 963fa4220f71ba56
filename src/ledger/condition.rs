//! What a ledger says of accounts and of the lines to them: plain values for commands and metrics.

use std::time::Duration;

use jiff::Timestamp;

use crate::life::Reason;

/// The code of a pause that a person ordered. Only a person ends it.
pub const PAUSED_BY_HAND: &str = "paused_by_hand";

/// How long after its time a resting line still counts: its worker would have said more by then.
pub const STALE: Duration = Duration::from_secs(120);

/// How long a worker that gave no sign is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

/// An account that must stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Pause {
    /// The account.
    pub account: String,
    /// Why; [`PAUSED_BY_HAND`] when a person said so.
    pub why: Reason,
    /// `test` or `live`.
    pub environment: String,
}

/// An account that may not be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Paused {
    /// The account.
    pub account: String,
    /// Why.
    pub why: Reason,
    /// Since when.
    pub since: Timestamp,
}

impl Paused {
    /// Whether a person ordered it.
    #[must_use]
    pub fn by_hand(&self) -> bool {
        self.why.code == PAUSED_BY_HAND
    }
}

/// An account that works again.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumption {
    /// The account.
    pub account: String,
    /// Only if it is paused since exactly then: what was found out about an older pause does not
    /// count for a newer one. None: whatever the pause.
    pub since: Option<Timestamp>,
    /// Who says so and why, for the account's timeline.
    pub note: String,
}

/// A line whose breaker is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resting {
    /// The account.
    pub account: String,
    /// Since when.
    pub since: Timestamp,
    /// When it is tried again.
    pub until: Timestamp,
}

/// A sign of life of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// Its name, no other's.
    pub worker: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Whether this is the last one: it has stopped as it was asked to.
    pub last: bool,
}

/// A worker of this ledger, as far as it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Its name.
    pub worker: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it last gave a sign, by the ledger's clock.
    pub seen_at: Timestamp,
    /// When it stopped, if it said so.
    pub stopped_at: Option<Timestamp>,
}
