//! An order arrives: new, the same again, a revision, a contradiction, or a wish to cancel.

use super::announce::{Announcement, RiskCause};
use super::booking::{Booking, Standing};
use super::event::Received;
use super::plan::Candidate;
use super::state::{AfterVoid, PendingRevision, State};
use super::{Steps, Verdict, earlier};
use crate::sabotage::{Bug, planted};

/// How many conflicting contents are remembered per order, so that each is announced once.
const CONFLICTS_KEPT: usize = 32;

impl Steps<'_> {
    pub(super) fn received(&mut self, received: Received) {
        if self.life.state == State::Unknown {
            return self.accept(received);
        }
        let pending = self.life.pending.as_ref();
        let newest = pending.map_or(self.life.revision, |pending| pending.revision);
        let newer = received.revision > newest;
        let in_force = received.content == self.life.content;
        if in_force && newer && pending.is_some() {
            return self.take_back_pending(received.revision);
        }
        if in_force || pending.is_some_and(|pending| pending.content == received.content) {
            self.verdict = Verdict::Absorbed;
            return;
        }
        if !newer {
            return self.conflict(received.revision, received.content, received.differences);
        }
        let parked_unbooked = self.life.state == State::Parked && self.life.current().is_none();
        let voided_for_label = self.life.after_void == Some(AfterVoid::Rebook);
        match self.life.state {
            State::Waiting | State::Rejected => self.revise(received),
            State::Parked if parked_unbooked => self.revise(received),
            State::Booking | State::InDoubt | State::Unlabelled | State::Parked => {
                self.remember(received);
            }
            State::Voiding if voided_for_label => self.remember(received),
            _ => self.conflict(received.revision, received.content, received.differences),
        }
    }

    /// The shop returned to the content in force while another one was waiting.
    fn take_back_pending(&mut self, revision: u32) {
        self.life.pending = None;
        self.life.revision = revision;
        self.note(format!(
            "revision {revision} returns to the content in force"
        ));
    }

    fn accept(&mut self, received: Received) {
        self.life.received_at = self.now;
        self.life.came_with = received.came_with;
        self.life.promise_open = !received.plan.too_late();
        self.take_content(&received);
        self.aim(received.plan.candidates.first());
        let first = received.plan.candidates.first();
        self.announce(Announcement::Accepted {
            ship_on: first.map(|first| first.ship_on),
            book_by: first.and_then(|first| first.book_by),
            feasible: first.is_some_and(|first| first.feasible),
            ignored_fields: received.ignored_fields,
        });
        self.life.state = State::Waiting;
        if self.life.cancel.is_some() {
            return self.cancelled();
        }
        self.tell_lost_promise();
        self.due(self.now);
    }

    fn revise(&mut self, received: Received) {
        self.life.promise_open = !received.plan.too_late();
        self.take_content(&received);
        self.note(format!("revision {} replaces it", received.revision));
        self.reopen();
        self.aim(received.plan.candidates.first());
        self.tell_lost_promise();
    }

    /// An order that came too late for its promise is shipped all the same, and that is said.
    fn tell_lost_promise(&mut self) {
        if !self.life.promise_open {
            self.risk(RiskCause::PromiseCannotBeKept);
        }
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
            promise_open: !received.plan.too_late(),
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
        self.life.promise_open = pending.promise_open;
        self.life.parcel_ids = pending.parcel_ids;
        self.reopen();
        self.tell_lost_promise();
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

    /// Aims at the truck of the best candidate: when risk must be told, and by when to be booked.
    ///
    /// Only another truck sets the alarm again: one that rang must not ring for ever.
    pub(super) fn aim(&mut self, best: Option<&Candidate>) {
        let Some(first) = best else {
            return;
        };
        self.life.environment.clone_from(&first.environment);
        self.life.aimed_to.clone_from(&first.account);
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
        let unbooked = self.life.current().is_none();
        match self.life.state {
            State::Waiting | State::Rejected => self.cancelled(),
            State::Parked if unbooked => self.cancelled(),
            State::Booked => self.void_or_refuse(),
            State::Unlabelled | State::Parked if self.can_void_now() => {
                self.void_then(AfterVoid::Cancel);
            }
            _ if planted(Bug::ForgetTheWish) => self.life.cancel = None,
            _ => self.note("to be cancelled as soon as it is known what became of the booking"),
        }
    }

    /// Whether the booking in force can be taken back, and no void of it has failed so far.
    pub(super) fn can_void_now(&self) -> bool {
        let able = |live: &Booking| self.policy.abilities(&live.account).void;
        self.life.live().is_some_and(able) && !self.void_has_failed()
    }

    /// Whether the order is parked because a void did not work.
    pub(super) fn void_has_failed(&self) -> bool {
        let park = self.life.park.as_ref();
        park.is_some_and(|park| park.from == State::Voiding)
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
