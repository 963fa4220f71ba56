//! The life machine: (state, event, now) -> (state, announcements, action). No I/O, no clock.
//!
//! Ledger and dispatch only execute what it decides, and a person's commands go through it too.
//! One file per kind of event; the drawing of the states is in `ARCHITECTURE.md`.
//!
//! The rules it keeps (numbers of the design, section 6): a booking has its own row and is sent
//! again only after proof (2); late outcomes are consumed, never dropped (4); absence is evidence
//! unless the carrier's profile makes it proof (5); a void is finished before the next intent (7);
//! `shipment.booked` never lacks a label and cancellation wishes are consulted at every exit (8);
//! at the margin before the cut-off the next account is taken (9).

mod announce;
mod answer;
mod booking;
mod claim;
mod decision;
mod doubt;
mod erase;
mod event;
mod plan;
mod receive;
mod settle;
mod state;
#[cfg(test)]
mod tests;
mod void;

pub use announce::{Announcement, RiskCause};
pub use booking::{Booking, LabelRef, Numbers, ParcelNumbers, Progress, Standing};
pub use claim::reference;
pub use event::{
    Abilities, Advanced, Answered, Claim, Decided, Decision, Event, Looked, LookedUp, Outcome,
    Policy, Reason, Received, Relabelled, VoidOutcome, Voided,
};
pub use plan::{Candidate, Line, Plan, Unfit};
pub use state::{Action, Life, State};
#[cfg(test)]
pub use {booking::ProductRef, state::Park};

use jiff::Timestamp;

use crate::order::Key;

/// What an event changes.
#[derive(Debug, Clone)]
pub struct Transition {
    /// The order's life afterwards.
    pub life: Life,
    /// What is to be told, in this order; each takes the next sequence number.
    pub announcements: Vec<Announcement>,
    /// What the caller must do now; the intent is part of `life`.
    pub action: Option<Action>,
    /// Lines for the order's timeline, without personal data.
    pub notes: Vec<String>,
    /// An account that must stop, because the carrier refuses its credentials.
    pub pause: Option<(String, Reason)>,
    /// What became of the event.
    pub verdict: Verdict,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It changed the order.
    Applied,
    /// It had been said before; nothing changed.
    Absorbed,
    /// It contradicts what stands; nothing changed but that it was announced.
    Conflict,
    /// A command that the state does not allow, and why.
    Refused(String),
}

/// Decides what an event means for an order. `None`: nothing is known of the key yet.
#[must_use]
pub fn step(
    key: &Key,
    life: Option<Life>,
    event: Event,
    now: Timestamp,
    policy: &Policy,
) -> Transition {
    let fresh = life.is_none();
    let mut steps = Steps {
        life: life.unwrap_or_else(|| Life::unknown(key.clone(), now)),
        announcements: Vec::new(),
        action: None,
        notes: Vec::new(),
        pause: None,
        verdict: Verdict::Applied,
        now,
        policy,
    };
    match event {
        Event::Received(received) => steps.received(received),
        Event::CancelWished { reason } => steps.cancel_wished(reason, fresh),
        Event::Claim(claim) => steps.claim(&claim),
        Event::Answered(answered) => steps.answered(answered),
        Event::Advanced(advanced) => steps.advanced(advanced),
        Event::LookedUp(looked) => steps.looked_up(looked),
        Event::Relabelled(relabelled) => steps.relabelled(relabelled),
        Event::Voided(voided) => steps.voided(voided),
        Event::Decided(decided) => steps.decided(decided),
    }
    steps.finish()
}

/// A transition in the making.
struct Steps<'a> {
    life: Life,
    announcements: Vec<Announcement>,
    action: Option<Action>,
    notes: Vec<String>,
    pause: Option<(String, Reason)>,
    verdict: Verdict,
    now: Timestamp,
    policy: &'a Policy,
}

impl Steps<'_> {
    fn announce(&mut self, announcement: Announcement) {
        self.notes.push(announcement.in_plain_words());
        self.announcements.push(announcement);
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Due again at this time; nothing is due in a state that waits for somebody else.
    fn due(&mut self, at: Timestamp) {
        self.life.next_at = Some(at);
    }

    fn after(&self, delay: std::time::Duration) -> Timestamp {
        later(self.now, delay)
    }

    fn finish(self) -> Transition {
        Transition {
            life: self.life,
            announcements: self.announcements,
            action: self.action,
            notes: self.notes,
            pause: self.pause,
            verdict: self.verdict,
        }
    }
}

/// A moment that much later; the end of time when an order's dates lead beyond it.
pub(crate) fn later(moment: Timestamp, delay: std::time::Duration) -> Timestamp {
    moment.checked_add(delay).unwrap_or(Timestamp::MAX)
}

/// A moment that much earlier.
pub(crate) fn earlier(moment: Timestamp, delay: std::time::Duration) -> Timestamp {
    moment.checked_sub(delay).unwrap_or(Timestamp::MIN)
}
