//! FedEx's fault atlas: what a code of FedEx's means for the parcel, and who acts.
//!
//! FedEx names its codes after the field and what is wrong with it (`ACCOUNTNUMBER.REGISTRATION.REQUIRED`):
//! the ends of them say enough. What is not listed is judged by status.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Operator, Shop, Transport};
use carrier_sdk::prelude::*;

const UNKNOWN: &str = "FedEx does not know this number or reference, or not yet";
const PROJECT: &str = "FedEx does not let this project make the call";

/// The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("NOT.AUTHORIZED.ERROR", Unauthorized, Transport, "FedEx does not accept the client id, its secret, or the token"),
    Fault::code("LOGIN.REAUTHENTICATE.ERROR", Unauthorized, Transport, "FedEx wants a new token"),
    Fault::code("FORBIDDEN.ERROR", Unauthorized, Transport, PROJECT),
    Fault::code("UNAUTHORIZED.USAGE", Unauthorized, Transport, PROJECT),
    Fault::code("SHIPMENT.USER.UNAUTHORIZED", Unauthorized, Transport, "the shipment is not of this account, or the account may not cancel it"),
    Fault::code("INTERNAL.SERVER.ERROR", Ambiguous, Carrier, "something broke inside FedEx; the shipment may exist"),
    Fault::code("SERVICE.UNAVAILABLE.ERROR", Ambiguous, Carrier, "FedEx is not available; the shipment may exist"),
    Fault::code("NOT.FOUND.ERROR", Rejected, Operator, "FedEx has no such call any more"),
    Fault::code("TRACKING.TRACKINGNUMBER.NOTFOUND", NotFound, Nobody, UNKNOWN),
    Fault::code("TRACKING.TCN.NOTFOUND", NotFound, Nobody, UNKNOWN),
    Fault::code("TRACKING.DATA.NOTFOUND", NotFound, Nobody, UNKNOWN),
    Fault::code("ACCOUNTNUMBER.REGISTRATION.REQUIRED", Rejected, Transport, "FedEx does not know this account number").at("account"),
    Fault::code("*.INVALID", Rejected, Shop, "a field is not one that FedEx takes; its code says which"),
    Fault::code("*.REQUIRED", Rejected, Shop, "FedEx needs a field that is not there; its code says which"),
    Fault::code("*.EMPTY", Rejected, Operator, "our request lacks a field; its code says which"),
];

/// FedEx's answers; one of its gateways words what went wrong otherwise.
pub(crate) const ANSWERS: Answers = Answers {
    of: "FedEx",
    faults: FAULTS,
    places: &[
        ("errors/*", "code", "message"),
        ("error", "code", "message"),
        ("", "", "error_detail|error"),
    ],
    is_yes: |answer, body| answer.is_success() && body["output"].is_object(),
    ..Answers::USUAL
};
