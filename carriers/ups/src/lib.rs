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

use carrier_sdk::prelude::*;

/// UPS as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ups;

impl Carrier for Ups {
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

/// A call of UPS's. What it is about stands in `transId`, which UPS keeps for its support, not to tell
/// one booking from another.
fn call(effect: Effect, method: Method, path: impl Into<String>, about: &str) -> Request {
    let plain = about.chars().filter(char::is_ascii_graphic);
    Request::new(effect, method, path)
        .header("transId", plain.take(32).collect::<String>())
        .header("transactionSrc", "diligence")
        .auth(Auth::oauth2("/security/v1/oauth/token"))
}
