//! Looking parcels up: by our reference after a doubt, by number for tracking.
//!
//! Two services with two shapes. The look-up asks ShipIT-Farm, which knows a parcel from its booking
//! on; an answer of Track and Trace to a question by reference is read as one too.

use carrier_sdk::json::text;
use carrier_sdk::prelude::*;
use carrier_sdk::tracking::status_of;
use serde_json::{Value, json};

use crate::booking::place;
use crate::faults::ANSWERS;
use crate::{Gls, TOKEN, TRACKING, shipping};

/// Most parcels that GLS tells of in one call.
const AT_ONCE: usize = 10;

impl Find for Gls {
    fn find(&self, _contract: &Contract, search: &Search) -> Request {
        // the days around the sending: GLS does not say in which place's time it counts
        let [from, to] = search.sent.days(1, "%F");
        let body = json!({
            "ShipmentReference": search.reference,
            "DateFrom": format!("{from}T00:00:00Z"),
            "DateTo": format!("{to}T23:59:59Z"),
        });
        shipping(Effect::Reads, "/tracking/parcels", body)
    }

    /// GLS lists parcels, not bookings: all of a reference are one shipment.
    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let listed = ("UnitItems|parcels", "TrackID|ParcelNumber|unitno");
        let placed = |number, parcel: &Value| (place(parcel), number);
        let mut parcels = ANSWERS.read(answer).listed(listed, placed)?;
        parcels.sort_by_key(|(place, _)| *place);
        let numbers = parcels.into_iter().map(|(_, number)| number);
        Ok(FoundShipment::of_parcels(numbers))
    }
}

impl Track for Gls {
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let numbers = tracking_numbers.get(..AT_ONCE).unwrap_or(tracking_numbers);
        let path = format!("{TRACKING}{}", numbers.join(","));
        Request::new(Effect::Reads, Method::Get, path)
            .query("showEvents", "true")
            .query("showLinks", "false")
            .auth(Auth::oauth2(TOKEN))
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        ANSWERS.read(answer).listed(("parcels", "unitno"), tracked)
    }
}

fn tracked(number: String, parcel: &Value) -> TrackedShipment {
    let tracked = HISTORY.of(number, parcel);
    let status = text(parcel, "status").unwrap_or_default();
    // FINAL closes the history: the parcel stands where its last event says
    let untold = tracked.events.is_empty().then_some(Status::Unknown);
    tracked.with_status(status_of(STATUSES, &status).or(untold))
}

const HISTORY: History = History {
    codes: EVENTS,
    at: &[&["eventDateTime"]],
    place: "city|country",
    ..History::USUAL
};

/// A parcel's status in our words, by GLS's description of Track and Trace, 1.0.7.
const STATUSES: StatusTable = &[
    ("PREADVICE PLANNEDPICKUP INPICKUP", Status::LabelCreated),
    ("INTRANSIT INWAREHOUSE", Status::InTransit),
    ("INDELIVERY", Status::OutForDelivery),
    ("DELIVEREDPS", Status::AvailableForPickup),
    ("DELIVERED", Status::Delivered),
    ("NOTDELIVERED", Status::FailedAttempt),
    ("NOTPICKEDUP", Status::Exception),
    ("CANCELED", Status::Cancelled),
];

/// The event codes that the same description explains (its spelling); GLS has more.
const EVENTS: StatusTable = &[
    ("INTIAL.PREADVICE INTIAL.E48_DATA", Status::LabelCreated),
    ("INTIAL.NORMAL", Status::PickedUp),
    ("DELIVD.PARCELSHOP", Status::AvailableForPickup),
    ("CANCEL.NORMAL", Status::Cancelled),
];
