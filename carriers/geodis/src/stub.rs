//! A stand-in for Geodis: books into the bench's ledger and speaks its language. It reads requests by
//! itself, so that a mistake in `mapping` is not made twice.
//!
//! It refuses what Geodis would refuse (a signature with the key `wrong`, a field that is missing, an
//! unknown product) and books the same reference twice when asked twice.

use carrier_sdk::json::{list, text};
use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, StubVoid, is_password,
    too_long_or_missing,
};
use carrier_sdk::{LabelFormat, Signing};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::faults::NOT_REGISTERED;
use crate::profile::PROFILE;
use crate::wire::{BOOK, FIND, SIGNATURE, TRACK, VOID, sign};

/// The endpoints.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    let body = asked.json();
    let path = asked.to("POST", "/services")?;
    let signed = |answer: &dyn Fn() -> Answer| match is_signed(asked, path) {
        true => answer(),
        false => refuse(Refused::Unauthorized),
    };
    match path {
        BOOK => Some(booked(&desk, asked, &body)),
        FIND => {
            let (account, reference) = (said(&body, "codeClient"), said(&body, "reference1"));
            let found = || signed(&|| found(&desk.find(&account, &reference)));
            Some(desk.answer("find", Some(&reference), found, &refuse))
        }
        VOID => {
            let number = said(&body, "listNosSuivis/0");
            let voided = || signed(&|| voided(desk.void(&number), &number));
            Some(desk.answer("void", None, voided, &refuse))
        }
        TRACK => {
            let booking = desk.by_number(&said(&body, "noSuivi"));
            let tracked = || signed(&|| tracked(booking.as_ref()));
            Some(desk.answer("track", None, tracked, &refuse))
        }
        _ => None,
    }
}

fn said(body: &Value, path: &str) -> String {
    text(body, path).unwrap_or_default().into_owned()
}

/// Whether the header has its four parts, and is signed by somebody known: whose identifier and key
/// are not `wrong`.
fn is_signed(asked: &Asked, path: &str) -> bool {
    let header = asked.header(&SIGNATURE.header.to_lowercase());
    let parts: Vec<&str> = header.split(';').collect();
    let [identifier, at, "fr", hash] = parts.as_slice() else {
        return false;
    };
    let at = at.parse().ok();
    let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
    let (Some(at), Ok(body)) = (at, str::from_utf8(&asked.body)) else {
        return false;
    };
    let secrets = &[*identifier, "wrong"];
    let by_nobody = sign(&Signing {
        path,
        body,
        at,
        secrets,
    });
    is_password(identifier) && hash.len() == 64 && header != by_nobody
}

/// What Geodis needs: where it stands, and how long it may be.
#[rustfmt::skip]
const REQUIRED: [(&str, usize); 9] = [
    ("listEnvois/0/codeSa", 6),
    ("listEnvois/0/codeClient", 9),
    ("listEnvois/0/reference1", 35),
    ("listEnvois/0/dateDepartEnlevement", 10),
    ("listEnvois/0/expediteur/nom", 35),
    ("listEnvois/0/destinataire/nom", 35),
    ("listEnvois/0/destinataire/adresse1", 35),
    ("listEnvois/0/destinataire/codePostal", 9),
    ("listEnvois/0/destinataire/ville", 35),
];

fn booked(desk: &Desk<'_>, asked: &Asked, body: &Value) -> Reply {
    let shipment = list(body, "listEnvois").first().unwrap_or(&Value::Null);
    let reference = said(shipment, "reference1");
    let accept = |kind| {
        if !is_signed(asked, BOOK) {
            return refuse(Refused::Unauthorized);
        }
        if let Some(problem) = too_long_or_missing(body, &REQUIRED).first() {
            return not_registered(
                &reference,
                &format!("Champ obligatoire ou trop long: {problem}"),
            );
        }
        let product = said(shipment, "codeProduit");
        if PROFILE.product(&product).is_none() {
            return not_registered(&reference, "Code produit incorrect");
        }
        let account = said(shipment, "codeClient");
        let booking = desk.accept((&account, &reference), &product, 1, |serial| {
            format!("1G{serial:010}")
        });
        accepted(body, kind, &booking)
    };
    desk.book(&reference, accept, &refuse)
}

