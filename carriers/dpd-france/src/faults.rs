//! DPD France's error atlas: what each `ErrorId` means for the parcel, in plain words, and who acts.
//!
//! A refusal comes as HTTP 500. Only an `ErrorId` that names a refusal makes it one: a 500 without,
//! or with one that nobody listed, leaves a booking in doubt.

use carrier_sdk::Meaning::{Ambiguous, Rejected, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Operator, Shop, Transport, Warehouse};
use carrier_sdk::prelude::*;

/// Booking and fetching a label again. Seen live: `PermissionDenied`, `InvalidWeight`,
/// `InvalidCountryPrefix` and others that begin like these two.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("PermissionDenied", Unauthorized, Transport, "DPD does not accept the user, the password, or this contract for the user"),
    Fault::code("*Exception", Ambiguous, Carrier, "something broke inside DPD; the parcel may have been booked"),
    Fault::code("InvalidWeight", Rejected, Warehouse, "DPD does not take a parcel of this weight").at("parcels[0].weight_g"),
    Fault::code("InvalidCountryPrefix", Rejected, Shop, "DPD does not take parcels for this country").at("recipient.country"),
    Fault::code("Invalid*", Rejected, Shop, "a value is not one that DPD takes; its message says which"),
    // faults of ASP.NET's before DPD's own program is called
    Fault::text("did not recognize the value of http header soapaction", Rejected, Operator, "DPD does not know this request: its interface has changed"),
    Fault::text("server was unable to read request", Rejected, Operator, "DPD could not make sense of our request: its form has changed"),
];
