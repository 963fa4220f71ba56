//! An intent in GLS's words: the booking request. What does not fit is refused by field, all at once.
//! Answers are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::profile::PROFILE;
use crate::shipping;

const ROOM: Room = Room {
    name: 40,
    company: 40,
    line: 40,
    postal_code: 10,
    city: 40,
    province: 40,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let body = json!({
        "Shipment": shipment(check, intent),
        "PrintingOptions": printing(&intent.contract, intent.label_format),
    });
    shipping(Effect::Books, "/shipments", body)
}

/// How labels are wanted, at the booking as when they are printed again.
pub(crate) fn printing(contract: &Contract, format: LabelFormat) -> Value {
    let (template, format) = match format {
        LabelFormat::Zpl => (PROFILE.setting(contract, "template_set"), "ZEBRA"),
        _ => ("NONE", "PDF"),
    };
    json!({"ReturnLabels": {"TemplateSet": template, "LabelFormat": format}})
}

fn shipment(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let (shipper, consignee) = (&shipment.shipper, &shipment.consignee);
    let instructions = shipment.instructions.as_deref();
    json!({
        "ShipmentReference": [intent.reference],
        "ShippingDate": intent.hand_over_at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        "Product": intent.product,
        "Consignee": {
            "Category": consignee.kind.name().to_uppercase(),
            "Address": address(check, "recipient", consignee, instructions),
        },
        "Shipper": {
            "ContactID": check.needed("account.account_number", &intent.contract.number, 40),
            "AlternativeShipperAddress": address(check, "ship_from", shipper, None),
        },
        "ShipmentUnit": units(check, intent),
        "Service": service(check, intent),
    })
}

/// The street's first line is GLS's `Street`; what goes on below it stands under the name.
fn address(check: &mut Check, place: &str, party: &Party, instructions: Option<&str>) -> Value {
    let lines = if party.company.is_some() { 2 } else { 3 };
    let room = Room { lines, ..ROOM };
    let mut address = Address::fit(check, place, party, &room);
    address.add_instructions(check, place, instructions, &room);
    let person = Some(&address.name).filter(|name| *name != address.addressee());
    let mut below = person.into_iter().chain(address.lines.iter().skip(1));
    json!({
        "Name1": address.addressee(),
        "Name2": below.next(),
        "Name3": below.next(),
        "Street": address.line(0),
        "Zipcode": given(&address.postal_code),
        "City": address.city,
        "Province": given(&address.province),
        "CountryCode": address.country,
        "ContactPerson": address.name,
        // nobody told us which of the two it is
        "FixedLinePhonenumber": given(&address.phone),
        "MobilePhoneNumber": given(&address.phone),
        "Email": given(&address.email),
    })
}

/// Each parcel has its place as reference of its own: GLS's lists need not keep our order.
fn units(check: &mut Check, intent: &Intent) -> Vec<Value> {
    let printed = check.printed(&intent.shipment, 50);
    let parcels = intent.shipment.parcels.iter().zip(1_u32..);
    let unit = parcels.map(|(parcel, place)| {
        json!({
            "ShipmentUnitReference": [place.to_string()],
            "Weight": decimal(parcel.kilograms()),
            "Note1": given(&printed),
        })
    });
    unit.collect()
}

fn service(check: &mut Check, intent: &Intent) -> Option<Value> {
    let name = intent.contract.setting("express_service");
    let name = name.filter(|_| intent.product == "EXPRESS")?;
    let name = check.text("account.express_service", name, 50);
    Some(json!([{"Service": {"ServiceName": name}}]))
}
