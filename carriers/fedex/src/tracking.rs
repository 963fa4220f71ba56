//! FedEx's tracking: shipments under our reference after a doubt, and parcels by their numbers. Both read
//! the same answer. A number that is not known is told inside a 200.

use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::faults::ANSWERS;
use crate::{Fedex, call};

impl Find for Fedex {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        // a parcel may be handed over so many days after it was booked
        let [from, to] = search.sent.days(10, "%F");
        let body = json!({
            "referencesInformation": {
                "type": "CUSTOMER_REFERENCE",
                "value": search.reference,
                "accountNumber": contract.number,
                "shipDateBegin": from,
                "shipDateEndDate": to,
            },
            "includeDetailedScans": false,
        });
        call(Effect::Reads, Method::Post, "/track/v1/referencenumbers").json(body)
    }

    /// FedEx lists pieces, not bookings: all of a reference are one shipment.
    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let known = known(answer, |number, _| number)?;
        Ok(FoundShipment::of_parcels(known))
    }
}

impl Track for Fedex {
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = |number: &&str| json!({"trackingNumberInfo": {"trackingNumber": number}});
        let numbers: Vec<Value> = tracking_numbers.iter().map(number).collect();
        let body = json!({"includeDetailedScans": true, "trackingInfo": numbers});
        call(Effect::Reads, Method::Post, "/track/v1/trackingnumbers").json(body)
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        known(answer, |number, result| HISTORY.of(number, result))
    }
}

/// What FedEx knows, in its order; a number that was used again stands twice. An error beside scans is
/// no error of the parcel's.
fn known<T>(answer: &Response, read: impl Fn(String, &Value) -> T) -> Result<Vec<T>, Why> {
    ANSWERS.read(answer).known(|body| {
        let mut results = Vec::new();
        for asked in body.list("output/completeTrackResults") {
            let result = |result: &Value| {
                let number = result.number("trackingNumberInfo/trackingNumber");
                let number = number.or_else(|| asked.number("trackingNumber"));
                let scanned = !result.list("scanEvents").is_empty();
                let counts = scanned || result.text("error/code").is_none();
                let known = number.filter(|_| counts).map(|number| read(number, result));
                known.ok_or_else(|| ANSWERS.said(answer, result))
            };
            results.extend(asked.list("trackResults").into_iter().map(result));
        }
        ANSWERS.known_among(answer, results)
    })
}

const HISTORY: History = History {
    events: "scanEvents",
    code: "eventType|derivedStatusCode",
    codes: STATUSES,
    place: "scanLocation/city",
    stands: &[(
        "latestStatusDetail/code|latestStatusDetail/derivedCode",
        STATUSES,
    )],
    ..History::USUAL
};

/// FedEx's tracking status codes in our words.
#[rustfmt::skip]
const STATUSES: StatusTable = &[
    ("OC OX EP", Status::LabelCreated),
    ("PU PX OF AP DO", Status::PickedUp),
    ("IT IX AA AC AF AR AX DP EA EO FD LO OW Ow PF PL PM SF TR CC CP", Status::InTransit),
    ("OD ED AD", Status::OutForDelivery),
    ("HL HP", Status::AvailableForPickup),
    ("DL", Status::Delivered),
    ("DE", Status::FailedAttempt),
    ("SE CD DY DD PD", Status::Exception),
    ("RS", Status::Returned),
    ("CA", Status::Cancelled),
];
