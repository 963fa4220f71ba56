//! FedEx (REST, JSON): how an intent is written for FedEx and how FedEx's answers read.
//!
//! Pure translation: no network, no clock, no retry, no secret. FedEx gives a label once, in the answer
//! to the booking: relabelling is absent here, and a booking found again is voided and booked anew.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;

use carrier_sdk::prelude::*;

/// FedEx as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fedex;

impl Carrier for Fedex {
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
        Abilities::default().finds(self).voids(self).tracks(self)
    }
}

/// A call of FedEx's, with its texts in English, as the fault table reads them.
fn call(effect: Effect, method: Method, path: &str) -> Request {
    Request::new(effect, method, path)
        .header("x-locale", "en_US")
        .auth(Auth::oauth2_in_form("/oauth/token"))
}
