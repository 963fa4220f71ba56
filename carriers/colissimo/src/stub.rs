//! A stand-in for Colissimo: books into the stub ledger and speaks Colissimo's language, answers in
//! several parts included.
//!
//! It refuses what Colissimo would refuse (a wrong password, a missing or overlong field, a postal code
//! that is no French one) and books the same reference twice when asked twice.

use carrier_sdk::LabelFormat;
use carrier_sdk::json::text;
use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, is_password,
    too_long_or_missing,
};
use serde_json::{Value, json};

use crate::profile::PROFILE;
use crate::{LABELS, TIMELINE};

const JSON: &str = "application/json;charset=UTF-8";
const PASSWORD: (&str, &str) = ("30000", "Identifiant ou mot de passe incorrect");

/// The endpoints, under the host itself.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    let body = asked.json();
    if asked.is("POST", LABELS) {
        return Some(booked(&desk, asked, &body));
    }
    asked
        .is("POST", TIMELINE)
        .then(|| tracked(&desk, asked, &body))
}

/// With contract and password, or with an API key, in the body or in a header.
fn is_known(asked: &Asked, body: &Value) -> bool {
    let keys = [
        said(body, "password"),
        said(body, "apiKey"),
        asked.header("apikey").to_owned(),
    ];
    keys.iter().any(|key| is_password(key))
}

/// What Colissimo requires: where it stands, and how long it may be.
#[rustfmt::skip]
const REQUIRED: [(&str, usize); 11] = [
    ("outputFormat/outputPrintingType", 30),
    ("letter/service/depositDate", 10),
    ("letter/service/commercialName", 35),
    ("letter/parcel/weight", 9),
    ("letter/sender/address/line2", 35),
    ("letter/sender/address/city", 35),
    ("letter/sender/address/countryCode", 2),
    ("letter/addressee/address/lastName", 35),
    ("letter/addressee/address/line2", 35),
    ("letter/addressee/address/city", 35),
    ("letter/addressee/address/countryCode", 2),
];

fn booked(desk: &Desk<'_>, asked: &Asked, body: &Value) -> Reply {
    if !is_known(asked, body) {
        return refuse(Refused::Unauthorized).into();
    }
    let postal_code = said(body, "letter/addressee/address/zipCode");
    let is_french = said(body, "letter/addressee/address/countryCode") == "FR";
    if let Some(problem) = too_long_or_missing(body, &REQUIRED).first() {
        return error(("30109", problem)).into();
    }
    if is_french && (postal_code.len() != 5 || !postal_code.bytes().all(|b| b.is_ascii_digit())) {
        return error(("30220", "Le code postal du destinataire est incorrect")).into();
    }
    if PROFILE
        .product(&said(body, "letter/service/productCode"))
        .is_none()
    {
        return error(("30008", "Le service n'est pas autorisé")).into();
    }
    let reference = said(body, "letter/sender/senderParcelRef");
    desk.book(&reference, |kind| accepted(desk, body, kind), &refuse)
}

fn accepted(desk: &Desk<'_>, body: &Value, kind: LabelKind) -> Answer {
    let booking = desk.accept(
        (
            &said(body, "contractNumber"),
            &said(body, "letter/sender/senderParcelRef"),
        ),
        &said(body, "letter/service/productCode"),
        1,
        |serial| format!("6A{serial:011}"),
    );
    let format = match said(body, "outputFormat/outputPrintingType").starts_with("ZPL") {
        true => LabelFormat::Zpl,
        false => LabelFormat::Pdf,
    };
    let number = &booking.tracking_number;
    let told = json!({
        "messages": [{"id": "0", "type": "INFOS", "messageContent": "La requête a été traitée avec succès", "replacementValues": []}],
        "labelXmlV2Reponse": null,
        "labelV2Response": {"parcelNumber": number, "parcelNumberPartner": null, "pdfUrl": null, "fields": null},
    });
    let told = told.to_string();
    let mut parts = vec![(JSON, "jsonInfos", told.as_bytes())];
    let label = kind.bytes(format, number);
    if let Some(label) = &label {
        parts.push(("application/octet-stream", "label", label));
    }
    Answer::multipart(200, &parts)
}

fn tracked(desk: &Desk<'_>, asked: &Asked, body: &Value) -> Reply {
    let booking = desk.by_number(&said(body, "parcelNumber"));
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    let answer = || match &booking {
        _ if !is_known(asked, body) => history(PASSWORD, &Value::Null),
        None => history(("404", "Colis inconnu"), &Value::Null),
        Some(booking) => history(("0", "OK"), &parcel(booking)),
    };
    desk.answer("track", reference, answer, &refuse)
}

/// One parcel's history: a single event stands without a list, as Colissimo writes one.
fn parcel(booking: &StubBooking) -> Value {
    let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let event = |code: &str| json!({"code": code, "date": at});
    let events = match booking.picked_up {
        true => json!([event("PCHMQT"), event("PCHCFM")]),
        false => event("PCHMQT"),
    };
    json!({"parcelNumber": booking.tracking_number, "event": events})
}

fn history((code, message): (&str, &str), parcel: &Value) -> Answer {
    let status = json!([{"code": code, "message": message}]);
    Answer::json(200, &json!({"status": status, "parcel": parcel}))
}

fn refuse(refused: Refused<'_>) -> Answer {
    let plain = |status, code: &str, message: &str| {
        Answer::json(status, &json!({"code": code, "message": message}))
    };
    match refused {
        Refused::Busy => plain(429, "TOO_MANY_REQUESTS", "max quota reached"),
        Refused::Unauthorized => error(PASSWORD),
        Refused::Rejected { code, message } => error((code, message)),
        Refused::Broken => plain(500, "INTERNAL_ERROR", "Internal error"),
        Refused::Down => plain(503, "UNAVAILABLE", "Service unavailable"),
    }
}

fn error((id, words): (&str, &str)) -> Answer {
    let told = json!({
        "messages": [{"id": id, "type": "ERROR", "messageContent": words}],
        "labelXmlV2Reponse": null,
        "labelV2Response": null,
    });
    Answer::multipart(400, &[(JSON, "jsonInfos", told.to_string().as_bytes())])
}

fn said(body: &Value, path: &str) -> String {
    text(body, path).unwrap_or_default().into_owned()
}
