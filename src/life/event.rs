//! What can happen to an order, as plain values: messages, claims, answers, decisions.

use std::collections::BTreeMap;
use std::time::Duration;

use carrier_sdk::WhoActs;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::booking::{LabelRef, Numbers, Progress};
use super::plan::Plan;
use crate::trace::Traceparent;

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A paid order, or a revision of one, or the same again.
    Received(Received),
    /// `order.cancelled`.
    CancelWished {
        /// In the shop's words.
        reason: Option<String>,
    },
    /// A worker asks what to do.
    Claim(Claim),
    /// The outcome of a booking request.
    Answered(Answered),
    /// A step of a booking was answered, and another one follows.
    Advanced(Advanced),
    /// The outcome of a look-up.
    LookedUp(LookedUp),
    /// The outcome of a label request.
    Relabelled(Relabelled),
    /// The outcome of a void.
    Voided(Voided),
    /// A person decided.
    Decided(Decided),
}

impl Event {
    /// What came of an action, as the ledger and metrics name it; empty when it is not about one.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Answered(answered) => answered.outcome.name(),
            Self::LookedUp(looked) => looked.result.name(),
            Self::Relabelled(relabelled) => relabelled.name(),
            Self::Voided(voided) => voided.outcome.name(),
            Self::Received(_)
            | Self::CancelWished { .. }
            | Self::Claim(_)
            | Self::Advanced(_)
            | Self::Decided(_) => "",
        }
    }
}

/// A paid order, without its personal data.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its revision.
    pub revision: u32,
    /// Hash of its content.
    pub content: String,
    /// The order's ids of its parcels.
    pub parcel_ids: Vec<String>,
    /// The promise.
    pub deliver_by: Option<Timestamp>,
    /// When to stop trying by ourselves.
    pub deadline: Timestamp,
    /// How it could be booked now.
    pub plan: Plan,
    /// Fields nobody reads.
    pub ignored_fields: Vec<String>,
    /// Where it differs from the content in force; filled by the ledger, which has both.
    pub differences: Vec<String>,
    /// The span it came with, of the shop's trace: the first one stays for all of the order's life.
    pub came_with: Option<Traceparent>,
}

/// A worker asks what to do, and is ready to do it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who.
    pub worker: String,
    /// How long the answer takes at most.
    pub lease: Duration,
    /// The revision that the plan and the request are made from; none: its content was erased.
    pub revision: Option<u32>,
    /// How the order could be booked now.
    pub plan: Plan,
    /// How it could be booked once the present truck is missed.
    pub later: Plan,
    /// The plain reference is taken by another order: use a hashed one.
    pub hashed_reference: bool,
    /// The ledger was restored from a backup of this time, and the order may have been booked since:
    /// it is looked up before it is booked.
    pub look_first: Option<Timestamp>,
}

/// The outcome of a booking request, whoever holds the lease by now.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The booking.
    pub n: u32,
    /// The attempt.
    pub fence: u64,
    /// What came of it.
    pub outcome: Outcome,
    /// Delay before another try, if one follows.
    pub again_in: Duration,
}

/// A booking of several steps got further: durable before the next step leaves.
#[derive(Debug, Clone)]
pub struct Advanced {
    /// The booking.
    pub n: u32,
    /// The attempt.
    pub fence: u64,
    /// How far it is.
    pub progress: Progress,
}

/// What came of a booking request.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Booked.
    Booked(Numbers),
    /// Proven: nothing happened.
    NoEffect(Reason),
    /// A clear no to this order.
    Refused(Reason),
    /// A clear no to the account.
    Unauthorized(Reason),
    /// It may have been booked.
    Unknown(Reason),
}

impl Outcome {
    /// Every name there is.
    pub const NAMES: [&'static str; 5] =
        ["booked", "no_effect", "refused", "unauthorized", "unknown"];

    /// The name used in the ledger and in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Booked(_) => "booked",
            Self::NoEffect(_) => "no_effect",
            Self::Refused(_) => "refused",
            Self::Unauthorized(_) => "unauthorized",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// A reason that can be shown: never a name, street, phone, e-mail or secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The account; empty when none was reached.
    pub account: String,
    /// The carrier's code, or ours.
    pub code: String,
    /// In plain words.
    pub message: String,
    /// The order's field.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// Who can do something about it.
    pub who_acts: WhoActs,
}

/// The outcome of a look-up.
#[derive(Debug, Clone)]
pub struct LookedUp {
    /// The booking.
    pub n: u32,
    /// The action.
    pub fence: u64,
    /// What the carrier knows.
    pub result: Looked,
    /// Delay before another look-up, if one follows.
    pub again_in: Duration,
}

/// What a carrier knows under a reference.
#[derive(Debug, Clone)]
pub enum Looked {
    /// These shipments.
    Found(Vec<Numbers>),
    /// Nothing (yet).
    Absent,
    /// The look-up failed; it may work later.
    Failed(Reason),
    /// The carrier does not let us look.
    Denied(Reason),
}

impl Looked {
    /// Every name there is.
    pub const NAMES: [&'static str; 4] = ["found", "absent", "failed", "denied"];

    /// The name used in the ledger and in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Found(_) => "found",
            Self::Absent => "absent",
            Self::Failed(_) => "failed",
            Self::Denied(_) => "denied",
        }
    }
}

