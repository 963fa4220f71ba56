//! GLS's fault atlas: what a code means for the parcel, in plain words, and who acts.
//!
//! GLS describes the faults of Track and Trace and of the gateway before all its services, none of
//! ShipIT-Farm. What is not listed is judged by status.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Operator};
use carrier_sdk::json::{text, texts};
use carrier_sdk::{Fault, Response, Said};
use serde_json::Value;

const TOKEN: &str = "GLS does not accept the token; the next one is asked for";

/// The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code("steps.jwt.*", Unauthorized, Operator, TOKEN),
    Fault::code("policies.ratelimit.*", Throttled, Nobody, "the limit of calls is used up"),
    Fault::code("E_400_01", Rejected, Operator, "GLS could not make sense of our question"),
    Fault::code("E_400_02", Rejected, Operator, "we asked for more than GLS tells at once"),
    Fault::code("E_400_03", Rejected, Operator, "the postal code is not the parcel's"),
    Fault::code("E_404_01", NotFound, Nobody, "GLS does not know this number or reference, or not yet"),
    Fault::code("E_404_02", NotFound, Nobody, "GLS knows nothing of this parcel's delivery"),
    Fault::code("E_500_01", Ambiguous, Carrier, "something broke inside GLS"),
    Fault::text("no static resource", Rejected, Operator, "GLS has no such call"),
];

/// What a cancellation came to, besides done and too late.
#[rustfmt::skip]
pub(crate) const CANCELLING: &[Fault] = &[
    Fault::code("CANCELLATION_PENDING", Ambiguous, Carrier, "GLS has taken the cancellation and not done it yet"),
    Fault::code("ERROR", Ambiguous, Carrier, "GLS could not cancel the parcel and does not say why"),
];

/// What GLS said went wrong: the gateway, one parcel of a list, or a problem as RFC 7807 has it.
pub(crate) fn said(answer: &Response, body: &Value) -> Said {
    if let Some(fault) = text(body, "fault/faultstring") {
        let code = text(body, "fault/detail/errorcode");
        return Said::new(answer, code.as_deref(), fault);
    }
    if let Some(code) = text(body, "errorCode") {
        let message = text(body, "errorMessage").unwrap_or_default();
        return Said::new(answer, Some(&code), message);
    }
    if let Some(detail) = text(body, "detail").or_else(|| text(body, "title")) {
        let mut said = Said::new(answer, None, detail);
        if said.status == 404 {
            // a path that GLS does not have; an unknown parcel is told inside a 200
            said.status = 400;
        }
        return said;
    }
    match texts(body, "errors/*/message").as_slice() {
        [] => Said::unreadable(answer, "an answer of GLS"),
        messages => Said::new(answer, None, messages.join("; ")),
    }
}
