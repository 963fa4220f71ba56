//! An intent in Template Title's words. What does not fit is refused by field, all at once. Answers
//! are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::customs;
use carrier_sdk::json::without_nulls;
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::wire::call;

/// How long the carrier's fields are.
const ROOM: Room = Room::USUAL;

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let shipment = &intent.shipment;
    let parcels = shipment.parcels.iter();
    let body = json!({
        "account": check.account(&intent.contract, 12),
        "reference": intent.reference,
        "product": intent.product,
        "options": shipment.codes(&[(SaturdayDelivery, "SAT"), (Signature, "SIG")]),
        "label": intent.label_format.name(),
        "day": intent.hand_over_at.strftime("%Y-%m-%d").to_string(),
        "sender": party(check, "ship_from", &shipment.shipper),
        "recipient": party(check, "recipient", &shipment.consignee),
        "parcels": parcels.map(|parcel| json!({"grams": parcel.weight_g})).collect::<Vec<_>>(),
        "goods": goods(check, shipment),
    });
    call(Effect::Books, "/book", &without_nulls(body))
}

fn party(check: &mut Check, place: &str, party: &Party) -> Value {
    let address = Address::fit(check, place, party, &ROOM);
    json!({
        "name": address.name,
        "company": given(&address.company),
        "street": address.lines,
        "postal_code": address.postal_code,
        "city": address.city,
        "province": given(&address.province),
        "country": address.country,
        "email": given(&address.email),
        "phone": given(&address.phone),
    })
}

/// What customs want to know, where there is a border.
fn goods(check: &mut Check, shipment: &Shipment) -> Option<Value> {
    let border = shipment.crosses_customs();
    let declared = border.then(|| customs::declare(check, shipment, 100))?;
    let lines = declared.lines.iter().map(|line| {
        json!({
            "what": line.description,
            "quantity": line.quantity,
            "price": decimal(line.unit_price),
            "grams": line.weight_g,
            "hs_code": line.hs_code,
            "origin": line.origin_country,
        })
    });
    Some(json!({
        "value": decimal(declared.value.amount),
        "currency": declared.value.currency,
        "lines": lines.collect::<Vec<_>>(),
    }))
}
