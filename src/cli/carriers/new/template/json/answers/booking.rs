//! What Template Title's answer to a booking tells.

use carrier_sdk::{Answers, Booking, Response, Step, Told};

use crate::faults::FAULTS;

/// Template Title's answers: where what went wrong stands in them.
pub(crate) const ANSWERS: Answers = Answers {
    of: "Template Title",
    faults: FAULTS,
    places: &[("error/code", "error/message|why")],
    ..Answers::USUAL
};

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    ANSWERS.read(answer).booking(|body| {
        let parcels = body.parcels("parcels", "number", "label");
        Booking::told(body.number("number"), parcels, None)
    })
}
