//! UPS (REST, JSON): how an intent is written for UPS and how UPS's answers read.
//!
//! Pure translation: no network, no clock, no retry, no secret. UPS gives a label again under our
//! reference, so the look-up after a lost answer brings number and label at once (`recovery.rs`).

mod booking;
pub mod faults;
mod mapping;
mod profile;
mod recovery;
pub mod stub;
mod tracking;
mod voiding;

use carrier_sdk::{
    Auth, Booking, Carrier, Contract, Effect, Fault, Find, Intent, Memo, Method, Profile, Proof,
    Refusal, Relabel, Request, Response, Step, Track, Void,
};

/// UPS as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ups;

impl Carrier for Ups {
    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn faults(&self) -> &'static [Fault] {
        faults::FAULTS
    }

    fn proof(&self) -> Proof {
        Proof::Description("OpenAPI of Shipping 2409, Label Recovery, Track")
    }

    fn specimen(&self) -> Contract {
        Contract::of("9A8B7C", &[])
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        mapping::book(intent)
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        booking::read(answer)
    }

    fn finding(&self) -> Option<&dyn Find> {
        Some(self)
    }

    fn voiding(&self) -> Option<&dyn Void> {
        Some(self)
    }

    fn relabelling(&self) -> Option<&dyn Relabel> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Track> {
        Some(self)
    }
}

/// A call of UPS's. What it is about stands in `transId`, which UPS keeps for its support, not to tell
/// one booking from another.
fn call(effect: Effect, method: Method, path: impl Into<String>, about: &str) -> Request {
    let plain = about.chars().filter(char::is_ascii_graphic);
    Request::new(effect, method, path)
        .header("transId", plain.take(32).collect::<String>())
        .header("transactionSrc", "diligence")
        .auth(Auth::oauth2("/security/v1/oauth/token"))
}
