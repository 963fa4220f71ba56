//! What the bus is told: every ending, every wait for a person, every risk. Rendered in `events`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::Reason;

/// Something the bus must be told about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// The order was taken.
    Accepted {
        /// Day of the truck aimed at.
        ship_on: Option<Date>,
        /// Its cut-off.
        book_by: Option<Timestamp>,
        /// Whether the promise can be kept.
        feasible: bool,
        /// Fields nobody reads.
        ignored_fields: Vec<String>,
    },
    /// Booking `n` is booked and labelled.
    Booked {
        /// The booking.
        n: u32,
    },
    /// No account takes it.
    Rejected {
        /// Every account's reason.
        reasons: Vec<Reason>,
    },
    /// A person must decide; the details are in `life.park`.
    Parked,
    /// The promise is at risk while something can still be done.
    AtRisk {
        /// Why.
        cause: RiskCause,
    },
    /// Cancelled as wished.
    Cancelled {
        /// The wish's reason.
        reason: Option<String>,
    },
    /// The wish to cancel came too late, or the carrier cannot.
    CancelRefused {
        /// Why.
        reason: String,
    },
    /// Another content under the same key: nothing changed.
    Conflict {
        /// The revision that came.
        revision: u32,
        /// Where it differs.
        paths: Vec<String>,
    },
    /// An extra waybill.
    Stray {
        /// The booking.
        n: u32,
        /// Whether it was voided.
        voided: bool,
        /// How it came about.
        reason: String,
    },
}

/// Why a promise is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskCause {
    /// No truck that can still be caught keeps it.
    PromiseCannotBeKept,
    /// No carrier has booked it so far.
    NotBookedYet,
    /// Every account that could take it is paused.
    AccountPaused,
    /// It is not known whether it is booked.
    InDoubt,
    /// It is booked, and its label is missing.
    LabelMissing,
    /// It waits for a person.
    Parked,
}

impl RiskCause {
    /// The name used in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::PromiseCannotBeKept => "promise_cannot_be_kept",
            Self::NotBookedYet => "not_booked_yet",
            Self::AccountPaused => "account_paused",
            Self::InDoubt => "in_doubt",
            Self::LabelMissing => "label_missing",
            Self::Parked => "parked",
        }
    }
}

impl Announcement {
    /// The event's type, without its version.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "shipment.accepted",
            Self::Booked { .. } => "shipment.booked",
            Self::Rejected { .. } => "shipment.rejected",
            Self::Parked => "shipment.parked",
            Self::AtRisk { .. } => "shipment.at_risk",
            Self::Cancelled { .. } => "shipment.cancelled",
            Self::CancelRefused { .. } => "shipment.cancel_refused",
            Self::Conflict { .. } => "shipment.conflict",
            Self::Stray { .. } => "shipment.stray",
        }
    }

    /// A line for the timeline.
    pub(super) fn in_plain_words(&self) -> String {
        match self {
            Self::Accepted { feasible: true, .. } => "accepted".into(),
            Self::Accepted { .. } => "accepted, too late for its promise".into(),
            Self::Booked { n } => format!("booked (booking {n}), label kept"),
            Self::Rejected { reasons } => {
                let all: Vec<String> = reasons.iter().map(Reason::in_plain_words).collect();
                format!("rejected: {}", all.join("; "))
            }
            Self::Parked => "parked: a person must decide".into(),
            Self::AtRisk { cause } => format!("at risk: {}", cause.name()),
            Self::Cancelled { .. } => "cancelled".into(),
            Self::CancelRefused { reason } => format!("cannot be cancelled: {reason}"),
            Self::Conflict { revision, paths } => {
                format!(
                    "conflicting content (revision {revision}): {}",
                    paths.join(", ")
                )
            }
            Self::Stray {
                n, voided: true, ..
            } => format!("extra booking {n} was voided"),
            Self::Stray { n, reason, .. } => format!("booking {n} is a stray: {reason}"),
        }
    }
}

impl Reason {
    /// `account: code: message`.
    pub fn in_plain_words(&self) -> String {
        let parts = [&self.account, &self.code, &self.message];
        let said: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        said.join(": ")
    }
}
