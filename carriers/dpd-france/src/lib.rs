//! DPD France, as pure translation: SOAP 1.1 requests to its EPrint service out, answers in.
//!
//! Talks to nobody. EPrint has no look-up by our reference, no tracking, and no void that is
//! documented: finding, tracking and voiding are absent here. See the README for what that costs.

mod booking;
pub mod faults;
mod mapping;
mod profile;
mod relabelling;
pub mod stub;

use carrier_sdk::prelude::*;
use carrier_sdk::soap::Service;
use carrier_sdk::xml::{Node, branch, secret};

/// Everything is one service.
const EPRINT: Service = Service {
    path: "/eprintwebservice.asmx",
    namespace: "http://www.cargonet.software",
    prefix: "",
    action: Some("http://www.cargonet.software/"),
};

/// The DPD France carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DpdFrance;

impl Carrier for DpdFrance {
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
        Abilities::default().relabels(self)
    }
}

/// An operation, with the user's credentials in the SOAP header.
fn call(effect: Effect, operation: &str, fields: Vec<Node>) -> Request {
    let user = [secret("userid", "username"), secret("password", "password")];
    let credentials = branch("UserCredentials", user).with("xmlns", EPRINT.namespace);
    let request = [branch("request", fields)];
    EPRINT.request(effect, operation, vec![credentials], request)
}
