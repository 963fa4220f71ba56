//! A stand-in for MyDHL: books into the stub ledger and speaks DHL's language, errors included.
//!
//! It refuses what DHL would refuse (no credentials, a missing or overlong field) and, like DHL,
//! books the same reference twice when asked twice. It knows no prices and no real places.

use carrier_sdk::LabelFormat;
use carrier_sdk::json::{at, list, text, without_nulls};
use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, too_long_or_missing,
};
use serde_json::{Value, json};

use crate::profile::PROFILE;

/// The endpoints, under `/mydhlapi` (production) and `/mydhlapi/test`.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    let path = asked.path.strip_prefix("/mydhlapi")?;
    match (asked.method.as_str(), path.trim_start_matches("/test")) {
        ("POST", "/shipments") => Some(booked(&desk, asked)),
        ("GET", "/tracking") => Some(tracked(&desk, asked)),
        _ => None,
    }
}

fn booked(desk: &Desk<'_>, asked: &Asked) -> Reply {
    let body = asked.json();
    let refused = unauthorized(asked).or_else(|| invalid(&body));
    match refused {
        Some(no) => no.into(),
        None => {
            let reference = said(&body, "customerReferences/0/value");
            desk.book(&reference, |kind| accepted(desk, &body, kind), &refuse)
        }
    }
}

fn unauthorized(asked: &Asked) -> Option<Answer> {
    asked
        .basic()
        .is_none()
        .then(|| refuse(Refused::Unauthorized))
}

/// What DHL requires: where it stands, and how long it may be.
#[rustfmt::skip]
const REQUIRED: [(&str, usize); 22] = [
    ("plannedShippingDateAndTime", 29),
    ("productCode", 6),
    ("accounts/0/typeCode", 12),
    ("accounts/0/number", 12),
    ("customerReferences/0/value", 35),
    ("customerDetails/shipperDetails/postalAddress/cityName", 45),
    ("customerDetails/shipperDetails/postalAddress/countryCode", 2),
    ("customerDetails/shipperDetails/postalAddress/addressLine1", 45),
    ("customerDetails/shipperDetails/contactInformation/phone", 70),
    ("customerDetails/shipperDetails/contactInformation/companyName", 100),
    ("customerDetails/shipperDetails/contactInformation/fullName", 255),
    ("customerDetails/receiverDetails/postalAddress/cityName", 45),
    ("customerDetails/receiverDetails/postalAddress/countryCode", 2),
    ("customerDetails/receiverDetails/postalAddress/addressLine1", 45),
    ("customerDetails/receiverDetails/contactInformation/phone", 70),
    ("customerDetails/receiverDetails/contactInformation/companyName", 100),
    ("customerDetails/receiverDetails/contactInformation/fullName", 255),
    ("content/description", 70),
    ("content/incoterm", 3),
    ("content/unitOfMeasurement", 8),
    ("outputImageProperties/encodingFormat", 3),
    ("outputImageProperties/imageOptions/0/typeCode", 14),
];

fn invalid(body: &Value) -> Option<Answer> {
    let packages = list(body, "content/packages");
    let mut problems = too_long_or_missing(body, &REQUIRED);
    for (place, package) in packages.iter().enumerate() {
        let weight = package.get("weight").and_then(Value::as_f64);
        if weight.is_none_or(|weight| weight < 0.001) {
            problems.push(format!(
                "#/content/packages/{place}/weight: required key not found"
            ));
        }
    }
    if !problems.is_empty() {
        return Some(problem(422, "Validation error", &problems));
    }
    let refused = |detail: &str| Some(problem(400, "Bad request", &[detail.to_owned()]));
    if !is_time(&said(body, "plannedShippingDateAndTime")) {
        return refused("998: ShipTimeStamp is not well formatted.");
    }
    if PROFILE.product(&said(body, "productCode")).is_none() {
        return refused(
            "1001: The requested product(s) not available based on your search criteria.",
        );
    }
    let declarable = at(body, "content/isCustomsDeclarable") == Some(&Value::Bool(true));
    let declared = at(body, "content/exportDeclaration/lineItems/0").is_some();
    if packages.is_empty() || declarable != declared {
        return refused("Missing mandatory parameters: content");
    }
    None
}

fn is_time(text: &str) -> bool {
    text.split_once(" GMT").is_some_and(|(local, offset)| {
        local.parse::<jiff::civil::DateTime>().is_ok() && offset.len() == 6
    })
}

