//! Cancelling a shipment with all of its pieces.

use carrier_sdk::json::at;
use carrier_sdk::{Body, Contract, Effect, Method, Request, Response, Void, VoidAnswer, judge};
use serde_json::{Value, json};

use crate::faults::{FAULTS, good, said};
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
        let said = match good(answer) {
            Ok(body) if at(&body, "output/cancelledShipment") == Some(&Value::Bool(true)) => {
                return VoidAnswer::Voided;
            }
            Ok(body) => said(answer, &body),
            Err(said) => said,
        };
        judge(FAULTS, said).on_void()
    }
}
