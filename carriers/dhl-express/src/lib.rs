//! DHL Express (MyDHL API, JSON): how an intent is written for DHL and how DHL's answers read.
//!
//! Pure translation: no network, no clock, no retry, no secret. DHL gives a label once, in the
//! answer to the booking, and takes no booking back: voiding and relabelling are absent here.

mod faults;
mod mapping;
mod profile;
#[cfg(feature = "stub")]
pub mod stub;
mod wire;

use carrier_sdk::{
    Booking, Carrier, Find, Intent, Memo, Profile, Refusal, Request, Response, Step, Track,
};

/// DHL Express as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct DhlExpress;

/// The carrier, for the registry.
#[must_use]
pub fn carrier() -> DhlExpress {
    DhlExpress
}

impl Carrier for DhlExpress {
    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        mapping::book(intent)
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        mapping::reading::booking(answer)
    }

    fn finding(&self) -> Option<&dyn Find> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Track> {
        Some(self)
    }
}
