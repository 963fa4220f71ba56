//! Template Title's other answers: what is known under a reference, what became of a void, where a
//! parcel is.

use carrier_sdk::prelude::*;
use carrier_sdk::xml::Element;

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
        let numbers = ANSWERS.read(answer).known(|told| {
            let parcels = named(answer, told, "found")?.list("parcel");
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
        ANSWERS.read(answer).void(|told| {
            let voided = told.name == "voided" && told.text("done") == Some("yes");
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
        ANSWERS.read(answer).told(|told| {
            let shipments = named(answer, told, "tracked")?.list("shipment");
            let tracked = |told: &Element| Some(HISTORY.of(told.number("number")?, told));
            Ok(shipments.filter_map(tracked).collect())
        })
    }
}

/// An answer of this name; another one tells nothing, and is never an absence.
fn named<'told>(answer: &Response, told: &'told Element, name: &str) -> Result<&'told Element, Said> {
    let told_so = Some(told).filter(|told| told.name == name);
    told_so.ok_or_else(|| ANSWERS.said(answer, told))
}

const HISTORY: History = History {
    events: "event",
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
