//! What DHL's answer to a booking tells: the waybill, its pieces and their labels.

use std::collections::HashMap;

use carrier_sdk::json::{list, text};
use carrier_sdk::prelude::*;
use serde_json::Value;

/// The booking. DHL's trackingUrl is a call of this API, which the public cannot make.
pub(crate) fn booked(body: &Value) -> Option<Booking> {
    let waybill = body.number("shipmentTrackingNumber")?;
    let labels = labels(list(body, "documents")).into_iter();
    // of two labels of a piece the first counts
    let labels = labels.map(|label| (place_of(label, "packageReferenceNumber"), label));
    let labels: HashMap<Option<u32>, &Value> = labels.rev().collect();
    let whole = labels.get(&None).and_then(|label| label.label("content"));
    let date = text(body, "estimatedDeliveryDate/estimatedDeliveryDate");
    Some(Booking {
        estimated_delivery: date.map(|date| date.into_owned()),
        ..Booking::told(Some(waybill), pieces(body, &labels), whole)?
    })
}

fn pieces(body: &Value, labels: &HashMap<Option<u32>, &Value>) -> Vec<ToldParcel> {
    let packages = list(body, "packages").iter().zip(1..);
    let piece = |(package, place): (&Value, u32)| {
        let place = place_of(package, "referenceNumber").unwrap_or(place);
        let label = labels.get(&Some(place));
        let label = label.and_then(|label| label.label("content"));
        (place, (package.number("trackingNumber"), label))
    };
    let mut pieces: Vec<(u32, ToldParcel)> = packages.map(piece).collect();
    pieces.sort_by_key(|(place, _)| *place);
    pieces.into_iter().map(|(_, piece)| piece).collect()
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
