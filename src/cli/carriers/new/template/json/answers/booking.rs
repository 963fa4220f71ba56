//! What Template Title's answer to a booking tells. A number makes a booking, whatever else is missing
//! or broken around it.

use carrier_sdk::json::{list, number, object, text};
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge};
use serde_json::Value;

use crate::faults::FAULTS;

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    match number(&body, "number") {
        Some(number) if answer.is_success() => {
            let parcels = list(&body, "parcels").iter().filter_map(parcel);
            Step::Done(Booking::new(number, parcels.collect()))
        }
        Some(_) => Step::in_doubt(None, "the answer has an error's status and a number"),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

fn parcel(parcel: &Value) -> Option<BookedParcel> {
    let label = text(parcel, "label").and_then(|label| Label::from_base64(&label));
    Some(BookedParcel::new(number(parcel, "number")?, label))
}

/// What went wrong, in the carrier's words.
pub(crate) fn said(answer: &Response, body: &Value) -> Said {
    let code = text(body, "error/code");
    match text(body, "error/message") {
        None if code.is_none() => Said::unreadable(answer, "an answer of Template Title's"),
        message => Said::new(answer, code.as_deref(), message.unwrap_or_default()),
    }
}
