//! Readings as JSON: what the gateway makes of a carrier's answer, for `diligence carriers read`
//! and for the conformance kit. Needs no configuration and no network.

use serde_json::{Value, json};

use crate::carrier::Carrier;
use crate::label::Label;
use crate::multipart;
use crate::profile::SecretField;
use crate::request::Response;
use crate::step::{Booking, Cause, Evidence, FoundShipment, Step, VoidAnswer, Why};
use crate::token::Token;

/// The operations whose answers can be read.
pub const OPERATIONS: [&str; 6] = ["book", "find", "track", "void", "label", "token"];

/// Reads a recorded answer. `None` when the carrier has no such operation; but its refusals are read
/// all the same, as it words them alike for every call, and so is a label among parts.
#[must_use]
pub fn read(carrier: &dyn Carrier, operation: &str, answer: &Response) -> Option<Value> {
    let known = OPERATIONS.contains(&operation) && !answer.is_success();
    let reading = reading(carrier, operation, answer);
    reading.or_else(|| known.then(|| refused(carrier, answer)))
}

fn reading(carrier: &dyn Carrier, operation: &str, answer: &Response) -> Option<Value> {
    let value = match operation {
        "book" => booking(carrier.read_booking(None, answer)),
        "find" => match carrier.finding()?.read_found(answer) {
            Ok(found) if found.is_empty() => json!({"outcome": "not_found"}),
            Ok(found) => json!({
                "outcome": "found",
                "tracking_numbers": found.iter().flat_map(numbers).collect::<Vec<_>>(),
            }),
            Err(why) => fault(&why),
        },
        "track" => match carrier.tracking()?.read_tracking(answer) {
            Ok(tracked) if tracked.is_empty() => json!({"outcome": "not_found"}),
            Ok(tracked) => json!({"outcome": "tracked", "shipments": tracked}),
            Err(why) => fault(&why),
        },
        "void" => match carrier.voiding()?.read_void(answer) {
            VoidAnswer::Voided => json!({"outcome": "voided"}),
            VoidAnswer::TooLate => json!({"outcome": "too_late"}),
            VoidAnswer::NotFound => json!({"outcome": "not_found"}),
            VoidAnswer::Failed(why) => fault(&why),
        },
        "label" => match carrier.relabelling() {
            Some(relabelling) => match relabelling.read_label(answer) {
                Ok(label) => with_outcome("label", label_json(&label)),
                Err(why) => fault(&why),
            },
            None => with_outcome("label", label_json(&attached(answer)?)),
        },
        "token" => {
            let secrets = carrier.profile().secrets;
            let kept = |secret: &SecretField| secret.name == SecretField::CLIENT_SECRET.name;
            secrets.iter().find(|secret| kept(secret))?;
            token(carrier, answer)
        }
        _ => return None,
    };
    Some(value)
}

/// The label among the parts of an answer, of a service that the carrier does not call: what is a label
/// is one without knowing who sent it.
fn attached(answer: &Response) -> Option<Label> {
    let parts = multipart::parts(answer).filter(|_| answer.is_success())?;
    let mut labels = parts
        .iter()
        .map(|part| Label::from_bytes(part.body.to_vec()));
    labels.find_map(|label| label.filter(Label::is_whole))
}

fn token(carrier: &dyn Carrier, answer: &Response) -> Value {
    match Token::read(&answer.body).filter(|_| answer.is_success()) {
        Some(token) => json!({
            "outcome": "token",
            "expires_in": token.lifetime.map(|lifetime| lifetime.as_secs()),
        }),
        None => refused(carrier, answer),
    }
}

/// A no to a call that books nothing, in the words in which the carrier refuses a booking. Whatever
/// would leave a booking in doubt only says here that the call failed.
fn refused(carrier: &dyn Carrier, answer: &Response) -> Value {
    let failed = |code: Option<String>, message: String| json!({"outcome": "unavailable", "code": code, "message": message});
    match carrier.read_booking(None, answer) {
        Step::NoEffect(why) | Step::Refused(why) => fault(&why),
        Step::Unknown(Evidence { code, message }) => failed(code, message),
        Step::Done(_) | Step::Then(_) => failed(None, "the answer to a booking".to_owned()),
    }
}

/// A shipment's own number; its parcels' where it has none besides theirs.
fn numbers(found: &FoundShipment) -> Vec<&str> {
    let parcels = found.parcels.iter();
    let parcels: Vec<&str> = parcels.map(|one| one.tracking_number.as_str()).collect();
    match found.tracking_number.as_str() {
        own if parcels.contains(&own) => parcels,
        own => vec![own],
    }
}

fn booking(step: Step<Booking>) -> Value {
    match step {
        Step::Done(booking) => json!({
            "outcome": "booked",
            "tracking_number": booking.tracking_number,
            "parcels": booking.parcels.iter().map(|parcel| {
                let mut value = json!({"tracking_number": parcel.tracking_number});
                if let (Some(label), Some(object)) = (&parcel.label, value.as_object_mut()) {
                    object.insert("label".to_owned(), label_json(label));
                }
                value
            }).collect::<Vec<_>>(),
        }),
        Step::NoEffect(why) | Step::Refused(why) => fault(&why),
        Step::Then(memo) => json!({"outcome": "continues", "step": memo.step}),
        Step::Unknown(Evidence { code, message }) => {
            json!({"outcome": "in_doubt", "code": code, "message": message})
        }
    }
}

fn label_json(label: &Label) -> Value {
    json!({"format": label.format.name(), "bytes": label.bytes.len()})
}

fn with_outcome(outcome: &str, mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("outcome".to_owned(), outcome.into());
    }
    value
}

fn fault(why: &Why) -> Value {
    let outcome = match why.cause {
        Cause::Rejected => "rejected",
        Cause::Unauthorized => "unauthorized",
        Cause::Throttled => "throttled",
        Cause::Unavailable => "unavailable",
        Cause::NotFound => "not_found",
    };
    json!({"outcome": outcome, "code": why.code, "message": why.message})
}
