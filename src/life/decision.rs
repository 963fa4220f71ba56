//! What a person decides about an order that waits for one. Actor and reason are recorded.

use super::booking::{Numbers, Standing};
use super::event::{Decided, Decision};
use super::state::{AfterVoid, State};
use super::{Steps, Verdict};

/// How long a late order is tried for once a person said to try it.
const SECOND_CHANCE: std::time::Duration = std::time::Duration::from_secs(86_400);

impl Steps<'_> {
    pub(super) fn decided(&mut self, decided: Decided) {
        let retry = matches!(decided.decision, Decision::Retry);
        let waits =
            self.life.state == State::Parked || (retry && self.life.state == State::Rejected);
        if !waits {
            return self.refuse(format!(
                "the order is {}, not parked: there is nothing to decide",
                self.life.state.name()
            ));
        }
        let (actor, why) = (decided.actor, decided.reason);
        match decided.decision {
            Decision::Retry => self.retry(),
            Decision::Rebook { abandon } => self.rebook(&abandon),
            Decision::Booked(numbers) => self.booked_by_hand(numbers),
            Decision::Cancel => self.cancel_by_hand(&why),
        }
        if self.verdict == Verdict::Applied {
            self.note(format!("decided by {actor}: {why}"));
        }
    }

    fn refuse(&mut self, why: String) {
        self.verdict = Verdict::Refused(why);
    }

    /// Looks up again; sends only when nothing is unresolved.
    fn retry(&mut self) {
        if self.unresolved() {
            let now = self.now;
            for booking in &mut self.life.bookings {
                if booking.standing == Standing::InDoubt {
                    booking.absent = 0;
                    booking.failures = 0;
                    booking.settle_at = booking.settle_at.map(|settled| settled.min(now));
                }
            }
            self.life.state = State::InDoubt;
            self.life.park = None;
            return self.due(now);
        }
        if self.life.current().is_some() {
            self.life.state = State::Unlabelled;
            self.life.park = None;
            return self.due(self.now);
        }
        self.late_is_fine();
        self.reopen();
    }

    /// A person wants it shipped although its promise is lost.
    fn late_is_fine(&mut self) {
        self.life.promise_open = false;
        self.life.deadline = self.life.deadline.max(self.after(SECOND_CHANCE));
    }

    fn rebook(&mut self, abandon: &str) {
        let open = self
            .life
            .current()
            .map(|booking| (booking.n, booking.reference.clone()));
        match open {
            Some((n, reference)) if reference == abandon => {
                self.give_up(n, "a person decided to book anew");
            }
            Some((_, reference)) => {
                return self.refuse(format!(
                    "name the booking to be given up: --abandon {reference}"
                ));
            }
            None => {}
        }
        self.late_is_fine();
        if self.unresolved() {
            return self.refuse("another booking is still in doubt".into());
        }
        if !self.apply_pending() {
            self.reopen();
        }
    }

    fn booked_by_hand(&mut self, numbers: Numbers) {
        let Some(booking) = self.life.current() else {
            return self.refuse("no booking of this order can have been made".into());
        };
        if !numbers.labelled() {
            return self.refuse("a booked order needs its label: add --label FILE".into());
        }
        let (n, now) = (booking.n, self.now);
        if let Some(booking) = self.life.booking_mut(n) {
            booking.numbers = Some(numbers);
            booking.booked_at.get_or_insert(now);
            booking.standing = Standing::Live;
        }
        self.life.park = None;
        self.complete(n);
    }

    fn cancel_by_hand(&mut self, why: &str) {
        self.life.cancel.get_or_insert_with(|| why.to_owned());
        let current = self.life.current().map(|booking| {
            (
                booking.n,
                booking.account.clone(),
                booking.numbers.is_some(),
            )
        });
        match current {
            Some((_, account, true)) if self.policy.abilities(&account).void => {
                self.void_then(AfterVoid::Cancel);
            }
            Some((n, _, _)) => {
                self.give_up(n, "a person cancelled the order");
                self.cancelled();
            }
            None => self.cancelled(),
        }
    }
}
