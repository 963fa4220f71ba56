//! Geodis's other answers: what is known under a reference, what became of a void, where a parcel is.

use carrier_sdk::json::{list, text};
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::Geodis;
use crate::faults::ANSWERS;
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
        call(Effect::Reads, FIND, body)
    }

    /// Only a list that is empty is an absence.
    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        ANSWERS.read(answer).told(|body| {
            let found = body.get("contenu").and_then(Value::as_array);
            let shipment = |one: &Value| Some(FoundShipment::numbered(one.number("noSuivi")?));
            let found = found.and_then(|found| found.iter().map(shipment).collect());
            found.ok_or_else(|| Said::unreadable(answer, "a list of shipments with numbers"))
        })
    }
}

impl Void for Geodis {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let body = json!({"listNosSuivis": [tracking_number]});
        call(Effect::Voids, VOID, body)
    }

    /// Voided is what Geodis counts as deleted, without an anomaly.
    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS.read(answer).void(|body| {
            let count = |name: &str| text(body, &format!("contenu/{name}"));
            let deleted = count("nbEnvoisSupprimes").is_some_and(|count| count == "1");
            let whole = count("nbAnomaliesSuppression").is_none_or(|count| count == "0");
            (deleted && whole).then_some(VoidAnswer::Voided)
        })
    }
}

impl Track for Geodis {
    /// Geodis tells of one shipment in a call: the first number counts.
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = tracking_numbers.first().copied().unwrap_or_default();
        call(Effect::Reads, TRACK, json!({"noSuivi": number}))
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        ANSWERS.read(answer).known(|body| {
            let shipments = list(body, "contenu").iter();
            let tracked = |told: &Value| Some(HISTORY.of(told.number("noSuivi")?, told));
            Ok(shipments.filter_map(tracked).collect())
        })
    }
}

const HISTORY: History = History {
    events: "listSuivis",
    code: "codeSituationJustification",
    codes: STATUSES,
    at: &[&["dateSuivi", "heureSuivi"]],
    place: "libelleCentre",
    ..History::USUAL
};

/// Situation and justification. `SOL/REO` is not settled: it tells nothing.
const STATUSES: StatusTable = &[
    ("COM/CFM", Status::LabelCreated),
    ("PCH/CFM", Status::PickedUp),
    ("EXP/CFM AAR/CFM", Status::InTransit),
    ("MLV/CFM", Status::OutForDelivery),
    ("LIV/CFM", Status::Delivered),
    ("RST/SOU", Status::Exception),
];
