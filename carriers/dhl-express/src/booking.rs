//! What DHL's answer to a booking tells: the waybill, its pieces and their labels.
//!
//! A waybill number makes a booking, whatever else is missing or broken around it.

use std::collections::HashMap;

use carrier_sdk::json::{list, number, object, text};
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge};
use serde_json::Value;

use crate::faults::{FAULTS, said};

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    match number(&body, "shipmentTrackingNumber") {
        Some(waybill) if answer.is_success() => Step::Done(Booking {
            // DHL's trackingUrl is a call of this API, which the public cannot make
            estimated_delivery: text(&body, "estimatedDeliveryDate/estimatedDeliveryDate")
                .map(|date| date.into_owned()),
            ..Booking::new(waybill.clone(), parcels(&waybill, &body))
        }),
        Some(_) => Step::in_doubt(
            None,
            "the answer has an error's status and a waybill number",
        ),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

fn parcels(waybill: &str, body: &Value) -> Vec<BookedParcel> {
    let documents = labels(list(body, "documents"));
    let mut labels: HashMap<Option<u32>, &Value> = HashMap::new();
    for label in documents {
        let place = place_of(label, "packageReferenceNumber");
        labels.entry(place).or_insert(label);
    }
    let mut pieces: Vec<(u32, String)> = list(body, "packages")
        .iter()
        .zip(1..)
        .map(|(package, place)| {
            let piece = number(package, "trackingNumber").unwrap_or_else(|| waybill.to_owned());
            (place_of(package, "referenceNumber").unwrap_or(place), piece)
        })
        .collect();
    pieces.sort_by_key(|(place, _)| *place);
    if pieces.is_empty() {
        pieces.push((1, waybill.to_owned()));
    }
    let parcel = |(index, (place, number)): (usize, (u32, String))| {
        // a label for the whole shipment stands on the first parcel
        let whole = labels.get(&None).filter(|_| index == 0);
        let label = labels.get(&Some(place)).or(whole);
        let content = label.and_then(|label| label.get("content")?.as_str());
        BookedParcel::new(number, content.and_then(Label::from_base64))
    };
    pieces.into_iter().enumerate().map(parcel).collect()
}

/// The labels among the documents. Where none says what it is, the first one is the label.
fn labels(documents: &[Value]) -> Vec<&Value> {
    let kind = |document: &Value| text(document, "typeCode").map(|kind| kind.to_lowercase());
    let labelled = documents.iter();
    let labelled = labelled.filter(|document| kind(document).as_deref() == Some("label"));
    let mut labels: Vec<_> = labelled.collect();
    if labels.is_empty() {
        labels.extend(documents.first().filter(|first| kind(first).is_none()));
    }
    labels
}

fn place_of(value: &Value, key: &str) -> Option<u32> {
    text(value, key)?.parse().ok()
}
