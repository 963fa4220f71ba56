//! A stand-in for Template Title: books into the bench's ledger and speaks the carrier's language. It
//! reads requests by itself, so that a mistake in `mapping` is not made twice.

use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, StubVoid, is_password,
    token,
};
use carrier_sdk::xml::{Element, Node, branch, leaf};
use carrier_sdk::{Auth, LabelFormat};

use crate::profile::{AUTH, IN_BODY, PROFILE};

/// The endpoints.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    let body = asked.xml().unwrap_or_default();
    match asked.to("POST", "/template-name")? {
        "/token" => Some(desk.puzzled(token(asked))),
        "/book" => Some(booked(&desk, asked, &body)),
        "/find" => {
            let reference = said(&body, "reference");
            let found = || match authorized(asked, &body) {
                true => found(&desk.find(said(&body, "account"), reference)),
                false => refuse(Refused::Unauthorized),
            };
            Some(desk.answer("find", Some(reference), found, &refuse))
        }
        "/void" => {
            let voided = || match authorized(asked, &body) {
                true => voided(desk.void(said(&body, "number"))),
                false => refuse(Refused::Unauthorized),
            };
            Some(desk.answer("void", None, voided, &refuse))
        }
        "/track" => {
            let tracked = || tracked(desk.by_number(said(&body, "numbers")).as_ref());
            Some(desk.answer("track", None, tracked, &refuse))
        }
        _ => None,
    }
}

fn said<'body>(body: &'body Element, path: &str) -> &'body str {
    body.text(path).unwrap_or_default()
}

fn authorized(asked: &Asked, body: &Element) -> bool {
    match AUTH {
        Auth::Basic { .. } => asked.basic().is_some(),
        Auth::OAuth2 { .. } => asked.bears_token(),
        Auth::Header { name, .. } => is_password(asked.header(name)),
        _ => IN_BODY.iter().all(|(element, _)| is_password(said(body, element))),
    }
}

fn booked(desk: &Desk<'_>, asked: &Asked, body: &Element) -> Reply {
    let reference = said(body, "reference");
    let accept = |kind| {
        if !authorized(asked, body) {
            return refuse(Refused::Unauthorized);
        }
        if let Some((code, message)) = refused(body) {
            return refuse(Refused::Rejected { code, message });
        }
        let parcels = body.list("parcel").count();
        let account = said(body, "account");
        let booking = desk.accept((account, reference), said(body, "product"), parcels, number);
        accepted(body, kind, &booking)
    };
    desk.book(reference, accept, &refuse)
}

/// What the carrier would refuse: code and words.
fn refused(body: &Element) -> Option<(&'static str, &'static str)> {
    let product = PROFILE.product(said(body, "product"));
    match (product, said(body, "recipient/city").is_empty()) {
        (None, _) => Some(("B2", "unknown product")),
        (_, true) => Some(("B1", "no city")),
        _ => None,
    }
}

fn number(serial: u64) -> String {
    format!("TT{serial:010}")
}

fn accepted(body: &Element, kind: LabelKind, booking: &StubBooking) -> Answer {
    let format = match said(body, "label") {
        "zpl" => LabelFormat::Zpl,
        _ => LabelFormat::Pdf,
    };
    let parcels = booking.parcels.iter().map(|number| {
        let label = kind.base64(format, number).unwrap_or_default();
        branch("parcel", [leaf("number", number), leaf("label", label)])
    });
    let content = std::iter::once(leaf("number", &booking.tracking_number)).chain(parcels);
    Answer::xml(201, &branch("booked", content))
}

fn found(bookings: &[StubBooking]) -> Answer {
    let parcels = bookings.iter().flat_map(|booking| &booking.parcels);
    let parcels = parcels.map(|number| branch("parcel", leaf("number", number)));
    Answer::xml(200, &branch("found", parcels))
}

fn voided(outcome: StubVoid) -> Answer {
    let told = |content: Vec<Node>| Answer::xml(200, &branch("voided", content));
    match outcome {
        StubVoid::Voided => told(vec![leaf("done", "yes")]),
        StubVoid::TooLate => told(vec![leaf("done", "no"), leaf("why", "taken over")]),
        StubVoid::NotFound => error(404, "N1", "unknown number"),
    }
}

fn tracked(booking: Option<&StubBooking>) -> Answer {
    let shipment = booking.map(|booking| {
        let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
        let codes: &[&str] = if booking.picked_up { &["NEW", "GOT"] } else { &["NEW"] };
        let events = codes.iter().map(|code| {
            branch("event", [leaf("code", code), leaf("at", &at), leaf("place", "Lille")])
        });
        let number = leaf("number", &booking.tracking_number);
        branch("shipment", std::iter::once(number).chain(events))
    });
    Answer::xml(200, &branch("tracked", shipment))
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
    let told = [leaf("code", code), leaf("message", message)];
    Answer::xml(status, &branch("error", told))
}
