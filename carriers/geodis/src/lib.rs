//! Geodis (Espace client), as pure translation: JSON requests out, answers in.
//!
//! Talks to nobody. A label cannot be fetched again by a number, so relabelling is absent: see the
//! README for what a doubt costs.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;
mod wire;

use carrier_sdk::{
    Booking, Carrier, Contract, Fault, Find, Intent, Memo, Profile, Refusal, Request, Response,
    Step, Track, Void,
};

/// Geodis as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Geodis;

impl Carrier for Geodis {
    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn faults(&self) -> &'static [Fault] {
        faults::FAULTS
    }

    fn specimen(&self) -> Contract {
        Contract::of("123456", &[("agency", "012345")])
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

    fn tracking(&self) -> Option<&dyn Track> {
        Some(self)
    }
}
