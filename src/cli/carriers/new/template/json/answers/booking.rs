//! What Template Title's answer to a booking tells.

use carrier_sdk::prelude::*;
use serde_json::Value;

use crate::faults::FAULTS;

/// Template Title's answers: where what went wrong stands in them.
pub(crate) const ANSWERS: Answers = Answers {
    of: "Template Title",
    faults: FAULTS,
    places: &[("error", "code", "message"), ("", "", "why")],
    ..Answers::USUAL
};

/// The booking. A number makes one, whatever else is missing or broken around it.
pub(crate) fn booked(body: &Value) -> Option<Booking> {
    let parcels = body.parcels("parcels", "number", "label");
    Booking::told(body.number("number"), parcels, None)
}
