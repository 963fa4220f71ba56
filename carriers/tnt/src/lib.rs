//! TNT Express (ExpressConnect), as pure translation: XML in one field of a form out, XML in.
//!
//! A booking takes three requests: the consignment, its result, its label. Only the first one books;
//! it gives a key under which the others may be asked as often as need be. See the README for what is
//! known after each. TNT takes nothing back and gives no label by number: voiding and relabelling are
//! absent here.

mod booking;
pub mod faults;
mod mapping;
mod profile;
pub mod stub;
mod tracking;

use carrier_sdk::prelude::*;

/// Books, and gives what came of it.
const SHIP: &str = "/expressconnect/shipping/ship";
/// Finds and tracks.
const TRACKING: &str = "/expressconnect/track.do";
/// The field that holds what is asked.
const FIELD: &str = "xml_in";

/// The TNT Express carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tnt;

impl Carrier for Tnt {
    fn profile(&self) -> &'static Profile {
        &profile::PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        Check::written(self.profile(), intent, mapping::book)
    }

    fn read_booking(&self, memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        booking::read(memo, answer)
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities::default()
            .continues(self)
            .finds(self)
            .tracks(self)
    }
}

impl Continue for Tnt {
    /// What is asked under the key only reads: the consignment was made by the first request.
    fn next(&self, _contract: &Contract, memo: &Memo) -> Request {
        let question = booking::question(memo);
        call(Effect::Reads, SHIP, Body::form(&[(FIELD, &question)]))
    }
}

fn call(effect: Effect, path: &str, body: Body) -> Request {
    let request = Request::new(effect, Method::Post, path);
    request.auth(Auth::BASIC).body(body)
}
