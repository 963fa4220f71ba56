//! How an order could be booked now: made by `routing` from configuration and clock, read here.

use carrier_sdk::WhoActs;
use jiff::Timestamp;
use jiff::civil::Date;

/// Ways to book an order, best first, and why other accounts cannot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Accounts that can take it, in the order they are tried.
    pub candidates: Vec<Candidate>,
    /// Accounts that cannot, and why.
    pub unfit: Vec<Unfit>,
}

/// An account that can take an order, with the next truck it can catch.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The account.
    pub account: String,
    /// Its carrier.
    pub carrier: String,
    /// The carrier's product code.
    pub product: String,
    /// The carrier's name for it.
    pub product_name: String,
    /// `test` or `live`.
    pub environment: String,
    /// Cut-off of the truck; none: no truck bounds it.
    pub book_by: Option<Timestamp>,
    /// When the truck leaves, with the site's offset (RFC 9557).
    pub hand_over_at: String,
    /// The day of the truck.
    pub ship_on: Date,
    /// Estimated delivery.
    pub delivery: Timestamp,
    /// Whether that keeps the promise.
    pub feasible: bool,
    /// Longest reference the carrier keeps.
    pub reference_max: usize,
    /// Whether the account can be used now.
    pub line: Line,
}

impl Plan {
    /// Whether somebody can take it, but nobody in time for its promise.
    pub fn too_late(&self) -> bool {
        let mut candidates = self.candidates.iter();
        !self.candidates.is_empty() && candidates.all(|candidate| !candidate.feasible)
    }
}

impl Candidate {
    /// Last moment to have a label from it.
    pub fn limit(&self, deadline: Timestamp) -> Timestamp {
        self.book_by.unwrap_or(deadline)
    }
}

/// Whether an account can be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Line {
    /// Yes.
    #[default]
    Open,
    /// Its breaker is open until then.
    Resting(Timestamp),
    /// Its credentials are refused, or a person paused it.
    Paused,
    /// It has taken as many orders today as it may.
    Full,
}

/// An account that cannot take an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The account; empty when no account was reached.
    pub account: String,
    /// `option_not_offered`, `too_heavy`, `unknown_service`...
    pub code: String,
    /// The order's field.
    pub field: Option<String>,
    /// In plain words, never with a value of the order.
    pub message: String,
    /// Who can do something about it.
    pub who_acts: WhoActs,
}
