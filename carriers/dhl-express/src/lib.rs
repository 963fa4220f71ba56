//! DHL Express (MyDHL API, JSON): how an intent is written for DHL and how DHL's answers read.
//!
//! Pure translation: no network, no clock, no retry, no secret. DHL gives a label once, in the
//! answer to the booking, and takes no booking back: voiding and relabelling are absent here.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;

use carrier_sdk::prelude::*;

/// DHL Express as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct DhlExpress;

impl Carrier for DhlExpress {
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
        Abilities::default().finds(self).tracks(self)
    }
}

/// A call of MyDHL.
fn call(effect: Effect, method: Method, path: &str) -> Request {
    Request::new(effect, method, path)
        // the interface version whose fields are written here
        .header("x-version", "3.1.0")
        .auth(Auth::BASIC)
}
