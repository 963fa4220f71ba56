//! From an intent to Chronopost's booking request, in its own spelling (one `d` in `Adress`), fields
//! in the order of its schema, which is an `xs:sequence`.
//!
//! Every field is written, empty or 0 where there is nothing, as Chronopost's own plugins do. What
//! does not fit is reported by field, never with its value; nothing is cut.

use carrier_sdk::ServiceOption::{Insurance, MondayDelivery, SaturdayDelivery};
use carrier_sdk::customs::articles;
use carrier_sdk::party::{dialled_from, may_be_mobile};
use carrier_sdk::prelude::*;
use carrier_sdk::xml::{Node, branch, leaf, secret};
use rust_decimal::Decimal;

use crate::SHIPPING;
use crate::booking::OPERATION;
use crate::profile::PROFILE;

const ROOM: Room = Room {
    name: 100,
    company: 100,
    lines: 2,
    line: 38,
    city: 50,
    province: 0,
    phone: 17,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let shipment = &intent.shipment;
    let count = shipment.parcels.len();
    let printed = check.printed(shipment, 35);
    let reference = [
        leaf("recipientRef", printed),
        leaf("shipperRef", &intent.reference),
    ];
    let reference = branch("refValue", reference);
    let civility = PROFILE.setting(&intent.contract, "civility");
    let shipper = Address::fit(check, "ship_from", &shipment.shipper, &ROOM);
    let mut fields = vec![
        header(check, &intent.contract),
        party("shipper", &shipper, Some(civility), "0"),
        party("customer", &shipper, Some(civility), "0"),
        recipient(check, intent),
    ];
    // one for each parcel: a parcel without the reference could not be found again
    fields.extend(vec![reference; count]);
    fields.extend(skybills(check, intent));
    let label = [
        leaf("duplicata", "N"),
        leaf("mode", label_mode(check, intent)),
        leaf("withReservation", 0),
    ];
    fields.extend([
        branch("skybillParamsValue", label),
        secret("password", "password"),
        leaf("modeRetour", 2),
        leaf("numberOfParcel", count),
        leaf("version", "2.0"),
        leaf("multiParcel", if count > 1 { "Y" } else { "N" }),
    ]);
    SHIPPING.request(Effect::Books, OPERATION, vec![], fields)
}

fn header(check: &mut Check, contract: &Contract) -> Node {
    let account = check.account(contract, 8);
    let sub_account = contract.setting("sub_account").unwrap_or("0");
    let sub_account = check.digits("account.sub_account", sub_account, 3);
    let fields = [
        leaf("accountNumber", account),
        leaf("idEmit", "CHRFR"),
        leaf("subAccount", sub_account),
    ];
    branch("headerValue", fields)
}

/// Without a company the person stands in both name fields, for both are mandatory. What the driver
/// should know has no field of its own; it shares the address lines.
fn recipient(check: &mut Check, intent: &Intent) -> Node {
    let shipment = &intent.shipment;
    let mut address = Address::fit(check, "recipient", &shipment.consignee, &ROOM);
    address.add_instructions(check, "recipient", shipment.instructions.as_deref(), &ROOM);
    let announces = PROFILE.setting(&intent.contract, "pre_alert") == "email";
    let announced = announces && !address.email.is_empty();
    let pre_alert = if announced { "22" } else { "0" };
    party("recipient", &address, None, pre_alert)
}

/// A shipper, customer or recipient: the same fields, each named after the role.
fn party(role: &str, address: &Address, civility: Option<&str>, pre_alert: &str) -> Node {
    let phone = dialled_from("33", &address.phone);
    // of a number abroad nobody can tell, so that both fields have it
    let mobile = Some(phone.as_str()).filter(|phone| may_be_mobile(phone));
    let fields = [
        ("Adress1", Some(address.line(0))),
        ("Adress2", Some(address.line(1))),
        ("City", Some(&address.city)),
        ("Civility", civility),
        ("ContactName", Some(&address.name)),
        ("Country", Some(&address.country)),
        ("Email", Some(&address.email)),
        ("MobilePhone", Some(mobile.unwrap_or_default())),
        ("Name", Some(address.addressee())),
        ("Name2", Some(&address.name)),
        ("Phone", Some(&phone)),
        ("PreAlert", Some(pre_alert)),
        ("ZipCode", Some(&address.postal_code)),
    ];
    let field = |(name, value): (&str, Option<&str>)| Some(leaf(format!("{role}{name}"), value?));
    branch(format!("{role}Value"), fields.map(field))
}

/// The account's label layout; without a setting the first, without a proof of deposit, for no
/// driver takes one.
fn label_mode(check: &mut Check, intent: &Intent) -> &'static str {
    let modes: &[&str] = match intent.label_format {
        LabelFormat::Zpl => &["Z2D", "ZPL300", "Z2DPSG"],
        _ => &["SPD", "PDF", "PPR", "THE", "THEPSG"],
    };
    check.setting(&intent.contract, "label_mode", modes)
}

/// One skybill for each parcel. Values are in cents, 0 where there is none.
fn skybills(check: &mut Check, intent: &Intent) -> Vec<Node> {
    let shipment = &intent.shipment;
    let (customs, insured) = (shipment.crosses_customs(), shipment.has(Insurance));
    // the day of delivery, the one thing that options choose here; insurance is a value
    let days = [(SaturdayDelivery, "6"), (MondayDelivery, "1")];
    let service = check.choice(shipment, &days, "0");
    let leaves = intent.hand_over_at.strftime("%Y-%m-%dT%H:%M:%S");
    let leaves = leaves.to_string();
    let insured_value = check.cents(shipment, insured.then_some("insurance"), "EUR");
    let customs_value = check.cents(shipment, customs.then_some("customs"), "EUR");
    // what customs can read on the waybill: five lines for all the articles
    let contents = customs.then(|| articles(check, &shipment.items, 45, 5));
    let contents = contents.unwrap_or_default();
    let skybill = |(parcel, rank): (&Parcel, usize)| {
        // the schema demands a size; Chronopost's own plugins send 1 where they know none
        let sides = parcel.size.map(|size| size.centimetres());
        let [length, width, height] = sides.unwrap_or([Decimal::ONE; 3]);
        let mut fields = vec![leaf("bulkNumber", shipment.parcels.len())];
        fields.extend((0..5).map(|place| {
            let content = contents.get(place).map_or("", String::as_str);
            leaf(format!("content{}", place + 1), content)
        }));
        fields.extend([
            leaf("customsCurrency", "EUR"),
            leaf("customsValue", customs_value),
            leaf("evtCode", "DC"),
            leaf("insuredCurrency", "EUR"),
            leaf("insuredValue", insured_value),
            leaf("objectType", "MAR"),
            leaf("productCode", &intent.product),
            leaf("service", service),
            leaf("shipDate", &leaves),
            leaf("shipHour", intent.hand_over_at.hour()),
            leaf("skybillRank", rank),
            leaf("weight", parcel.kilograms()),
            leaf("weightUnit", "KGM"),
            leaf("height", height),
            leaf("length", length),
            leaf("width", width),
        ]);
        branch("skybillValue", fields)
    };
    shipment.parcels.iter().zip(1..).map(skybill).collect()
}
