//! Template Title: how an intent is written for it and how its answers read.
//!
//! Pure translation: no network, no clock, no retry, no secret. So far in a made-up wire format; the
//! README says what is to be done, in the order one works.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;
mod wire;

use carrier_sdk::prelude::*;

/// Template Title as a carrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemplateType;

impl Carrier for TemplateType {
    fn profile(&self) -> &'static Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        Check::written(self.profile(), intent, mapping::book)
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        booking::ANSWERS.read(answer).booking(booking::booked)
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities::default().finds(self).voids(self).tracks(self)
    }
}
