//! Template Title's other answers: what is known under a reference, what became of a void, where a
//! parcel is.

use carrier_sdk::prelude::*;

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
        let numbers = ANSWERS.read(answer).listed(("found", "number"), |number, _| number)?;
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
        let history = |number, told: &_| HISTORY.of(number, told);
        ANSWERS.read(answer).listed(("tracked", "number"), history)
    }
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
