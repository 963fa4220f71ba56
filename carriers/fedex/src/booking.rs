//! What FedEx's answer to a booking tells: the master number, the pieces and their labels; and
//! what became of cancelling a shipment with all of its pieces.

use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::faults::ANSWERS;
use crate::{Fedex, call};

/// The booking.
pub(crate) fn booked(body: &Value) -> Option<Booking> {
    let shipments = body.list("output/transactionShipments");
    shipments.into_iter().find_map(shipment)
}

fn shipment(told: &Value) -> Option<Booking> {
    let piece = |piece: &Value| {
        let label = label(piece, "packageDocuments");
        (piece.number("trackingNumber"), label)
    };
    let pieces = told.list("pieceResponses").into_iter().map(piece);
    let whole = label(told, "shipmentDocuments");
    Booking::told(told.number("masterTrackingNumber"), pieces, whole)
}

/// The first document that is a label: others are invoices, receipts and pages to open.
fn label(told: &Value, documents: &str) -> Option<Label> {
    let is_label = |document: &&Value| {
        let kind = document.text("contentType");
        kind.is_none_or(|kind| kind.to_uppercase() == "LABEL")
    };
    let documents = told.list(documents).into_iter().filter(is_label);
    let mut labels = documents.filter(|document| document.text("encodedLabel").is_some());
    labels.next()?.label("encodedLabel")
}

impl Void for Fedex {
    fn void(&self, contract: &Contract, tracking_number: &str) -> Request {
        let body = json!({
            "accountNumber": {"value": contract.number},
            "trackingNumber": tracking_number,
            "deletionControl": "DELETE_ALL_PACKAGES",
        });
        call(Effect::Voids, Method::Put, "/ship/v1/shipments/cancel").json(body)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS.read(answer).void(|body| {
            let cancelled = body.get("output")?.get("cancelledShipment")?.as_bool()?;
            cancelled.then_some(VoidAnswer::Voided)
        })
    }
}
