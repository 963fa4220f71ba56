//! The ladder out of doubt: look up by reference, believe absence only as far as the carrier's
//! profile allows, then the account's policy. And the look-ups long after (rule 5).

use super::Steps;
use super::announce::Announcement;
use super::booking::{Booking, Numbers, Standing};
use super::event::{Claim, Looked, LookedUp, Reason};
use super::settle::reason;
use super::state::{Action, LateLook, State};
use super::{earlier, later};

impl Steps<'_> {
    /// The next step of the ladder.
    pub(super) fn settle(&mut self, claim: &Claim) {
        let Some(booking) = self.in_doubt() else {
            return self.leave_doubt(self.now);
        };
        let (n, account) = (booking.n, booking.account.clone());
        if self.policy.abilities(&account).find {
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
        self.release(looked.fence);
        let n = looked.n;
        let now = self.now;
        let again = self.after(looked.again_in);
        let was_late = self
            .life
            .late
            .iter()
            .any(|look| look.n == n && look.at <= now);
        self.life.late.retain(|look| look.n != n || look.at > now);
        match looked.result {
            Looked::Found(found) => self.found(n, found),
            Looked::Absent => self.absent(n),
            Looked::Failed(why) if self.settling(n) => self.look_failed(n, why, again),
            Looked::Denied(why) if self.settling(n) => self.unsettled(n, why),
            Looked::Failed(_) if was_late => self.life.late.push(LateLook { n, at: again }),
            Looked::Failed(_) | Looked::Denied(_) => {}
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

    fn found(&mut self, n: u32, found: Vec<Numbers>) {
        let count = found.len();
        let mut found = found.into_iter();
        let Some(first) = found.next() else {
            return self.absent(n);
        };
        self.note(format!("the carrier knows booking {n}"));
        if count == 1 {
            return self.booked(n, first);
        }
        let account = match self.life.booking_mut(n) {
            Some(booking) if booking.standing == Standing::InDoubt => {
                booking.numbers = Some(first);
                booking.account.clone()
            }
            _ => return,
        };
        let message = format!("the carrier knows {count} shipments under one reference");
        self.park(
            reason(&account, "several_found", message),
            &["booked", "rebook", "cancel"],
        );
    }

    fn absent(&mut self, n: u32) {
        if !self.settling(n) {
            return;
        }
        let (now, gap) = (self.now, self.policy.gap);
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        booking.failures = 0;
        let (account, sent_to) = (booking.account.clone(), booking.sent_to);
        let proof = self.policy.abilities(&account).absence_is_proof;
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        let settled = booking.settle_at.unwrap_or(now);
        let counts_from = proof.map_or(settled, |after| settled.max(later(sent_to, after)));
        if now < counts_from {
            return self.due(counts_from);
        }
        booking.absent += 1;
        if booking.absent < 2 {
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

    fn look_failed(&mut self, n: u32, why: Reason, again: jiff::Timestamp) {
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
        if let Some(booking) = self.life.booking_mut(n) {
            booking.standing = Standing::Stray;
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
