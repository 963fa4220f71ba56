//! The outcome of a booking request: consumed whoever holds the lease by now, never dropped.

use super::booking::Standing;
use super::event::{Advanced, Answered, Outcome, Reason};
use super::state::{LateLook, State};
use super::{Steps, Verdict};
use crate::sabotage::{Bug, planted};

/// Before an order whose account was just paused is looked at again.
const BREATH: std::time::Duration = std::time::Duration::from_secs(1);

impl Steps<'_> {
    pub(super) fn answered(&mut self, answered: Answered) {
        if answered.fence != self.life.fence && planted(Bug::DropALateResult) {
            return;
        }
        self.release(answered.fence);
        let n = answered.n;
        let latest = self
            .life
            .booking(n)
            .is_some_and(|booking| booking.fence == answered.fence)
            || planted(Bug::IgnoreTheFence);
        match answered.outcome {
            Outcome::Booked(numbers) => self.booked(n, numbers),
            // An older attempt's no says nothing about the one that was sent after it.
            _ if !latest => self.note(format!("a late answer to booking {n} changes nothing")),
            Outcome::Unknown(_) if planted(Bug::RetryOnTimeout) => self.not_booked(n, self.now),
            Outcome::Unknown(reason) => self.doubt(n, &reason.in_plain_words()),
            Outcome::NoEffect(reason) => {
                self.note(format!("no effect: {}", reason.in_plain_words()));
                self.life.tries += 1;
                let again = self.after(answered.again_in);
                self.not_booked(n, again);
            }
            Outcome::Refused(reason) => self.refused(n, reason),
            Outcome::Unauthorized(reason) => {
                self.note(format!("refused: {}", reason.in_plain_words()));
                self.pause = Some((reason.account.clone(), reason));
                // Not at once: whoever claims next must see that the account is paused.
                self.not_booked(n, self.after(BREATH));
            }
        }
    }

    /// A booking of several steps got further: kept even when the attempt was given up meanwhile, for
    /// it is a way to find out what became of it.
    pub(super) fn advanced(&mut self, advanced: Advanced) {
        let n = advanced.n;
        let step = &advanced.progress.memo.step;
        let note = format!("booking {n} goes on with {step}");
        match self.life.booking_mut(n) {
            Some(booking) if booking.fence == advanced.fence => {
                booking.progress = Some(advanced.progress);
                self.note(note);
            }
            _ => self.verdict = Verdict::Absorbed,
        }
    }

    /// Ends the action under way when this answer belongs to it.
    pub(super) fn release(&mut self, fence: u64) {
        if fence == self.life.fence {
            self.life.running = None;
        }
    }

    fn refused(&mut self, n: u32, reason: Reason) {
        self.note(format!("refused: {}", reason.in_plain_words()));
        self.life.refusals.push(reason);
        self.life.tries = 0;
        self.not_booked(n, self.now);
    }

    /// Booking `n` does not exist, proven; the order goes on at this time.
    pub(super) fn not_booked(&mut self, n: u32, next: jiff::Timestamp) {
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        if booking.numbers.is_some() {
            // Numbers are proof that it exists, whatever is said afterwards.
            return;
        }
        match booking.standing {
            Standing::Intended | Standing::InDoubt => {
                booking.standing = Standing::Dead;
                self.leave_doubt(next);
            }
            // The order no longer waits for one that was given up.
            Standing::Stray => booking.standing = Standing::Dead,
            _ => {}
        }
    }

    /// The exit from booking and from doubt without a booking. Wishes and revisions come first.
    pub(super) fn leave_doubt(&mut self, next: jiff::Timestamp) {
        let leaving = matches!(
            self.life.state,
            State::Booking | State::InDoubt | State::Unlabelled | State::Parked | State::Voiding
        );
        if !leaving || self.under_way() {
            return;
        }
        if let Some(live) = self.life.live().map(|booking| booking.n) {
            // A booking that exists goes its own way; only the search ends here.
            if matches!(self.life.state, State::Booking | State::InDoubt) {
                self.adopt(live);
            }
            return;
        }
        self.life.park = None;
        self.life.after_void = None;
        if self.unresolved() {
            self.life.state = State::InDoubt;
            return self.due(self.now);
        }
        if self.life.cancel.is_some() {
            return self.cancelled();
        }
        if self.apply_pending() {
            return;
        }
        self.life.state = State::Waiting;
        self.due(next);
    }

    /// It is not known what became of booking `n`.
    pub(super) fn doubt(&mut self, n: u32, why: &str) {
        let (settle, late, now) = (self.policy.settle, &self.policy.late_looks, self.now);
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        if booking.standing != Standing::Intended {
            return;
        }
        booking.standing = Standing::InDoubt;
        booking.doubted = true;
        booking.settle_at = Some(super::later(booking.sent_to.max(now), settle));
        booking.absent = 0;
        booking.failures = 0;
        let sent = booking.sent_to;
        self.note(format!("booking {n} is in doubt: {why}"));
        for delay in late {
            let look = LateLook {
                n,
                at: super::later(sent, *delay),
            };
            if !self.life.late.contains(&look) {
                self.life.late.push(look);
            }
        }
        match self.life.state {
            State::Booking | State::Waiting => {
                self.life.state = State::InDoubt;
                self.due(self.after(self.policy.first_look));
            }
            // Nobody waits for it: if it exists, it is one too many.
            State::Booked | State::Cancelled | State::Rejected => {
                self.give_up(n, "it was still under way when the order ended");
            }
            _ => {}
        }
    }
}
