//! What DPD France's answers say: a result, or a SOAP fault in a 500 whose detail names an error.

use carrier_sdk::prelude::*;
use carrier_sdk::soap;
use carrier_sdk::xml::Element;

use crate::EPRINT;
use crate::faults::FAULTS;

/// The operation that books one parcel and gives its label.
pub(crate) const OPERATION: &str = "CreateShipmentWithLabelsBc";

/// DPD's answers: what is no SOAP fault says yes.
const ANSWERS: Answers<Element> = Answers {
    of: "DPD France",
    faults: FAULTS,
    is_yes: |_, _| true,
    ..Answers::USUAL
};

/// What became of a booking. A number that can be read is a booking, with or without its label.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let read = |told: &Element| Booking::told(number(told), None, label(told));
    result(answer, OPERATION).booking(read)
}

/// The parcel's number: the outgoing one's, for an answer may tell of a return or a proof beside it.
fn number(told: &Element) -> Option<String> {
    let shipments = || told.list("shipments/ShipmentBc");
    let outgoing = shipments().filter(|shipment| shipment.text("Type") == Some("EPRINT"));
    let mut numbers = outgoing.chain(shipments());
    numbers.find_map(|shipment| shipment.number("Shipment/BarcodeId"))
}

/// The parcel's own label, not the attachment's, the proof's or the return's beside it.
pub(crate) fn label(told: &Element) -> Option<Label> {
    let labels = told.list("labels/Label");
    let own = labels.filter(|label| matches!(label.text("type"), Some("EPRINT" | "BIC3")));
    let mut own = own.filter_map(|label| label.label("label"));
    own.next()
}

/// The result of this operation.
pub(crate) fn result<'answer>(
    answer: &'answer Response,
    operation: &str,
) -> Reading<'answer, Element> {
    ANSWERS.read_in(answer, told(answer, operation))
}

fn told(answer: &Response, operation: &str) -> Result<Element, Said> {
    if let Some(fault) = soap::fault(answer) {
        let error = fault.detail.as_ref().and_then(|detail| detail.at("Error"));
        let text = |name| error.and_then(|error| error.text(name));
        let message = text("ErrorMessage").unwrap_or(&fault.text);
        return Err(Said::new(answer, text("ErrorId"), message));
    }
    let path = format!("{operation}Result");
    soap::answer_at(answer, &[EPRINT.namespace], operation, &path)
}
