//! What a person decides about an order that waits for one. Actor and reason are recorded.

use super::booking::{Numbers, Standing};
use super::event::{Decided, Decision};
use super::state::{AfterVoid, State};
use super::{Steps, Verdict};

/// How long a late order is tried for once a person said to try it.
const SECOND_CHANCE: std::time::Duration = std::time::Duration::from_secs(86_400);

impl Steps<'_> {
    pub(super) fn decided(&mut self, decided: Decided) {
        if let Err(why) = self.may_decide(&decided.decision) {
            return self.refuse(why);
        }
        let (actor, why) = (decided.actor, decided.reason);
        match decided.decision {
            Decision::Retry => self.retry(),
            Decision::Rebook { abandon } => self.rebook(&abandon),
            Decision::Booked(numbers) => self.booked_by_hand(numbers),
            Decision::Cancel => self.cancel_by_hand(&why),
            Decision::Erase => self.note("personal data was erased before its time"),
        }
        if self.verdict == Verdict::Applied {
            self.note(format!("decided by {actor}: {why}"));
        }
    }

    /// A parked order names its choices; a rejected one can only be tried again. Whether it may be
    /// erased is another question.
    fn may_decide(&self, decision: &Decision) -> Result<(), String> {
        if matches!(decision, Decision::Erase) {
            return self.still_needed().map_or(Ok(()), Err);
        }
        let word = decision.name();
        match &self.life.park {
            Some(park) if park.choices.iter().any(|choice| choice == word) => Ok(()),
            Some(park) => Err(format!(
                "the order is parked ({}): {} cannot help, only {}",
                park.why.code,
                word,
                park.choices.join(", ")
            )),
            None if self.life.state == State::Rejected && word == "retry" => Ok(()),
            None => Err(format!(
                "the order is {}, not parked: there is nothing to decide",
                self.life.state.name()
            )),
        }
    }

    fn refuse(&mut self, why: String) {
        self.verdict = Verdict::Refused(why);
    }

    /// Tries again what did not work; a booking is sent only when nothing is unresolved.
    fn retry(&mut self) {
        if let Some(n) = self.life.live().map(|live| live.n) {
            return self.retry_with(n);
        }
        if self.unresolved() {
            for booking in &mut self.life.bookings {
                if booking.standing == Standing::InDoubt {
                    booking.absent = 0;
                    booking.failures = 0;
                }
            }
            self.life.state = State::InDoubt;
            self.life.park = None;
            return self.due(self.now);
        }
        self.late_is_fine();
        self.reopen();
    }

    /// Booking `n` exists: what failed is its void or its label.
    fn retry_with(&mut self, n: u32) {
        if self.void_has_failed() {
            return self.void_then(match self.life.cancel {
                Some(_) => AfterVoid::Cancel,
                None => AfterVoid::Rebook,
            });
        }
        if let Some(booking) = self.life.booking_mut(n) {
            booking.failures = 0;
        }
        self.life.state = State::Unlabelled;
        self.life.park = None;
        self.due(self.now);
    }

    /// A person wants it shipped although its promise is lost.
    fn late_is_fine(&mut self) {
        self.life.promise_open = false;
        self.life.deadline = self.life.deadline.max(self.after(SECOND_CHANCE));
    }

    fn rebook(&mut self, abandon: &str) {
        if self.life.cancel.is_some() {
            return self.refuse("the shop wishes to cancel the order: decide cancel".into());
        }
        let open = self.life.current();
        match open.map(|booking| (booking.n, booking.standing, booking.reference.clone())) {
            Some((_, _, reference)) if reference != abandon => {
                return self.refuse(format!(
                    "name the booking to be given up: --abandon {reference}"
                ));
            }
            // It exists: it is taken back where that can work, else told as a stray.
            Some((n, Standing::Live, _)) if !self.void_has_failed() => self.unwanted(n),
            Some((n, _, _)) => self.give_up(n, "a person decided to book anew"),
            None => {}
        }
        self.late_is_fine();
        if self.unresolved() {
            self.leave_doubt(self.now);
        } else if !self.apply_pending() {
            self.reopen();
        }
    }

    fn booked_by_hand(&mut self, numbers: Numbers) {
        let Some(n) = self.life.current().map(|booking| booking.n) else {
            return self.refuse("no booking of this order can have been made".into());
        };
        if !numbers.labelled() {
            return self.refuse("a booked order needs its label: add --label FILE".into());
        }
        let now = self.now;
        if let Some(booking) = self.life.booking_mut(n) {
            booking.numbers = Some(numbers);
            booking.booked_at.get_or_insert(now);
            booking.standing = Standing::Live;
            booking.voided.clear();
            booking.void_unanswered = false;
        }
        // The void that was wished for is what failed: it is not tried a second time.
        let stands = self.void_has_failed() && self.life.cancel.take().is_some();
        self.complete(n);
        if stands {
            self.refuse_cancel("a person found that the booking stands".into());
        }
    }

    fn cancel_by_hand(&mut self, why: &str) {
        self.life.cancel.get_or_insert_with(|| why.to_owned());
        if self.can_void_now() {
            return self.void_then(AfterVoid::Cancel);
        }
        let given_up = "a person cancelled the order";
        if let Some(n) = self.life.live().map(|live| live.n) {
            self.give_up(n, given_up);
        }
        self.give_up_doubts(given_up);
        if self.under_way() {
            // Its answer tells whether there is something to take back: the wish waits for it.
            self.life.state = State::Booking;
            self.life.park = None;
            return;
        }
        self.cancelled();
    }
}
