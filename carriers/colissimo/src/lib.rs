//! Colissimo of La Poste (SLS and its tracking, JSON): how an intent is written for Colissimo and how
//! its answers read.
//!
//! Pure translation: no network, no clock, no retry, no secret. Colissimo cannot be asked by our
//! reference, takes nothing back and gives a label once: those abilities are absent here.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;

use carrier_sdk::prelude::*;
use serde_json::{Value, json};

/// Colissimo as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Colissimo;

impl Carrier for Colissimo {
    fn profile(&self) -> &'static Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        Check::written(self.profile(), intent, mapping::book)
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        booking::read(answer)
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities::default().tracks(self)
    }
}

/// Where labels are made.
const LABELS: &str = "/sls-ws/SlsServiceWSRest/2.0/generateLabel";
/// Where parcels are tracked.
const TIMELINE: &str = "/tracking-timeline-ws/rest/tracking/timelineCompany";
/// The secret of both kinds of account.
const SECRET: &str = "password";

/// Whether the account proves itself with an API key in place of contract number and password.
fn has_key(contract: &Contract) -> bool {
    contract.setting("credentials") == Some("api_key")
}

/// The call that makes a label.
fn labelling(contract: &Contract, mut body: Value) -> Request {
    let request = Request::new(Effect::Books, Method::Post, LABELS);
    if has_key(contract) {
        let (name, prefix) = ("apiKey", "");
        let auth = Auth::Header {
            name,
            prefix,
            secret: SECRET,
        };
        return request.auth(auth).body(Body::json(&body));
    }
    if let Some(members) = body.as_object_mut() {
        members.insert("contractNumber".to_owned(), json!(contract.number));
    }
    request.body(Body::json_with(&body, &[("password", SECRET)]))
}

/// The call that tells where a parcel is: it wants its key in the body.
fn timeline(contract: &Contract, number: &str) -> Request {
    let body = match has_key(contract) {
        true => {
            let body = json!({"parcelNumber": number, "lang": "fr_FR"});
            Body::json_with(&body, &[("apiKey", SECRET)])
        }
        false => {
            let body = json!({"login": contract.number, "parcelNumber": number, "lang": "fr_FR"});
            Body::json_with(&body, &[("password", SECRET)])
        }
    };
    Request::new(Effect::Reads, Method::Post, TIMELINE).body(body)
}
