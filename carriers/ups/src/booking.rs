//! What UPS's answer to a booking tells: the shipment's number, its packages and their labels; and what
//! became of a void. UPS says yes again for a shipment that is voided already: asking twice is harmless.

use carrier_sdk::prelude::*;
use serde_json::Value;

use crate::faults::ANSWERS;
use crate::{Ups, call};

/// The booking. The HTML page beside a label is none.
pub(crate) fn booked(body: &Value) -> Option<Booking> {
    let results = body.get("ShipmentResponse")?.get("ShipmentResults")?;
    let label = "ShippingLabel/GraphicImage";
    let packages = results.parcels("PackageResults", "TrackingNumber", label);
    Booking::told(
        results.number("ShipmentIdentificationNumber"),
        packages,
        None,
    )
}

impl Void for Ups {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let path = format!("/api/shipments/v2409/void/cancel/{tracking_number}");
        call(Effect::Voids, Method::Delete, path, tracking_number)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS.read(answer).void(|body| {
            let code = body.text("VoidShipmentResponse/SummaryResult/Status/Code")?;
            // UPS's gateway was seen to write line ends into its codes
            (code.replace("&#xD;", "") == "1").then_some(VoidAnswer::Voided)
        })
    }
}
