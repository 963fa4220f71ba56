//! Taking a booking back: for a cancellation, for a new booking with a label, or because it is one
//! too many. A void is durable before it is sent and finished before the next intent (rule 7).

use super::Steps;
use super::announce::Announcement;
use super::booking::{Numbers, Standing};
use super::event::{Claim, VoidOutcome, Voided};
use super::settle::reason;
use super::state::{Action, AfterVoid, State};

/// Voids of a booking that the carrier does not know yet.
const NOT_FOUND_TRIES: u32 = 8;
/// Voids that are not answered.
const UNANSWERED_TRIES: u32 = 12;

impl Steps<'_> {
    pub(super) fn void_then(&mut self, after: AfterVoid) {
        self.life.state = State::Voiding;
        self.life.after_void = Some(after);
        self.life.park = None;
        if after == AfterVoid::Cancel {
            self.life.risk_at = None;
        }
        let live = self.life.live().map(|live| live.n);
        if let Some(booking) = live.and_then(|n| self.life.booking_mut(n)) {
            booking.void_tries = 0;
        }
        self.due(self.now);
    }

    /// Sends the next void of the booking in force.
    pub(super) fn void_next(&mut self, claim: &Claim) {
        let Some(n) = self.life.live().map(|booking| booking.n) else {
            return self.leave_doubt(self.now);
        };
        self.void_number(n, claim);
        if self.action.is_some() {
            self.life.next_at = None;
        }
    }

    /// Sends the next void of a booking that is one too many. Whether one was sent.
    pub(super) fn void_extra(&mut self, claim: &Claim) -> bool {
        let due = self
            .life
            .extras()
            .find(|extra| extra.void_at.is_none_or(|at| at <= self.now));
        let Some((n, account)) = due.map(|extra| (extra.n, extra.account.clone())) else {
            return false;
        };
        if !self.policy.abilities(&account).void {
            self.stray(n, "its carrier cannot void");
            return false;
        }
        self.void_number(n, claim);
        self.action.is_some()
    }

    fn void_number(&mut self, n: u32, claim: &Claim) {
        let Some(booking) = self.life.booking(n) else {
            return;
        };
        let per_parcel = self.policy.abilities(&booking.account).void_per_parcel;
        let count = booking.numbers_to_void(per_parcel).len();
        match (0..count).find(|position| !booking.voided.contains(position)) {
            // The order's own time stays: an extra is voided beside whatever it waits for.
            Some(parcel) => self.run(Action::Void { n, parcel }, claim),
            None => self.void_done(n),
        }
    }

    pub(super) fn voided(&mut self, voided: Voided) {
        self.release(voided.fence);
        let (n, again) = (voided.n, self.after(voided.again_in));
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        let done = matches!(voided.outcome, VoidOutcome::Voided);
        let counts = match booking.standing {
            Standing::Live | Standing::Extra => true,
            // A void that worked after all is believed even of one that was given up.
            Standing::Stray => done,
            _ => false,
        };
        if !counts {
            return;
        }
        match voided.outcome {
            VoidOutcome::Voided => {
                if !booking.voided.contains(&voided.parcel) {
                    booking.voided.push(voided.parcel);
                }
                booking.void_unanswered = false;
                booking.void_tries = 0;
                self.void_goes_on(n);
            }
            VoidOutcome::NotSent => self.void_not_sent(n, again),
            VoidOutcome::Unanswered => {
                booking.void_unanswered = true;
                booking.void_tries += 1;
                if booking.void_tries < UNANSWERED_TRIES {
                    return self.void_again(n, again);
                }
                self.void_failed(n, "the carrier does not answer whether it voided it");
            }
            VoidOutcome::NotFound if !booking.void_unanswered && booking.voided.is_empty() => {
                booking.void_tries += 1;
                if booking.void_tries < NOT_FOUND_TRIES {
                    return self.void_again(n, again);
                }
                self.void_failed(n, "the carrier does not know it");
            }
            VoidOutcome::NotFound => self.void_failed(
                n,
                "an earlier void was not answered, and now the carrier does not know it",
            ),
            VoidOutcome::TooLate => self.void_failed(n, "it was already picked up"),
            VoidOutcome::Refused(why) => self.void_failed(n, &why.in_plain_words()),
        }
    }

    /// Waiting for the carrier costs nothing, until the order itself has run out of time.
    fn void_not_sent(&mut self, n: u32, again: jiff::Timestamp) {
        let late = self.now > self.life.deadline;
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        booking.void_tries += 1;
        if late && booking.void_tries >= UNANSWERED_TRIES {
            self.void_failed(n, "the carrier cannot be reached");
        } else {
            self.void_again(n, again);
        }
    }

    fn void_again(&mut self, n: u32, at: jiff::Timestamp) {
        let voiding = self.life.state == State::Voiding;
        match self.life.booking_mut(n) {
            Some(booking) if booking.standing == Standing::Extra => booking.void_at = Some(at),
            // A late answer must not move the time of what the order does now.
            Some(_) if voiding => self.due(at),
            _ => {}
        }
    }

    /// One number is voided; the others follow, or it is done.
    fn void_goes_on(&mut self, n: u32) {
        let done = self.life.booking(n).is_some_and(|booking| {
            let per_parcel = self.policy.abilities(&booking.account).void_per_parcel;
            booking.voided.len() >= booking.numbers_to_void(per_parcel).len()
        });
        if done {
            self.void_done(n);
        } else {
            self.void_again(n, self.now);
        }
    }

    fn void_done(&mut self, n: u32) {
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        let wanted = booking.standing == Standing::Live;
        let account = booking.account.clone();
        booking.standing = Standing::Voided;
        booking.void_at = None;
        if !wanted {
            return self.announce(Announcement::Stray {
                n,
                voided: true,
                reason: "it was one too many".into(),
            });
        }
        self.note(format!("booking {n} was voided"));
        self.life.tries = 0;
        if self.life.state == State::Booked {
            // The answer to an earlier void came when the booking already stood again.
            let why = "a void worked after all, the announced booking no longer exists";
            return self.park(
                reason(&account, "voided", why.into()),
                &["rebook", "cancel"],
            );
        }
        self.leave_doubt(self.now);
    }

    /// It could not be taken back.
    fn void_failed(&mut self, n: u32, why: &str) {
        let Some(booking) = self.life.booking(n) else {
            return;
        };
        if booking.standing == Standing::Extra {
            return self.stray(n, why);
        }
        let unclear = booking.void_unanswered || !booking.voided.is_empty();
        let labelled = booking.numbers.as_ref().is_some_and(Numbers::labelled);
        let (account, announced) = (booking.account.clone(), booking.announced);
        if self.life.state != State::Voiding {
            return;
        }
        self.life.after_void = None;
        if unclear || !labelled {
            let why = reason(&account, "void_failed", why.to_owned());
            return self.park(why, &["retry", "booked", "rebook", "cancel"]);
        }
        if self.life.cancel.is_some() {
            self.refuse_cancel(why.to_owned());
        }
        if announced {
            self.life.state = State::Booked;
            self.life.next_at = None;
        } else {
            self.complete(n);
        }
    }

    fn stray(&mut self, n: u32, why: &str) {
        if let Some(booking) = self.life.booking_mut(n) {
            booking.standing = Standing::Stray;
            booking.void_at = None;
        }
        self.announce(Announcement::Stray {
            n,
            voided: false,
            reason: why.to_owned(),
        });
    }
}
