//! What GLS's answers tell of a booking: its parcels and their labels, a label printed again, and
//! what became of a cancellation.
//!
//! A number makes a booking, whatever else is missing or broken around it.

use std::borrow::Cow;

use carrier_sdk::json::{list, number, object, text, texts};
use carrier_sdk::{
    BookedParcel, Booking, Contract, Effect, Label, LabelFormat, Relabel, Request, Response, Said,
    Step, Void, VoidAnswer, Why, judge,
};
use serde_json::{Value, json};

use crate::faults::{CANCELLING, FAULTS, said};
use crate::{Gls, mapping, shipping};

const PARCELS: &str = "CreatedShipment/ParcelData";

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    let parcels = parcels(&body);
    let first = parcels.first().map(|first| first.tracking_number.clone());
    match first {
        Some(first) if answer.is_success() => Step::Done(Booking::new(first, parcels)),
        Some(_) => Step::in_doubt(
            None,
            "the answer has an error's status and a parcel's number",
        ),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

/// The parcels, in the order in which they were ordered.
fn parcels(body: &Value) -> Vec<BookedParcel> {
    let (told, labels) = (list(body, PARCELS), labels(body));
    let label = |index: usize| match (told.len(), labels.len()) {
        (parcels, labels_told) if parcels == labels_told => labels.get(index),
        // a label for the whole shipment stands on the first parcel
        (1, _) | (_, 1) => labels.first().filter(|_| index == 0),
        // whose they are cannot be told: they are printed again, one by one
        _ => None,
    };
    let read = |(index, parcel): (usize, &Value)| {
        let label = label(index).and_then(|label| Label::from_base64(label));
        Some((place(parcel), BookedParcel::new(track_id(parcel)?, label)))
    };
    let mut parcels: Vec<_> = told.iter().enumerate().filter_map(read).collect();
    parcels.sort_by_key(|(place, _)| *place);
    parcels.into_iter().map(|(_, parcel)| parcel).collect()
}

fn labels(body: &Value) -> Vec<Cow<'_, str>> {
    texts(body, "CreatedShipment/PrintData/*/Data/*")
}

/// The number that GLS cancels, prints and tracks a parcel by.
pub(crate) fn track_id(parcel: &Value) -> Option<String> {
    number(parcel, "TrackID").or_else(|| number(parcel, "ParcelNumber"))
}

/// The parcel's place in the order; those without one keep theirs, at the end.
pub(crate) fn place(parcel: &Value) -> u32 {
    let place = text(parcel, "ShipmentUnitReference/0");
    place
        .and_then(|place| place.parse().ok())
        .unwrap_or(u32::MAX)
}

impl Relabel for Gls {
    fn relabel(
        &self,
        contract: &Contract,
        tracking_number: &str,
        label_format: LabelFormat,
    ) -> Request {
        let body = json!({
            "TrackID": tracking_number,
            "PrintingOptions": mapping::printing(contract, label_format),
        });
        shipping(Effect::Reads, "/shipments/reprintparcel", Some(&body))
    }

    fn read_label(&self, answer: &Response) -> Result<Label, Why> {
        let unreadable = || judge(FAULTS, Said::unreadable(answer, "the label of one parcel"));
        let Some(body) = object(answer) else {
            return Err(unreadable().on_read());
        };
        if body.get("CreatedShipment").is_none() || !answer.is_success() {
            return Err(judge(FAULTS, said(answer, &body)).on_read());
        }
        // of several parcels it could be another one's
        let alone = list(&body, PARCELS).len() < 2;
        let labels = labels(&body);
        let label = labels.first().filter(|_| alone);
        let label = label.and_then(|label| Label::from_base64(label));
        label.ok_or_else(|| unreadable().on_read())
    }
}

impl Void for Gls {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let path = format!("/shipments/cancel/{tracking_number}");
        shipping(Effect::Voids, &path, None)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        let Some(body) = object(answer) else {
            return judge(FAULTS, Said::unreadable(answer, "a cancellation")).on_void();
        };
        match text(&body, "Result").filter(|_| answer.is_success()) {
            Some(result) if matches!(&*result, "CANCELLED" | "CANCELED") => VoidAnswer::Voided,
            Some(result) if result == "SCANNED" => VoidAnswer::TooLate,
            Some(result) => {
                judge(CANCELLING, Said::new(answer, Some(&result), result.clone())).on_void()
            }
            None => judge(FAULTS, said(answer, &body)).on_void(),
        }
    }
}
