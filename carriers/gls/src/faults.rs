//! GLS's fault atlas: what a code means for the parcel, in plain words, and who acts.
//!
//! GLS describes the faults of Track and Trace and of the gateway before all its services, none of
//! ShipIT-Farm. What is not listed is judged by status.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, TooLate, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Operator};
use carrier_sdk::json::text;
use carrier_sdk::prelude::*;

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

/// What a cancellation came to, besides done.
#[rustfmt::skip]
pub(crate) const CANCELLING: &[Fault] = &[
    Fault::code("SCANNED", TooLate, Nobody, "GLS has the parcel already"),
    Fault::code("CANCELLATION_PENDING", Ambiguous, Carrier, "GLS has taken the cancellation and not done it yet"),
    Fault::code("ERROR", Ambiguous, Carrier, "GLS could not cancel the parcel and does not say why"),
];

/// GLS's answers: the gateway, one parcel of a list, or a problem as RFC 7807 has it.
pub(crate) const ANSWERS: Answers = Answers {
    of: "GLS",
    faults: FAULTS,
    places: &[
        ("fault", "detail/errorcode", "faultstring"),
        ("", "errorCode", "errorMessage"),
        ("", "", "detail|title"),
        ("errors/*", "", "message"),
    ],
    // as the sister API does; the description of ShipIT-Farm does not say (UNCERTAIN)
    headers: ("error", "message"),
    oddly: |answer, body| {
        let coded = text(body, "fault/faultstring|errorCode").is_some();
        let problem = text(body, "detail|title").filter(|_| answer.status == 404 && !coded)?;
        let mut said = Said::new(answer, None, problem);
        // a path that GLS does not have; an unknown parcel is told inside a 200
        said.status = 400;
        Some(said)
    },
    ..Answers::USUAL
};
