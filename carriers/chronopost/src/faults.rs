//! Chronopost's error atlas: what each code means for the parcel, in plain words, and who acts.
//!
//! Code 0 is no fault. The same code means different things by service, hence three tables.
//! Several codes are decided by their text, for Chronopost answers a wrong password with
//! "invalid data" (33) and even with "system error" (29).

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, TooLate, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Operator, Shop, Transport};
use carrier_sdk::prelude::*;

const PASSWORD: &str = "Chronopost does not accept the account's password";
const ACCOUNT: &str = "Chronopost does not know this account number";
const CHRONOTRACE: &str = "Chronopost does not accept the tracking password (the Chronotrace one)";
const UNKNOWN: &str = "Chronopost does not know this number or reference, or not yet";
const MADE: &str = "something broke inside Chronopost; the label may have been made";
const ASK: &str = "Chronopost could not make sense of our request: its form has changed";

/// Booking. Everything that is not listed leaves the booking in doubt.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("1", Ambiguous, Carrier, MADE),
    Fault::code("29", Unauthorized, Transport, PASSWORD).saying("password"),
    Fault::code("29", Unauthorized, Transport, ACCOUNT).saying("account"),
    Fault::code("29", Ambiguous, Carrier, "a service inside Chronopost is down, or it could not check the password"),
    Fault::code("30", Unauthorized, Transport, "the contract number or its password is wrong"),
    Fault::code("31", Rejected, Transport, "a field that Chronopost needs is empty"),
    Fault::code("32", Rejected, Transport, "a field is longer than Chronopost takes"),
    Fault::code("33", Unauthorized, Transport, PASSWORD).saying("password"),
    Fault::code("33", Unauthorized, Transport, ACCOUNT).saying("account"),
    Fault::code("33", Rejected, Transport, "a value is not one that Chronopost takes"),
    Fault::code("34", Rejected, Transport, "a number was expected in a field"),
    Fault::code("35", Rejected, Shop, "the product is not offered for this country and postal code").at("recipient.postal_code"),
    Fault::code("36", Ambiguous, Carrier, "Chronopost cannot find the label it made"),
    Fault::code("37", Ambiguous, Carrier, "Chronopost could not hand out a parcel number"),
    Fault::code("38", Rejected, Shop, "country and postal code do not go together, or Chronopost does not deliver there").at("recipient.postal_code"),
    // SOAP faults have no code of Chronopost's; only these texts prove that nothing was booked
    Fault::text("unmarshalling error", Rejected, Operator, ASK),
    Fault::text("was not recognized", Rejected, Operator, ASK),
    Fault::text("invalid accescolis", Unauthorized, Transport, "Chronopost does not accept the account number or its password"),
    Fault::text("invalid identwebpro", Unauthorized, Transport, PASSWORD),
];

/// Tracking and looking up.
#[rustfmt::skip]
pub(crate) const TRACKING: &[Fault] = &[
    Fault::code("1", NotFound, Shop, UNKNOWN).saying("not found"),
    Fault::code("2", NotFound, Shop, UNKNOWN).saying("not found"),
    Fault::code("3", NotFound, Shop, UNKNOWN).saying("not found"),
    Fault::code("29", Ambiguous, Carrier, "a service inside Chronopost is down, or it could not check the password"),
    Fault::code("30", Unauthorized, Transport, CHRONOTRACE),
    Fault::text("password", Unauthorized, Transport, CHRONOTRACE),
    Fault::text("account number", Unauthorized, Transport, ACCOUNT),
    Fault::code("1", Ambiguous, Carrier, "something broke inside Chronopost's tracking"),
];

/// Cancelling.
#[rustfmt::skip]
pub(crate) const CANCELLING: &[Fault] = &[
    Fault::code("3", TooLate, Nobody, "Chronopost has picked the parcel up already"),
    Fault::code("2", NotFound, Carrier, "the parcel is not of this contract, or not yet registered in tracking"),
    Fault::code("1", Ambiguous, Carrier, "something broke inside Chronopost; the parcel may still be live"),
    Fault::code("30", Unauthorized, Transport, "the contract number or its password is wrong"),
    Fault::text("password", Unauthorized, Transport, PASSWORD),
    Fault::text("account number", Unauthorized, Transport, ACCOUNT),
];
