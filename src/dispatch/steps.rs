//! The further steps of a booking that takes several: each memo is durable before the next request
//! leaves, and once a step that books may have left, only a listed refusal ends the doubt. A look-up
//! that asks for the result of a step again goes on in the same way, but books nothing.
//!
//! It reads answers only to learn whether another step follows; what an answer means in the end is
//! read in `answers`.

use carrier_sdk::{Continue, Effect, Memo, Request, Step};
use tokio::time::Instant;

use super::Dispatch;
use super::prepare::Prepared;
use crate::accounts::Account;
use crate::carrier_http::{Deadline, NotSent, Sent};
use crate::ledger::Kept;
use crate::life::{Action, Advanced, Booking, Event, Life, Progress};
use crate::sabotage::{Point, pass};

/// No carrier takes more; one that always wants another step must not hold an order for ever.
const MOST_STEPS: u32 = 6;

/// How far a booking came.
pub struct Walked {
    /// What became of the last request.
    pub sent: Sent,
    /// The step it belonged to, when it was not the first of a booking.
    pub memo: Option<Memo>,
    /// Whether a step that books may have left before the last one.
    pub may_have_booked: bool,
}

impl Walked {
    /// A call that is over with one request.
    pub fn at_once(sent: Sent) -> Self {
        Self {
            sent,
            memo: None,
            may_have_booked: false,
        }
    }
}

/// A booking on its way from step to step, or a look-up that asks for one of its steps again.
struct Way<'a> {
    action: Action,
    name: &'a str,
    account: &'a Account,
    continuing: &'a dyn Continue,
    deadline: Deadline,
}

impl Dispatch {
    /// Goes on for as long as the carrier's answers ask for another step.
    pub(super) async fn further_steps(
        &self,
        action: Action,
        life: &Life,
        prepared: &Prepared,
        sent: Sent,
        deadline: Deadline,
    ) -> Walked {
        let mut walked = Walked::at_once(sent);
        let Prepared::Call {
            account: name,
            request,
        } = prepared
        else {
            return walked;
        };
        walked.memo = match action {
            Action::Book { .. } => None,
            Action::LookUp { n } => match life.booking(n).and_then(Booking::step_to_ask) {
                None => return walked,
                asked_again => asked_again.cloned(),
            },
            Action::Void { .. } | Action::Relabel { .. } => return walked,
        };
        let Some(account) = self.parts.accounts.get(name) else {
            return walked;
        };
        let Some(continuing) = account.carrier.continuing() else {
            return walked;
        };
        let way = Way {
            action,
            name,
            account,
            continuing,
            deadline,
        };
        let mut books = request.effect == Effect::Books;
        for request in 2..2 + MOST_STEPS {
            let Sent::Answered(answer) = &walked.sent else {
                break;
            };
            let read = account.carrier.read_booking(walked.memo.as_ref(), answer);
            let Step::Then(memo) = read else {
                break;
            };
            let next = way.continuing.next(&way.account.contract, &memo);
            if way.only_reads() && next.effect != Effect::Reads {
                break;
            }
            walked.may_have_booked |= books;
            books = next.effect == Effect::Books;
            let began = Instant::now();
            walked.sent = self.step(&way, life, &memo, &next).await;
            self.tell_request(action, life, request, began, &walked.sent);
            walked.memo = Some(memo);
        }
        walked
    }

    /// One further step, unless the attempt was given up meanwhile.
    async fn step(&self, way: &Way<'_>, life: &Life, memo: &Memo, next: &Request) -> Sent {
        // What a look-up has read it can read again.
        if !way.only_reads() && !self.keep_step(way, life, memo, next).await {
            return Sent::NotSent(NotSent::setup("the lease of the attempt is over"));
        }
        let http = &self.parts.http;
        let permit = http.permit(way.name, &next.auth, next.effect);
        match tokio::time::timeout(way.deadline.left(), permit).await {
            Ok(Ok(permit)) => http.send(permit, way.name, next, way.deadline).await,
            Ok(Err(problem)) => Sent::NotSent(problem),
            Err(_) => Sent::NotSent(NotSent::setup(
                "the lease ended before the next step's turn",
            )),
        }
    }

    /// Makes the memo durable; whether the attempt is still under way.
    async fn keep_step(&self, way: &Way<'_>, life: &Life, memo: &Memo, next: &Request) -> bool {
        let n = way.action.booking();
        let progress = Progress {
            memo: memo.clone(),
            repeatable: next.effect == Effect::Reads,
        };
        let advanced = Event::Advanced(Advanced {
            n,
            fence: life.fence,
            progress,
        });
        let now = self.keep(life.key.clone(), advanced, Kept::default()).await;
        pass(Point::StepKept);
        let booking = now.booking(n);
        booking.is_some_and(|booking| booking.is_under_way(&now))
    }
}

impl Way<'_> {
    fn only_reads(&self) -> bool {
        matches!(self.action, Action::LookUp { .. })
    }
}
