//! UPS's fault atlas: what a code of UPS's means for the parcel, and who acts.
//!
//! UPS publishes its list of 120xxx codes on its portal alone: they are taken as a refusal of the
//! shipment, as their own texts say. What is not listed is judged by status.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, TooLate, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Operator, Shop, Transport};
use carrier_sdk::prelude::*;
use serde_json::Value;

const FORM: &str = "our request is not written as UPS wants it: its form has changed";
const UNKNOWN: &str = "UPS does not know this number or reference, or not yet";

/// The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("25000*", Unauthorized, Transport, "UPS does not accept the client id, its secret, or the token"),
    Fault::text("blocked merchant", Unauthorized, Transport, "UPS has blocked the account"),
    Fault::text("rate limit exceeded", Throttled, Nobody, "too many calls at once"),
    Fault::text("quota limit exceeded", Throttled, Operator, "the account's calls are used up for a while"),
    Fault::code("20001", Ambiguous, Carrier, "something broke inside UPS; the shipment may exist"),
    Fault::code("100*", Rejected, Operator, FORM),
    Fault::code("200*", Rejected, Operator, FORM),
    Fault::code("120313", Rejected, Operator, "the shipper's phone is too short for UPS").at("ship_from.phone"),
    Fault::code("120212", Rejected, Transport, "an option is not available between these places that day").at("options"),
    Fault::code("120*", Rejected, Shop, "UPS refuses something in the shipment; its own words say what"),
    Fault::code("TV1002", Rejected, Operator, "this is no number of UPS's"),
    Fault::code("TW0001", NotFound, Nobody, UNKNOWN),
    Fault::text("tracking information not found", NotFound, Nobody, UNKNOWN),
    Fault::text("tracking number information not found", NotFound, Nobody, UNKNOWN),
    Fault::code("190117", TooLate, Nobody, "the shipment is on its way, or its time to be voided is over"),
    Fault::code("190102", NotFound, Carrier, "UPS finds no shipment of this number that could be voided, or not yet"),
];

/// UPS's answers: it words what went wrong in its own shape, or in its gateway's older one.
pub(crate) const ANSWERS: Answers = Answers {
    of: "UPS",
    faults: FAULTS,
    places: &[
        ("response/errors/*", "code", "message"),
        ("trackResponse/shipment/*/warnings/*", "code", "message"),
        (
            "Fault/detail/Errors/ErrorDetail/PrimaryErrorCode",
            "Code",
            "Description",
        ),
        ("Fault", "code", "faultstring"),
    ],
    ..Answers::USUAL
};

/// What a good answer knows; when that is nothing, what UPS says about it, for it says so inside a 200.
pub(crate) fn known<T>(
    answer: &Response,
    read: impl FnOnce(&Value) -> Vec<T>,
) -> Result<Vec<T>, Why> {
    ANSWERS.read(answer).known(|body| match read(body) {
        nothing if nothing.is_empty() => Err(ANSWERS.said(answer, body)),
        known => Ok(known),
    })
}
