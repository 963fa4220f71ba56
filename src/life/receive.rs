//! An order arrives: new, the same again, a revision, a contradiction, or a wish to cancel.

use super::announce::{Announcement, RiskCause};
use super::booking::Standing;
use super::event::Received;
use super::plan::Plan;
use super::state::{AfterVoid, PendingRevision, State};
use super::{Steps, Verdict, earlier};

/// How many conflicting contents are remembered per order, so that each is announced once.
const CONFLICTS_KEPT: usize = 32;

impl Steps<'_> {
    pub(super) fn received(&mut self, received: Received) {
        if self.life.state == State::Unknown {
            return self.accept(received);
        }
        let pending = self.life.pending.as_ref();
        let known = received.content == self.life.content
            || pending.is_some_and(|pending| pending.content == received.content);
        if known {
            self.verdict = Verdict::Absorbed;
            return;
        }
        let newest = pending.map_or(self.life.revision, |pending| pending.revision);
        if received.revision <= newest {
            return self.conflict(received.revision, received.content, received.differences);
        }
        match self.life.state {
            State::Waiting | State::Rejected => self.revise(received),
            State::Parked if !self.unresolved() => self.revise(received),
            State::Booking | State::InDoubt | State::Parked => self.remember(received),
            _ => self.conflict(received.revision, received.content, received.differences),
        }
    }

    fn accept(&mut self, received: Received) {
        let feasible = received
            .plan
            .candidates
            .first()
            .is_some_and(|first| first.feasible);
        self.life.received_at = self.now;
        self.life.promise_open = feasible;
        self.take_content(&received);
        self.aim(&received.plan);
        let first = received.plan.candidates.first();
        self.announce(Announcement::Accepted {
            ship_on: first.map(|first| first.ship_on),
            book_by: first.and_then(|first| first.book_by),
            feasible,
            ignored_fields: received.ignored_fields,
        });
        self.life.state = State::Waiting;
        if self.life.cancel.is_some() {
            return self.cancelled();
        }
        if !feasible && first.is_some() {
            self.risk(RiskCause::PromiseCannotBeKept);
        }
        self.due(self.now);
    }

    fn revise(&mut self, received: Received) {
        let feasible = received
            .plan
            .candidates
            .first()
            .is_some_and(|first| first.feasible);
        self.life.promise_open = feasible;
        self.take_content(&received);
        self.note(format!("revision {} replaces it", received.revision));
        self.reopen();
        self.aim(&received.plan);
    }

    fn take_content(&mut self, received: &Received) {
        self.life.revision = received.revision;
        self.life.content.clone_from(&received.content);
        self.life.parcel_ids.clone_from(&received.parcel_ids);
        self.life.deliver_by = received.deliver_by;
        self.life.deadline = received.deadline;
    }

    /// Waiting again, with everything that was held against it forgotten.
    pub(super) fn reopen(&mut self) {
        self.life.state = State::Waiting;
        self.life.refusals.clear();
        self.life.passed.clear();
        self.life.risks.clear();
        self.life.aimed_at = None;
        self.life.tries = 0;
        self.life.park = None;
        self.due(self.now);
    }

    fn remember(&mut self, received: Received) {
        self.note(format!(
            "revision {} waits until it is known what became of the booking",
            received.revision
        ));
        self.life.pending = Some(PendingRevision {
            revision: received.revision,
            content: received.content,
            deliver_by: received.deliver_by,
            deadline: received.deadline,
            parcel_ids: received.parcel_ids,
        });
    }

    /// At an exit from doubt without a booking: the remembered revision takes force.
    pub(super) fn apply_pending(&mut self) -> bool {
        let Some(pending) = self.life.pending.take() else {
            return false;
        };
        self.note(format!("revision {} replaces it", pending.revision));
        self.life.revision = pending.revision;
        self.life.content = pending.content;
        self.life.deliver_by = pending.deliver_by;
        self.life.deadline = pending.deadline;
        self.life.parcel_ids = pending.parcel_ids;
        self.reopen();
        true
    }

    /// At an exit from doubt with a booking: the remembered revision came too late.
    pub(super) fn refuse_pending(&mut self) {
        if let Some(pending) = self.life.pending.take() {
            self.conflict(pending.revision, pending.content, vec!["$".into()]);
            self.verdict = Verdict::Applied;
        }
    }

    fn conflict(&mut self, revision: u32, content: String, paths: Vec<String>) {
        self.verdict = Verdict::Conflict;
        if self.life.conflicts.contains(&content) {
            return;
        }
        if self.life.conflicts.len() >= CONFLICTS_KEPT {
            self.life.conflicts.remove(0);
        }
        self.life.conflicts.push(content);
        self.announce(Announcement::Conflict { revision, paths });
    }

    /// Aims at the first candidate's truck: when risk must be told, and by when to be booked.
    ///
    /// Only another truck sets the alarm again: one that rang must not ring for ever.
    pub(super) fn aim(&mut self, plan: &Plan) {
        let Some(first) = plan.candidates.first() else {
            return;
        };
        self.life.environment.clone_from(&first.environment);
        let same_truck = self.life.aimed_at == Some(first.ship_on);
        self.life.book_by = first.book_by;
        if same_truck {
            return;
        }
        self.life.aimed_at = Some(first.ship_on);
        self.life
            .risks
            .retain(|risk| *risk == RiskCause::PromiseCannotBeKept);
        let limit = first.limit(self.life.deadline);
        self.life.risk_at = first.feasible.then(|| earlier(limit, self.policy.margin));
    }

    pub(super) fn cancel_wished(&mut self, reason: Option<String>, fresh: bool) {
        if self.life.cancel.is_some() || self.life.state == State::Cancelled {
            self.verdict = Verdict::Absorbed;
            return;
        }
        self.life.cancel = Some(reason.unwrap_or_default());
        if fresh {
            self.note("a cancellation came before the order");
            return;
        }
        match self.life.state {
            State::Waiting | State::Rejected => self.cancelled(),
            State::Parked if !self.unresolved() && self.life.current().is_none() => {
                self.cancelled();
            }
            State::Booked => self.void_or_refuse(),
            _ => self.note("to be cancelled as soon as it is known what became of the booking"),
        }
    }

    /// Booked, and to be cancelled: voided where the carrier can.
    pub(super) fn void_or_refuse(&mut self) {
        let Some(booking) = self.life.current() else {
            return self.cancelled();
        };
        if self.policy.abilities(&booking.account).void {
            self.void_then(AfterVoid::Cancel);
        } else {
            let reason = format!("{} cannot cancel a booking", booking.carrier);
            self.refuse_cancel(reason);
        }
    }

    pub(super) fn refuse_cancel(&mut self, reason: String) {
        self.life.cancel = None;
        self.announce(Announcement::CancelRefused { reason });
    }

    /// The end of a cancelled order.
    pub(super) fn cancelled(&mut self) {
        let reason = self.life.cancel.clone().filter(|reason| !reason.is_empty());
        self.life.state = State::Cancelled;
        self.life.next_at = None;
        self.life.risk_at = None;
        self.life.park = None;
        self.life.pending = None;
        self.announce(Announcement::Cancelled { reason });
    }

    /// Whether a booking may exist that we do not know of.
    pub(super) fn unresolved(&self) -> bool {
        self.life
            .bookings
            .iter()
            .any(|booking| matches!(booking.standing, Standing::Intended | Standing::InDoubt))
    }

    /// Whether a booking request may be on its way at this moment.
    pub(super) fn under_way(&self) -> bool {
        self.life
            .bookings
            .iter()
            .any(|booking| booking.standing == Standing::Intended)
    }

    /// Tells a risk, once per cause.
    pub(super) fn risk(&mut self, cause: RiskCause) {
        if !self.life.risks.contains(&cause) {
            self.life.risks.push(cause);
            self.announce(Announcement::AtRisk { cause });
        }
    }
}
