//! Chronopost, as pure translation: SOAP 1.1 requests out, answers in.
//!
//! Talks to nobody: the worker sends what [`Carrier::book`] and its sisters write, and hands the
//! answers to the readers here. See the README for what doubt costs with this carrier.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;

use carrier_sdk::prelude::*;
use carrier_sdk::soap::Service;

/// Books.
const SHIPPING: Service = Service::new(
    "/shipping-cxf/ShippingServiceWS",
    "http://cxf.shipping.soap.chronopost.fr/",
    "cxf",
);

/// Tracks, finds and cancels.
const TRACKING: Service = Service::new(
    "/tracking-cxf/TrackingServiceWS",
    "http://cxf.tracking.soap.chronopost.fr/",
    "cxf",
);

/// The Chronopost carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chronopost;

impl Carrier for Chronopost {
    fn profile(&self) -> &'static Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        Check::written(self.profile(), intent, mapping::book)
    }

    fn read_booking(&self, _memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        booking::read(answer)
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities::default().finds(self).voids(self).tracks(self)
    }
}
