//! Colissimo's fault atlas: what a code means for the parcel, in plain words, and who acts.
//!
//! No list of the codes is public: a few were seen, of the others only their family is known. The same
//! code means the same whatever the HTTP status is.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Operator, Shop, Transport};
use carrier_sdk::json::{list, text};
use carrier_sdk::prelude::*;
use serde_json::Value;

const FIELD: &str = "Colissimo does not accept a field of the order";
const BUSY: &str = "the limit of calls is used up";

/// Booking. The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("30000", Unauthorized, Transport, "Colissimo does not accept the contract number or its password"),
    Fault::code("30008", Rejected, Transport, "the contract does not include this service").at("service"),
    Fault::code("30*", Rejected, Shop, "Colissimo does not take a parcel of this weight").saying("poids du colis").at("parcels[0].weight_g"),
    Fault::code("30109", Rejected, Shop, "Colissimo does not accept a field of an address").at("recipient"),
    Fault::code("30220", Rejected, Shop, "postal code and country do not go together, or the weight is not accepted").at("recipient.postal_code"),
    Fault::code("30221", Rejected, Shop, "postal code and country do not go together, or the weight is not accepted").at("recipient.postal_code"),
    Fault::code("301*", Rejected, Shop, FIELD),
    Fault::code("302*", Rejected, Shop, FIELD),
    Fault::code("303*", Rejected, Shop, FIELD),
    Fault::code("304*", Rejected, Shop, FIELD),
    Fault::code("TOO_MANY_REQUESTS", Throttled, Nobody, BUSY),
];

/// Tracking: `returnCode` of the public service is its own, whatever the HTTP status is.
#[rustfmt::skip]
pub(crate) const TRACKING: &[Fault] = &[
    Fault::code("TOO_MANY_REQUESTS", Throttled, Nobody, BUSY),
    Fault::code("429", Throttled, Nobody, BUSY),
    Fault::code("404", NotFound, Nobody, "La Poste does not know this number, or not yet"),
    Fault::code("400", Rejected, Operator, "La Poste takes this for no parcel's number"),
    Fault::code("401", Unauthorized, Operator, "La Poste does not accept the key"),
    Fault::code("30000", Unauthorized, Transport, "Colissimo does not accept the contract number or its password"),
    Fault::code("500", Ambiguous, Carrier, "something broke inside La Poste"),
    Fault::code("504", Ambiguous, Carrier, "something inside La Poste did not answer"),
];

/// The answers of both services: what went wrong comes in the shapes of either.
pub(crate) const ANSWERS: Answers = Answers {
    of: "Colissimo",
    faults: FAULTS,
    places: &[
        ("", "code", "message"),
        ("", "errorCode", "errorLabel"),
        ("", "error", "message"),
        ("", "returnCode", "returnMessage"),
        ("status/0", "code", "message"),
    ],
    oddly: |answer, told| {
        let error = error(told)?;
        let words = text(error, "messageContent").unwrap_or_default();
        Some(Said::new(answer, text(error, "id").as_deref(), words))
    },
    is_yes: |answer, told| answer.is_success() && error(told).is_none(),
    ..Answers::USUAL
};

/// The first message that is an error.
fn error(told: &Value) -> Option<&Value> {
    let is_error = |message: &&Value| {
        let kind = text(message, "type").unwrap_or_default();
        kind.eq_ignore_ascii_case("error") || text(message, "id").is_some_and(|id| id != "0")
    };
    list(told, "messages").iter().find(is_error)
}
