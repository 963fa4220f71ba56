//! Where parcels are, by their number; and by our reference, for accounts that look there.

use carrier_sdk::json::each;
use carrier_sdk::prelude::*;
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
        let tracked =
            |package: &Value| Some(HISTORY.of(package.number("trackingNumber")?, package));
        known(answer, |body| {
            each(body, PACKAGES)
                .into_iter()
                .filter_map(tracked)
                .collect()
        })
    }
}

const PACKAGES: &str = "trackResponse/shipment/*/package";

/// What a look-up by reference found. UPS lists packages, not bookings: all are one shipment.
pub(crate) fn found(body: &Value) -> Vec<FoundShipment> {
    let packages = each(body, PACKAGES).into_iter();
    FoundShipment::of_parcels(packages.filter_map(|package| package.number("trackingNumber")))
}

/// By the three digits of a status, else by its kind.
const HISTORY: History = History {
    events: "activity",
    newest_first: true,
    code: "status/statusCode|status/code",
    codes: STATUSES,
    kinds: &[("status/type", KINDS)],
    at: &[&["date", "time", "gmtOffset"]],
    place: "location/address/city",
    stands: &[
        ("currentStatus/statusCode|currentStatus/code", STATUSES),
        ("currentStatus/type", KINDS),
    ],
    ..History::USUAL
};

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
