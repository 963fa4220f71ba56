//! Looking shipments up, by our reference after a doubt and by number for tracking.
//!
//! Both ask `GET /tracking` and read the same answer. DHL's unified tracking API names the same
//! things otherwise (`id`, `timestamp`, `statusCode`); its answers are read too.

use carrier_sdk::faults::Said;
use carrier_sdk::{
    Body, BookedParcel, Cause, Contract, Effect, Find, FoundShipment, Method, Request, Response,
    Search, Status, Track, TrackedShipment, TrackingEvent, Why, judge,
};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan, civil};
use serde_json::Value;

use super::{AUTH, VERSION};
use crate::DhlExpress;
use crate::faults::{FAULTS, speaks_of_absence};
use crate::wire::{list, number, object, said, text};

impl Find for DhlExpress {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        // a day more on each side: DHL does not say in which place's time it counts them
        let day = |moment: Timestamp, days: i64| {
            let date = Offset::UTC.to_datetime(moment).date();
            date.saturating_add(days.days()).to_string()
        };
        request(vec![
            ("shipmentReference", search.reference.clone()),
            ("shipmentReferenceType", "CU".to_owned()),
            ("shipperAccountNumber", contract.number.clone()),
            ("dateRangeFrom", day(search.sent.from, -1)),
            ("dateRangeTo", day(search.sent.to, 1)),
            ("trackingView", "shipment-details-only".to_owned()),
        ])
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let found = shipments(answer, |tracking_number, shipment| FoundShipment {
            tracking_number,
            parcels: list(shipment, "pieces").iter().filter_map(piece).collect(),
        });
        found.map_err(no_absence)
    }
}

impl Track for DhlExpress {
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = |number: &&str| ("shipmentTrackingNumber", (*number).to_owned());
        let mut query: Vec<_> = tracking_numbers.iter().map(number).collect();
        query.push(("trackingView", "all-checkpoints".to_owned()));
        query.push(("levelOfDetail", "shipment".to_owned()));
        request(query)
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        shipments(answer, |tracking_number, shipment| {
            let events = events(shipment);
            TrackedShipment {
                tracking_number,
                status: standing(&events),
                events,
            }
        })
    }
}

