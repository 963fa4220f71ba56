//! A worker asks what to do: leases that ended, risks to tell, then the one next action.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::announce::{Announcement, RiskCause};
use super::booking::{Booking, ProductRef, Standing};
use super::event::{Claim, Reason};
use super::plan::{Candidate, Line, Plan, Unfit};
use super::settle::reason;
use super::state::{Action, Running, State};
use super::{Steps, Verdict, earlier};
use crate::order::Key;
use crate::sabotage::{Bug, planted};

/// How often an order is looked at while every account is paused or full; a resumed account wakes it.
const PAUSED_LOOK: std::time::Duration = std::time::Duration::from_secs(300);

impl Steps<'_> {
    pub(super) fn claim(&mut self, claim: &Claim) {
        if let Some(running) = &self.life.running {
            if running.until > self.now {
                self.verdict = Verdict::Absorbed;
                return;
            }
            self.lease_over();
        }
        self.tell_risk();
        if self.void_extra(claim) {
            return;
        }
        if self.state_is_due() {
            match self.life.state {
                State::Waiting => self.choose(claim),
                State::InDoubt => self.settle(claim),
                State::Unlabelled => self.label_again(claim),
                State::Voiding => self.void_next(claim),
                _ => self.life.next_at = None,
            }
        }
        if self.action.is_none() {
            self.look_late(claim);
        }
    }

    /// A waiting order that was never tried may be claimed early: an account may have been resumed.
    fn state_is_due(&self) -> bool {
        let due = self.life.next_at.is_some_and(|at| at <= self.now);
        due || (self.life.state == State::Waiting && self.life.tries == 0)
    }

    /// Nobody waits for the action any more. What it did is unknown.
    fn lease_over(&mut self) {
        let Some(running) = self.life.running.take() else {
            return;
        };
        match running.action {
            Action::Book { n } => self.doubt(n, "the worker that sent it ended before the answer"),
            Action::Void { n, .. } => {
                if let Some(booking) = self.life.booking_mut(n) {
                    booking.void_unanswered = true;
                    booking.void_tries += 1;
                    booking.void_at = None;
                }
            }
            Action::LookUp { .. } | Action::Relabel { .. } => {}
        }
        // What only waited for that action has no other time at which it would go on.
        let waited = matches!(
            self.life.state,
            State::InDoubt | State::Unlabelled | State::Voiding
        );
        if waited && self.life.next_at.is_none() {
            self.due(self.now);
        }
    }

    fn tell_risk(&mut self) {
        if self.life.risk_at.is_none_or(|at| at > self.now) {
            return;
        }
        self.life.risk_at = None;
        let cause = match self.life.state {
            State::Waiting | State::Booking => RiskCause::NotBookedYet,
            State::InDoubt => RiskCause::InDoubt,
            State::Unlabelled | State::Voiding => RiskCause::LabelMissing,
            State::Parked => RiskCause::Parked,
            State::Unknown | State::Booked | State::Cancelled | State::Rejected => return,
        };
        self.risk(cause);
    }

    /// The one place that starts an action: a new fence, a new lease.
    pub(super) fn run(&mut self, action: Action, claim: &Claim) {
        self.life.fence += 1;
        self.life.running = Some(Running {
            action,
            worker: claim.worker.clone(),
            since: self.now,
            until: self.after(claim.lease),
        });
        self.action = Some(action);
    }

    /// Which account books it now (rule 9).
    fn choose(&mut self, claim: &Claim) {
        let read = claim.revision;
        if read.is_some_and(|revision| revision != self.life.revision) {
            // A revision came after the order was read: an old address must not be booked for it.
            self.note("a revision came in between: it is read anew");
            return self.due(self.now);
        }
        let mut open: Vec<&Candidate> = claim
            .plan
            .candidates
            .iter()
            .filter(|candidate| !self.refused_by(&candidate.account))
            .collect();
        if open.is_empty() {
            return self.nobody_takes_it(&claim.plan);
        }
        self.aim(open.first().copied());
        let kept = open.iter().any(|candidate| candidate.feasible);
        if (self.life.promise_open && !kept) || self.now > self.life.deadline {
            return self.too_late();
        }
        if self.life.promise_open {
            // An account that cannot keep the promise would break it in silence.
            open.retain(|candidate| candidate.feasible);
        }
        for candidate in &open {
            if self.passes(candidate) {
                continue;
            }
            match candidate.line {
                Line::Paused | Line::Full => {}
                Line::Open => return self.book(candidate, claim),
                Line::Resting(until) => {
                    self.life.aimed_to.clone_from(&candidate.account);
                    let margin = self.margin_of(candidate);
                    return self.due(until.min(margin).max(self.after(claim_pause())));
                }
            }
        }
        self.none_left(&open, claim);
    }

    fn refused_by(&self, account: &str) -> bool {
        self.life
            .refusals
            .iter()
            .any(|reason| reason.account == account)
    }

    fn margin_of(&self, candidate: &Candidate) -> Timestamp {
        earlier(candidate.limit(self.life.deadline), self.policy.margin)
    }

    /// Whether this account had its chance for this truck: only tries without effect, or a breaker
    /// that is open, and the cut-off is near.
    fn passes(&mut self, candidate: &Candidate) -> bool {
        let passed = (candidate.account.clone(), candidate.ship_on);
        if self.life.passed.contains(&passed) {
            return true;
        }
        let last = self.life.bookings.last();
        let tried =
            self.life.tries > 0 && last.is_some_and(|booking| booking.account == candidate.account);
        let resting = matches!(candidate.line, Line::Resting(_));
        if (tried || resting) && self.now >= self.margin_of(candidate) {
            self.note(format!(
                "{} did not answer in time: next account",
                candidate.account
            ));
            self.life.passed.push(passed);
            return true;
        }
        false
    }

    /// Every account that could take it is paused or had its chance.
    fn none_left(&mut self, open: &[&Candidate], claim: &Claim) {
        let paused = open.iter().all(|candidate| candidate.line == Line::Paused);
        self.risk(if paused {
            RiskCause::AccountPaused
        } else {
            RiskCause::NotBookedYet
        });
        let near = open
            .iter()
            .all(|candidate| self.now >= self.margin_of(candidate));
        let next_truck = claim
            .later
            .candidates
            .iter()
            .any(|candidate| candidate.feasible && !self.refused_by(&candidate.account));
        if near && self.life.promise_open && !next_truck {
            return self.too_late();
        }
        // Until the cut-off every account is still asked: a late answer beats a missed truck.
        match open.iter().find(|candidate| candidate.line == Line::Open) {
            Some(candidate) => self.book(candidate, claim),
            None => {
                let margins = open.iter().map(|candidate| self.margin_of(candidate));
                let rested = open.iter().filter_map(|candidate| match candidate.line {
                    Line::Resting(until) => Some(until.max(self.after(claim_pause()))),
                    _ => None,
                });
                let next = margins.chain(rested).filter(|at| *at > self.now).min();
                let soon = self.after(PAUSED_LOOK);
                self.due(next.map_or(soon, |next| next.min(soon)));
            }
        }
    }

    fn too_late(&mut self) {
        let message = "no truck that can still be caught keeps the promise";
        self.park(reason("", "too_late", message.into()), &["retry", "cancel"]);
    }

    fn nobody_takes_it(&mut self, plan: &Plan) {
        let mut reasons = self.life.refusals.clone();
        reasons.extend(plan.unfit.iter().map(reason_of));
        let shop = !self.life.refusals.is_empty()
            || plan
                .unfit
                .iter()
                .any(|unfit| unfit.who_acts == carrier_sdk::WhoActs::Shop);
        if !shop {
            // Nothing is wrong with the order: the configuration must change, then `parked retry`.
            let nobody = || reason("", "no_account", "no account is there to take it".into());
            let why = reasons.into_iter().next().unwrap_or_else(nobody);
            return self.park(why, &["retry", "cancel"]);
        }
        self.life.state = State::Rejected;
        self.life.next_at = None;
        self.life.risk_at = None;
        self.life.refusals.clone_from(&reasons);
        self.announce(Announcement::Rejected { reasons });
    }

    fn book(&mut self, candidate: &Candidate, claim: &Claim) {
        let again = self.life.bookings.last().filter(|last| {
            last.standing == Standing::Dead
                && last.account == candidate.account
                && last.product.code == candidate.product
                && last.revision == self.life.revision
                && last.ship_on == candidate.ship_on
        });
        let n = match again {
            Some(last) => last.n,
            None => {
                let unseen = claim.look_first.filter(|_| !self.looked_at(candidate));
                let n = self.new_booking(candidate, claim);
                if let Some(since) = unseen {
                    return self.look_first(n, since);
                }
                n
            }
        };
        self.run(Action::Book { n }, claim);
        let (fence, now, until) = (self.life.fence, self.now, self.after(claim.lease));
        self.life.state = State::Booking;
        self.life.next_at = None;
        if let Some(booking) = self.life.booking_mut(n) {
            booking.standing = Standing::Intended;
            booking.fence = fence;
            booking.sent_from = booking.sent_from.min(now);
            booking.sent_to = until;
            booking.progress = None;
            // Of the same day, yet perhaps a later truck: carriers refuse a hand-over in the past.
            booking.book_by = candidate.book_by;
            booking.hand_over_at.clone_from(&candidate.hand_over_at);
        }
        let account = &candidate.account;
        self.note(format!("booking {n} with {account} is about to be sent"));
    }

    /// Whether this account was looked at before: what that did not settle, a new number will not.
    fn looked_at(&self, candidate: &Candidate) -> bool {
        let mut bookings = self.life.bookings.iter();
        bookings.any(|booking| booking.precaution && booking.account == candidate.account)
    }

    /// After a ledger was restored, an order that looks new may have been booked before: it is looked
    /// up under the reference it would have had, and booked when the carrier does not know it.
    fn look_first(&mut self, n: u32, since: Timestamp) {
        let now = self.now;
        if let Some(booking) = self.life.booking_mut(n) {
            booking.standing = Standing::InDoubt;
            booking.precaution = true;
            booking.sent_from = since;
            booking.settle_at = Some(now);
        }
        self.life.state = State::InDoubt;
        self.note(format!(
            "booking {n} is looked up before it is sent: the ledger was restored"
        ));
        self.due(now);
    }

    fn new_booking(&mut self, candidate: &Candidate, claim: &Claim) -> u32 {
        let n = self.life.bookings.last().map_or(1, |last| last.n + 1);
        let max = candidate.reference_max;
        self.life.tries = 0;
        self.life.bookings.push(Booking {
            n,
            revision: self.life.revision,
            account: candidate.account.clone(),
            carrier: candidate.carrier.clone(),
            environment: candidate.environment.clone(),
            product: ProductRef {
                code: candidate.product.clone(),
                name: candidate.product_name.clone(),
            },
            reference: reference(&self.life.key, n, max, claim.hashed_reference),
            book_by: candidate.book_by,
            hand_over_at: candidate.hand_over_at.clone(),
            ship_on: candidate.ship_on,
            standing: Standing::Intended,
            fence: 0,
            sent_from: self.now,
            sent_to: self.now,
            doubted: false,
            precaution: false,
            settle_at: None,
            absent: 0,
            failures: 0,
            numbers: None,
            booked_at: None,
            announced: false,
            progress: None,
            voided: Vec::new(),
            void_unanswered: false,
            void_tries: 0,
            void_at: None,
            unwanted_since: None,
        });
        n
    }
}

/// Between two looks at a breaker that should have closed by now.
fn claim_pause() -> std::time::Duration {
    std::time::Duration::from_secs(1)
}

fn reason_of(unfit: &Unfit) -> Reason {
    Reason {
        account: unfit.account.clone(),
        code: unfit.code.clone(),
        message: unfit.message.clone(),
        field: unfit.field.clone(),
        who_acts: unfit.who_acts,
    }
}

/// Our reference for booking `n`: the order id, `.n` from the second on, hashed when it is too
/// long for the carrier or taken by another order at the account.
pub fn reference(key: &Key, n: u32, max: usize, hashed: bool) -> String {
    let plain = if n == 1 || planted(Bug::ReuseTheReference) {
        key.order_id.clone()
    } else {
        format!("{}.{n}", key.order_id)
    };
    if !hashed && plain.len() <= max {
        return plain;
    }
    let digest = Sha256::digest(format!("{key}#{n}"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.chars().take(max.min(24)).collect()
}
