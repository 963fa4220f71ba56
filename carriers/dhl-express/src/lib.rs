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

use carrier_sdk::{
    Auth, Booking, Carrier, Effect, Fault, Find, Intent, Memo, Method, Profile, Proof, Refusal,
    Request, Response, Step, Track,
};

/// DHL Express as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct DhlExpress;

impl Carrier for DhlExpress {
    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn faults(&self) -> &'static [Fault] {
        faults::FAULTS
    }

    fn proof(&self) -> Proof {
        Proof::Description("MyDHL API, OpenAPI 3.1.1")
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

    fn tracking(&self) -> Option<&dyn Track> {
        Some(self)
    }
}

/// A call of MyDHL.
fn call(effect: Effect, method: Method, path: &str) -> Request {
    Request::new(effect, method, path)
        // the interface version whose fields are written here
        .header("x-version", "3.1.0")
        .auth(Auth::Basic {
            username: "username",
            password: "password",
        })
}
