//! An intent in Colissimo's words: the request for a label. What does not fit is refused by field, all
//! at once. Answers are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::Insurance;
use carrier_sdk::json::without_nulls;
use carrier_sdk::party::dialled_from;
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::labelling;

/// The official plugin breaks a street after 35 characters; no other length is public.
const ROOM: Room = Room::USUAL;

const PDF: [&str; 4] = [
    "PDF_10x15_300dpi",
    "PDF_A4_300dpi",
    "PDF_10x10_300dpi",
    "PDF_10x12_300dpi",
];
const ZPL: [&str; 4] = [
    "ZPL_10x15_203dpi",
    "ZPL_10x15_300dpi",
    "ZPL_10x10_203dpi",
    "ZPL_10x10_300dpi",
];

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let contract = &intent.contract;
    let layouts = match intent.label_format {
        LabelFormat::Zpl => ZPL,
        _ => PDF,
    };
    let layout = check.setting(contract, "printing_type", &layouts);
    let body = without_nulls(json!({
        "outputFormat": {"x": 0, "y": 0, "outputPrintingType": layout},
        "letter": letter(check, intent),
        "fields": sizes(intent),
    }));
    check.needed("account.account_number", &contract.number, 35);
    labelling(contract, body)
}

fn letter(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let (shipper, consignee) = (&shipment.shipper, &shipment.consignee);
    let sender = Address::fit(check, "ship_from", shipper, &ROOM);
    let addressee = Address::fit(check, "recipient", consignee, &ROOM);
    let printed = check.printed(shipment, 35);
    json!({
        "service": {
            "productCode": intent.product,
            "depositDate": intent.hand_over_at.strftime("%F").to_string(),
            "orderNumber": given(&printed),
            "commercialName": sender.addressee(),
        },
        "parcel": parcel(check, intent),
        "sender": {"senderParcelRef": intent.reference, "address": address(&sender, shipper)},
        "addressee": {"addresseeParcelRef": intent.reference, "address": address(&addressee, consignee)},
    })
}

fn parcel(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let insured = shipment.has(Insurance).then_some("insurance");
    let value = check.cents(shipment, insured, "EUR");
    json!({
        "weight": shipment.parcels.first().map(|parcel| decimal(parcel.kilograms())),
        "insuranceValue": insured.map(|_| decimal(value)),
        "instructions": given(&check.instructions(shipment, 70)),
        "nonMachinable": false,
    })
}

/// `line2` is the street, the one line that Colissimo needs.
fn address(address: &Address, party: &Party) -> Value {
    let is_mobile = ["06", "07"].iter().any(|start| {
        let dialled = dialled_from("33", &address.phone);
        dialled.len() == 10 && dialled.starts_with(start)
    });
    json!({
        "companyName": given(&address.company),
        "lastName": address.name,
        "line1": given(address.line(2)),
        "line2": address.line(0),
        "line3": given(address.line(1)),
        "zipCode": address.postal_code,
        "city": address.city,
        "stateOrProvinceCode": given(&address.province),
        "countryCode": address.country,
        "mobileNumber": given(&address.phone).filter(|_| is_mobile),
        "phoneNumber": given(&address.phone).filter(|_| !is_mobile),
        "email": given(&address.email),
        "language": party.language.as_ref().map(|language| language.to_uppercase()),
    })
}

/// The parcel's size in centimetres, when it is known.
fn sizes(intent: &Intent) -> Option<Value> {
    let parcel = intent.shipment.parcels.first()?;
    let [length, width, height] = parcel.size?.centimetres();
    let sides = [("LENGTH", length), ("WIDTH", width), ("HEIGHT", height)];
    let fields = sides.map(|(key, side)| json!({"key": key, "value": side.to_string()}));
    Some(json!({"customField": fields}))
}
