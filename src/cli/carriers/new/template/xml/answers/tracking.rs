//! Template Title's other answers: what is known under a reference, what became of a void, where a
//! parcel is.

use carrier_sdk::xml::Element;
use carrier_sdk::{
    Contract, Effect, Find, FoundShipment, Moment, Request, Response, Said, Search, Status,
    StatusTable, Track, TrackedShipment, TrackingEvent, Void, VoidAnswer, Why, judge,
};

use crate::TemplateType;
use crate::booking::said;
use crate::faults::FAULTS;
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
        let told = told(answer, "found").or_else(|said| {
            let nothing = judge(FAULTS, said).on_look_up::<Element>()?;
            Ok(nothing.into_iter().next().unwrap_or_default())
        })?;
        let numbers = told.list("parcel").filter_map(|found| found.number("number"));
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
        match told(answer, "voided") {
            Ok(told) if told.text("done") == Some("yes") => VoidAnswer::Voided,
            Ok(told) if told.text("why") == Some("taken over") => VoidAnswer::TooLate,
            Ok(told) => judge(FAULTS, said(answer, &told)).on_void(),
            Err(said) => judge(FAULTS, said).on_void(),
        }
    }
}

impl Track for TemplateType {
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let numbers = tracking_numbers.join(",");
        ask(Effect::Reads, "/track", &[("numbers", &numbers)])
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        let told = told(answer, "tracked").map_err(|said| judge(FAULTS, said).on_read())?;
        let shipments = told.list("shipment").filter_map(|shipment| {
            let events = shipment.list("event").filter_map(event);
            let number = shipment.number("number")?;
            Some(TrackedShipment::of_events(number, events.collect()))
        });
        Ok(shipments.collect())
    }
}

/// An answer of this name; anything else is a fault, never an absence.
fn told(answer: &Response, name: &str) -> Result<Element, Said> {
    let told = Element::read(&answer.body);
    let told = told.ok_or_else(|| Said::unreadable(answer, "an answer"))?;
    if told.name == name && answer.is_success() {
        return Ok(told);
    }
    Err(said(answer, &told))
}

fn event(event: &Element) -> Option<TrackingEvent> {
    let at = Moment::read(event.text("at")?)?;
    let told = TrackingEvent::new(event.text("code")?, STATUSES, Status::Unknown, at);
    Some(told.at_place(event.text("place")))
}

const STATUSES: StatusTable = &[
    ("NEW", Status::LabelCreated),
    ("GOT", Status::PickedUp),
    ("HUB", Status::InTransit),
    ("VAN", Status::OutForDelivery),
    ("END", Status::Delivered),
    ("BACK", Status::Returned),
];
