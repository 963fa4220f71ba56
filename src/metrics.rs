//! Figures for a monitoring system, in the text form of OpenMetrics that Prometheus scrapes.
//!
//! What this process did is counted here, by dispatch; how ledger, bus and lines stand is asked at
//! each scrape and put into words by `metrics/standing.rs`. `docs/metrics.md` names every figure and
//! the alert for it. No figure names an order.

mod standing;

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::life::{Event, Looked, Outcome, Relabelled, VoidOutcome};

pub use standing::{AccountStanding, Standing};

/// Content type of [`Metrics::in_text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What every name starts with.
const PREFIX: &str = "diligence";
/// Bounds of the histogram of bookings, in seconds: carriers take from 0.1 to 60.
const SECONDS: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0];

/// What this process counts. One per worker, handed to whoever counts.
pub struct Metrics {
    registry: Registry,
    attempts: Family<Ended, Counter>,
    look_ups: Family<Ended, Counter>,
    label_requests: Family<Ended, Counter>,
    voids: Family<Ended, Counter>,
    shadowed: Family<Ended, Counter>,
    booking_time: Family<Line, Histogram, fn() -> Histogram>,
    unlisted: Family<Line, Counter>,
    not_kept: Counter,
}

/// Of which account something is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Line {
    carrier: String,
    account: String,
}

/// How a call to a carrier ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    carrier: String,
    account: String,
    outcome: &'static str,
}

impl Metrics {
    /// Counters at 0 for these accounts, each with its carrier: a series that appears with its first
    /// event hides that event from `increase()`.
    pub fn new<'a>(accounts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let metrics = Self::registered();
        for (account, carrier) in accounts {
            let counted = [
                (&metrics.attempts, Outcome::NAMES.as_slice()),
                (&metrics.look_ups, Looked::NAMES.as_slice()),
                (&metrics.label_requests, Relabelled::NAMES.as_slice()),
                (&metrics.voids, VoidOutcome::NAMES.as_slice()),
            ];
            for (family, outcomes) in counted {
                for outcome in outcomes {
                    drop(family.get_or_create(&ended(carrier, account, outcome)));
                }
            }
            drop(metrics.booking_time.get_or_create(&line(carrier, account)));
            drop(metrics.unlisted.get_or_create(&line(carrier, account)));
        }
        metrics
    }

    fn registered() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let [attempts, look_ups, label_requests, voids, shadowed] =
            [(); 5].map(|()| Family::default());
        let booking_time: Family<Line, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let unlisted = Family::default();
        let not_kept = Counter::default();
        for (name, help, family) in [
            (
                "attempts",
                "Booking requests by what came of them",
                &attempts,
            ),
            (
                "look_ups",
                "Look-ups of bookings in doubt by what came of them",
                &look_ups,
            ),
            (
                "label_requests",
                "Requests for a missing label by what came of them",
                &label_requests,
            ),
            (
                "voids",
                "Requests to take a booking back by what came of them",
                &voids,
            ),
            (
                "shadow_orders",
                "Live orders mapped for a shadow account by what it would do; nothing is sent",
                &shadowed,
            ),
        ] {
            registry.register(name, help, Family::clone(family));
        }
        registry.register_with_unit(
            "booking",
            "From a booking request to the carrier's answer, or until it was given up",
            Unit::Seconds,
            booking_time.clone(),
        );
        registry.register(
            "unlisted_faults",
            "Answers with a fault code that the carrier's atlas does not list",
            Family::clone(&unlisted),
        );
        registry.register(
            "outcomes_not_kept",
            "Times the ledger could not keep an outcome; nothing new is booked meanwhile",
            not_kept.clone(),
        );
        Self {
            registry,
            attempts,
            look_ups,
            label_requests,
            voids,
            shadowed,
            booking_time,
            unlisted,
            not_kept,
        }
    }

    /// Counts how a call ended. `took` is the time on the wire of a request that left us.
    pub fn ended(&self, carrier: &str, account: &str, event: &Event, took: Option<Duration>) {
        let (family, outcome) = match event {
            Event::Answered(answered) => {
                if let Some(took) = took {
                    let booking_time = self.booking_time.get_or_create(&line(carrier, account));
                    booking_time.observe(took.as_secs_f64());
                }
                (&self.attempts, answered.outcome.name())
            }
            Event::LookedUp(looked) => (&self.look_ups, looked.result.name()),
            Event::Relabelled(relabelled) => (&self.label_requests, relabelled.name()),
            Event::Voided(voided) => (&self.voids, voided.outcome.name()),
            // not the end of a call
            Event::Received(_)
            | Event::CancelWished { .. }
            | Event::Claim(_)
            | Event::Advanced(_)
            | Event::Decided(_) => return,
        };
        let ended = ended(carrier, account, outcome);
        family.get_or_create(&ended).inc();
    }

    /// Counts what a shadow account would do with a live order; without an outcome only its series begin.
    pub fn shadowed(&self, carrier: &str, account: &str, outcome: Option<&'static str>) {
        match outcome {
            Some(outcome) => {
                let ended = ended(carrier, account, outcome);
                self.shadowed.get_or_create(&ended).inc();
            }
            None => {
                for outcome in ["taken", "refused", "skipped"] {
                    drop(
                        self.shadowed
                            .get_or_create(&ended(carrier, account, outcome)),
                    );
                }
            }
        }
    }

    /// Counts a code of the carrier's that its atlas does not list: it was judged by the status alone.
    pub fn unlisted(&self, carrier: &str, account: &str) {
        self.unlisted.get_or_create(&line(carrier, account)).inc();
    }

    /// Counts a time that the ledger could not keep an outcome.
    pub fn not_kept(&self) {
        self.not_kept.inc();
    }

    /// Everything to tell: what was counted, and how things stand.
    ///
    /// # Errors
    /// When a figure cannot be written as text.
    pub fn in_text(&self, standing: &Standing<'_>) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &standing.registry())?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    /// What was counted, with nothing standing beside it.
    #[cfg(test)]
    pub fn counted_in_text(&self) -> String {
        let standing = Standing {
            now: jiff::Timestamp::now(),
            ledger: None,
            ledger_trouble: false,
            bus_trouble: false,
            accounts: &[],
        };
        self.in_text(&standing).expect("figures")
    }
}

fn line(carrier: &str, account: &str) -> Line {
    Line {
        carrier: carrier.to_owned(),
        account: account.to_owned(),
    }
}

fn ended(carrier: &str, account: &str, outcome: &'static str) -> Ended {
    Ended {
        carrier: carrier.to_owned(),
        account: account.to_owned(),
        outcome,
    }
}
