//! Voiding a shipment. UPS says yes again for one that is voided already: asking twice is harmless.

use carrier_sdk::json::text;
use carrier_sdk::prelude::*;

use crate::faults::ANSWERS;
use crate::{Ups, call};

impl Void for Ups {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let path = format!("/api/shipments/v2409/void/cancel/{tracking_number}");
        call(Effect::Voids, Method::Delete, path, tracking_number)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS.read(answer).void(|body| {
            let code = text(body, "VoidShipmentResponse/SummaryResult/Status/Code")?;
            // UPS's gateway was seen to write line ends into its codes
            (code.replace("&#xD;", "") == "1").then_some(VoidAnswer::Voided)
        })
    }
}
