//! A stand-in for FedEx: books into the stub ledger and speaks FedEx's language, errors included.
//!
//! It refuses what FedEx would refuse (no token, a missing or overlong field), and books the same
//! reference twice when asked twice. It knows no prices and no real places.

use carrier_sdk::LabelFormat;
use carrier_sdk::json::{list, text, without_nulls};
use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, StubVoid, token,
    too_long_or_missing,
};
use serde_json::{Value, json};

use crate::profile::PROFILE;

/// The endpoints, at the root.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    let body = asked.json();
    let reply = match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/oauth/token") => token(asked).into(),
        ("POST", "/ship/v1/shipments") => booked(&desk, asked, &body),
        ("PUT", "/ship/v1/shipments/cancel") => {
            let answer = || guarded(asked, || voided(&desk, &body));
            desk.answer("void", None, answer, &refuse)
        }
        ("POST", "/track/v1/trackingnumbers") => {
            let answer = || guarded(asked, || tracked(&desk, &body));
            desk.answer("track", None, answer, &refuse)
        }
        ("POST", "/track/v1/referencenumbers") => {
            let reference = said(&body, "referencesInformation/value");
            let answer = || guarded(asked, || found(&desk, &body, &reference));
            desk.answer("find", Some(&reference), answer, &refuse)
        }
        _ => return None,
    };
    Some(reply)
}

/// The answer to whoever bears a token.
fn guarded(asked: &Asked, answer: impl FnOnce() -> Answer) -> Answer {
    if asked.bears_token() {
        answer()
    } else {
        refuse(Refused::Unauthorized)
    }
}

/// What FedEx requires: where it stands, and how long it may be.
#[rustfmt::skip]
const REQUIRED: [(&str, usize); 17] = [
    ("labelResponseOptions", 8),
    ("accountNumber/value", 9),
    ("requestedShipment/pickupType", 30),
    ("requestedShipment/serviceType", 40),
    ("requestedShipment/packagingType", 20),
    ("requestedShipment/shipper/contact/phoneNumber", 15),
    ("requestedShipment/shipper/address/streetLines/0", 35),
    ("requestedShipment/shipper/address/city", 35),
    ("requestedShipment/shipper/address/countryCode", 2),
    ("requestedShipment/recipients/0/contact/personName", 70),
    ("requestedShipment/recipients/0/contact/phoneNumber", 15),
    ("requestedShipment/recipients/0/address/streetLines/0", 35),
    ("requestedShipment/recipients/0/address/city", 35),
    ("requestedShipment/recipients/0/address/countryCode", 2),
    ("requestedShipment/labelSpecification/imageType", 5),
    ("requestedShipment/labelSpecification/labelStockType", 30),
    ("requestedShipment/requestedPackageLineItems/0/weight/value", 10),
];
const REFERENCE: &str = "requestedShipment/requestedPackageLineItems/0/customerReferences/0/value";

fn booked(desk: &Desk<'_>, asked: &Asked, body: &Value) -> Reply {
    if !asked.bears_token() {
        return refuse(Refused::Unauthorized).into();
    }
    match invalid(body) {
        Some(no) => no.into(),
        None => {
            let reference = said(body, REFERENCE);
            desk.book(&reference, |kind| accepted(desk, body, kind), &refuse)
        }
    }
}

fn invalid(body: &Value) -> Option<Answer> {
    let no = |code: &str, message: &str| Some(errors(400, code, message));
    if let Some(first) = too_long_or_missing(body, &REQUIRED).first() {
        return no(
            "SHIPMENT.FIELD.INVALID",
            &format!("Missing or invalid field {first}"),
        );
    }
    if PROFILE
        .product(&said(body, "requestedShipment/serviceType"))
        .is_none()
    {
        return no("SERVICE.TYPE.INVALID", "The service type is invalid.");
    }
    for party in ["shipper", "recipients/0"] {
        let phone = said(
            body,
            &format!("requestedShipment/{party}/contact/phoneNumber"),
        );
        if phone.len() < 10 {
            return no(
                "PHONENUMBER.LENGTH.INVALID",
                "The phone number is too short.",
            );
        }
    }
    None
}

