//! A stand-in for UPS: books into the stub ledger and speaks UPS's language, errors included.
//!
//! It refuses what UPS would refuse (no token, a missing or overlong field), books the same reference
//! twice when asked twice, and recovers labels by reference. It knows no prices and no real places.

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
    if asked.is("POST", "/security/v1/oauth/token") {
        return Some(token(asked).into());
    }
    if asked.is("POST", "/api/shipments/v2409/ship") {
        return Some(booked(&desk, asked));
    }
    if let Some(number) = asked.to("DELETE", "/api/shipments/v2409/void/cancel/") {
        return Some(desk.answer(
            "void",
            None,
            || guarded(asked, || voided(&desk, number)),
            &refuse,
        ));
    }
    if asked.is("POST", "/api/labels/v1/recovery") {
        return Some(recovered(&desk, asked));
    }
    let by_reference = asked.to("GET", "/api/track/v1/reference/details/");
    if let Some(reference) = by_reference {
        let known = || desk.find(asked.one("shipperNum"), reference);
        let answer = || guarded(asked, || tracked(reference, &known()));
        return Some(desk.answer("find", Some(reference), answer, &refuse));
    }
    let number = asked.to("GET", "/api/track/v1/details/")?;
    let known = || Vec::from_iter(desk.by_number(number));
    let answer = || guarded(asked, || tracked(number, &known()));
    Some(desk.answer("track", None, answer, &refuse))
}

/// The answer to whoever bears a token.
fn guarded(asked: &Asked, answer: impl FnOnce() -> Answer) -> Answer {
    if asked.bears_token() {
        answer()
    } else {
        refuse(Refused::Unauthorized)
    }
}

/// What UPS requires: where it stands, and how long it may be.
#[rustfmt::skip]
const REQUIRED: [(&str, usize); 16] = [
    ("Request/RequestOption", 11),
    ("Shipment/Description", 50),
    ("Shipment/Shipper/Name", 35),
    ("Shipment/Shipper/ShipperNumber", 6),
    ("Shipment/Shipper/Address/AddressLine/0", 35),
    ("Shipment/Shipper/Address/City", 30),
    ("Shipment/Shipper/Address/CountryCode", 2),
    ("Shipment/ShipTo/Name", 35),
    ("Shipment/ShipTo/Address/AddressLine/0", 35),
    ("Shipment/ShipTo/Address/City", 30),
    ("Shipment/ShipTo/Address/CountryCode", 2),
    ("Shipment/PaymentInformation/ShipmentCharge/0/BillShipper/AccountNumber", 6),
    ("Shipment/ReferenceNumber/0/Value", 35),
    ("Shipment/Service/Code", 2),
    ("Shipment/Package/0/PackageWeight/Weight", 5),
    ("LabelSpecification/LabelImageFormat/Code", 4),
];

fn booked(desk: &Desk<'_>, asked: &Asked) -> Reply {
    let body = asked.json();
    let wanted = body.get("ShipmentRequest").cloned().unwrap_or_default();
    let reference = said(&wanted, "Shipment/ReferenceNumber/0/Value");
    if !asked.bears_token() {
        return refuse(Refused::Unauthorized).into();
    }
    match invalid(&wanted) {
        Some(no) => no.into(),
        None => desk.book(&reference, |kind| accepted(desk, &wanted, kind), &refuse),
    }
}

fn invalid(wanted: &Value) -> Option<Answer> {
    let abroad = said(wanted, "Shipment/Shipper/Address/CountryCode")
        != said(wanted, "Shipment/ShipTo/Address/CountryCode");
    let no = |code, message: &str| Some(errors(400, code, message));
    if let Some(first) = too_long_or_missing(wanted, &REQUIRED).first() {
        return no("20007", &format!("Missing or invalid field {first}"));
    }
    if PROFILE
        .product(&said(wanted, "Shipment/Service/Code"))
        .is_none()
    {
        return no("120108", "Missing or invalid service code");
    }
    if abroad && said(wanted, "Shipment/ShipTo/Phone/Number").is_empty() {
        return no("120217", "Missing or invalid ship to phone number");
    }
    None
}

fn accepted(desk: &Desk<'_>, wanted: &Value, kind: LabelKind) -> Answer {
    let parcels = list(wanted, "Shipment/Package").len();
    let account = said(wanted, "Shipment/Shipper/ShipperNumber");
    let reference = said(wanted, "Shipment/ReferenceNumber/0/Value");
    let product = said(wanted, "Shipment/Service/Code");
    let number = |serial| format!("1Z{account}{product}{serial:08}");
    let booking = desk.accept((&account, &reference), &product, parcels, number);
    let format = format(wanted);
    let package = |number: &String| {
        let image = kind.base64(format, number);
        let code = format.name().to_uppercase();
        let label = |image| json!({"ImageFormat": {"Code": code}, "GraphicImage": image});
        json!({"TrackingNumber": number, "ShippingLabel": image.map(label)})
    };
    let body = json!({"ShipmentResponse": {
        "Response": success(),
        "ShipmentResults": {
            "ShipmentIdentificationNumber": booking.tracking_number,
            "PackageResults": booking.parcels.iter().map(package).collect::<Vec<_>>(),
        },
    }});
    Answer::json(200, &without_nulls(body))
}