/// The outcome of a label request.
#[derive(Debug, Clone)]
pub struct Relabelled {
    /// The booking.
    pub n: u32,
    /// The action.
    pub fence: u64,
    /// Position of the parcel.
    pub parcel: usize,
    /// The label, or why there is none.
    pub label: Result<LabelRef, Reason>,
    /// Delay before another try, if one follows.
    pub again_in: Duration,
}

impl Relabelled {
    /// Every name there is of what came of it.
    pub const NAMES: [&'static str; 2] = ["labelled", "no_label"];

    /// What came of it, as the ledger and metrics name it.
    pub fn name(&self) -> &'static str {
        if self.label.is_ok() {
            "labelled"
        } else {
            "no_label"
        }
    }
}

/// The outcome of a void.
#[derive(Debug, Clone)]
pub struct Voided {
    /// The booking.
    pub n: u32,
    /// The action.
    pub fence: u64,
    /// Position of the number.
    pub parcel: usize,
    /// What came of it.
    pub outcome: VoidOutcome,
    /// Delay before another try, if one follows.
    pub again_in: Duration,
}

/// What came of a void.
#[derive(Debug, Clone)]
pub enum VoidOutcome {
    /// Taken back.
    Voided,
    /// Already picked up.
    TooLate,
    /// Not known to the carrier, or not yet.
    NotFound,
    /// A clear no: credentials or contract.
    Refused(Reason),
    /// Nothing left us; to be tried again.
    NotSent,
    /// It may have been done.
    Unanswered,
}

impl VoidOutcome {
    /// Every name there is.
    pub const NAMES: [&'static str; 6] = [
        "voided",
        "too_late",
        "not_found",
        "refused",
        "not_sent",
        "unanswered",
    ];

    /// The name used in the ledger and in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Voided => "voided",
            Self::TooLate => "too_late",
            Self::NotFound => "not_found",
            Self::Refused(_) => "refused",
            Self::NotSent => "not_sent",
            Self::Unanswered => "unanswered",
        }
    }
}

/// A person's decision.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// What a person can decide about an order, most of it about a parked one.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Look up again, or try again where nothing is unresolved.
    Retry,
    /// Give the unresolved booking up as a stray and book anew.
    Rebook {
        /// The reference given up, to be named so that nobody does it by mistake.
        abandon: String,
    },
    /// It is booked, with these numbers and labels.
    Booked(Numbers),
    /// Cancel the order.
    Cancel,
    /// Erase whom it went to: content, answers and labels. Of an ended order, not of a parked one.
    Erase,
}

impl Decision {
    /// The word for it among a parked order's choices.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Rebook { .. } => "rebook",
            Self::Booked(_) => "booked",
            Self::Cancel => "cancel",
            Self::Erase => "erase",
        }
    }
}

/// Times and abilities from the configuration, as plain values.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Before the cut-off: the next account, and risk is told.
    pub margin: Duration,
    /// After a lease: an absent answer begins to count.
    pub settle: Duration,
    /// Between two absent answers that count.
    pub gap: Duration,
    /// First look-up after a doubt: a hit ends it early.
    pub first_look: Duration,
    /// Look-ups whatever the state, after the last moment the request may have left.
    pub late_looks: Vec<Duration>,
    /// What each account's carrier can do.
    pub accounts: BTreeMap<String, Abilities>,
}

impl Policy {
    /// What an account's carrier can do; nothing when the account is no longer configured.
    pub fn abilities(&self, account: &str) -> Abilities {
        self.accounts.get(account).copied().unwrap_or_default()
    }
}

/// What an account's carrier can do about a booking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Look up by our reference.
    pub find: bool,
    /// Void.
    pub void: bool,
    /// Void takes each parcel's number.
    pub void_per_parcel: bool,
    /// Fetch a label again.
    pub relabel: bool,
    /// Absence proves that nothing was booked, this long after the request.
    pub absence_is_proof: Option<Duration>,
    /// What cannot be settled is booked anew (else a person decides).
    pub rebook_in_doubt: bool,
}
