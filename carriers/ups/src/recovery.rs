//! Label recovery: the label of a shipment under our reference, or of a package under its number.
//!
//! After a lost answer one call tells that the booking exists and brings its labels. An account whose
//! labels UPS does not give so looks in tracking instead (`look_up = "tracking"`), for numbers only.

use carrier_sdk::body::formed;
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::faults::{ANSWERS, known};
use crate::{Ups, call, mapping, tracking};

impl Find for Ups {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let reference = &search.reference;
        if contract.setting("look_up") == Some("tracking") {
            let [from, to] = search.sent.days(1, "%Y%m%d");
            let segment = formed(reference).replace('+', "%20");
            let path = format!("/api/track/v1/reference/details/{segment}");
            return call(Effect::Reads, Method::Get, path, reference)
                .query("fromPickUpDate", from)
                .query("toPickUpDate", to)
                .query("shipperNum", &contract.number)
                .query("refNumType", "SmallPackage");
        }
        let by = json!({"ReferenceNumber": {"Value": reference}, "ShipperNumber": contract.number});
        recovery(reference, "ReferenceValues", by, search.label_format)
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        known(answer, |body| {
            [recovered(body), tracking::found(body)].concat()
        })
    }
}

impl Relabel for Ups {
    fn relabel(&self, _contract: &Contract, number: &str, format: LabelFormat) -> Request {
        recovery(number, "TrackingNumber", number.into(), format)
    }

    /// The label of the one package that was asked for; of several, nobody knows whose it is.
    fn read_label(&self, answer: &Response) -> Result<Label, Why> {
        let one = |body: &Value| match packages(body.get("LabelRecoveryResponse")?).as_slice() {
            [(_, label)] => label.clone(),
            _ => None,
        };
        ANSWERS.read(answer).label(one)
    }
}

fn recovery(about: &str, by: &str, value: Value, format: LabelFormat) -> Request {
    let body = json!({"LabelRecoveryRequest": {
        "Request": {"SubVersion": "1903", "TransactionReference": {"CustomerContext": about}},
        "LabelSpecification": mapping::label(format),
        by: value,
    }});
    let path = "/api/labels/v1/recovery";
    call(Effect::Reads, Method::Post, path, about).json(body)
}

fn packages(told: &Value) -> Vec<ToldParcel> {
    told.parcels("LabelResults", "TrackingNumber", "LabelImage/GraphicImage")
}

/// The shipment with its labels; or the candidates, when the reference fits several packages.
fn recovered(body: &Value) -> Vec<FoundShipment> {
    let told = body.get("LabelRecoveryResponse").unwrap_or(&Value::Null);
    let named = told.number("ShipmentIdentificationNumber");
    let candidates = told.list("TrackingCandidate").into_iter();
    let candidates = candidates.map(|candidate| (candidate.number("TrackingNumber"), vec![]));
    let all = [(named, packages(told))].into_iter().chain(candidates);
    all.filter_map(|(named, parcels)| FoundShipment::told(named, parcels))
        .collect()
}
