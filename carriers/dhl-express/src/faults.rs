//! DHL's fault atlas: what a code or a sentence of DHL's means for the parcel, and who acts.
//!
//! Codes are the digits before the colon (`7008: ...`). What is not listed is judged by status.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, Unauthorized};
use carrier_sdk::WhoActs::{Nobody, Operator, Shop, Transport};
use carrier_sdk::json::{text, texts};
use carrier_sdk::prelude::*;
use serde_json::Value;

const DIED: &str = "a process of DHL's died; the waybill may exist";
const NOT_ENABLED: &str = "the account may not use this; DHL must enable it";
const UNKNOWN: &str = "DHL does not know this number or reference, or not yet";

/// The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("999", Ambiguous, Nobody, DIED),
    Fault::code("5032", Unauthorized, Transport, "these credentials may not use this call"),
    Fault::code("998", Rejected, Operator, "the shipping date is not written as DHL wants it"),
    Fault::code("1001", Rejected, Transport, "DHL does not offer this product between these places that day").at("service"),
    Fault::code("410135", Rejected, Transport, "DHL does not offer this product at the shipper's place").at("service"),
    Fault::code("410138", Rejected, Transport, "the account that pays may not use this product").at("service"),
    Fault::code("7008", Rejected, Transport, "an option is not available between these places").at("options"),
    Fault::code("7120", Rejected, Transport, "paperless trade was asked for without an invoice"),
    Fault::code("7127", Rejected, Transport, "a further party's country code is wrong"),
    Fault::code("7147", Rejected, Shop, "the goods are described in words that customs refuses").at("items"),
    Fault::code("400104", Rejected, Transport, "the waybill number we chose is not accepted"),
    Fault::code("8007", Rejected, Transport, "the shipper's account number is wrong").at("account"),
    Fault::code("8003", Rejected, Transport, NOT_ENABLED).at("account"),
    Fault::code("803", Rejected, Transport, NOT_ENABLED).at("account"),
    Fault::code("3501", Rejected, Transport, "these credentials may not do this; DHL must enable it").at("account"),
    Fault::text("invalid credentials", Unauthorized, Transport, "the API key or secret is wrong"),
    Fault::text("process failure occurred", Ambiguous, Nobody, DIED),
    Fault::text("too many requests", Throttled, Nobody, "the limit of calls is used up"),
    Fault::text("account number is not found or invalid", Rejected, Transport, "the account number is wrong").at("account"),
    Fault::text("missing mandatory parameters", Rejected, Operator, "our request lacks a parameter"),
    Fault::text("expected maxlength", Rejected, Shop, "a text is longer than DHL takes"),
    Fault::text("expected minlength", Rejected, Shop, "a text that DHL needs is empty"),
    Fault::text("required key", Rejected, Operator, "our request lacks a field"),
    Fault::text("extraneous key", Rejected, Operator, "our request has a field that DHL does not know"),
];

/// What DHL says in a 404 when nothing is known under a number or a reference.
#[rustfmt::skip]
pub(crate) const ABSENCE: &[Fault] = &[
    Fault::text("no data found", NotFound, Nobody, UNKNOWN),
    Fault::text("not data found", NotFound, Nobody, UNKNOWN),
    Fault::text("no shipments found", NotFound, Nobody, UNKNOWN),
    Fault::text("no result found", NotFound, Nobody, UNKNOWN),
    Fault::text("no shipment with given tracking number", NotFound, Nobody, UNKNOWN),
];

/// DHL's answers.
pub(crate) const ANSWERS: Answers = Answers {
    of: "MyDHL",
    faults: FAULTS,
    oddly: said,
    ..Answers::USUAL
};

/// What DHL said went wrong: every problem, a detail with a code before them.
fn said(answer: &Response, body: &Value) -> Option<Said> {
    let mut problems = texts(body, "additionalDetails/*");
    problems.extend(texts(body, "reasons/*/msg"));
    if let Some(detail) = text(body, "detail")
        && (problems.is_empty() || code(&detail).is_some())
    {
        problems.insert(0, detail);
    }
    if problems.is_empty() {
        problems.extend(text(body, "message|title"));
    }
    let mut said = Said::new(answer, code(problems.first()?), problems.join("; "));
    let told = text(body, "status").and_then(|status| status.parse::<u16>().ok());
    if let Some(status) = told.filter(|status| answer.is_success() && *status >= 400) {
        said.status = status;
    }
    Some(said)
}

fn code(text: &str) -> Option<&str> {
    let (code, _) = text.split_once(':')?;
    let code = code.trim();
    (!code.is_empty() && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}
