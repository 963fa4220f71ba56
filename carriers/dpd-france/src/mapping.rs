//! From an intent to DPD France's booking request, fields in the order of its WSDL, which is an
//! `xs:sequence`. What is not there is left out.
//!
//! What does not fit is reported by field, never with its value; nothing is cut.

use carrier_sdk::party::{dialled_from, may_be_mobile};
use carrier_sdk::prelude::*;
use carrier_sdk::text::{clean, lines};
use carrier_sdk::xml::{Node, branch, leaf};

use crate::booking::OPERATION;
use crate::call;
use crate::profile::{PREDICT, PROFILE};

/// The street is one field of 70 characters.
const ROOM: Room = Room {
    lines: 1,
    line: 70,
    province: 0,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let shipment = &intent.shipment;
    let shipper = Address::fit(check, "ship_from", &shipment.shipper, &ROOM);
    let consignee = Address::fit(check, "recipient", &shipment.consignee, &ROOM);
    let printed = check.printed(shipment, 35);
    let mut fields = vec![
        place("receiveraddress", &consignee),
        details("receiverinfo", &consignee, instructions(check, shipment)),
        place("shipperaddress", &shipper),
        details("shipperinfo", &shipper, vec![]),
    ];
    fields.extend(customer(check, &intent.contract));
    fields.extend([
        leaf("shippingdate", intent.hand_over_at.strftime("%d/%m/%Y")),
        branch("services", [contact(check, intent, &consignee)]),
    ]);
    let weights = shipment.parcels.iter();
    fields.extend(weights.map(|parcel| leaf("weight", parcel.kilograms())));
    fields.extend([
        leaf("referencenumber", &intent.reference),
        leaf("reference2", printed),
        label_type(check, &intent.contract, intent.label_format),
        leaf("refnrasbarcode", false),
        branch("referenceInBarcode", [leaf("type", "Reference2")]),
    ]);
    call(Effect::Books, OPERATION, fields)
}

fn place(role: &str, address: &Address) -> Node {
    let field = |name, text| given(text).map(|text| leaf(name, text));
    let fields = [
        field("countryPrefix", &address.country),
        field("zipCode", &address.postal_code),
        field("city", &address.city),
        field("street", address.line(0)),
        field("name", address.addressee()),
        field("phoneNumber", &address.phone),
    ];
    branch(role, fields)
}

/// The person behind a company's name, and what the driver should know.
fn details(role: &str, address: &Address, instructions: Vec<Node>) -> Node {
    let person = (address.addressee() != address.name).then(|| leaf("contact", &address.name));
    branch(role, person.into_iter().chain(instructions))
}

fn instructions(check: &mut Check, shipment: &Shipment) -> Vec<Node> {
    let told = shipment.instructions.clone().unwrap_or_default();
    let laid = check.keep(lines("recipient.instructions", &[told], 35, 2));
    let named = ["vinfo1", "vinfo2"].into_iter().zip(laid);
    named.map(|(name, line)| leaf(name, line)).collect()
}

/// Country, agency and number of the contract, under the names of a booking.
fn customer(check: &mut Check, contract: &Contract) -> [Node; 3] {
    let center = contract.setting("center_number").unwrap_or_default();
    [
        leaf(
            "customer_countrycode",
            check.digits("account.country_code", country(contract), 3),
        ),
        leaf(
            "customer_centernumber",
            check.digits("account.center_number", center, 3),
        ),
        leaf("customer_number", check.account(contract, 9)),
    ]
}

/// The same under the names of other calls.
pub(crate) fn customer_again(contract: &Contract) -> Node {
    let center = contract.setting("center_number").unwrap_or_default();
    let fields = [
        leaf("centernumber", clean(center)),
        leaf("number", clean(&contract.number)),
        leaf("countrycode", clean(country(contract))),
    ];
    branch("customer", fields)
}

fn country(contract: &Contract) -> &str {
    contract.setting("country_code").unwrap_or("250")
}

/// How the consignee is told of the parcel: that is what makes the product. Phone and e-mail address
/// are sent for that only.
fn contact(check: &mut Check, intent: &Intent, consignee: &Address) -> Node {
    let (phone, email) = (given(&consignee.phone), given(&consignee.email));
    let notice = PROFILE.setting(&intent.contract, "pre_alert");
    let (kind, phone, email) = match (intent.product.as_str(), notice) {
        (PREDICT, _) => {
            let message = "must be a mobile phone: Predict announces the delivery to it";
            let mobile = phone.is_some_and(|phone| may_be_mobile(&dialled_from("33", phone)));
            check.require(mobile, "recipient.phone", message);
            ("Predict", phone, email)
        }
        (_, "sms") if phone.is_some() => ("AutomaticSMS", phone, None),
        (_, "email") if email.is_some() => ("AutomaticMail", None, email),
        _ => ("No", None, None),
    };
    let fields = [
        phone.map(|phone| leaf("sms", phone)),
        email.map(|email| leaf("email", email)),
        Some(leaf("type", kind)),
    ];
    branch("contact", fields)
}

/// The account's label layout; without a setting the first. `Default` is a picture in PNG.
pub(crate) fn label_type(check: &mut Check, contract: &Contract, format: LabelFormat) -> Node {
    let kind = match format {
        LabelFormat::Png => "Default",
        LabelFormat::Epl => "EPL",
        LabelFormat::Zpl => {
            let kinds = ["ZPL", "ZPL300", "ZPL_A6", "ZPL300_A6"];
            check.setting(contract, "label_type", &kinds)
        }
        _ => check.setting(contract, "label_type", &["PDF", "PDF_A6"]),
    };
    branch("labelType", [leaf("type", kind)])
}
