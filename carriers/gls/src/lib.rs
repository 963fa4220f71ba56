//! GLS (ShipIT-Farm and Track and Trace, JSON): how an intent is written for GLS and how its answers
//! read.
//!
//! Pure translation: no network, no clock, no retry, no secret. GLS is asked by our reference and
//! prints labels again, so a doubt about a booking ends with its number and its label.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;

use carrier_sdk::json::without_nulls;
use carrier_sdk::prelude::*;
use serde_json::Value;

/// GLS as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gls;

impl Carrier for Gls {
    fn profile(&self) -> &'static Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        Check::written(self.profile(), intent, mapping::book)
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        faults::ANSWERS.read(answer).booking(booking::booked)
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities::default()
            .finds(self)
            .voids(self)
            .relabels(self)
            .tracks(self)
    }
}

/// Where ShipIT-Farm's calls lie.
const SHIPPING: &str = "/shipit-farm/v1/backend/rs";
/// Where parcels are tracked.
const TRACKING: &str = "/track-and-trace-v1/tracking/simple/trackids/";
/// Where tokens are given.
const TOKEN: &str = "/oauth2/v2/token";
/// What ShipIT-Farm calls its JSON.
const JSON: &str = "application/glsVersion1+json";

/// A call of ShipIT-Farm; without a body where there is nothing to say.
fn shipping(effect: Effect, path: &str, body: Value) -> Request {
    let request = Request::new(effect, Method::Post, format!("{SHIPPING}{path}"))
        .header("Accept", JSON)
        .auth(Auth::oauth2(TOKEN));
    match without_nulls(body) {
        Value::Null => request,
        body => request.body(Body::text(JSON, body.to_string())),
    }
}