fn success() -> Value {
    json!({"ResponseStatus": {"Code": "1", "Description": "Success"}})
}

fn format(wanted: &Value) -> LabelFormat {
    match said(wanted, "LabelSpecification/LabelImageFormat/Code").as_str() {
        "ZPL" => LabelFormat::Zpl,
        _ => LabelFormat::Gif,
    }
}

/// Labels under a reference, or of one package.
fn recovered(desk: &Desk<'_>, asked: &Asked) -> Reply {
    let body = asked.json();
    let wanted = body
        .get("LabelRecoveryRequest")
        .cloned()
        .unwrap_or_default();
    let reference = said(&wanted, "ReferenceValues/ReferenceNumber/Value");
    let number = said(&wanted, "TrackingNumber");
    if !number.is_empty() {
        let answer = || {
            let known = desk.by_number(&number).filter(StubBooking::is_live);
            labels(&wanted, known.as_ref(), std::slice::from_ref(&number))
        };
        return desk.answer("label", None, || guarded(asked, answer), &refuse);
    }
    let answer = || {
        let known = desk.find(&said(&wanted, "ReferenceValues/ShipperNumber"), &reference);
        match known.as_slice() {
            [_, _, ..] => candidates(&known),
            one => labels(
                &wanted,
                one.first(),
                one.first().map_or(&[], |one| &one.parcels),
            ),
        }
    };
    desk.answer("find", Some(&reference), || guarded(asked, answer), &refuse)
}

fn labels(wanted: &Value, booking: Option<&StubBooking>, numbers: &[String]) -> Answer {
    let Some(booking) = booking else {
        return errors(400, "TW0001", "Tracking Information Not Found");
    };
    let format = format(wanted);
    let result = |number: &String| {
        let image = LabelKind::Good.base64(format, number);
        let code = format.name();
        json!({
            "TrackingNumber": number,
            "LabelImage": {"LabelImageFormat": {"Code": code}, "GraphicImage": image},
        })
    };
    let results: Vec<_> = numbers.iter().map(result).collect();
    let body = json!({"LabelRecoveryResponse": {
        "Response": success(),
        "ShipmentIdentificationNumber": booking.tracking_number,
        "LabelResults": results,
    }});
    Answer::json(200, &body)
}

/// The reference fits several shipments.
fn candidates(known: &[StubBooking]) -> Answer {
    let candidate = |booking: &StubBooking| json!({"TrackingNumber": booking.tracking_number});
    let candidates: Vec<_> = known.iter().map(candidate).collect();
    let body = json!({"LabelRecoveryResponse": {
        "Response": success(),
        "TrackingCandidate": candidates,
    }});
    Answer::json(200, &body)
}

fn voided(desk: &Desk<'_>, number: &str) -> Answer {
    match desk.void(number) {
        StubVoid::Voided => Answer::json(
            200,
            &json!({"VoidShipmentResponse": {
                "Response": success(),
                "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}},
            }}),
        ),
        StubVoid::TooLate => errors(400, "190117", "The shipment is outside the void period"),
        StubVoid::NotFound => errors(
            400,
            "190102",
            "No shipment found within the allowed void period",
        ),
    }
}

fn tracked(asked_for: &str, known: &[StubBooking]) -> Answer {
    let shipments: Vec<_> = known
        .iter()
        .map(|booking| {
            let packages: Vec<_> = booking
                .parcels
                .iter()
                .map(|one| package(booking, one))
                .collect();
            json!({"inquiryNumber": asked_for, "package": packages})
        })
        .collect();
    let nothing = json!([{
        "inquiryNumber": asked_for,
        "warnings": [{"code": "TW0001", "message": "Tracking Information Not Found"}],
    }]);
    let told = if shipments.is_empty() {
        nothing
    } else {
        shipments.into()
    };
    Answer::json(200, &json!({"trackResponse": {"shipment": told}}))
}

/// Newest first.
fn package(booking: &StubBooking, number: &str) -> Value {
    let activity = |code, kind, status, description| {
        json!({
            "location": {"address": {"city": "LILLE", "countryCode": "FR"}},
            "status": {"type": kind, "description": description, "code": code, "statusCode": status},
            "date": booking.at.strftime("%Y%m%d").to_string(),
            "time": booking.at.strftime("%H%M%S").to_string(),
        })
    };
    let mut activities = vec![activity("MP", "M", "003", "Shipper created a label")];
    if booking.picked_up {
        activities.insert(0, activity("PU", "P", "038", "Picked up"));
    }
    if !booking.is_live() {
        activities.insert(
            0,
            activity("VP", "MV", "007", "Shipment information voided"),
        );
    }
    json!({"trackingNumber": number, "activity": activities})
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => errors(429, "10429", "Rate Limit Exceeded"),
        Refused::Unauthorized => errors(401, "250003", "Invalid Access Token"),
        Refused::Rejected { code, message } => errors(400, code, message),
        Refused::Broken => errors(500, "20001", "General process failure"),
        Refused::Down => errors(503, "10503", "Service unavailable"),
    }
}

fn errors(status: u16, code: &str, message: &str) -> Answer {
    let error = json!({"code": code, "message": message});
    Answer::json(status, &json!({"response": {"errors": [error]}}))
}

fn said(value: &Value, path: &str) -> String {
    text(value, path).unwrap_or_default().into_owned()
}
