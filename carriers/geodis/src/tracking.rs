//! Geodis's other answers: what is known under a reference, what became of a void, where a parcel is.

use carrier_sdk::json::{list, number, object, text, texts};
use carrier_sdk::{
    Contract, Effect, Find, FoundShipment, Moment, Request, Response, Said, Search, Status,
    StatusTable, Track, TrackedShipment, TrackingEvent, Void, VoidAnswer, Why, judge,
};
use serde_json::{Value, json};

use crate::Geodis;
use crate::booking::{is_ok, said};
use crate::faults::FAULTS;
use crate::wire::{FIND, TRACK, VOID, call};

impl Find for Geodis {
    /// By the reference and the day of departure, which is not before the day of sending: no end is
    /// given. Members that are not asked for are sent empty, as Geodis's own example has them.
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let [from, _] = search.sent.days(1, "%Y-%m-%d");
        let body = json!({
            "dateDepart": "", "dateDepartDebut": from, "dateDepartFin": "",
            "noRecepisse": "", "reference1": search.reference, "cabColis": "", "noSuivi": "",
            "codeSa": "", "codeClient": contract.number, "codeProduit": "", "typePrestation": "",
            "dateLivraison": "", "refDest": "", "nomDest": "", "codePostalDest": "",
            "natureMarchandise": "",
        });
        call(Effect::Reads, FIND, &body)
    }

    /// Only a list that is empty is an absence.
    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let told = told(answer).and_then(|body| match body.get("contenu") {
            Some(Value::Array(found)) => Ok(found.clone()),
            _ => Err(Said::unreadable(answer, "a list of shipments")),
        });
        let found = told.map_err(|said| judge(FAULTS, said).on_read())?;
        let numbers: Option<Vec<String>> = found.iter().map(|one| number(one, "noSuivi")).collect();
        let numbers = numbers.ok_or_else(|| {
            judge(FAULTS, Said::unreadable(answer, "shipments with numbers")).on_read()
        })?;
        let shipment = |tracking_number| FoundShipment {
            tracking_number,
            parcels: Vec::new(),
        };
        Ok(numbers.into_iter().map(shipment).collect())
    }
}

impl Void for Geodis {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let body = json!({"listNosSuivis": [tracking_number]});
        call(Effect::Voids, VOID, &body)
    }

    /// Voided is what Geodis counts as deleted, without an anomaly.
    fn read_void(&self, answer: &Response) -> VoidAnswer {
        let body = match told(answer) {
            Ok(body) => body,
            Err(said) => return judge(FAULTS, said).on_void(),
        };
        let count = |name: &str| text(&body, &format!("contenu/{name}"));
        let deleted = count("nbEnvoisSupprimes").is_some_and(|count| count == "1");
        let whole = count("nbAnomaliesSuppression").is_none_or(|count| count == "0");
        let why = texts(&body, "contenu/listRetoursEnvois/*/msgErreurSuppression");
        match deleted && whole {
            true => VoidAnswer::Voided,
            false if why.iter().any(|why| why.contains("pris en charge")) => VoidAnswer::TooLate,
            false => judge(FAULTS, said(answer, &body)).on_void(),
        }
    }
}

impl Track for Geodis {
    /// Geodis tells of one shipment in a call: the first number counts.
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = tracking_numbers.first().copied().unwrap_or_default();
        call(Effect::Reads, TRACK, &json!({"noSuivi": number}))
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        let body = match told(answer) {
            Ok(body) => body,
            Err(said) => return judge(FAULTS, said).on_look_up(),
        };
        let shipments = list(&body, "contenu").iter().filter_map(|shipment| {
            let events = list(shipment, "listSuivis").iter().filter_map(event);
            let number = number(shipment, "noSuivi")?;
            Some(TrackedShipment::of_events(number, events.collect()))
        });
        Ok(shipments.collect())
    }
}

/// An answer that says yes; anything else is a fault, never an absence.
fn told(answer: &Response) -> Result<Value, Said> {
    let body = object(answer).ok_or_else(|| Said::unreadable(answer, "an answer of Geodis"))?;
    match is_ok(answer, &body) {
        true if body.get("contenu").is_some() => Ok(body),
        _ => Err(said(answer, &body)),
    }
}

fn event(event: &Value) -> Option<TrackingEvent> {
    let code = text(event, "codeSituationJustification")?;
    let time = text(event, "heureSuivi").unwrap_or_default();
    let at = Moment::of(&text(event, "dateSuivi")?, &time, "")?;
    let told = TrackingEvent::new(&code, STATUSES, Status::Unknown, at);
    Some(told.at_place(text(event, "libelleCentre").as_deref()))
}

/// Situation and justification. `SOL/REO` is not settled: it tells nothing.
const STATUSES: StatusTable = &[
    ("COM/CFM", Status::LabelCreated),
    ("PCH/CFM", Status::PickedUp),
    ("EXP/CFM AAR/CFM", Status::InTransit),
    ("MLV/CFM", Status::OutForDelivery),
    ("LIV/CFM", Status::Delivered),
    ("RST/SOU", Status::Exception),
];
