//! What Geodis's answer to a booking tells. The body decides, not the status: a no comes with 200.

use carrier_sdk::json::{at, number, object, text, texts};
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge};
use serde_json::Value;

use crate::faults::{FAULTS, NOT_REGISTERED};

/// What became of the one shipment that was sent.
const ITEM: &str = "contenu/listRetoursEnvois/0";

/// The outcome of a booking. A number that is registered is a booking, with or without its label.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    let item = at(&body, ITEM).unwrap_or(&Value::Null);
    match number(item, "noSuivi") {
        Some(number) if is_ok(answer, &body) && !none_registered(&body) => {
            let document = text(item, "docEtiquette/contenu");
            let document = document.or_else(|| text(&body, "contenu/docEtiquette/contenu"));
            let label = document.and_then(|document| Label::from_base64(&document));
            let parcel = BookedParcel::new(number.clone(), label);
            Step::Done(Booking::new(number, vec![parcel]))
        }
        Some(_) => Step::in_doubt(None, "the answer says no and holds a shipment's number"),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

/// Whether it says yes: `ok` in a 2xx.
pub(crate) fn is_ok(answer: &Response, body: &Value) -> bool {
    answer.is_success() && body.get("ok") == Some(&Value::Bool(true))
}

fn none_registered(body: &Value) -> bool {
    text(body, "contenu/nbEnvoisEnregistres").is_some_and(|count| count == "0")
}

/// What went wrong, in Geodis's words: of the call, else of the shipment in it.
pub(crate) fn said(answer: &Response, body: &Value) -> Said {
    let code = text(body, "codeErreur");
    if let Some(message) = text(body, "texteErreur").or_else(|| text(body, "contenu/msgErreur")) {
        return Said::new(answer, code.as_deref(), message);
    }
    let of_item = |field: &str| texts(body, &format!("contenu/listRetoursEnvois/*/{field}"));
    let refused = of_item(NOT_REGISTERED);
    if let Some(message) = refused.first().filter(|_| none_registered(body)) {
        return Said::new(answer, Some(NOT_REGISTERED), message.as_ref());
    }
    match (of_item("msgErreurSuppression").first(), &code) {
        (Some(message), _) => Said::new(answer, code.as_deref(), message.as_ref()),
        (None, Some(code)) => Said::new(answer, Some(code), ""),
        (None, None) => Said::unreadable(answer, "an answer of Geodis"),
    }
}
