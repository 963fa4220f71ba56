//! Geodis's fault atlas: what its words mean for the parcel, in plain words, and who acts.
//!
//! Its codes are not public, so the words count. What is not listed leaves a booking in doubt: a
//! refusal comes with the status 200, which tells nothing.

use carrier_sdk::Meaning::{Ambiguous, NotFound, Rejected, Throttled, TooLate, Unauthorized};
use carrier_sdk::WhoActs::{Carrier, Nobody, Shop, Transport};
use carrier_sdk::json::{text, texts};
use carrier_sdk::prelude::*;
use serde_json::Value;

/// The member that says why a shipment was not registered; it counts where none was.
pub(crate) const NOT_REGISTERED: &str = "msgErreurEnregistrement";

/// The first row that matches counts.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault::code(NOT_REGISTERED, Rejected, Shop, "Geodis counts no shipment as registered, and says why"),
    Fault::text("technique", Ambiguous, Carrier, "something broke inside Geodis; it may have booked"),
    Fault::text("trop de requ", Throttled, Nobody, "too many calls"),
    Fault::text("pris en charge", TooLate, Nobody, "Geodis has the shipment already"),
    Fault::text("envoi inconnu", NotFound, Nobody, "Geodis does not know this shipment, or not yet"),
    Fault::text("identifiant", Unauthorized, Transport, "Geodis does not accept the identifier or the key"),
    Fault::text("authentification", Unauthorized, Transport, "Geodis does not accept the identifier, the key, or our clock"),
    Fault::text("token", Unauthorized, Transport, "Geodis does not accept the signature: the key or the clock is wrong"),
    Fault::text("obligatoire", Rejected, Shop, "a field is missing that Geodis needs"),
    Fault::text("incorrect", Rejected, Shop, "Geodis does not accept what a field holds"),
    Fault::text("invalide", Rejected, Shop, "Geodis does not accept what a field holds"),
];

/// Geodis's answers. The body decides, not the status: a no comes with 200, in words of the call, else of
/// the shipment in it.
pub(crate) const ANSWERS: Answers = Answers {
    of: "Geodis",
    faults: FAULTS,
    places: &[
        ("", "codeErreur", "texteErreur|contenu/msgErreur"),
        (
            "",
            "codeErreur",
            "contenu/listRetoursEnvois/*/msgErreurSuppression",
        ),
    ],
    oddly: |answer, body| {
        let of_call = text(body, "texteErreur|contenu/msgErreur");
        let refused = texts(
            body,
            &format!("contenu/listRetoursEnvois/*/{NOT_REGISTERED}"),
        );
        let message = refused
            .first()
            .filter(|_| of_call.is_none() && none_registered(body));
        message.map(|message| Said::new(answer, Some(NOT_REGISTERED), message.as_ref()))
    },
    is_yes: |answer, body| {
        let ok = body.get("ok") == Some(&Value::Bool(true)) && body.get("contenu").is_some();
        answer.is_success() && ok && !none_registered(body)
    },
    ..Answers::USUAL
};

/// Whether no shipment was registered.
fn none_registered(body: &Value) -> bool {
    text(body, "contenu/nbEnvoisEnregistres").is_some_and(|count| count == "0")
}
