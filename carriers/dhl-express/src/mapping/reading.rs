//! What DHL's answer to a booking tells: the waybill, its pieces and their labels.
//!
//! A waybill number makes a booking, whatever else is missing or broken around it.

use carrier_sdk::faults::Said;
use carrier_sdk::{BookedParcel, Booking, Evidence, Label, Response, Step, judge};
use serde_json::Value;

use crate::faults::FAULTS;
use crate::wire::{list, number, object, said, text};

/// The outcome of a booking.
pub(crate) fn booking(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    match number(&body, "shipmentTrackingNumber") {
        Some(waybill) if answer.is_success() => Step::Done(booked(waybill, &body)),
        Some(_) => Step::Unknown(Evidence {
            code: None,
            message: "the answer has an error's status and a waybill number".to_owned(),
        }),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

fn booked(waybill: String, body: &Value) -> Booking {
    Booking {
        parcels: parcels(&waybill, body),
        tracking_number: waybill,
        shipment_id: None,
        // DHL's trackingUrl is a call of this API, which the public cannot make
        tracking_url: None,
        charge: None,
        estimated_delivery: body
            .get("estimatedDeliveryDate")
            .and_then(|estimate| text(estimate, "estimatedDeliveryDate"))
            .map(|date| date.into_owned()),
    }
}

fn parcels(waybill: &str, body: &Value) -> Vec<BookedParcel> {
    let labels = labels(list(body, "documents"));
    let mut packages: Vec<_> = list(body, "packages")
        .iter()
        .zip(1_u32..)
        .map(|(package, place)| {
            let reference = text(package, "referenceNumber").and_then(|text| text.parse().ok());
            (
                reference.unwrap_or(place),
                number(package, "trackingNumber"),
            )
        })
        .collect();
    packages.sort_by_key(|(reference, _)| *reference);
    if packages.is_empty() {
        packages.push((1, None));
    }
    let mut parcels = Vec::with_capacity(packages.len());
    for (place, (reference, piece)) in packages.into_iter().enumerate() {
        let mine = |package: &Option<u32>| *package == Some(reference);
        let whole = |package: &Option<u32>| place == 0 && package.is_none();
        let content = labels
            .iter()
            .find(|(package, _)| mine(package))
            .or_else(|| labels.iter().find(|(package, _)| whole(package)));
        parcels.push(BookedParcel {
            tracking_number: piece.unwrap_or_else(|| waybill.to_owned()),
            label: content.and_then(|(_, content)| Label::from_base64(content)),
        });
    }
    parcels
}

/// The labels among the documents, with the package they belong to when DHL says so. Where no
/// document says what it is, the first one is the label.
fn labels(documents: &[Value]) -> Vec<(Option<u32>, &str)> {
    let kind = |document: &Value| text(document, "typeCode").map(|kind| kind.to_lowercase());
    let mut labels: Vec<_> = documents
        .iter()
        .filter(|document| kind(document).as_deref() == Some("label"))
        .collect();
    if labels.is_empty() {
        labels.extend(documents.first().filter(|first| kind(first).is_none()));
    }
    labels.into_iter().filter_map(content).collect()
}

fn content(label: &Value) -> Option<(Option<u32>, &str)> {
    let package = text(label, "packageReferenceNumber").and_then(|text| text.parse().ok());
    Some((package, label.get("content")?.as_str()?))
}
