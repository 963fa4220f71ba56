//! A stand-in for GLS: books into the stub ledger and speaks GLS's language, tokens included.
//!
//! Like GLS it books a reference twice when asked twice, and knows an account by its token alone. How
//! ShipIT-Farm words a refusal nobody published: here it is a problem as Track and Trace tells one.

use carrier_sdk::LabelFormat;
use carrier_sdk::json::{list, text, without_nulls};
use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, StubVoid, token,
    too_long_or_missing,
};
use serde_json::{Value, json};

use crate::profile::PROFILE;
use crate::{JSON, SHIPPING, TOKEN, TRACKING};

const MOMENT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The endpoints, under the host itself.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    if asked.is("POST", TOKEN) {
        return Some(desk.puzzled(token(asked)));
    }
    if let Some(numbers) = asked.to("GET", TRACKING) {
        return Some(guarded(asked, || tracked(&desk, numbers)));
    }
    let path = asked.to("POST", SHIPPING)?;
    let body = asked.json();
    let reply = match path {
        "/shipments" => guarded(asked, || booked(&desk, asked, &body)),
        "/shipments/reprintparcel" => guarded(asked, || printed(&desk, &body)),
        "/tracking/parcels" => guarded(asked, || found(&desk, &body)),
        _ => {
            let number = path.strip_prefix("/shipments/cancel/")?;
            guarded(asked, || cancelled(&desk, number))
        }
    };
    Some(reply)
}

/// What needs a token, and gets one.
fn guarded(asked: &Asked, reply: impl FnOnce() -> Reply) -> Reply {
    match asked.bears_token() {
        true => reply(),
        false => refuse(Refused::Unauthorized).into(),
    }
}

/// What GLS requires: where it stands, and how long it may be.
#[rustfmt::skip]
const REQUIRED: [(&str, usize); 14] = [
    ("Shipment/ShipmentReference/0", 40),
    ("Shipment/ShippingDate", 35),
    ("Shipment/Product", 10),
    ("Shipment/Consignee/Address/Name1", 40),
    ("Shipment/Consignee/Address/Street", 40),
    ("Shipment/Consignee/Address/City", 40),
    ("Shipment/Consignee/Address/CountryCode", 2),
    ("Shipment/Shipper/ContactID", 40),
    ("Shipment/Shipper/AlternativeShipperAddress/Name1", 40),
    ("Shipment/Shipper/AlternativeShipperAddress/Street", 40),
    ("Shipment/Shipper/AlternativeShipperAddress/City", 40),
    ("Shipment/ShipmentUnit/0/Weight", 9),
    ("PrintingOptions/ReturnLabels/TemplateSet", 30),
    ("PrintingOptions/ReturnLabels/LabelFormat", 10),
];

fn booked(desk: &Desk<'_>, asked: &Asked, body: &Value) -> Reply {
    if asked.header("content-type") != JSON {
        return problem(415, "Unsupported Media Type", JSON).into();
    }
    let mut problems = too_long_or_missing(body, &REQUIRED);
    if PROFILE.product(&said(body, "Shipment/Product")).is_none() {
        problems.push("Shipment/Product: unknown".to_owned());
    }
    if said(body, "Shipment/Consignee/Address/Zipcode").is_empty() {
        problems.push("Shipment/Consignee/Address/Zipcode: needed in this country".to_owned());
    }
    if !problems.is_empty() {
        return problem(400, "Bad Request", &problems.join("; ")).into();
    }
    let reference = said(body, "Shipment/ShipmentReference/0");
    desk.book(&reference, |kind| accepted(desk, body, kind), &refuse)
}

fn accepted(desk: &Desk<'_>, body: &Value, kind: LabelKind) -> Answer {
    let reference = said(body, "Shipment/ShipmentReference/0");
    let parcels = list(body, "Shipment/ShipmentUnit").len();
    let booking = desk.accept(
        ("", &reference),
        &said(body, "Shipment/Product"),
        parcels,
        |serial| format!("Z{serial:07}"),
    );
    created(&booking, &booking.parcels, format_of(body), kind)
}

/// A `CreatedShipment` of these of its parcels.
fn created(
    booking: &StubBooking,
    parcels: &[String],
    (name, format): (String, LabelFormat),
    kind: LabelKind,
) -> Answer {
    let told: Vec<Value> = parcels
        .iter()
        .map(|number| unit(booking, number, false))
        .collect();
    let labels: Vec<Option<String>> = parcels
        .iter()
        .map(|number| kind.base64(format, number))
        .collect();
    let printed = match kind {
        LabelKind::Missing => json!([]),
        _ => json!([{"Data": labels, "LabelFormat": name}]),
    };
    Answer::json(
        200,
        &json!({"CreatedShipment": {
            "ShipmentReference": [booking.reference],
            "ParcelData": told,
            "PrintData": printed,
            "CustomerID": "2760000000",
            "PickupLocation": "FR0059",
        }}),
    )
}

