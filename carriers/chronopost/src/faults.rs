//! Chronopost's error atlas: what each code means for the parcel, in plain words, and who acts.
//!
//! Code 0 is no fault. The same code means different things by service, hence three tables.
//! Several codes are decided by their text, for Chronopost answers a wrong password with
//! "invalid data" (33) and even with "system error" (29).

use carrier_sdk::faults::{Fault, Meaning, WhoActs};

const fn row(
    code: &'static str,
    text: &'static str,
    meaning: Meaning,
    who_acts: WhoActs,
    plain: &'static str,
) -> Fault {
    Fault {
        code,
        text,
        meaning,
        plain,
        who_acts,
        field: None,
    }
}

const fn at(field: &'static str, fault: Fault) -> Fault {
    Fault {
        field: Some(field),
        ..fault
    }
}

const PASSWORD: &str = "Chronopost does not accept the account's password";
const ACCOUNT: &str = "Chronopost does not know this account number";
const CHRONOTRACE: &str = "Chronopost does not accept the tracking password (the Chronotrace one)";
const UNKNOWN: &str = "Chronopost does not know this number or reference, or not yet";
const MADE: &str = "something broke inside Chronopost; the label may have been made";
const ASK: &str = "Chronopost could not make sense of our request: its form has changed";

use Meaning::{Ambiguous, NotFound, Rejected, Unauthorized};
use WhoActs::{Carrier, Operator, Shop, Transport};

/// Booking. Everything that is not listed leaves the booking in doubt.
#[rustfmt::skip]
pub(crate) const FAULTS: &[Fault] = &[
    row("1", "", Ambiguous, Carrier, MADE),
    row("29", "password", Unauthorized, Transport, PASSWORD),
    row("29", "account", Unauthorized, Transport, ACCOUNT),
    row("29", "", Ambiguous, Carrier, "a service inside Chronopost is down, or it could not check the password"),
    row("30", "", Unauthorized, Transport, "the contract number or its password is wrong"),
    row("31", "", Rejected, Transport, "a field that Chronopost needs is empty"),
    row("32", "", Rejected, Transport, "a field is longer than Chronopost takes"),
    row("33", "password", Unauthorized, Transport, PASSWORD),
    row("33", "account", Unauthorized, Transport, ACCOUNT),
    row("33", "", Rejected, Transport, "a value is not one that Chronopost takes"),
    row("34", "", Rejected, Transport, "a number was expected in a field"),
    at("recipient.postal_code", row("35", "", Rejected, Shop, "the product is not offered for this country and postal code")),
    row("36", "", Ambiguous, Carrier, "Chronopost cannot find the label it made"),
    row("37", "", Ambiguous, Carrier, "Chronopost could not hand out a parcel number"),
    at("recipient.postal_code", row("38", "", Rejected, Shop, "country and postal code do not go together, or Chronopost does not deliver there")),
    // SOAP faults have no code of Chronopost's; only these texts prove that nothing was booked
    row("", "unmarshalling error", Rejected, Operator, ASK),
    row("", "was not recognized", Rejected, Operator, ASK),
    row("", "invalid accescolis", Unauthorized, Transport, "Chronopost does not accept the account number or its password"),
    row("", "invalid identwebpro", Unauthorized, Transport, PASSWORD),
];

/// Tracking and looking up.
#[rustfmt::skip]
pub(crate) const TRACKING: &[Fault] = &[
    row("1", "not found", NotFound, Shop, UNKNOWN),
    row("2", "not found", NotFound, Shop, UNKNOWN),
    row("3", "not found", NotFound, Shop, UNKNOWN),
    row("29", "", Ambiguous, Carrier, "a service inside Chronopost is down, or it could not check the password"),
    row("30", "", Unauthorized, Transport, CHRONOTRACE),
    row("", "password", Unauthorized, Transport, CHRONOTRACE),
    row("", "account number", Unauthorized, Transport, ACCOUNT),
    row("1", "", Ambiguous, Carrier, "something broke inside Chronopost's tracking"),
];

/// Cancelling. Code 3, already picked up, is an answer and not a fault.
#[rustfmt::skip]
pub(crate) const CANCELLING: &[Fault] = &[
    row("2", "", NotFound, Carrier, "the parcel is not of this contract, or not yet registered in tracking"),
    row("1", "", Ambiguous, Carrier, "something broke inside Chronopost; the parcel may still be live"),
    row("30", "", Unauthorized, Transport, "the contract number or its password is wrong"),
    row("", "password", Unauthorized, Transport, PASSWORD),
    row("", "account number", Unauthorized, Transport, ACCOUNT),
];

#[cfg(test)]
mod tests {
    use carrier_sdk::kit;
    use carrier_sdk::request::Response;

    use super::*;

    /// A row in Chronopost's words: an error in a 200, or a SOAP fault when it has no code.
    fn render(row: &Fault) -> Response {
        let said = match row.code {
            "" => format!(
                "<s:Fault><faultcode>s:Server</faultcode><faultstring>Oh: {}</faultstring></s:Fault>",
                row.text
            ),
            code => format!(
                "<c:shippingMultiParcelV5Response><return><errorCode>{code}</errorCode>\
                 <errorMessage>Oh: {}</errorMessage></return></c:shippingMultiParcelV5Response>",
                row.text
            ),
        };
        let status = if row.code.is_empty() { 500 } else { 200 };
        Response::new(
            status,
            format!(
                "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' \
                 xmlns:c='http://cxf.shipping.soap.chronopost.fr/'><s:Body>{said}</s:Body></s:Envelope>"
            ),
        )
    }

    #[test]
    fn every_row_is_read_as_it_is_declared() {
        kit::faults_are_read_as_declared(&crate::carrier(), FAULTS, render).expect("faults");
    }
}
