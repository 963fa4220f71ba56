//! TNT's error atlas: what its errors mean for the parcel, in plain words, and who acts.
//!
//! TNT publishes no list of codes. What a result calls an error is a clear no where it names no
//! consignment beside it; its text tells who can do something about it.

use carrier_sdk::Meaning::{Ambiguous, Rejected, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Operator, Shop, Transport};
use carrier_sdk::prelude::*;

const LOGIN: &str = "TNT does not accept the user, the password or the account";
const BROKEN: &str = "something broke inside TNT; the parcel may have been booked";

/// `ERROR` in a result without a consignment.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::text("login details", Unauthorized, Transport, LOGIN),
    Fault::text("access denied", Unauthorized, Transport, LOGIN),
    Fault::text("not available at this time", Ambiguous, Carrier, BROKEN),
    Fault::text("timed out", Ambiguous, Carrier, BROKEN),
    Fault::text("internal error", Ambiguous, Carrier, BROKEN),
    Fault::text("system error", Ambiguous, Carrier, BROKEN),
    Fault::text("post", Rejected, Shop, "TNT does not know this postal code, or not with this town").at("recipient.postal_code"),
    Fault::text("", Rejected, Shop, "TNT does not take this consignment; its message says why"),
];

/// Everything else that TNT says: documents in place of a result, whose names their texts begin with, and
/// tracking's errors. What else a runtime error says, the HTTP status decides: a 200 leaves it in doubt.
#[rustfmt::skip]
pub const ELSE: &[Fault] = &[
    Fault::code("9000", Unauthorized, Transport, LOGIN),
    Fault::text("parse_error: ", Rejected, Operator, "TNT could not make sense of our request: its form has changed"),
    Fault::text("login details", Unauthorized, Transport, LOGIN),
    Fault::text("access denied", Unauthorized, Transport, LOGIN),
];
