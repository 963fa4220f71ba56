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

use carrier_sdk::prelude::*;

/// Geodis as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Geodis;

impl Carrier for Geodis {
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
