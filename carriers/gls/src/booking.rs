//! What GLS's answers tell of a booking: its parcels and their labels, a label printed again, and
//! what became of a cancellation.

use std::borrow::Cow;

use carrier_sdk::json::{list, text, texts};
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::faults::{ANSWERS, CANCELLING};
use crate::{Gls, mapping, shipping};

const PARCELS: &str = "CreatedShipment/ParcelData";
/// The number that GLS cancels, prints and tracks a parcel by.
pub(crate) const TRACK_ID: &str = "TrackID|ParcelNumber";

/// The booking.
pub(crate) fn booked(body: &Value) -> Option<Booking> {
    Booking::told(None, parcels(body), None)
}

/// The parcels, in the order in which they were ordered.
fn parcels(body: &Value) -> Vec<ToldParcel> {
    let (told, labels) = (list(body, PARCELS), labels(body));
    let label = |index: usize| match (told.len(), labels.len()) {
        (parcels, labels_told) if parcels == labels_told => labels.get(index),
        // a label for the whole shipment stands on the first parcel
        (1, _) | (_, 1) => labels.first().filter(|_| index == 0),
        // whose they are cannot be told: they are printed again, one by one
        _ => None,
    };
    let numbered = told.iter().enumerate();
    let numbered = numbered.filter(|(_, parcel)| parcel.number(TRACK_ID).is_some());
    let mut parcels: Vec<_> = numbered.collect();
    parcels.sort_by_key(|(_, parcel)| place(parcel));
    let parcel = |(index, parcel): (usize, &Value)| {
        let label = label(index).and_then(|label| Label::from_base64(label));
        (parcel.number(TRACK_ID), label)
    };
    parcels.into_iter().map(parcel).collect()
}

fn labels(body: &Value) -> Vec<Cow<'_, str>> {
    texts(body, "CreatedShipment/PrintData/*/Data/*")
}

/// The parcel's place in the order; those without one keep theirs, at the end.
pub(crate) fn place(parcel: &Value) -> u32 {
    let place = text(parcel, "ShipmentUnitReference/0").and_then(|place| place.parse().ok());
    place.unwrap_or(u32::MAX)
}

impl Relabel for Gls {
    fn relabel(&self, contract: &Contract, number: &str, format: LabelFormat) -> Request {
        let options = mapping::printing(contract, format);
        let body = json!({"TrackID": number, "PrintingOptions": options});
        shipping(Effect::Reads, "/shipments/reprintparcel", body)
    }

    fn read_label(&self, answer: &Response) -> Result<Label, Why> {
        ANSWERS.read(answer).label(|body| {
            // of several parcels it could be another one's
            let alone = list(body, PARCELS).len() < 2;
            Label::from_base64(labels(body).first().filter(|_| alone)?)
        })
    }
}

impl Void for Gls {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let path = format!("/shipments/cancel/{tracking_number}");
        shipping(Effect::Voids, &path, Value::Null)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS
            .read(answer)
            .void(|body| match text(body, "Result")? {
                done if matches!(&*done, "CANCELLED" | "CANCELED") => Some(VoidAnswer::Voided),
                other => {
                    let said = Said::new(answer, Some(&other), other.clone());
                    Some(judge(CANCELLING, said).on_void())
                }
            })
    }
}
