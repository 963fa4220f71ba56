//! Cancelling a shipment with all of its pieces.

use carrier_sdk::json::at;
use carrier_sdk::prelude::*;
use serde_json::json;

use crate::faults::ANSWERS;
use crate::{Fedex, call};

impl Void for Fedex {
    fn void(&self, contract: &Contract, tracking_number: &str) -> Request {
        let body = json!({
            "accountNumber": {"value": contract.number},
            "trackingNumber": tracking_number,
            "deletionControl": "DELETE_ALL_PACKAGES",
        });
        let path = "/ship/v1/shipments/cancel";
        call(Effect::Voids, Method::Put, path).body(Body::json(&body))
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        ANSWERS.read(answer).void(|body| {
            let cancelled = at(body, "output/cancelledShipment")?.as_bool()?;
            cancelled.then_some(VoidAnswer::Voided)
        })
    }
}
