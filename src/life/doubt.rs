//! The ladder out of doubt: look up by reference, believe absence only as far as the carrier's
//! profile allows, then the account's policy. And the look-ups long after (rule 5).

use std::time::Duration;

use jiff::Timestamp;

use super::Steps;
use super::announce::Announcement;
use super::booking::{Booking, Numbers, Standing};
use super::event::{Claim, Looked, LookedUp, Reason};
use super::settle::reason;
use super::state::{Action, LateLook, State};
use super::{earlier, later};
use crate::sabotage::{Bug, planted};

/// Why an order is parked whose reference names more than one shipment.
const SEVERAL_FOUND: &str = "several_found";
/// Between two late look-ups, while they fail.
const LATE_AGAIN: std::time::Duration = std::time::Duration::from_secs(600);

impl Steps<'_> {
    /// The next step of the ladder.
    pub(super) fn settle(&mut self, claim: &Claim) {
        let Some(booking) = self.in_doubt() else {
            return self.leave_doubt(self.now);
        };
        let (n, account) = (booking.n, booking.account.clone());
        if self.policy.abilities(&account).find || booking.step_to_ask().is_some() {
            self.life.next_at = None;
            return self.run(Action::LookUp { n }, claim);
        }
        let why = reason(&account, "in_doubt", "the carrier cannot be asked".into());
        self.unsettled(n, why);
    }

    fn in_doubt(&self) -> Option<&Booking> {
        self.life
            .bookings
            .iter()
            .find(|booking| booking.standing == Standing::InDoubt)
    }

    pub(super) fn looked_up(&mut self, looked: LookedUp) {
        let asked = self.asked_at(looked.fence);
        self.release(looked.fence);
        let n = looked.n;
        match looked.result {
            Looked::Found(found) => {
                self.late_is_done(n);
                self.found(n, found, asked);
            }
            Looked::Absent => {
                self.late_is_done(n);
                self.absent(n, asked);
            }
            Looked::Failed(why) => {
                let again = self.after(looked.again_in);
                self.late_again(n, again);
                if self.settling(n) {
                    self.look_failed(n, why, again);
                }
            }
            Looked::Denied(why) => {
                self.late_is_done(n);
                if self.settling(n) {
                    self.unsettled(n, why);
                }
            }
        }
    }

    /// When the look-up that is under way was asked; none: the answer is of an earlier one.
    fn asked_at(&self, fence: u64) -> Option<Timestamp> {
        let running = self.life.running.as_ref();
        running
            .filter(|_| fence == self.life.fence)
            .map(|running| running.since)
    }

    fn late_is_done(&mut self, n: u32) {
        let now = self.now;
        self.life.late.retain(|look| look.n != n || look.at > now);
    }

    /// A late look-up that failed is not given up.
    fn late_again(&mut self, n: u32, again: Timestamp) {
        let at = again.max(self.after(LATE_AGAIN));
        let count = self.life.late.len();
        self.late_is_done(n);
        if self.life.late.len() < count {
            self.life.late.push(LateLook { n, at });
        }
    }

    /// Whether the order's way on depends on this look-up.
    fn settling(&self, n: u32) -> bool {
        self.life.state == State::InDoubt
            && self
                .life
                .booking(n)
                .is_some_and(|booking| booking.standing == Standing::InDoubt)
    }

    fn found(&mut self, n: u32, found: Vec<Numbers>, asked: Option<Timestamp>) {
        let Some(booking) = self.life.booking(n) else {
            return;
        };
        let (standing, account) = (booking.standing, booking.account.clone());
        let others = self.life.bookings.iter().filter(|other| {
            other.account == account && (other.n != n || standing != Standing::InDoubt)
        });
        let known: Vec<&Numbers> = others.filter_map(|other| other.numbers.as_ref()).collect();
        let mut news = found;
        news.retain(|numbers| !known.iter().any(|known| known.same_as(numbers)));
        match (news.len(), standing) {
            // What it knows is not this booking, or nothing new.
            (0, _) => self.absent(n, asked),
            (2.., Standing::InDoubt) => self.several(n, &account, news),
            _ => {
                self.note(format!("the carrier knows booking {n}"));
                for numbers in news {
                    if self.is_another(n, &numbers) {
                        self.beside(n, numbers);
                    } else {
                        self.booked(n, numbers);
                    }
                }
            }
        }
    }

    /// A shipment under our reference that no request of ours is known to have made may be
    /// somebody's: it is told, never voided.
    fn beside(&mut self, n: u32, numbers: Numbers) {
        let now = self.now;
        let Some(twin) = self.twin(n) else {
            return;
        };
        if let Some(booking) = self.life.booking_mut(twin) {
            booking.numbers = Some(numbers);
            booking.booked_at = Some(now);
        }
        self.give_up(
            twin,
            "the carrier knows another shipment under this reference",
        );
    }

    /// Which of them is the parcel's is for a person to say.
    fn several(&mut self, n: u32, account: &str, found: Vec<Numbers>) {
        let told = self.life.park.as_ref();
        if told.is_some_and(|park| park.why.code == SEVERAL_FOUND) {
            return;
        }
        let count = found.len();
        if let Some(booking) = self.life.booking_mut(n) {
            booking.numbers = found.into_iter().next();
        }
        let message = format!("the carrier knows {count} shipments under one reference");
        self.park(
            reason(account, SEVERAL_FOUND, message),
            &["booked", "rebook", "cancel"],
        );
    }

    fn absent(&mut self, n: u32, asked: Option<Timestamp>) {
        // An answer to an earlier question, or to one that the ladder did not ask, is no step of it.
        let Some(asked) = asked.filter(|_| self.settling(n) && self.life.next_at.is_none()) else {
            return;
        };
        let (now, gap) = (self.now, self.policy.gap);
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        booking.failures = 0;
        let (account, sent_to) = (booking.account.clone(), booking.sent_to);
        // What was only looked up as a precaution was sent long ago, if ever: no index lags so far.
        let precaution = booking.precaution && !booking.doubted;
        let proof = match self.policy.abilities(&account).absence_is_proof {
            None if precaution => Some(Duration::ZERO),
            proof => proof,
        };
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        let settled = booking.settle_at.unwrap_or(asked);
        let counts_from = proof.map_or(settled, |after| settled.max(later(sent_to, after)));
        if asked < counts_from && !planted(Bug::SkipTheSettleTime) {
            return self.due(counts_from.max(now));
        }
        booking.absent += 1;
        if booking.absent < 2 && !planted(Bug::OneAbsentAnswerIsProof) {
            return self.due(later(now, gap));
        }
        if proof.is_some() {
            self.note(format!(
                "booking {n} does not exist: the carrier's silence proves it"
            ));
            return self.not_booked(n, now);
        }
        let message = "the carrier does not know it, which does not prove that it will not";
        self.unsettled(n, reason(&account, "in_doubt", message.into()));
    }

    fn look_failed(&mut self, n: u32, why: Reason, again: Timestamp) {
        self.note(format!("looking up failed: {}", why.in_plain_words()));
        let (deadline, margin, gap) = (self.life.deadline, self.policy.margin, self.policy.gap);
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        booking.failures += 1;
        let settled = later(booking.settle_at.unwrap_or(again), gap);
        let limit = earlier(booking.book_by.unwrap_or(deadline), margin).max(settled);
        if self.now >= limit {
            return self.unsettled(n, why);
        }
        self.due(again.min(limit));
    }

    /// The ladder ends here: the account's policy decides.
    fn unsettled(&mut self, n: u32, why: Reason) {
        let Some(booking) = self.life.booking(n) else {
            return;
        };
        if !self.policy.abilities(&booking.account).rebook_in_doubt {
            return self.park(why, &["retry", "rebook", "booked", "cancel"]);
        }
        let settled = booking.settle_at.unwrap_or(self.now);
        if self.now < settled {
            return self.due(settled);
        }
        self.give_up(
            n,
            "it could not be settled, and the account's policy is to book anew",
        );
        self.leave_doubt(self.now);
    }

    /// Booking `n` is no longer waited for. It may exist: that is said, and looked after.
    pub(super) fn give_up(&mut self, n: u32, why: &str) {
        let now = self.now;
        if let Some(booking) = self.life.booking_mut(n) {
            booking.standing = Standing::Stray;
            booking.unwanted_since.get_or_insert(now);
        }
        self.announce(Announcement::Stray {
            n,
            voided: false,
            reason: why.to_owned(),
        });
    }

    /// Nobody waits any longer for the bookings that are still in doubt.
    pub(super) fn give_up_doubts(&mut self, why: &str) {
        while let Some(n) = self.in_doubt().map(|booking| booking.n) {
            self.give_up(n, why);
        }
    }

    /// Looks after bookings that were ever in doubt, whatever the order's state.
    pub(super) fn look_late(&mut self, claim: &Claim) {
        while let Some(look) = self.life.late.iter().find(|look| look.at <= self.now) {
            let n = look.n;
            let known = |booking: &&Booking| self.policy.abilities(&booking.account).find;
            if self.life.booking(n).filter(known).is_some() {
                return self.run(Action::LookUp { n }, claim);
            }
            let now = self.now;
            self.life.late.retain(|look| look.n != n || look.at > now);
        }
    }
}
