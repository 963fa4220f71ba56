//! What Template Title's answer to a booking tells.

use carrier_sdk::prelude::*;
use carrier_sdk::xml::Element;

use crate::faults::FAULTS;

/// Template Title's answers: where what went wrong stands in them, and what says yes.
pub(crate) const ANSWERS: Answers<Element> = Answers {
    of: "Template Title",
    faults: FAULTS,
    places: &[("", "code", "message|why")],
    is_yes: |answer, told| answer.is_success() && told.name != "error",
    ..Answers::USUAL
};

/// The booking. A number makes one, whatever else is missing or broken around it.
pub(crate) fn booked(told: &Element) -> Option<Booking> {
    let booked = Some(told).filter(|told| told.name == "booked")?;
    let parcels = booked.parcels("parcel", "number", "label");
    Booking::told(booked.number("number"), parcels, None)
}
