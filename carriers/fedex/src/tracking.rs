//! FedEx's tracking: shipments under our reference after a doubt, and parcels by their numbers. Both read
//! the same answer. A number that is not known is told inside a 200.

use carrier_sdk::json::{list, text};
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::faults::{ANSWERS, FAULTS};
use crate::{Fedex, call};

/// A parcel may be handed over so many days after it was booked.
const DAYS: i64 = 10;

impl Find for Fedex {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let [from, to] = search.sent.days(DAYS, "%F");
        ask("/track/v1/referencenumbers").json(json!({
            "referencesInformation": {
                "type": "CUSTOMER_REFERENCE",
                "value": search.reference,
                "accountNumber": contract.number,
                "shipDateBegin": from,
                "shipDateEndDate": to,
            },
            "includeDetailedScans": false,
        }))
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
        ask("/track/v1/trackingnumbers")
            .json(json!({"includeDetailedScans": true, "trackingInfo": numbers}))
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        known(answer, |number, result| HISTORY.of(number, result))
    }
}

fn ask(path: &str) -> Request {
    call(Effect::Reads, Method::Post, path)
}

/// What FedEx knows, in its order; a number that was used again stands twice. An error beside scans is
/// no error of the parcel's.
fn known<T>(answer: &Response, read: impl Fn(String, &Value) -> T) -> Result<Vec<T>, Why> {
    let body = match ANSWERS.read(answer).good() {
        Ok(body) => body,
        Err(said) => return judge(FAULTS, said).on_look_up(),
    };
    let results = list(&body, "output/completeTrackResults").iter();
    let results = results.flat_map(|asked| {
        let results = list(asked, "trackResults").iter();
        results.map(move |result| (asked, result))
    });
    let result = |(asked, result): (&Value, &Value)| {
        let number = result.number("trackingNumberInfo/trackingNumber");
        let number = number.or_else(|| asked.number("trackingNumber"));
        let scanned = !list(result, "scanEvents").is_empty();
        match (number, text(result, "error/code")) {
            (Some(number), code) if scanned || code.is_none() => Ok(read(number, result)),
            (_, code) => {
                let message = text(result, "error/message").unwrap_or_default();
                Err(Said::new(answer, code.as_deref(), message))
            }
        }
    };
    ANSWERS.known_among(answer, results.map(result))
}

const HISTORY: History = History {
    events: "scanEvents",
    code: "eventType|derivedStatusCode",
    codes: STATUSES,
    kinds: &[("derivedStatusCode", STATUSES)],
    place: "scanLocation/city",
    stands: &[
        ("latestStatusDetail/code", STATUSES),
        ("latestStatusDetail/derivedCode", STATUSES),
    ],
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