fn request(query: Vec<(&'static str, String)>) -> Request {
    Request {
        effect: Effect::Reads,
        method: Method::Get,
        path: "/tracking".to_owned(),
        query,
        headers: vec![(VERSION.0, VERSION.1.to_owned())],
        auth: AUTH,
        body: Body::Empty,
    }
}

fn piece(piece: &Value) -> Option<BookedParcel> {
    Some(BookedParcel {
        tracking_number: number(piece, "trackingNumber")?,
        label: None,
    })
}

/// A 404 without DHL's words for "no shipment" comes from the way there, not from DHL's index.
fn no_absence(mut why: Why) -> Why {
    if why.cause == Cause::NotFound {
        why.cause = Cause::Unavailable;
    }
    why
}

fn shipments<T>(answer: &Response, read: impl Fn(String, &Value) -> T) -> Result<Vec<T>, Why> {
    let unreadable =
        || no_absence(judge(FAULTS, Said::unreadable(answer, "a list of shipments")).on_read());
    let body = object(answer).ok_or_else(unreadable)?;
    if answer.is_success() && body.get("shipments").is_some_and(Value::is_array) {
        let known = |shipment: &&Value| {
            !text(shipment, "status").is_some_and(|status| speaks_of_absence(&status))
        };
        return list(&body, "shipments")
            .iter()
            .filter(known)
            .map(|shipment| {
                let waybill = number(shipment, "shipmentTrackingNumber");
                let waybill = waybill.or_else(|| number(shipment, "id"));
                Ok(read(waybill.ok_or_else(unreadable)?, shipment))
            })
            .collect();
    }
    let said = said(answer, &body);
    if said.status == 404 && speaks_of_absence(&said.message) {
        return Ok(Vec::new());
    }
    Err(judge(FAULTS, said).on_read())
}

/// The scans, oldest first, whatever order they came in.
fn events(shipment: &Value) -> Vec<TrackingEvent> {
    let mut scans: Vec<_> = list(shipment, "events").iter().filter_map(scan).collect();
    if scans.first().map(|(at, _)| at) > scans.last().map(|(at, _)| at) {
        // newest first: two scans of one second are turned round as well
        scans.reverse();
    }
    scans.sort_by_key(|(at, _)| *at);
    scans.into_iter().map(|(_, event)| event).collect()
}

fn scan(event: &Value) -> Option<(Timestamp, TrackingEvent)> {
    let code = text(event, "typeCode")
        .or_else(|| text(event, "statusCode"))
        .unwrap_or_default();
    let (local, offset) = moment(event)?;
    let place = list(event, "serviceArea")
        .first()
        .and_then(|area| text(area, "description"))
        .map(|place| place.into_owned());
    let at = local.strftime("%Y-%m-%dT%H:%M:%S");
    let event = TrackingEvent {
        status: status(&code),
        code: code.into_owned(),
        at: format!("{at}{}", offset.map(written).unwrap_or_default()),
        place,
    };
    Some((
        offset.unwrap_or(Offset::UTC).to_timestamp(local).ok()?,
        event,
    ))
}

/// When it was, in the time of the place, and the place's offset where DHL tells it.
fn moment(event: &Value) -> Option<(civil::DateTime, Option<Offset>)> {
    let (local, offset) = match text(event, "date") {
        Some(date) => {
            let time = text(event, "time").unwrap_or("00:00:00".into());
            let offset = text(event, "GMTOffset").unwrap_or_default();
            (format!("{date}T{time}").into(), offset)
        }
        None => (text(event, "timestamp")?, "".into()),
    };
    let whole = format!("{local}{}", offset.trim_start_matches("GMT"));
    let pieces = Pieces::parse(&whole)
        .or_else(|_| Pieces::parse(&*local))
        .ok()?;
    let time = pieces.time().unwrap_or_default();
    Some((pieces.date().to_datetime(time), pieces.to_numeric_offset()))
}

fn written(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The shipment's own status: that of its last scan. An unknown code tells nothing, and papers that
/// are scanned afterwards undo no delivery.
fn standing(events: &[TrackingEvent]) -> Status {
    events
        .iter()
        .fold(Status::LabelCreated, |before, event| match event.status {
            Status::Unknown if before != Status::LabelCreated => before,
            Status::InTransit if matches!(before, Status::Delivered | Status::Returned) => before,
            now => now,
        })
}

/// DHL's event codes in our words.
fn status(code: &str) -> Status {
    match code {
        "DUMMY_PU" | "pre-transit" => Status::LabelCreated,
        "PU" | "SA" => Status::PickedUp,
        "AF" | "AR" | "DF" | "PL" | "TR" | "CR" | "IC" | "RR" | "FD" | "TP" | "BR" | "BN"
        | "SC" | "CI" | "CU" | "LV" | "UV" | "SM" | "HN" | "RW" | "HI" | "HO" | "AD" | "ES"
        | "BL" | "DI" | "IA" | "PY" | "SI" | "transit" => Status::InTransit,
        "WC" => Status::OutForDelivery,
        "OK" | "DD" | "delivered" => Status::Delivered,
        "NH" | "CA" | "ND" | "MD" | "RD" | "CM" | "BA" => Status::FailedAttempt,
        "OH" | "HP" | "CD" | "UD" | "MC" | "MS" | "PD" | "DM" | "DS" | "SS" | "ST" | "TD"
        | "DP" | "IR" | "NA" | "TI" | "TT" | "CS" | "failure" => Status::Exception,
        "CC" => Status::AvailableForPickup,
        "RT" => Status::Returned,
        _ => Status::Unknown,
    }
}
