//! Dispatch: takes what is due, asks the life machine what to do, does it, records what came of it.
//! Read this first.
//!
//! The order of the steps is the whole protection: permit, then claim (the intent is durable), then
//! the request, then the outcome (durable before anything else is claimed for the order). It decides
//! nothing about an order: `life` does. It keeps nothing: `ledger` does.

mod answers;
mod evidence;
mod hands;
mod leave;
mod limits;
mod lines;
mod looking;
mod prepare;
mod probe;
mod reasons;
mod recording;
mod steps;
mod telling;
#[cfg(test)]
#[cfg(feature = "stub")]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

use crate::accounts::Accounts;
use crate::carrier_http::{CarrierHttp, Deadline, NotSent, Sent};
use crate::ledger::{Due, Ledger, LedgerError};
use crate::life::{self, Action, Answered, Claim, Event, Life, Outcome, Plan, Policy};
use crate::metrics::Metrics;
use crate::order::Order;
use crate::retry::RetryPolicy;
use crate::routing::{self, Routes};
use crate::sabotage::{Point, pass};
use crate::telemetry::Spans;

use hands::Hands;
use leave::{Full, Leave};
use limits::Place;
use lines::Lines;
use looking::LOOK_AGAIN;
use prepare::Prepared;

/// Everything a dispatch needs.
pub struct Parts {
    /// Where the truth is.
    pub ledger: Arc<dyn Ledger>,
    /// The configured accounts.
    pub accounts: Arc<Accounts>,
    /// How to reach the carriers.
    pub http: Arc<CarrierHttp>,
    /// How orders are routed.
    pub routes: Arc<Routes>,
    /// The same policy that the ledger applies.
    pub policy: Arc<Policy>,
    /// Delays between tries.
    pub retry: RetryPolicy,
    /// Who we are, in attempts.
    pub worker: String,
    /// How long an action takes at most.
    pub lease: Duration,
    /// Orders of one account claimed and not answered yet, at a time; its own `concurrency` may be less.
    pub in_flight: usize,
    /// Counts what comes of it.
    pub metrics: Arc<Metrics>,
    /// How long after an account's credentials were refused the carrier is first asked whether they
    /// work; none: never.
    pub probe_after: Option<Duration>,
    /// Where its spans go.
    pub spans: Spans,
    /// Set after the ledger was restored from a backup.
    pub look_first: Option<Restored>,
    /// Asks to begin nothing new and finish what is on the wire.
    pub stop: CancellationToken,
    /// Rings when something new is due.
    pub wake: Arc<Notify>,
    /// Rung when there may be labels to print.
    pub to_print: Arc<Notify>,
    /// Rung when something was told.
    pub told: Arc<Notify>,
}

/// The ledger was restored: orders paid in this span may have been booked by the one that was lost.
#[derive(Debug, Clone, Copy)]
pub struct Restored {
    /// When the backup was made.
    pub since: Timestamp,
    /// When this worker started.
    pub until: Timestamp,
}

impl Restored {
    /// Since when an order may have been booked, if it may. One that does not say when it was paid may.
    fn since_for(self, order: Option<&Order>) -> Option<Timestamp> {
        let paid_at = order.and_then(|order| order.paid_at);
        paid_at
            .is_none_or(|paid_at| paid_at <= self.until)
            .then_some(self.since)
    }
}

/// The dispatcher of one worker.
pub struct Dispatch {
    parts: Parts,
    lines: Lines,
    hands: Hands,
    /// An outcome could not be kept: nothing new is claimed until it is (rule 13).
    stalled: AtomicBool,
}

