//! What Template Title's answer to a booking tells. A number makes a booking, whatever else is missing
//! or broken around it.

use carrier_sdk::xml::Element;
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge};

use crate::faults::FAULTS;

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(told) = Element::read(&answer.body) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    let number = told.number("number").filter(|_| told.name == "booked");
    match number {
        Some(number) if answer.is_success() => {
            let parcels = told.list("parcel").filter_map(parcel);
            Step::Done(Booking::new(number, parcels.collect()))
        }
        Some(_) => Step::in_doubt(None, "the answer has an error's status and a number"),
        None => judge(FAULTS, said(answer, &told)).on_booking(),
    }
}

fn parcel(parcel: &Element) -> Option<BookedParcel> {
    let label = parcel.text("label").and_then(Label::from_base64);
    Some(BookedParcel::new(parcel.number("number")?, label))
}

/// What went wrong, in the carrier's words.
pub(crate) fn said(answer: &Response, told: &Element) -> Said {
    match told.text("code") {
        code @ Some(_) if told.name == "error" => {
            Said::new(answer, code, told.text("message").unwrap_or_default())
        }
        _ => Said::unreadable(answer, "an answer of Template Title's"),
    }
}
