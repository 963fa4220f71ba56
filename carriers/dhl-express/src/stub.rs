//! A stand-in for MyDHL: books into the stub ledger and speaks DHL's language, errors included.
//!
//! It refuses what DHL would refuse (no credentials, a missing or overlong field) and, like DHL,
//! books the same reference twice when asked twice. It knows no prices and no real places.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carrier_sdk::LabelFormat;
use carrier_sdk::stub::{
    Answer, Bench, LabelKind, NewBooking, Refused, StubBooking, book, label, read,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::profile::PROFILE;
use crate::wire::drop_nulls;

/// The endpoints, under `/mydhlapi` (production) and `/mydhlapi/test`.
#[must_use]
pub fn mocks(bench: &Bench) -> Vec<Mock> {
    let (booking, tracking) = (bench.clone(), bench.clone());
    vec![
        Mock::given(method("POST"))
            .and(path_regex("^/mydhlapi(/test)?/shipments$"))
            .respond_with(move |request: &Request| shipments(&booking, request)),
        Mock::given(method("GET"))
            .and(path_regex("^/mydhlapi(/test)?/tracking$"))
            .respond_with(move |request: &Request| track(&tracking, request)),
    ]
}

fn shipments(bench: &Bench, request: &Request) -> ResponseTemplate {
    let body: Value = request.body_json().unwrap_or_default();
    let reference = text(&body, "/customerReferences/0/value");
    match unauthorized(request).or_else(|| invalid(&body)) {
        Some(no) => ResponseTemplate::new(no.status).set_body_raw(no.body, no.content_type),
        None => {
            let fault = bench.faults.draw(PROFILE.name, "book", Some(reference));
            book(bench, fault, |kind| accept(bench, &body, kind), &refuse)
        }
    }
}

fn unauthorized(request: &Request) -> Option<Answer> {
    let header = request.headers.get("authorization");
    let header = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let known = header
        .strip_prefix("Basic ")
        .is_some_and(|secret| !secret.is_empty());
    (!known).then(|| refuse(Refused::Unauthorized))
}

/// What DHL requires: where it stands, and how long it may be.
const REQUIRED: [(&str, usize); 22] = [
    ("/plannedShippingDateAndTime", 29),
    ("/productCode", 6),
    ("/accounts/0/typeCode", 12),
    ("/accounts/0/number", 12),
    ("/customerReferences/0/value", 35),
    ("/customerDetails/shipperDetails/postalAddress/cityName", 45),
    (
        "/customerDetails/shipperDetails/postalAddress/countryCode",
        2,
    ),
    (
        "/customerDetails/shipperDetails/postalAddress/addressLine1",
        45,
    ),
    (
        "/customerDetails/shipperDetails/contactInformation/phone",
        70,
    ),
    (
        "/customerDetails/shipperDetails/contactInformation/companyName",
        100,
    ),
    (
        "/customerDetails/shipperDetails/contactInformation/fullName",
        255,
    ),
    (
        "/customerDetails/receiverDetails/postalAddress/cityName",
        45,
    ),
    (
        "/customerDetails/receiverDetails/postalAddress/countryCode",
        2,
    ),
    (
        "/customerDetails/receiverDetails/postalAddress/addressLine1",
        45,
    ),
    (
        "/customerDetails/receiverDetails/contactInformation/phone",
        70,
    ),
    (
        "/customerDetails/receiverDetails/contactInformation/companyName",
        100,
    ),
    (
        "/customerDetails/receiverDetails/contactInformation/fullName",
        255,
    ),
    ("/content/description", 70),
    ("/content/incoterm", 3),
    ("/content/unitOfMeasurement", 8),
    ("/outputImageProperties/encodingFormat", 3),
    ("/outputImageProperties/imageOptions/0/typeCode", 14),
];

fn invalid(body: &Value) -> Option<Answer> {
    let mut problems = Vec::new();
    for (place, max) in REQUIRED {
        let length = text(body, place).chars().count();
        if length == 0 {
            problems.push(format!("#{place}: required key not found"));
        } else if length > max {
            problems.push(format!(
                "#{place}: expected maxLength: {max}, actual: {length}"
            ));
        }
    }
    for (place, package) in packages(body).iter().enumerate() {
        if package["weight"]
            .as_f64()
            .is_none_or(|weight| weight < 0.001)
        {
            problems.push(format!(
                "#/content/packages/{place}/weight: required key not found"
            ));
        }
    }
    if !problems.is_empty() {
        return Some(problem(422, "Validation error", &problems));
    }
    let refused = |detail: &str| Some(problem(400, "Bad request", &[detail.to_owned()]));
    if !is_time(text(body, "/plannedShippingDateAndTime")) {
        return refused("998: ShipTimeStamp is not well formatted.");
    }
    if PROFILE.product(text(body, "/productCode")).is_none() {
        return refused(
            "1001: The requested product(s) not available based on your search criteria.",
        );
    }
    let declarable = body.pointer("/content/isCustomsDeclarable") == Some(&Value::Bool(true));
    let declared = body
        .pointer("/content/exportDeclaration/lineItems/0")
        .is_some();
    if packages(body).is_empty() || declarable != declared {
        return refused("Missing mandatory parameters: content");
    }
    None
}

fn is_time(text: &str) -> bool {
    text.split_once(" GMT").is_some_and(|(local, offset)| {
        local.parse::<jiff::civil::DateTime>().is_ok() && offset.len() == 6
    })
}

fn accept(bench: &Bench, body: &Value, kind: LabelKind) -> Answer {
    let new = NewBooking {
        carrier: PROFILE.name,
        account: text(body, "/accounts/0/number"),
        reference: text(body, "/customerReferences/0/value"),
        product: text(body, "/productCode"),
        parcels: packages(body).len(),
    };
    let booking = bench.ledger.accept_with_parcels(
        new,
        |serial| format!("{:010}", 1_000_000_000 + serial),
        |serial| format!("JD{:018}", 14_600_000_000_000_000 + serial),
    );
    let format = match text(body, "/outputImageProperties/encodingFormat") {
        "zpl" => LabelFormat::Zpl,
        _ => LabelFormat::Pdf,
    };
    let linked = text(body, "/getAdditionalInformation/0/typeCode") == "linkLabelsByPieces";
    let pieces = booking.parcels.iter().zip(1..);
    let packages: Vec<_> = pieces
        .clone()
        .map(|(number, place)| json!({"referenceNumber": place, "trackingNumber": number}))
        .collect();
    let documents: Vec<_> = pieces
        .take(if linked { booking.parcels.len() } else { 1 })
        .map(|(number, place)| document(kind, format, number, linked.then_some(place)))
        .collect();
    told(
        201,
        json!({
            "shipmentTrackingNumber": booking.tracking_number,
            "trackingUrl": format!("https://stub.example/shipments/{}/tracking", booking.tracking_number),
            "packages": packages,
            "documents": (kind != LabelKind::Missing).then_some(documents),
        }),
    )
}

fn told(status: u16, mut body: Value) -> Answer {
    drop_nulls(&mut body);
    Answer::json(status, &body)
}

fn document(kind: LabelKind, format: LabelFormat, number: &str, package: Option<i32>) -> Value {
    let content = match kind {
        LabelKind::Broken => "a label that is no base64".to_owned(),
        _ => STANDARD.encode(label(format, number)),
    };
    json!({
        "imageFormat": format.name().to_uppercase(),
        "content": content,
        "typeCode": "label",
        "packageReferenceNumber": package,
    })
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => problem(429, "Too Many Requests", &["Too many requests".to_owned()]),
        Refused::Unauthorized => {
            Answer::json(401, &json!({"reasons": [{"msg": "Invalid Credentials"}]}))
        }
        Refused::Rejected { code, message } => {
            let code = Some(code).filter(|code| !code.is_empty());
            let detail = code.map(|code| format!("{code}: {message}"));
            problem(
                400,
                "Bad request",
                &[detail.unwrap_or_else(|| message.to_owned())],
            )
        }
        Refused::Broken => problem(
            500,
            "Internal Server Error",
            &["999: Process failure occurred. Process ID (1)".to_owned()],
        ),
        Refused::Down => problem(
            503,
            "Service Unavailable",
            &["Service Unavailable".to_owned()],
        ),
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
    told(status, body)
}

fn track(bench: &Bench, request: &Request) -> ResponseTemplate {
    let asked = |key: &str| -> Vec<String> {
        let pairs = request.url.query_pairs();
        let values = pairs.filter(|(name, _)| name == key);
        values.map(|(_, value)| value.into_owned()).collect()
    };
    let reference = asked("shipmentReference").pop();
    let operation = if reference.is_some() { "find" } else { "track" };
    let fault = bench
        .faults
        .draw(PROFILE.name, operation, reference.as_deref());
    let answer = || match unauthorized(request) {
        Some(refused) => refused,
        None => match &reference {
            Some(reference) => found(bench, reference, &asked),
            None => located(bench, &asked("shipmentTrackingNumber")),
        },
    };
    read(bench, fault, answer, &refuse)
}

fn found(bench: &Bench, reference: &str, asked: &dyn Fn(&str) -> Vec<String>) -> Answer {
    let one = |key| asked(key).pop().unwrap_or_default();
    for key in ["shipperAccountNumber", "dateRangeFrom", "dateRangeTo"] {
        if one(key).is_empty() {
            return problem(
                400,
                "Missing parameters",
                &[format!("Missing mandatory parameters: {key}")],
            );
        }
    }
    let (from, to) = (one("dateRangeFrom"), one("dateRangeTo"));
    let mut known = bench
        .ledger
        .find(PROFILE.name, &one("shipperAccountNumber"), reference);
    known.retain(|booking| {
        let day: String = booking.at.to_string().chars().take(10).collect();
        (from.as_str()..=to.as_str()).contains(&day.as_str())
    });
    list(
        &known,
        &format!("No Shipments Found for ReferenceID | {reference}"),
    )
}

fn located(bench: &Bench, numbers: &[String]) -> Answer {
    let booking = |number: &String| bench.ledger.by_number(PROFILE.name, number);
    let known: Vec<_> = numbers.iter().filter_map(booking).collect();
    list(&known, "No data found")
}

fn list(bookings: &[StubBooking], nothing: &str) -> Answer {
    if bookings.is_empty() {
        return problem(404, "Not data found", &[nothing.to_owned()]);
    }
    let shipments: Vec<_> = bookings.iter().map(tracked).collect();
    Answer::json(200, &json!({"shipments": shipments}))
}

fn tracked(booking: &StubBooking) -> Value {
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

fn text<'a>(body: &'a Value, place: &str) -> &'a str {
    body.pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn packages(body: &Value) -> &[Value] {
    let packages = body.pointer("/content/packages").and_then(Value::as_array);
    packages.map_or(&[], Vec::as_slice)
}
