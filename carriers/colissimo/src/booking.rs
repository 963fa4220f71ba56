//! What Colissimo's answer to a booking tells: one part is JSON with the number, one is the label.
//!
//! A number makes a booking, whatever else is missing or broken around it.

use carrier_sdk::json::{number, object, object_in};
use carrier_sdk::multipart::{self, Part};
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge};
use serde_json::Value;

use crate::faults::{FAULTS, error, said};

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let parts = multipart::parts(answer).unwrap_or_default();
    // an error may come as plain JSON, without parts
    let Some(told) = told(&parts).or_else(|| object(answer)) else {
        return judge(FAULTS, Said::unreadable(answer, "a label with its number")).on_booking();
    };
    let parcel = number(&told, "labelV2Response/parcelNumber");
    match (parcel, error(&told)) {
        (Some(number), None) if answer.is_success() => Step::Done(Booking::new(
            number.clone(),
            vec![BookedParcel::new(number, label(&parts))],
        )),
        (Some(_), _) => Step::in_doubt(None, "the answer has an error and a parcel's number"),
        (None, _) => judge(FAULTS, said(answer, &told)).on_booking(),
    }
}

fn told(parts: &[Part<'_>]) -> Option<Value> {
    let of = |id: &str| parts.iter().find(|part| part.id() == Some(id));
    let part = of("jsonInfos").or_else(|| {
        let is_json = |part: &&Part<'_>| {
            let kind = part.header("Content-Type").unwrap_or_default();
            kind.starts_with("application/json")
        };
        parts.iter().find(is_json)
    });
    object_in(part?.body)
}

/// The bytes as they are: not base64.
fn label(parts: &[Part<'_>]) -> Option<Label> {
    let part = parts.iter().find(|part| part.id() == Some("label"))?;
    Label::from_bytes(part.body.to_vec())
}
