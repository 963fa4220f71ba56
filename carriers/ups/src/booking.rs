//! What UPS's answer to a booking tells: the shipment's number, its packages and their labels.

use carrier_sdk::json::at;
use carrier_sdk::prelude::*;

use crate::faults::ANSWERS;

/// The outcome of a booking. The HTML page beside a label is none.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    ANSWERS.read(answer).booking(|body| {
        let results = at(body, "ShipmentResponse/ShipmentResults")?;
        let label = "ShippingLabel/GraphicImage";
        let packages = results.parcels("PackageResults", "TrackingNumber", label);
        Booking::told(
            results.number("ShipmentIdentificationNumber"),
            packages,
            None,
        )
    })
}
