//! What Chronopost's answers say: `return` with an error code in a 200, and a booking's parcels.

use carrier_sdk::xml::Element;
use carrier_sdk::{BookedParcel, Booking, Label, Response, Said, Step, judge, soap};

use crate::faults::FAULTS;
use crate::{SHIPPING, TRACKING};

/// The operation that books one shipment of one or several parcels.
pub(crate) const OPERATION: &str = "shippingMultiParcelV5";

/// What became of a booking. A number that can be read is a booking, with or without its label.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let told = match returned(answer, OPERATION) {
        Ok(told) => told,
        Err(said) => return judge(FAULTS, said).on_booking(),
    };
    let parcels: Vec<BookedParcel> = told
        .list("resultMultiParcelValue")
        .filter_map(parcel)
        .collect();
    match (error(&told), parcels.first()) {
        (None, Some(first)) => Step::Done(Booking::new(first.tracking_number.clone(), parcels)),
        (None, None) => Step::in_doubt(None, "the answer says yes and holds no parcel number"),
        (Some(_), None) => judge(FAULTS, said(answer, &told)).on_booking(),
        (code, Some(_)) => Step::in_doubt(code, "the answer holds an error and a parcel number"),
    }
}

fn parcel(booked: &Element) -> Option<BookedParcel> {
    let label = booked.text("pdfEtiquette").and_then(Label::from_base64);
    Some(BookedParcel::new(booked.number("skybillNumber")?, label))
}

/// What the answer to this operation returns.
pub(crate) fn returned(answer: &Response, operation: &str) -> Result<Element, Said> {
    let namespaces = [SHIPPING.namespace, TRACKING.namespace];
    let content = soap::answer(answer, &namespaces, operation)?;
    let returned = content.at("return").cloned();
    returned.ok_or_else(|| Said::unreadable(answer, "Chronopost's answer to this request"))
}

/// The code of what went wrong; `None` for 0. Some operations put it in `statusCode`.
pub(crate) fn error(told: &Element) -> Option<&str> {
    let codes = ["errorCode", "statusCode"].into_iter();
    let mut codes = codes.filter_map(|name| told.text(name));
    codes.find(|code| !code.trim_start_matches('0').is_empty())
}

/// Whether it says 0. An answer that says nothing has not said yes.
pub(crate) fn says_yes(told: &Element) -> bool {
    error(told).is_none() && told.text("errorCode").is_some()
}

/// What it says went wrong.
pub(crate) fn said(answer: &Response, told: &Element) -> Said {
    match error(told) {
        None => Said::unreadable(answer, "Chronopost's answer: it has no error code"),
        code => Said::new(
            answer,
            code,
            told.text("errorMessage").unwrap_or("no message"),
        ),
    }
}