impl Dispatch {
    /// A dispatcher; call [`Dispatch::run`].
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            lines: Lines::to(&parts.accounts),
            hands: Hands::of(&parts.accounts, parts.in_flight),
            stalled: AtomicBool::new(false),
            parts,
        })
    }

    /// Works until it is asked to stop, then finishes what is on the wire and records it.
    pub async fn run(self: Arc<Self>) {
        let tasks = TaskTracker::new();
        tasks.spawn(Arc::clone(&self).probe_paused());
        while !self.parts.stop.is_cancelled() {
            let found = self.start_due(&tasks).await;
            self.rest(found).await;
        }
        tasks.close();
        tasks.wait().await;
    }

    /// The lines it calls on, for those who tell how they stand.
    pub fn lines(&self) -> Arc<CarrierHttp> {
        Arc::clone(&self.parts.http)
    }

    /// What it counts.
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.parts.metrics)
    }

    /// Whether nothing is being worked on at this moment.
    pub fn is_idle(&self) -> bool {
        self.hands.are_empty()
    }

    /// Works on one order until nothing is due for it at this moment, or no next step may begin.
    /// Whether it is due again before the ledger is asked anyway.
    async fn work(&self, mut due: Due) -> bool {
        let mut hashed = false;
        while !self.parts.stop.is_cancelled() {
            let Some(order) = self.readable(&due) else {
                return false;
            };
            match self.next_step(&due.life, order.as_ref(), hashed).await {
                Ok(Some(life)) => due.life = life,
                Ok(None) => return true,
                Err(LedgerError::ReferenceTaken) if !hashed => hashed = true,
                Err(problem) => {
                    warn!(key = %due.life.key, "nothing was sent for this order: {problem}");
                    // It stays in hand: what the ledger cannot keep now is not asked of it at once.
                    let pause = tokio::time::sleep(LOOK_AGAIN);
                    self.parts.stop.run_until_cancelled(pause).await;
                    return true;
                }
            }
            self.parts.to_print.notify_one();
            self.parts.told.notify_one();
            let now = self.parts.ledger.now();
            if due.life.due_at().is_none_or(|at| at > now) {
                let soon = life::later(now, LOOK_AGAIN);
                return due.life.due_at().is_some_and(|at| at <= soon);
            }
            if !self.has_content(&due.life, order.as_ref()) {
                return true;
            }
        }
        true
    }

    /// The order's content, `None` when it is stored in a form this version cannot read.
    #[allow(clippy::option_option)]
    fn readable(&self, due: &Due) -> Option<Option<Order>> {
        let Some(text) = &due.order else {
            return Some(None);
        };
        match serde_json::from_str(text) {
            Ok(order) => Some(Some(order)),
            Err(problem) => {
                error!(
                    key = %due.life.key,
                    line = problem.line(),
                    "the stored order cannot be read by this version"
                );
                None
            }
        }
    }

    /// A revision may have taken force meanwhile: its content must be read anew.
    fn has_content(&self, life: &Life, order: Option<&Order>) -> bool {
        order.is_none_or(|order| order.revision == life.revision)
    }

    /// One step: foresee, permit, claim, act, record. The life afterwards; `None`: nothing to do.
    async fn next_step(
        &self,
        life: &Life,
        order: Option<&Order>,
        hashed: bool,
    ) -> Result<Option<Life>, LedgerError> {
        let mut planned = self.plan(order, life);
        let claim = self.claim(&planned, order, hashed, None);
        // The ledger says that it is due, whatever we know of its clock: without the permit that is
        // foreseen here, what is claimed could not be sent.
        let now = self.parts.ledger.now();
        let now = life.due_at().map_or(now, |due| due.max(now));
        let foreseen = life::step(
            &life.key,
            Some(life.clone()),
            Event::Claim(claim),
            now,
            &self.parts.policy,
        );
        let place = match self.place_for(foreseen.action, &foreseen.life) {
            Ok(place) => place,
            // Another order took the last one: the plan looks different now.
            Err(Full) => return Ok(Some(life.clone())),
        };
        let leave = match foreseen.action {
            None => None,
            Some(action) => {
                let asking = self.leave_for(action, &foreseen.life, order);
                match self.parts.stop.run_until_cancelled(asking).await {
                    Some(leave) if !self.stalled.load(Ordering::Acquire) => Some(leave),
                    // Nothing was claimed: the next look finds the order as it was.
                    Some(_) | None => return Ok(None),
                }
            }
        };
        // Waiting for the permit took time: what is claimed is decided anew. The lease is counted
        // from before the commit: that errs on the side of not sending.
        let deadline = Deadline::after(self.parts.lease);
        if planned.at.elapsed() > SAME_TRUCKS {
            planned = self.plan(order, life);
        }
        let claim = self.claim(&planned, order, hashed, place.as_ref());
        let recorded = self.commit(life.key.clone(), Event::Claim(claim)).await?;
        match recorded.action {
            None if recorded.verdict == life::Verdict::Absorbed => Ok(None),
            None => Ok(Some(recorded.life)),
            Some(action) => {
                pass(match action {
                    Action::Void { .. } => Point::VoidClaimed,
                    _ => Point::Claimed,
                });
                let booked = recorded.life.booking(action.booking());
                if let (Some(place), Action::Book { .. }, Some(booked)) = (place, action, booked)
                    && place.account() == booked.account
                {
                    place.take();
                }
                let after = self
                    .act(action, &recorded.life, order, leave, deadline)
                    .await;
                Ok(Some(after))
            }
        }
    }

    /// What the trucks of this moment allow.
    fn plan(&self, order: Option<&Order>, life: &Life) -> Planned {
        let (at, now) = (Instant::now(), self.parts.ledger.now());
        let routes = &self.parts.routes;
        let plan = order.map(|order| routing::plan(routes, order, now));
        let plan = plan.unwrap_or_default();
        // Only an order that is in trouble asks what the next truck would bring.
        let troubled = life.tries > 0 || life.risk_at.is_some_and(|at| at <= now);
        let later = match order {
            Some(order) if troubled => routing::plan_later(routes, order, now, &plan),
            _ => Plan::default(),
        };
        Planned { at, plan, later }
    }

    fn claim(
        &self,
        planned: &Planned,
        order: Option<&Order>,
        hashed: bool,
        place: Option<&Place<'_>>,
    ) -> Claim {
        let (plan, now) = (planned.plan.clone(), self.parts.ledger.now());
        Claim {
            worker: self.parts.worker.clone(),
            lease: self.parts.lease,
            revision: order.map(|order| order.revision),
            plan: self.lines.drawn_on(plan, &self.parts.http, now, place),
            later: planned.later.clone(),
            hashed_reference: hashed,
            look_first: self
                .parts
                .look_first
                .and_then(|restored| restored.since_for(order)),
        }
    }

    /// Does what was claimed and records what came of it, however often that takes.
    async fn act(
        &self,
        action: Action,
        life: &Life,
        order: Option<&Order>,
        leave: Option<Leave>,
        deadline: Deadline,
    ) -> Life {
        let began = Instant::now();
        let (prepared, permit) = match leave {
            Some(leave) if leave.is_for(action, life) => (leave.prepared, Some(leave.permit)),
            Some(leave) => (self.prepare(action, life, order), Some(leave.permit)),
            None => (self.prepare(action, life, order), None),
        };
        let sent = match (&prepared, permit) {
            (Prepared::Call { account, request }, Some(Ok(permit))) => {
                let http = &self.parts.http;
                http.send(permit, account, request, deadline).await
            }
            (Prepared::Call { .. }, Some(Err(problem))) => Sent::NotSent(problem),
            (Prepared::Call { .. }, None) | (Prepared::Refused(_), _) => {
                Sent::NotSent(NotSent::no_call())
            }
        };
        self.tell_request(action, life, 1, began, &sent);
        let took = (!matches!(sent, Sent::NotSent(_))).then(|| began.elapsed());
        let walked = self
            .further_steps(action, life, &prepared, sent, deadline)
            .await;
        pass(match action {
            Action::Book { .. } => Point::Answered,
            Action::LookUp { .. } => Point::LookedUp,
            Action::Relabel { .. } => Point::Relabelled,
            Action::Void { .. } => Point::Voided,
        });
        let (event, kept) = self.outcome(action, life, order, &prepared, walked);
        self.tell_outcome(action, life, &event, began);
        if let Some(booking) = life.booking(action.booking()) {
            let metrics = &self.parts.metrics;
            metrics.ended(&booking.carrier, &booking.account, &event, took);
        }
        if let Event::Answered(Answered {
            outcome: Outcome::Unauthorized(why),
            ..
        }) = &event
        {
            // At once: the next order must not knock at a door that was just shut.
            self.lines.pause(&why.account);
        }
        let after = self.keep(life.key.clone(), event, kept).await;
        pass(Point::OutcomeKept);
        after
    }
}

/// What the trucks allowed, and when.
struct Planned {
    at: Instant,
    plan: Plan,
    later: Plan,
}

/// So long the trucks are taken to be the same.
const SAME_TRUCKS: Duration = Duration::from_secs(1);
