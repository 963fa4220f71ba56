//! Chronopost, as pure translation: SOAP 1.1 requests out, answers in.
//!
//! Talks to nobody: the worker sends what [`Carrier::book`] and its sisters write, and hands the
//! answers to the readers here. See the README for what doubt costs with this carrier.

mod faults;
mod mapping;
mod profile;
#[cfg(feature = "stub")]
pub mod stub;
mod wire;

use carrier_sdk::profile::Profile;
use carrier_sdk::request::{Body, Effect, Request, Response, secret_place};
use carrier_sdk::shipment::{Contract, Intent};
use carrier_sdk::step::{Booking, FoundShipment, Memo, Refusal, Search, Step, VoidAnswer, Why};
use carrier_sdk::text::clean;
use carrier_sdk::tracking::TrackedShipment;
use carrier_sdk::{Carrier, Find, Track, Void};
use serde::Serialize;

use mapping::answers;
use wire::{SHIPPING, TRACKING};

/// Faults come in this language, and the fault tables read them in it.
const LANGUAGE: &str = "en_GB";

/// The Chronopost carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chronopost;

/// The Chronopost carrier.
#[must_use]
pub fn carrier() -> Chronopost {
    Chronopost
}

impl Carrier for Chronopost {
    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        let body = SHIPPING.body(&mapping::book(intent)?, &["password"])?;
        Ok(SHIPPING.request(Effect::Books, body))
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        answers::booking(answer)
    }

    fn finding(&self) -> Option<&dyn Find> {
        Some(self)
    }

    fn voiding(&self) -> Option<&dyn Void> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Track> {
        Some(self)
    }
}

impl Find for Chronopost {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let operation = wire::Find {
            account_number: clean(&contract.number),
            password: secret_place("tracking_password"),
            language: LANGUAGE,
            senders_ref: clean(&search.reference),
        };
        on_tracking(Effect::Reads, &operation, &["tracking_password"])
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        answers::found(answer)
    }
}

impl Void for Chronopost {
    fn void(&self, contract: &Contract, tracking_number: &str) -> Request {
        let operation = wire::Cancel {
            account_number: clean(&contract.number),
            password: secret_place("password"),
            language: LANGUAGE,
            skybill_number: clean(tracking_number),
        };
        on_tracking(Effect::Voids, &operation, &["password"])
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        answers::voided(answer)
    }
}

impl Track for Chronopost {
    /// Chronopost tells of one parcel in a call: the first number counts.
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let operation = wire::Track {
            language: LANGUAGE,
            skybill_number: clean(tracking_numbers.first().copied().unwrap_or_default()),
        };
        on_tracking(Effect::Reads, &operation, &[])
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        answers::tracked(answer)
    }
}

fn on_tracking<T: Serialize>(effect: Effect, operation: &T, secrets: &[&'static str]) -> Request {
    // cannot fail: cleaned texts hold no mark of a secret's place; an empty body would do nothing
    let body = TRACKING.body(operation, secrets).unwrap_or(Body::Empty);
    TRACKING.request(effect, body)
}
