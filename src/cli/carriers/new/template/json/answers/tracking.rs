//! Template Title's other answers: what is known under a reference, what became of a void, where a
//! parcel is.

use carrier_sdk::json::{at, list, number, object, text};
use carrier_sdk::{
    Contract, Effect, Find, FoundShipment, Moment, Request, Response, Said, Search, Status,
    StatusTable, Track, TrackedShipment, TrackingEvent, Void, VoidAnswer, Why, judge,
};
use serde_json::Value;

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
        let body = told(answer, "found").or_else(|said| {
            let nothing = judge(FAULTS, said).on_look_up::<Value>()?;
            Ok(nothing.into_iter().next().unwrap_or_default())
        })?;
        let numbers = list(&body, "found").iter();
        Ok(FoundShipment::of_parcels(
            numbers.filter_map(|found| number(found, "number")),
        ))
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
            Ok(body) if at(&body, "voided") == Some(&Value::Bool(true)) => VoidAnswer::Voided,
            Ok(body) if text(&body, "why").as_deref() == Some("taken over") => VoidAnswer::TooLate,
            Ok(body) => judge(FAULTS, said(answer, &body)).on_void(),
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
        let body = told(answer, "tracked").map_err(|said| judge(FAULTS, said).on_read())?;
        let shipments = list(&body, "tracked").iter().filter_map(|shipment| {
            let events = list(shipment, "events").iter().filter_map(event);
            let number = number(shipment, "number")?;
            Some(TrackedShipment::of_events(number, events.collect()))
        });
        Ok(shipments.collect())
    }
}

/// An answer that tells this; anything else is a fault, never an absence.
fn told(answer: &Response, what: &str) -> Result<Value, Said> {
    let body = object(answer).ok_or_else(|| Said::unreadable(answer, "an answer"))?;
    match body.get(what) {
        Some(_) if answer.is_success() => Ok(body),
        _ => Err(said(answer, &body)),
    }
}

fn event(event: &Value) -> Option<TrackingEvent> {
    let code = text(event, "code")?;
    let at = Moment::read(&text(event, "at")?)?;
    let told = TrackingEvent::new(&code, STATUSES, Status::Unknown, at);
    Some(told.at_place(text(event, "place").as_deref()))
}

const STATUSES: StatusTable = &[
    ("NEW", Status::LabelCreated),
    ("GOT", Status::PickedUp),
    ("HUB", Status::InTransit),
    ("VAN", Status::OutForDelivery),
    ("END", Status::Delivered),
    ("BACK", Status::Returned),
];