fn accepted(desk: &Desk<'_>, body: &Value, kind: LabelKind) -> Answer {
    let shipment = body.get("requestedShipment").cloned().unwrap_or_default();
    let pieces = list(&shipment, "requestedPackageLineItems").len();
    let (account, reference) = (said(body, "accountNumber/value"), said(body, REFERENCE));
    let product = said(&shipment, "serviceType");
    let number = |serial| format!("{:012}", 794_900_000_000_u64 + serial);
    let booking = desk.accept((&account, &reference), &product, pieces, number);
    let format = match said(&shipment, "labelSpecification/imageType").as_str() {
        "ZPLII" => LabelFormat::Zpl,
        "EPL2" => LabelFormat::Epl,
        "PNG" => LabelFormat::Png,
        _ => LabelFormat::Pdf,
    };
    let piece = |number: &String| {
        let document = |label| json!({"contentType": "LABEL", "encodedLabel": label});
        let documents = kind
            .base64(format, number)
            .map(|label| vec![document(label)]);
        json!({"trackingNumber": number, "packageDocuments": documents})
    };
    let shipment = json!({
        "masterTrackingNumber": booking.tracking_number,
        "serviceType": product,
        "pieceResponses": booking.parcels.iter().map(piece).collect::<Vec<_>>(),
    });
    good(&json!({"transactionShipments": [without_nulls(shipment)]}))
}

fn voided(desk: &Desk<'_>, body: &Value) -> Answer {
    match desk.void(&said(body, "trackingNumber")) {
        StubVoid::Voided => good(&json!({"cancelledShipment": true, "successMessage": "Success"})),
        StubVoid::TooLate => good(&json!({"cancelledShipment": false})),
        StubVoid::NotFound => errors(
            400,
            "TRACKING.TRACKINGNUMBER.NOTFOUND",
            "Tracking number cannot be found.",
        ),
    }
}

fn tracked(desk: &Desk<'_>, body: &Value) -> Answer {
    let asked = list(body, "trackingInfo").iter();
    let asked = asked.map(|info| said(info, "trackingNumberInfo/trackingNumber"));
    let result = |number: String| match desk.by_number(&number) {
        Some(booking) => piece(&booking, &number),
        None => json!({
            "trackingNumberInfo": {"trackingNumber": number},
            "error": {
                "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
                "message": "Tracking number cannot be found.",
            },
        }),
    };
    results(asked.map(result))
}

fn found(desk: &Desk<'_>, body: &Value, reference: &str) -> Answer {
    let place = "referencesInformation";
    for name in ["shipDateBegin", "shipDateEndDate"] {
        if said(body, &format!("{place}/{name}")).is_empty() {
            return errors(
                400,
                "TRACKING.SHIPDATE.EMPTY",
                "Please provide a ship date.",
            );
        }
    }
    let known = desk.find(&said(body, &format!("{place}/accountNumber")), reference);
    if known.is_empty() {
        return errors(
            400,
            "TRACKING.DATA.NOTFOUND",
            "Tracking data cannot be found.",
        );
    }
    let pieces = |booking: &StubBooking| {
        let numbers = booking.parcels.iter();
        numbers
            .map(|number| piece(booking, number))
            .collect::<Vec<_>>()
    };
    results(known.iter().flat_map(pieces))
}

fn results(results: impl Iterator<Item = Value>) -> Answer {
    let complete = |result: Value| {
        let number = said(&result, "trackingNumberInfo/trackingNumber");
        json!({"trackingNumber": number, "trackResults": [result]})
    };
    let complete: Vec<_> = results.map(complete).collect();
    good(&json!({"completeTrackResults": complete}))
}

/// Newest first.
fn piece(booking: &StubBooking, number: &str) -> Value {
    let scan = |code| {
        let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
        json!({"date": at, "eventType": code, "scanLocation": {"city": "LILLE"}})
    };
    let latest = match (booking.is_live(), booking.picked_up) {
        (false, _) => "CA",
        (true, true) => "PU",
        (true, false) => "OC",
    };
    let scans = if latest == "OC" {
        vec![scan("OC")]
    } else {
        vec![scan(latest), scan("OC")]
    };
    json!({
        "trackingNumberInfo": {"trackingNumber": number},
        "latestStatusDetail": {"code": latest},
        "scanEvents": scans,
    })
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => errors(429, "TOO.MANY.REQUESTS", "Too many requests."),
        Refused::Unauthorized => errors(401, "NOT.AUTHORIZED.ERROR", "Access token expired."),
        Refused::Rejected { code, message } => errors(400, code, message),
        Refused::Broken => errors(
            500,
            "INTERNAL.SERVER.ERROR",
            "An unexpected error occurred.",
        ),
        Refused::Down => errors(
            503,
            "SERVICE.UNAVAILABLE.ERROR",
            "The service is unavailable.",
        ),
    }
}

fn good(output: &Value) -> Answer {
    Answer::json(200, &json!({"transactionId": "stub", "output": output}))
}

fn errors(status: u16, code: &str, message: &str) -> Answer {
    let error = json!({"code": code, "message": message});
    Answer::json(status, &json!({"transactionId": "stub", "errors": [error]}))
}

fn said(value: &Value, path: &str) -> String {
    text(value, path).unwrap_or_default().into_owned()
}
