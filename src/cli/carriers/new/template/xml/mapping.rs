//! An intent in Template Title's words. What does not fit is refused by field, all at once. Answers
//! are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::xml::{Node, branch, leaf};
use carrier_sdk::{
    Address, Check, Effect, Intent, Party, Refusal, Request, Room, Shipment, customs,
    geography::customs_needed,
};

use crate::profile::PROFILE;
use crate::wire::call;

/// How long the carrier's fields are.
const ROOM: Room = Room::USUAL;

/// The request that books this intent.
pub(crate) fn book(intent: &Intent) -> Result<Request, Refusal> {
    let mut check = Check::of(&PROFILE, intent);
    let shipment = &intent.shipment;
    let account = check.digits("account.account_number", &intent.contract.number, 12);
    let mut content = vec![
        leaf("account", account),
        leaf("reference", &intent.reference),
        leaf("product", &intent.product),
        leaf("label", intent.label_format),
        leaf("day", intent.hand_over_at.strftime("%Y-%m-%d")),
        party(&mut check, ("sender", "ship_from"), &shipment.shipper),
        party(&mut check, ("recipient", "recipient"), &shipment.consignee),
    ];
    let options = shipment.codes(&[(SaturdayDelivery, "SAT"), (Signature, "SIG")]);
    content.extend(options.into_iter().map(|option| leaf("option", option)));
    let parcels = shipment.parcels.iter();
    content.extend(parcels.map(|parcel| branch("parcel", leaf("grams", parcel.weight_g))));
    content.extend(goods(&mut check, shipment));
    check.done()?;
    Ok(call(Effect::Books, "/book", "book", content))
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
    let (from, to) = (&shipment.shipper.country, &shipment.consignee.country);
    let declared = customs_needed(from, to).then(|| customs::declare(check, shipment, 100))?;
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