/// One parcel as ShipIT-Farm tells of it: in a look-up with more than in a booking.
fn unit(booking: &StubBooking, number: &str, is_listed: bool) -> Value {
    let place = booking.parcels.iter().position(|parcel| parcel == number);
    let at = booking.at.strftime(MOMENT).to_string();
    without_nulls(json!({
        "TrackID": number,
        "ParcelNumber": format!("5923{}", number.trim_start_matches('Z')),
        "ShipmentUnitReference": [place.map_or(1, |place| place + 1).to_string()],
        "ShipmentReference": is_listed.then_some([&booking.reference]),
        "InitialDate": is_listed.then_some(at),
        "Status": is_listed.then_some("PREADVICE"),
    }))
}

fn printed(desk: &Desk<'_>, body: &Value) -> Reply {
    let number = said(body, "TrackID");
    let booking = desk.by_number(&number);
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    let answer = || match &booking {
        Some(booking) => created(booking, &[number], format_of(body), LabelKind::Good),
        None => problem(400, "Bad Request", "the parcel is not known"),
    };
    desk.answer("label", reference, answer, &refuse)
}

fn found(desk: &Desk<'_>, body: &Value) -> Reply {
    let reference = said(body, "ShipmentReference");
    let span = said(body, "DateFrom")..=said(body, "DateTo");
    let answer = || {
        let mut units = Vec::new();
        for booking in desk.find("", &reference) {
            if span.contains(&booking.at.strftime(MOMENT).to_string()) {
                // not in the order of the booking
                let parcels = booking.parcels.iter().rev();
                units.extend(parcels.map(|number| unit(&booking, number, true)));
            }
        }
        Answer::json(200, &json!({"UnitItems": units}))
    };
    desk.answer("find", Some(&reference), answer, &refuse)
}

fn cancelled(desk: &Desk<'_>, number: &str) -> Reply {
    let booking = desk.by_number(number);
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    let answer = || {
        let result = match desk.void(number) {
            StubVoid::Voided => "CANCELLED",
            StubVoid::TooLate => "SCANNED",
            StubVoid::NotFound => "ERROR",
        };
        Answer::json(200, &json!({"TrackID": number, "Result": result}))
    };
    desk.answer("void", reference, answer, &refuse)
}

fn tracked(desk: &Desk<'_>, numbers: &str) -> Reply {
    let parcels = numbers
        .split(',')
        .map(|number| match desk.by_number(number) {
            Some(booking) => parcel(&booking, number),
            None => json!({
                "requested": number, "errorCode": "E_404_01", "errorMessage": "Resource Not Found",
            }),
        });
    let parcels: Vec<Value> = parcels.collect();
    let answer = || Answer::json(200, &json!({"parcels": parcels}));
    desk.answer("track", None, answer, &refuse)
}

/// One parcel as Track and Trace tells of it: newest event first.
fn parcel(booking: &StubBooking, number: &str) -> Value {
    let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string();
    let event =
        |code: &str| json!({"code": code, "city": "", "country": "FR", "eventDateTime": at});
    let (status, codes) = match booking.picked_up {
        true => ("INTRANSIT", vec!["INTIAL.NORMAL", "INTIAL.PREADVICE"]),
        false => ("PREADVICE", vec!["INTIAL.PREADVICE"]),
    };
    let events: Vec<Value> = codes.into_iter().map(event).collect();
    json!({
        "requested": number, "unitno": number, "status": status, "statusDateTime": at, "events": events,
    })
}

/// A format as GLS calls it, and as we do.
fn format_of(body: &Value) -> (String, LabelFormat) {
    let name = said(body, "PrintingOptions/ReturnLabels/LabelFormat");
    let format = match name.as_str() {
        "ZEBRA" => LabelFormat::Zpl,
        _ => LabelFormat::Pdf,
    };
    (name, format)
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => fault(
            429,
            "Rate limit quota violation. Quota limit exceeded.",
            "policies.ratelimit.QuotaViolation",
        ),
        Refused::Unauthorized => fault(
            401,
            "The Token has expired: policy(Verify-JWT)",
            "steps.jwt.TokenExpired",
        ),
        Refused::Rejected { code: "", message } => problem(400, "Bad Request", message),
        Refused::Rejected { code, message } => {
            Answer::json(400, &json!({"errorCode": code, "errorMessage": message}))
        }
        Refused::Broken => problem(500, "Internal Server Error", "something broke"),
        Refused::Down => fault(
            503,
            "The Service is temporarily unavailable",
            "steps.stub.Down",
        ),
    }
}

/// A fault of the gateway before the services.
fn fault(status: u16, said: &str, code: &str) -> Answer {
    let fault = json!({"fault": {"faultstring": said, "detail": {"errorcode": code}}});
    Answer::json(status, &fault)
}

/// A problem of a service, as RFC 7807 writes one.
fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let problem =
        json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
    Answer::json(status, &problem)
}

fn said(body: &Value, path: &str) -> String {
    text(body, path).unwrap_or_default().into_owned()
}
