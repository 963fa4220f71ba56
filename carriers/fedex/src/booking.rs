//! What FedEx's answer to a booking tells: the master number, the pieces and their labels.
//!
//! A number makes a booking, whatever else is missing or broken around it.

use carrier_sdk::json::{list, number, object, text};
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge};
use serde_json::Value;

use crate::faults::{FAULTS, said};

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    let shipments = list(&body, "output/transactionShipments");
    match shipments.iter().find_map(booking) {
        Some(booking) if answer.is_success() => Step::Done(booking),
        Some(_) => Step::in_doubt(
            None,
            "the answer has an error's status and a tracking number",
        ),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

fn booking(shipment: &Value) -> Option<Booking> {
    let pieces = list(shipment, "pieceResponses");
    let of_piece = |piece: &Value| number(piece, "trackingNumber");
    let master = number(shipment, "masterTrackingNumber");
    let master = master.or_else(|| pieces.iter().find_map(of_piece))?;
    let piece = |piece: &Value| {
        let own = of_piece(piece).unwrap_or_else(|| master.clone());
        BookedParcel::new(own, label(list(piece, "packageDocuments")))
    };
    let mut parcels: Vec<BookedParcel> = pieces.iter().map(piece).collect();
    if parcels.is_empty() {
        parcels.push(BookedParcel::new(master.clone(), None));
    }
    // a label for the whole shipment stands on the first parcel
    if let Some(first) = parcels.first_mut().filter(|first| first.label.is_none()) {
        first.label = label(list(shipment, "shipmentDocuments"));
    }
    Some(Booking::new(master, parcels))
}

/// The first document that is a label: others are invoices, receipts and pages to open.
fn label(documents: &[Value]) -> Option<Label> {
    let is_label = |document: &&Value| {
        text(document, "contentType").is_none_or(|kind| kind.to_uppercase() == "LABEL")
    };
    let encoded = |document: &Value| text(document, "encodedLabel").map(|label| label.into_owned());
    let mut labels = documents.iter().filter(is_label).filter_map(encoded);
    labels.next().and_then(|label| Label::from_base64(&label))
}
