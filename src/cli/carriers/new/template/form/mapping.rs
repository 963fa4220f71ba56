//! An intent in Template Title's words. What does not fit is refused by field, all at once. Answers
//! are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::customs;
use carrier_sdk::prelude::*;

use crate::wire::ask;

/// How long the carrier's fields are.
const ROOM: Room = Room::USUAL;

/// A form's fields on their way.
type Fields = Vec<(String, String)>;

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let shipment = &intent.shipment;
    let account = check.account(&intent.contract, 12);
    let options = shipment.codes(&[(SaturdayDelivery, "SAT"), (Signature, "SIG")]);
    let mut fields: Fields = [
        ("account", account.as_str()),
        ("reference", &intent.reference),
        ("product", &intent.product),
        ("options", &options.join(" ")),
        ("label", intent.label_format.name()),
        ("day", &intent.hand_over_at.strftime("%Y-%m-%d").to_string()),
        ("parcels", &shipment.parcels.len().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    party(check, &mut fields, ("sender", "ship_from"), &shipment.shipper);
    party(check, &mut fields, ("recipient", "recipient"), &shipment.consignee);
    for (number, parcel) in (1..).zip(&shipment.parcels) {
        fields.push((format!("parcel{number}_grams"), parcel.weight_g.to_string()));
    }
    goods(check, &mut fields, shipment);
    let fields = fields.iter();
    let fields: Vec<(&str, &str)> =
        fields.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    ask(Effect::Books, "/book", &fields)
}

fn party(check: &mut Check, fields: &mut Fields, (name, place): (&str, &str), party: &Party) {
    let address = Address::fit(check, place, party, &ROOM);
    let texts = [
        ("name", address.name),
        ("company", address.company),
        ("postal_code", address.postal_code),
        ("city", address.city),
        ("province", address.province),
        ("country", address.country),
        ("email", address.email),
        ("phone", address.phone),
    ];
    fields.extend(texts.map(|(part, text)| (format!("{name}_{part}"), text)));
    for (number, line) in (1..).zip(address.lines) {
        fields.push((format!("{name}_street{number}"), line));
    }
}

/// What customs want to know, where there is a border.
fn goods(check: &mut Check, fields: &mut Fields, shipment: &Shipment) {
    if !shipment.crosses_customs() {
        return;
    }
    let declared = customs::declare(check, shipment, 100);
    let value = [
        ("value", declared.value.amount.to_string()),
        ("currency", declared.value.currency),
    ];
    fields.extend(value.map(|(name, value)| (name.to_owned(), value)));
    for line in declared.lines {
        let texts = [
            ("what", line.description),
            ("quantity", line.quantity.to_string()),
            ("price", line.unit_price.to_string()),
            ("grams", line.weight_g.to_string()),
            ("hs_code", line.hs_code.unwrap_or_default()),
            ("origin", line.origin_country),
        ];
        fields.extend(texts.map(|(name, text)| (format!("goods{}_{name}", line.number), text)));
    }
}