fn accepted(body: &Value, kind: LabelKind, booking: &StubBooking) -> Answer {
    let (format, extension) = match said(body, "typeImpressionEtiquette").as_str() {
        "Z" => (LabelFormat::Zpl, "txt"),
        "E" => (LabelFormat::Epl, "txt"),
        _ => (LabelFormat::Pdf, "pdf"),
    };
    let number = &booking.tracking_number;
    let document = kind.base64(format, number);
    let document = document.map(|content| json!({"nom": format!("Etiquettes.{extension}"), "type": extension, "contenu": content}));
    let item = json!({
        "index": 0, "reference1": booking.reference, "noSuivi": number, "docEtiquette": document,
        "listRetoursUM": [{"numeroUM": 1, "typeUM": "PC"}], "msgErreurEnregistrement": null,
    });
    yes(&json!({"nbEnvoisATraiter": 1, "nbEnvoisEnregistres": 1, "listRetoursEnvois": [item]}))
}

fn not_registered(reference: &str, why: &str) -> Answer {
    let item = json!({"index": 0, "reference1": reference, "noSuivi": null, "msgErreurEnregistrement": why});
    yes(&json!({"nbEnvoisATraiter": 1, "nbEnvoisEnregistres": 0, "listRetoursEnvois": [item]}))
}

fn found(bookings: &[StubBooking]) -> Answer {
    let found = bookings.iter().map(
        |booking| json!({"noSuivi": booking.tracking_number, "reference1": booking.reference}),
    );
    yes(&Value::from(found.collect::<Vec<_>>()))
}

fn voided(outcome: StubVoid, number: &str) -> Answer {
    let why = match outcome {
        StubVoid::Voided => None,
        StubVoid::TooLate => Some("Envoi déjà pris en charge"),
        StubVoid::NotFound => Some("Envoi inconnu"),
    };
    let (deleted, anomalies) = if why.is_none() { (1, 0) } else { (0, 1) };
    yes(&json!({
        "nbEnvoisATraiter": 1, "nbEnvoisSupprimes": deleted, "nbAnomaliesSuppression": anomalies,
        "listRetoursEnvois": [{"index": 0, "noSuivi": number, "msgErreurSuppression": why}],
    }))
}

fn tracked(booking: Option<&StubBooking>) -> Answer {
    let Some(booking) = booking else {
        return no(200, "Envoi inconnu");
    };
    let (day, time) = (
        booking.at.strftime("%Y-%m-%d"),
        booking.at.strftime("%H:%M:%S"),
    );
    let codes: &[&str] = if booking.picked_up {
        &["PCH/CFM", "COM/CFM"]
    } else {
        &["COM/CFM"]
    };
    let events = codes.iter().map(|code| {
        json!({"codeSituationJustification": code, "dateSuivi": day.to_string(), "heureSuivi": time.to_string(), "libelleCentre": "LILLE"})
    });
    let events: Vec<Value> = events.collect();
    yes(&json!({"noSuivi": booking.tracking_number, "listSuivis": events}))
}

fn yes(content: &Value) -> Answer {
    let told = json!({"ok": true, "codeErreur": null, "texteErreur": null, "contenu": content});
    Answer::json(200, &told)
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => no(429, "Trop de requêtes"),
        Refused::Unauthorized => no(200, "Identifiant ou token refusé"),
        Refused::Rejected { code, message } if code == NOT_REGISTERED => {
            not_registered("", message)
        }
        Refused::Rejected { code, message } => error(200, Some(code), message),
        Refused::Broken => no(500, "Erreur technique"),
        Refused::Down => no(503, "Service indisponible"),
    }
}

fn no(status: u16, why: &str) -> Answer {
    error(status, None, why)
}

fn error(status: u16, code: Option<&str>, why: &str) -> Answer {
    let told = json!({"ok": false, "codeErreur": code, "texteErreur": why, "contenu": null});
    Answer::json(status, &told)
}
