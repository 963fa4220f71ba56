//! What Chronopost's answers say: `return` with an error code in a 200, and a booking's parcels.

use carrier_sdk::prelude::*;
use carrier_sdk::soap;
use carrier_sdk::xml::Element;

use crate::faults::FAULTS;
use crate::{SHIPPING, TRACKING};

/// The operation that books one shipment of one or several parcels.
pub(crate) const OPERATION: &str = "shippingMultiParcelV5";

/// Chronopost's answers: the code in them decides.
pub(crate) const ANSWERS: Answers<Element> = Answers {
    of: "Chronopost",
    oddly: |answer, told| {
        let message = told.text("errorMessage").unwrap_or("no message");
        Some(Said::new(answer, Some(error(told)?), message))
    },
    is_yes: |_, told| error(told).is_none(),
    ..Answers::USUAL
};

/// What became of a booking. A number that can be read is a booking, with or without its label.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    returned(answer, OPERATION, FAULTS).booking(|told| {
        let parcels = told.parcels("resultMultiParcelValue", "skybillNumber", "pdfEtiquette");
        let numbered = parcels.into_iter().filter(|(number, _)| number.is_some());
        Booking::told(None, numbered, None)
    })
}

/// What the answer to this operation returns.
pub(crate) fn returned<'answer>(
    answer: &'answer Response,
    operation: &str,
    faults: &'static [Fault],
) -> Reading<'answer, Element> {
    let namespaces = [SHIPPING.namespace, TRACKING.namespace];
    let returned = soap::answer_at(answer, &namespaces, operation, "return");
    ANSWERS.by(faults).read_in(answer, returned)
}

/// The code of what went wrong; `None` for 0. Some operations put it in `statusCode`.
fn error(told: &Element) -> Option<&str> {
    let codes = ["errorCode", "statusCode"].into_iter();
    let mut codes = codes.filter_map(|name| told.text(name));
    codes.find(|code| !code.trim_start_matches('0').is_empty())
}
