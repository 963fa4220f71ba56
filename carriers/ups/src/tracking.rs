//! Where parcels are, by their number; and by our reference, for accounts that look there.

use carrier_sdk::json::{list, number, text};
use carrier_sdk::tracking::status_of;
use carrier_sdk::{
    Contract, Effect, FoundShipment, Method, Moment, Request, Response, Status, StatusTable, Track,
    TrackedShipment, TrackingEvent, Why,
};
use serde_json::Value;

use crate::faults::known;
use crate::{Ups, call};

impl Track for Ups {
    /// UPS tells of one package in a call: the first number counts.
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = tracking_numbers.first().copied().unwrap_or_default();
        let path = format!("/api/track/v1/details/{number}");
        call(Effect::Reads, Method::Get, path, number)
            .query("locale", "en_US")
            .query("returnSignature", "false")
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        known(answer, |body| packages(body).filter_map(tracked).collect())
    }
}

/// What a look-up by reference found. UPS lists packages, not bookings: all are one shipment.
pub(crate) fn found(body: &Value) -> Vec<FoundShipment> {
    let numbers = packages(body).filter_map(|package| number(package, "trackingNumber"));
    FoundShipment::of_parcels(numbers)
}

fn packages(body: &Value) -> impl Iterator<Item = &Value> {
    let shipments = list(body, "trackResponse/shipment").iter();
    shipments.flat_map(|shipment| list(shipment, "package"))
}

fn tracked(package: &Value) -> Option<TrackedShipment> {
    let number = number(package, "trackingNumber")?;
    // newest first: two scans of one second stay in their order
    let scans = list(package, "activity").iter().rev().filter_map(scan);
    let (_, stands) = meaning(package, "currentStatus");
    Some(TrackedShipment::of_events(number, scans.collect()).with_status(stands))
}

fn scan(activity: &Value) -> Option<TrackingEvent> {
    let said = |path: &str| text(activity, path).unwrap_or_default();
    let (date, time) = (said("date"), said("time"));
    let at = Moment::of(&date, &time, &said("gmtOffset"));
    let at = at.or_else(|| Moment::of(&date, &time, ""))?;
    let (code, status) = meaning(activity, "status");
    let event = TrackingEvent::new(&code, &[], status.unwrap_or(Status::Unknown), at);
    Some(event.at_place(text(activity, "location/address/city").as_deref()))
}

/// A status's code and what it means: by its three digits, else by its kind.
fn meaning(value: &Value, path: &str) -> (String, Option<Status>) {
    let said = |name: &str| text(value, &format!("{path}/{name}"));
    let code = said("statusCode").or_else(|| said("code"));
    let code = code.unwrap_or_default();
    let kind = said("type").unwrap_or_default();
    let status = status_of(STATUSES, &code).or_else(|| status_of(KINDS, &kind));
    (code.into_owned(), status)
}

/// Kinds of activities (UPS's table of package activity types); P is not in it, but was seen.
const KINDS: StatusTable = &[
    ("M", Status::LabelCreated),
    ("P", Status::PickedUp),
    ("I", Status::InTransit),
    ("D", Status::Delivered),
    ("X", Status::Exception),
    ("MV", Status::Cancelled),
];

/// Status codes in our words, after UPS's table of their descriptions.
#[rustfmt::skip]
const STATUSES: StatusTable = &[
    ("003 044 045 079 080 157", Status::LabelCreated),
    ("038 160 167 168 169", Status::PickedUp),
    ("005 010 012 014 025 039 047 057 071 072 073 074 075 087 092 158 159 164 165", Status::InTransit),
    ("006 021 037 078 089 091 146 162", Status::OutForDelivery),
    ("017 040", Status::AvailableForPickup),
    ("011 026 143 144 161", Status::Delivered),
    ("022 023 024 060 061 062 064 066 095 131 145", Status::FailedAttempt),
    ("013 029 030 046 048 049 050 051 052 053 058 059 068 069 076 083 085 086 090 147 148 149", Status::Exception),
    ("033 034 035 036 067 081 118 119", Status::Returned),
    ("007 043", Status::Cancelled),
];
