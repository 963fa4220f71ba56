//! A stand-in for Template Title: books into the bench's ledger and speaks the carrier's language. It
//! reads requests by itself, so that a mistake in `mapping` is not made twice.

use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, StubVoid, is_password,
    token,
};
use carrier_sdk::{Auth, LabelFormat};
use serde_json::{Value, json};

use crate::profile::{AUTH, IN_BODY, PROFILE};

/// The endpoints.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    match asked.to("POST", "/template-name")? {
        "/token" => Some(desk.puzzled(token(asked))),
        "/book" => Some(booked(&desk, asked)),
        "/find" => {
            let reference = asked.form("reference");
            let found = || match authorized(asked) {
                true => found(&desk.find(&asked.form("account"), &reference)),
                false => refuse(Refused::Unauthorized),
            };
            Some(desk.answer("find", Some(&reference), found, &refuse))
        }
        "/void" => {
            let voided = || match authorized(asked) {
                true => voided(desk.void(&asked.form("number"))),
                false => refuse(Refused::Unauthorized),
            };
            Some(desk.answer("void", None, voided, &refuse))
        }
        "/track" => {
            let tracked = || tracked(desk.by_number(&asked.form("numbers")).as_ref());
            Some(desk.answer("track", None, tracked, &refuse))
        }
        _ => None,
    }
}

fn authorized(asked: &Asked) -> bool {
    match AUTH {
        Auth::Basic { .. } => asked.basic().is_some(),
        Auth::OAuth2 { .. } => asked.bears_token(),
        Auth::Header { name, .. } => is_password(asked.header(name)),
        _ => IN_BODY.iter().all(|(field, _)| is_password(&asked.form(field))),
    }
}

fn booked(desk: &Desk<'_>, asked: &Asked) -> Reply {
    let reference = asked.form("reference");
    let accept = |kind| {
        if !authorized(asked) {
            return refuse(Refused::Unauthorized);
        }
        if let Some((code, message)) = refused(asked) {
            return refuse(Refused::Rejected { code, message });
        }
        let parcels = asked.form("parcels").parse().unwrap_or(0);
        let account = asked.form("account");
        let booking = desk.accept((&account, &reference), &asked.form("product"), parcels, number);
        accepted(asked, kind, &booking)
    };
    desk.book(&reference, accept, &refuse)
}

/// What the carrier would refuse: code and words.
fn refused(asked: &Asked) -> Option<(&'static str, &'static str)> {
    let product = PROFILE.product(&asked.form("product"));
    match (product, asked.form("recipient_city").is_empty()) {
        (None, _) => Some(("B2", "unknown product")),
        (_, true) => Some(("B1", "no city")),
        _ => None,
    }
}

fn number(serial: u64) -> String {
    format!("TT{serial:010}")
}

fn accepted(asked: &Asked, kind: LabelKind, booking: &StubBooking) -> Answer {
    let format = match asked.form("label").as_str() {
        "zpl" => LabelFormat::Zpl,
        _ => LabelFormat::Pdf,
    };
    let parcels = booking.parcels.iter();
    let parcels =
        parcels.map(|number| json!({"number": number, "label": kind.base64(format, number)}));
    let parcels: Vec<Value> = parcels.collect();
    Answer::json(201, &json!({"number": booking.tracking_number, "parcels": parcels}))
}

fn found(bookings: &[StubBooking]) -> Answer {
    let parcels = bookings.iter().flat_map(|booking| &booking.parcels);
    let numbers: Vec<Value> = parcels.map(|number| json!({"number": number})).collect();
    Answer::json(200, &json!({"found": numbers}))
}

fn voided(outcome: StubVoid) -> Answer {
    match outcome {
        StubVoid::Voided => Answer::json(200, &json!({"voided": true})),
        StubVoid::TooLate => Answer::json(200, &json!({"voided": false, "why": "taken over"})),
        StubVoid::NotFound => error(404, "N1", "unknown number"),
    }
}

fn tracked(booking: Option<&StubBooking>) -> Answer {
    let tracked = booking.map(|booking| {
        let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
        let codes: &[&str] = if booking.picked_up { &["NEW", "GOT"] } else { &["NEW"] };
        let events = codes.iter().map(|code| json!({"code": code, "at": at, "place": "Lille"}));
        json!({"number": booking.tracking_number, "events": events.collect::<Vec<_>>()})
    });
    let tracked: Vec<Value> = tracked.into_iter().collect();
    Answer::json(200, &json!({"tracked": tracked}))
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => error(429, "D1", "slow down"),
        Refused::Unauthorized => error(401, "A1", "who are you"),
        Refused::Rejected { code, message } => error(422, code, message),
        Refused::Broken => error(500, "X1", "internal error"),
        Refused::Down => error(503, "", "down for maintenance"),
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"error": {"code": code, "message": message}}))
}
