//! Looking shipments up, by our reference after a doubt and by number for tracking.
//!
//! Both ask `GET /tracking` and read the same answer. DHL's unified tracking API names the same
//! things otherwise (`id`, `timestamp`, `statusCode`); its answers are read too.

use carrier_sdk::BookedParcel;
use carrier_sdk::faults::row_for;
use carrier_sdk::prelude::*;
use serde_json::Value;

use crate::faults::{ABSENCE, ANSWERS, FAULTS};
use crate::{DhlExpress, call};

const PATH: &str = "/tracking";

impl Find for DhlExpress {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let [from, to] = search.sent.days(1, "%F");
        call(Effect::Reads, Method::Get, PATH)
            .query("shipmentReference", &search.reference)
            .query("shipmentReferenceType", "CU")
            .query("shipperAccountNumber", &contract.number)
            .query("dateRangeFrom", from)
            .query("dateRangeTo", to)
            .query("trackingView", "shipment-details-only")
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let piece = |piece: &Value| Some(BookedParcel::new(piece.number("trackingNumber")?, None));
        shipments(answer, |tracking_number, shipment| {
            let parcels = shipment.list("pieces").into_iter().filter_map(piece);
            FoundShipment {
                tracking_number,
                parcels: parcels.collect(),
            }
        })
    }
}

impl Track for DhlExpress {
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let ask = call(Effect::Reads, Method::Get, PATH);
        let number = |ask: Request, number: &&str| ask.query("shipmentTrackingNumber", *number);
        let ask = tracking_numbers.iter().fold(ask, number);
        ask.query("trackingView", "all-checkpoints")
            .query("levelOfDetail", "shipment")
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        shipments(answer, |number, shipment| HISTORY.of(number, shipment))
    }
}

fn shipments<T>(answer: &Response, read: impl Fn(String, &Value) -> T) -> Result<Vec<T>, Why> {
    let listed = ANSWERS.read(answer).good().and_then(|body| {
        let listed = body.get("shipments").and_then(Value::as_array);
        let mut known = Vec::new();
        for shipment in listed.ok_or_else(|| ANSWERS.said(answer, &body))? {
            // DHL may say of one shipment in the list that it knows no such one
            let status = shipment.text("status").unwrap_or_default();
            match shipment.number("shipmentTrackingNumber|id") {
                _ if row_for(ABSENCE, "", &status).is_some() => {}
                Some(waybill) => known.push(read(waybill, shipment)),
                None => return Err(Said::unreadable(answer, "a list of shipments")),
            }
        }
        Ok(known)
    });
    listed.or_else(|said| {
        let table = if said.status == 404 { ABSENCE } else { FAULTS };
        judge(table, said).on_look_up()
    })
}

const HISTORY: History = History {
    code: "typeCode|statusCode",
    codes: STATUSES,
    at: &[&["date", "time", "GMTOffset"], &["timestamp"]],
    place: "serviceArea/0/description",
    ..History::USUAL
};

/// DHL's event codes in our words.
#[rustfmt::skip]
const STATUSES: StatusTable = &[
    ("DUMMY_PU pre-transit", Status::LabelCreated),
    ("PU SA", Status::PickedUp),
    ("AF AR DF PL TR CR IC RR FD TP BR BN SC CI CU LV UV SM HN RW HI HO AD ES BL DI IA PY SI transit", Status::InTransit),
    ("WC", Status::OutForDelivery),
    ("OK DD delivered", Status::Delivered),
    ("NH CA ND MD RD CM BA", Status::FailedAttempt),
    ("OH HP CD UD MC MS PD DM DS SS ST TD DP IR NA TI TT CS failure", Status::Exception),
    ("CC", Status::AvailableForPickup),
    ("RT", Status::Returned),
];
