//! Template Title's other answers: what is known under a reference, what became of a void, where a
//! parcel is.

use carrier_sdk::json::list;
use carrier_sdk::{
    Contract, Effect, Find, FoundShipment, History, Request, Response, Said, Search, Status,
    StatusTable, Told, Track, TrackedShipment, Void, VoidAnswer, Why,
};
use serde_json::Value;

use crate::TemplateType;
use crate::booking::ANSWERS;
use crate::wire::ask;

impl Find for TemplateType {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let fields = [
            ("account", contract.number.as_str()),
            ("reference", search.reference.as_str()),
        ];
        ask(Effect::Reads, "/find", &fields)
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let numbers = ANSWERS.read(answer).known(|body| {
            let parcels = told(answer, body, "found")?.iter();
            Ok(parcels.filter_map(|found| found.number("number")).collect())
        })?;
        Ok(FoundShipment::of_parcels(numbers))
    }
}

impl Void for TemplateType {
    fn void(&self, contract: &Contract, tracking_number: &str) -> Request {
        let fields = [
            ("account", contract.number.as_str()),
            ("number", tracking_number),
        ];
        ask(Effect::Voids, "/void", &fields)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS.read(answer).void(|body| {
            let voided = body.get("voided")?.as_bool()?;
            voided.then_some(VoidAnswer::Voided)
        })
    }
}

impl Track for TemplateType {
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let numbers = tracking_numbers.join(",");
        ask(Effect::Reads, "/track", &[("numbers", &numbers)])
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        ANSWERS.read(answer).told(|body| {
            let shipments = told(answer, body, "tracked")?.iter();
            let tracked = |told: &Value| Some(HISTORY.of(told.number("number")?, told));
            Ok(shipments.filter_map(tracked).collect())
        })
    }
}

/// What is listed under this name; an answer without it tells nothing, and is never an absence.
fn told<'body>(answer: &Response, body: &'body Value, name: &str) -> Result<&'body [Value], Said> {
    let listed = body.get(name).map(|_| list(body, name));
    listed.ok_or_else(|| ANSWERS.said(answer, body))
}

const HISTORY: History = History {
    codes: STATUSES,
    at: &[&["at"]],
    place: "place",
    ..History::USUAL
};

const STATUSES: StatusTable = &[
    ("NEW", Status::LabelCreated),
    ("GOT", Status::PickedUp),
    ("HUB", Status::InTransit),
    ("VAN", Status::OutForDelivery),
    ("END", Status::Delivered),
    ("BACK", Status::Returned),
];
