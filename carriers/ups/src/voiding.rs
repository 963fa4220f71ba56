//! Voiding a shipment. UPS says yes again for one that is voided already: asking twice is harmless.

use carrier_sdk::json::text;
use carrier_sdk::{Contract, Effect, Method, Request, Response, Void, VoidAnswer, judge};

use crate::faults::{FAULTS, good, said};
use crate::{Ups, call};

impl Void for Ups {
    fn void(&self, _contract: &Contract, tracking_number: &str) -> Request {
        let path = format!("/api/shipments/v2409/void/cancel/{tracking_number}");
        call(Effect::Voids, Method::Delete, path, tracking_number)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        let said = match good(answer) {
            Ok(body) => {
                let status = text(&body, "VoidShipmentResponse/SummaryResult/Status/Code");
                // UPS's gateway was seen to write line ends into its codes
                if status.is_some_and(|code| code.replace("&#xD;", "") == "1") {
                    return VoidAnswer::Voided;
                }
                said(answer, &body)
            }
            Err(said) if said.code.as_deref() == Some("190117") => return VoidAnswer::TooLate,
            Err(said) => said,
        };
        judge(FAULTS, said).on_void()
    }
}
