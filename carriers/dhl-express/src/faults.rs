//! DHL's fault atlas: what a code or a sentence of DHL's means for the parcel, and who acts.
//!
//! Codes are the digits before the colon (`7008: ...`). What is not listed is judged by status.

use carrier_sdk::Meaning::{Ambiguous, Rejected, Throttled, Unauthorized};
use carrier_sdk::WhoActs::{Nobody, Operator, Shop, Transport};
use carrier_sdk::{Fault, Meaning, WhoActs};

type Row = (
    &'static str,
    Meaning,
    WhoActs,
    Option<&'static str>,
    &'static str,
);

/// Code or text, meaning, who acts, our field, plain words. A row with a code has no text.
macro_rules! atlas {
    ($($key:literal => $meaning:ident, $who:ident, $field:expr, $plain:literal;)*) => {
        &[$(fault(($key, $meaning, $who, $field, $plain))),*]
    };
}

const fn fault((key, meaning, who_acts, field, plain): Row) -> Fault {
    let coded = matches!(key.as_bytes().first(), Some(b'0'..=b'9'));
    Fault {
        code: if coded { key } else { "" },
        text: if coded { "" } else { key },
        meaning,
        plain,
        who_acts,
        field,
    }
}

/// The first row that matches counts.
pub(crate) const FAULTS: &[Fault] = atlas! {
    "999" => Ambiguous, Nobody, None, "a process of DHL's died; the waybill may exist";
    "5032" => Unauthorized, Transport, None, "these credentials may not use this call";
    "998" => Rejected, Operator, None, "the shipping date is not written as DHL wants it";
    "1001" => Rejected, Transport, Some("service"), "DHL does not offer this product between these places that day";
    "410135" => Rejected, Transport, Some("service"), "DHL does not offer this product at the shipper's place";
    "410138" => Rejected, Transport, Some("service"), "the account that pays may not use this product";
    "7008" => Rejected, Transport, Some("options"), "an option is not available between these places";
    "7120" => Rejected, Transport, None, "paperless trade was asked for without an invoice";
    "7127" => Rejected, Transport, None, "a further party's country code is wrong";
    "7147" => Rejected, Shop, Some("items"), "the goods are described in words that customs refuses";
    "400104" => Rejected, Transport, None, "the waybill number we chose is not accepted";
    "8007" => Rejected, Transport, Some("account"), "the shipper's account number is wrong";
    "8003" => Rejected, Transport, Some("account"), "the account may not use this; DHL must enable it";
    "803" => Rejected, Transport, Some("account"), "the account may not use this; DHL must enable it";
    "3501" => Rejected, Transport, Some("account"), "these credentials may not do this; DHL must enable it";
    "invalid credentials" => Unauthorized, Transport, None, "the API key or secret is wrong";
    "process failure occurred" => Ambiguous, Nobody, None, "a process of DHL's died; the waybill may exist";
    "too many requests" => Throttled, Nobody, None, "the limit of calls is used up";
    "account number is not found or invalid" => Rejected, Transport, Some("account"), "the account number is wrong";
    "missing mandatory parameters" => Rejected, Operator, None, "our request lacks a parameter";
    "expected maxlength" => Rejected, Shop, None, "a text is longer than DHL takes";
    "expected minlength" => Rejected, Shop, None, "a text that DHL needs is empty";
    "required key" => Rejected, Operator, None, "our request lacks a field";
    "extraneous key" => Rejected, Operator, None, "our request has a field that DHL does not know";
};

/// What DHL says when nothing is known under a number or a reference.
const ABSENT: [&str; 5] = [
    "no data found",
    "not data found",
    "no shipments found",
    "no result found",
    "no shipment with given tracking number",
];

/// Whether DHL says that it knows no such shipment.
pub(crate) fn speaks_of_absence(message: &str) -> bool {
    let message = message.to_lowercase();
    ABSENT.iter().any(|absent| message.contains(absent))
}

#[cfg(test)]
mod tests {
    use carrier_sdk::{Response, kit};

    use super::*;

    #[test]
    fn every_row_is_read_as_it_says() {
        kit::faults_are_read_as_declared(&crate::carrier(), FAULTS, |row| {
            let colon = if row.code.is_empty() { "" } else { ": " };
            let detail = format!("{}{colon}{} ...", row.code, row.text);
            Response::new(400, serde_json::json!({ "detail": detail }).to_string())
        })
        .expect("read as declared");
    }
}
