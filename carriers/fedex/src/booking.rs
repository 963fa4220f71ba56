//! What FedEx's answer to a booking tells: the master number, the pieces and their labels.

use carrier_sdk::json::{list, text};
use carrier_sdk::prelude::*;
use serde_json::Value;

use crate::faults::ANSWERS;

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let shipments = "output/transactionShipments";
    ANSWERS
        .read(answer)
        .booking(|body| list(body, shipments).iter().find_map(booking))
}

fn booking(shipment: &Value) -> Option<Booking> {
    let pieces = list(shipment, "pieceResponses").iter();
    let pieces = pieces.map(|piece| {
        (
            piece.number("trackingNumber"),
            label(piece, "packageDocuments"),
        )
    });
    let whole = label(shipment, "shipmentDocuments");
    Booking::told(shipment.number("masterTrackingNumber"), pieces, whole)
}

/// The first document that is a label: others are invoices, receipts and pages to open.
fn label(told: &Value, documents: &str) -> Option<Label> {
    let is_label = |document: &&Value| {
        text(document, "contentType").is_none_or(|kind| kind.to_uppercase() == "LABEL")
    };
    let documents = list(told, documents).iter().filter(is_label);
    let mut labels = documents.filter(|document| text(document, "encodedLabel").is_some());
    labels.next()?.label("encodedLabel")
}
