//! The stub of the made-up carrier, and one that understands nothing.

use serde_json::{Value, json};

use super::PROFILE;
use crate::json::{list, text};
use crate::label::LabelFormat;
use crate::stub::{Answer, Asked, Bench, Desk, Refused, Reply, StubBooking, StubVoid};

/// Speaks the example's language.
pub(in crate::kit) fn stub(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/shipments") => Some(booked(&desk, &asked.json())),
        ("GET", "/shipments") => {
            let reference = asked.one("reference");
            let found = || {
                let bookings = desk.find("12345678", reference);
                let numbers: Vec<String> = bookings
                    .into_iter()
                    .flat_map(|booking| booking.parcels)
                    .collect();
                Answer::json(200, &json!({"found": numbers}))
            };
            Some(desk.answer("find", Some(reference), found, &refuse))
        }
        ("GET", "/events") => {
            let booking = desk.by_number(asked.one("number"));
            let told = || Answer::json(200, &json!({"events": events(booking.as_ref())}));
            Some(desk.answer("track", None, told, &refuse))
        }
        ("DELETE", path) => {
            let number = path.trim_start_matches("/shipments/");
            Some(desk.answer("void", None, || voided(desk.void(number)), &refuse))
        }
        _ => None,
    }
}

/// Understands nothing.
pub(in crate::kit) fn deaf(_: &Bench, _: &Asked) -> Option<Reply> {
    None
}

fn booked(desk: &Desk<'_>, body: &Value) -> Reply {
    let said = |name| text(body, name).unwrap_or_default().into_owned();
    let reference = said("reference");
    let accept = |kind: crate::stub::LabelKind| {
        let parcels = list(body, "parcels").len();
        let booking = desk.accept(
            (&said("account"), &reference),
            &said("product"),
            parcels,
            |serial| format!("EX{serial:06}"),
        );
        let format = match said("format").as_str() {
            "zpl" => LabelFormat::Zpl,
            _ => LabelFormat::Pdf,
        };
        let parcels: Vec<Value> = booking
            .parcels
            .iter()
            .map(|number| json!({"number": number, "label": kind.base64(format, number)}))
            .collect();
        Answer::json(
            201,
            &json!({"number": booking.tracking_number, "parcels": parcels}),
        )
    };
    desk.book(&reference, accept, &refuse)
}

fn events(booking: Option<&StubBooking>) -> Vec<Value> {
    let Some(booking) = booking else {
        return Vec::new();
    };
    let before = booking.at.strftime("%Y-%m-%dT00:00:00+00:00").to_string();
    vec![
        json!({"code": "PU", "at": before}),
        json!({"code": "IN", "at": booking.at.strftime("%Y-%m-%dT23:59:59+00:00").to_string()}),
    ]
}

fn voided(outcome: StubVoid) -> Answer {
    match outcome {
        StubVoid::Voided => Answer {
            status: 204,
            content_type: "application/json",
            body: Vec::new(),
        },
        StubVoid::TooLate => error(409, "50", "the truck has it"),
        StubVoid::NotFound => error(404, "40", "not known"),
    }
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => error(429, "29", "slow down"),
        Refused::Unauthorized => error(401, "17", "the password is wrong"),
        Refused::Rejected { code, message } => error(400, code, message),
        Refused::Broken => error(500, "", "broken"),
        Refused::Down => error(503, "", "down"),
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"error": code, "message": message}))
}
