//! An intent in Template Title's words. What does not fit is refused by field, all at once. Answers
//! are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::customs;
use carrier_sdk::prelude::*;
use carrier_sdk::xml::{Node, branch, leaf};

use crate::wire::call;

/// How long the carrier's fields are.
const ROOM: Room = Room::USUAL;

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let shipment = &intent.shipment;
    let account = check.account(&intent.contract, 12);
    let mut content = vec![
        leaf("account", account),
        leaf("reference", &intent.reference),
        leaf("product", &intent.product),
        leaf("label", intent.label_format),
        leaf("day", intent.hand_over_at.strftime("%Y-%m-%d")),
        party(check, ("sender", "ship_from"), &shipment.shipper),
        party(check, ("recipient", "recipient"), &shipment.consignee),
    ];
    let options = shipment.codes(&[(SaturdayDelivery, "SAT"), (Signature, "SIG")]);
    content.extend(options.into_iter().map(|option| leaf("option", option)));
    let parcels = shipment.parcels.iter();
    content.extend(parcels.map(|parcel| branch("parcel", leaf("grams", parcel.weight_g))));
    content.extend(goods(check, shipment));
    call(Effect::Books, "/book", "book", content)
}

fn party(check: &mut Check, (name, place): (&str, &str), party: &Party) -> Node {
    let address = Address::fit(check, place, party, &ROOM);
    let lines = address.lines.into_iter().map(|line| leaf("street", line));
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
    branch(name, lines.chain(texts.map(|(name, text)| leaf(name, text))))
}

/// What customs want to know, where there is a border.
fn goods(check: &mut Check, shipment: &Shipment) -> Option<Node> {
    let border = shipment.crosses_customs();
    let declared = border.then(|| customs::declare(check, shipment, 100))?;
    let lines = declared.lines.into_iter().map(|line| {
        let fields = [
            leaf("what", line.description),
            leaf("quantity", line.quantity),
            leaf("price", line.unit_price),
            leaf("grams", line.weight_g),
            leaf("hs_code", line.hs_code.unwrap_or_default()),
            leaf("origin", line.origin_country),
        ];
        branch("line", fields)
    });
    let value = [
        leaf("value", declared.value.amount),
        leaf("currency", declared.value.currency),
    ];
    Some(branch("goods", value.into_iter().chain(lines)))
}
