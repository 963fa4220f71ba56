//! Template Title's fault atlas: what a code means for the parcel, in plain words, and who acts.
//!
//! What is not listed is judged by the HTTP status; on a booking everything ambiguous is in doubt.

use carrier_sdk::Fault;
use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, TooLate, Unauthorized};
use carrier_sdk::WhoActs::{Nobody, Shop, Transport};

/// The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("A1", Unauthorized, Transport, "the credentials are wrong"),
    Fault::code("B1", Rejected, Shop, "the postal code does not exist").at("recipient.postal_code"),
    Fault::code("B2", Rejected, Transport, "the contract does not have this product").at("service"),
    Fault::code("D1", Throttled, Nobody, "too many calls"),
    Fault::code("N1", NotFound, Nobody, "nothing is known under this reference or number, or not yet"),
    Fault::text("taken over", TooLate, Nobody, "the carrier has the parcel already"),
    Fault::code("X1", Ambiguous, Nobody, "the carrier failed within; it may have booked"),
];
