//! What is said of an action while it goes on: a line and a span for its outcome, a span and at level
//! debug a line for each request of it. What it means for the order is said by the notes that follow.

use tokio::time::Instant;
use tracing::{debug, info};

use super::Dispatch;
use crate::carrier_http::Sent;
use crate::life::{Action, Booking, Event, Life};
use crate::telemetry::{Fact, Kind, Span};

impl Dispatch {
    /// A request is over. `request` counts those of the action, from 1.
    pub(super) fn tell_request(
        &self,
        action: Action,
        life: &Life,
        request: u32,
        began: Instant,
        sent: &Sent,
    ) {
        let booking = life.booking(action.booking());
        debug!(
            key = %life.key,
            operation = action.name(),
            booking = action.booking(),
            account = booking.map(|booking| booking.account.as_str()),
            reference = booking.map(|booking| booking.reference.as_str()),
            attempt = life.fence,
            request,
            status = status(sent),
            took_ms = milliseconds(began),
            "{}", in_words(sent)
        );
        // What never left is no request.
        if matches!(sent, Sent::NotSent(_)) {
            return;
        }
        self.parts.spans.tell(|| {
            let trace = life.trace();
            let mut facts = facts(action, life, booking);
            facts.push(("diligence.request", request.into()));
            facts.push(("diligence.outcome", outcome_of(sent).into()));
            facts.extend(status(sent).map(|status| {
                let status = u32::from(status);
                ("http.response.status_code", status.into())
            }));
            let name = format!("ask {}", booking.map_or("", |booking| &booking.carrier));
            Some(Span {
                parent: Some(trace.action(&life.key, life.fence)),
                kind: Kind::Asking,
                facts,
                failed: status(sent).is_none_or(|status| status >= 400),
                ..Span::since(
                    began,
                    trace,
                    trace.call(&life.key, life.fence, request),
                    name,
                )
            })
        });
    }

    /// An action is over, and this came of it.
    pub(super) fn tell_outcome(&self, action: Action, life: &Life, event: &Event, began: Instant) {
        let booking = life.booking(action.booking());
        let outcome = event.outcome();
        info!(
            key = %life.key,
            operation = action.name(),
            booking = action.booking(),
            account = booking.map(|booking| booking.account.as_str()),
            reference = booking.map(|booking| booking.reference.as_str()),
            attempt = life.fence,
            outcome,
            took_ms = milliseconds(began),
            "{}", known(outcome)
        );
        self.parts.spans.tell(|| {
            let trace = life.trace();
            let mut facts = facts(action, life, booking);
            facts.push(("diligence.outcome", outcome.into()));
            let id = trace.action(&life.key, life.fence);
            Some(Span {
                parent: Some(trace.taking(&life.key)),
                facts,
                failed: !GOOD.contains(&outcome),
                ..Span::since(began, trace, id, action.name())
            })
        });
    }
}

/// Outcomes that an action is for.
const GOOD: [&str; 5] = ["booked", "found", "absent", "labelled", "voided"];

fn facts(action: Action, life: &Life, booking: Option<&Booking>) -> Vec<(&'static str, Fact)> {
    let mut facts = vec![
        ("diligence.key", life.key.to_string().as_str().into()),
        ("diligence.operation", action.name().into()),
        ("diligence.booking", action.booking().into()),
        ("diligence.attempt", life.fence.into()),
    ];
    if let Some(booking) = booking {
        facts.push(("diligence.account", booking.account.as_str().into()));
        facts.push(("diligence.carrier", booking.carrier.as_str().into()));
        facts.push(("diligence.reference", booking.reference.as_str().into()));
    }
    facts
}

fn status(sent: &Sent) -> Option<u16> {
    sent.answer().map(|answer| answer.status)
}

fn outcome_of(sent: &Sent) -> &'static str {
    match sent {
        Sent::Answered(_) => "answered",
        Sent::TokenEnded(_) => "token_ended",
        Sent::NotSent(_) => "not_sent",
        Sent::InDoubt(_) => "in_doubt",
    }
}

/// What is known of the parcel after an action.
fn known(outcome: &str) -> &'static str {
    match outcome {
        "booked" => "the carrier has booked it",
        "no_effect" => "proven: nothing was booked",
        "refused" => "a clear no",
        "unauthorized" => "a clear no to the account",
        "unknown" | "unanswered" => "no clear answer: the carrier may have acted",
        "found" => "the carrier knows the booking",
        "absent" => "the carrier does not know the booking, or not yet",
        "denied" => "the carrier does not let us look",
        "failed" => "the look-up failed",
        "labelled" => "the missing label is here",
        "no_label" => "the label is still missing",
        "voided" => "the booking is taken back",
        "too_late" => "too late to take it back",
        "not_found" => "the carrier does not know what is to be taken back, or not yet",
        "not_sent" => "nothing was sent",
        _ => "it is over",
    }
}

/// What is known of a request, without a word of the carrier's.
fn in_words(sent: &Sent) -> &'static str {
    match sent {
        Sent::Answered(_) => "the carrier answered",
        Sent::TokenEnded(_) => "the carrier refused a token that it took before",
        Sent::NotSent(_) => "nothing was sent",
        Sent::InDoubt(_) => "no answer came: the carrier may have acted",
    }
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