fn accepted(desk: &Desk<'_>, body: &Value, kind: LabelKind) -> Answer {
    let parcels = list(body, "content/packages").len();
    let account = said(body, "accounts/0/number");
    let reference = said(body, "customerReferences/0/value");
    let booking = desk.accept_with_parcels(
        (&account, &reference),
        &said(body, "productCode"),
        parcels,
        |serial| format!("{:010}", 1_000_000_000 + serial),
        |serial| format!("JD{:018}", 14_600_000_000_000_000 + serial),
    );
    let format = match said(body, "outputImageProperties/encodingFormat").as_str() {
        "zpl" => LabelFormat::Zpl,
        _ => LabelFormat::Pdf,
    };
    let linked = said(body, "getAdditionalInformation/0/typeCode") == "linkLabelsByPieces";
    let pieces = booking.parcels.iter().zip(1..);
    let packages: Vec<_> = pieces
        .clone()
        .map(|(number, place)| json!({"referenceNumber": place, "trackingNumber": number}))
        .collect();
    let documents: Vec<_> = pieces
        .take(if linked { parcels } else { 1 })
        .map(|(number, place)| {
            json!({
                "imageFormat": format.name().to_uppercase(),
                "content": kind.base64(format, number),
                "typeCode": "label",
                "packageReferenceNumber": linked.then_some(place),
            })
        })
        .collect();
    let number = &booking.tracking_number;
    let body = json!({
        "shipmentTrackingNumber": number,
        "trackingUrl": format!("https://stub.example/shipments/{number}/tracking"),
        "packages": packages,
        "documents": (kind != LabelKind::Missing).then_some(documents),
    });
    Answer::json(201, &without_nulls(body))
}

fn refuse(refused: Refused<'_>) -> Answer {
    let one = |status, title, detail: &str| problem(status, title, &[detail.to_owned()]);
    match refused {
        Refused::Busy => one(429, "Too Many Requests", "Too many requests"),
        Refused::Unauthorized => {
            Answer::json(401, &json!({"reasons": [{"msg": "Invalid Credentials"}]}))
        }
        Refused::Rejected { code: "", message } => one(400, "Bad request", message),
        Refused::Rejected { code, message } => {
            one(400, "Bad request", &format!("{code}: {message}"))
        }
        Refused::Broken => {
            let detail = "999: Process failure occurred. Process ID (1)";
            one(500, "Internal Server Error", detail)
        }
        Refused::Down => one(503, "Service Unavailable", "Service Unavailable"),
    }
}

fn problem(status: u16, title: &str, problems: &[String]) -> Answer {
    let (detail, additional) = match problems {
        [one] => (one.as_str(), None),
        several => (
            "Multiple problems found, see Additional Details",
            Some(several),
        ),
    };
    let body = json!({
        "instance": "/expressapi/stub",
        "detail": detail,
        "title": title,
        "message": title,
        "additionalDetails": additional,
        "status": status.to_string(),
    });
    Answer::json(status, &without_nulls(body))
}

fn tracked(desk: &Desk<'_>, asked: &Asked) -> Reply {
    let reference = Some(asked.one("shipmentReference")).filter(|one| !one.is_empty());
    let operation = if reference.is_some() { "find" } else { "track" };
    let answer = || match (unauthorized(asked), reference) {
        (Some(no), _) => no,
        (None, Some(reference)) => found(desk, reference, asked),
        (None, None) => {
            let numbers = asked.all("shipmentTrackingNumber");
            let known = numbers
                .into_iter()
                .filter_map(|number| desk.by_number(number));
            shipments(&known.collect::<Vec<_>>(), "No data found")
        }
    };
    desk.answer(operation, reference, answer, &refuse)
}

fn found(desk: &Desk<'_>, reference: &str, asked: &Asked) -> Answer {
    for key in ["shipperAccountNumber", "dateRangeFrom", "dateRangeTo"] {
        if asked.one(key).is_empty() {
            let detail = format!("Missing mandatory parameters: {key}");
            return problem(400, "Missing parameters", &[detail]);
        }
    }
    let days = asked.one("dateRangeFrom")..=asked.one("dateRangeTo");
    let mut known = desk.find(asked.one("shipperAccountNumber"), reference);
    known.retain(|booking| {
        let day: String = booking.at.to_string().chars().take(10).collect();
        days.contains(&day.as_str())
    });
    shipments(
        &known,
        &format!("No Shipments Found for ReferenceID | {reference}"),
    )
}

fn shipments(bookings: &[StubBooking], nothing: &str) -> Answer {
    if bookings.is_empty() {
        return problem(404, "Not data found", &[nothing.to_owned()]);
    }
    let shipments: Vec<_> = bookings.iter().map(shipment).collect();
    Answer::json(200, &json!({"shipments": shipments}))
}

fn shipment(booking: &StubBooking) -> Value {
    let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let (date, time) = at.split_once('T').unwrap_or_default();
    let picked_up = json!({
        "date": date, "time": time, "typeCode": "PU", "description": "Shipment picked up",
        "serviceArea": [{"code": "LIL", "description": "LILLE-FR"}],
    });
    json!({
        "shipmentTrackingNumber": booking.tracking_number,
        "status": "Success",
        "shipmentTimestamp": at,
        "productCode": booking.product,
        "shipperReferences": [{"value": booking.reference, "typeCode": "CU"}],
        "events": if booking.picked_up { vec![picked_up] } else { Vec::new() },
        "numberOfPieces": booking.parcels.len(),
    })
}

fn said(body: &Value, path: &str) -> String {
    text(body, path).unwrap_or_default().into_owned()
}
