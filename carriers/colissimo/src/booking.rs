//! What Colissimo's answer to a booking tells: one part is JSON with the number, one is the label.

use carrier_sdk::json::{object, object_in};
use carrier_sdk::multipart::{self, Part};
use carrier_sdk::prelude::*;
use serde_json::Value;

use crate::faults::ANSWERS;

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let parts = multipart::parts(answer).unwrap_or_default();
    // an error may come as plain JSON, without parts
    let told = told(&parts).or_else(|| object(answer));
    let told = told.ok_or_else(|| Said::unreadable(answer, "a label with its number"));
    ANSWERS.read_in(answer, told).booking(|told| {
        let parcel = told.number("labelV2Response/parcelNumber");
        Booking::told(parcel, None, label(&parts))
    })
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
