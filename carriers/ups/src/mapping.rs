//! An intent in UPS's words: the booking request (Shipping 2409). Every number is a text. What does not
//! fit is refused by field, all at once. Answers are read in `booking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::customs;
use carrier_sdk::party::digits;
use carrier_sdk::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::call;
use crate::profile::PROFILE;

const ROOM: Room = Room {
    city: 30,
    province: 5,
    email: 50,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let body = json!({"ShipmentRequest": {
        "Request": {
            "RequestOption": "nonvalidate",
            "SubVersion": "2409",
            "TransactionReference": {"CustomerContext": intent.reference},
        },
        "Shipment": shipment(check, intent),
        "LabelSpecification": label(intent.label_format),
    }});
    let path = "/api/shipments/v2409/ship";
    call(Effect::Books, Method::Post, path, &intent.reference).json(body)
}

/// How the label is to be drawn, when booking and when fetching it again.
pub(crate) fn label(format: LabelFormat) -> Value {
    let picture = format == LabelFormat::Gif;
    json!({
        "LabelImageFormat": {"Code": format.name().to_uppercase()},
        "LabelStockSize": (!picture).then(|| json!({"Height": "6", "Width": "4"})),
        // the way to say which kind of picture
        "HTTPUserAgent": picture.then_some("Mozilla/4.5"),
    })
}

fn shipment(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let abroad = shipment.is_abroad();
    let account = check.needed("account.account_number", &intent.contract.number, 6);
    let whole = account.len() == 6 && account.bytes().all(|b| b.is_ascii_alphanumeric());
    check.require(
        whole,
        "account.account_number",
        "is not six letters and digits",
    );
    let mut shipper = party(check, "ship_from", &shipment.shipper, abroad.then_some(""));
    if let Some(members) = shipper.as_object_mut() {
        members.insert("ShipperNumber".to_owned(), account.as_str().into());
    }
    let phone = intent.contract.setting("default_phone").unwrap_or_default();
    json!({
        "Description": description(check, shipment),
        "Shipper": shipper,
        "ShipTo": party(check, "recipient", &shipment.consignee, abroad.then_some(phone)),
        "PaymentInformation": {"ShipmentCharge": charges(intent, &account)},
        "ReferenceNumber": [{"Value": intent.reference}],
        "Service": {"Code": intent.product},
        "ShipmentDate": intent.hand_over_at.strftime("%Y%m%d").to_string(),
        "ShipmentServiceOptions": services(intent),
        "Package": packages(check, intent),
    })
}

/// A party. Abroad UPS needs a telephone number: the party's, else this one.
fn party(check: &mut Check, place: &str, party: &Party, needed_phone: Option<&str>) -> Value {
    let address = Address::fit(check, place, party, &ROOM);
    let mut phone = digits(&address.phone);
    if let (true, Some(default)) = (phone.is_empty(), needed_phone) {
        phone = check.needed(&format!("{place}.phone"), &digits(default), ROOM.phone);
    }
    json!({
        "Name": address.addressee(),
        "AttentionName": address.name,
        "Phone": given(&phone).map(|phone| json!({"Number": phone})),
        "EMailAddress": given(&address.email),
        "Address": {
            "AddressLine": address.lines,
            "City": address.city,
            "StateProvinceCode": given(&address.province),
            "PostalCode": given(&address.postal_code),
            "CountryCode": address.country,
            // its presence says yes
            "ResidentialAddressIndicator": (party.kind == PartyKind::Private).then_some(""),
        },
    })
}

/// The goods in a few words. The commercial invoice is the shop's own to write.
fn description(check: &mut Check, shipment: &Shipment) -> String {
    let enough = !shipment.crosses_customs() || !shipment.items.is_empty();
    check.require(enough, "items", "are missing, and customs needs them");
    match shipment.items.as_slice() {
        [] => "Merchandise".to_owned(),
        items => customs::summary(items, 50),
    }
}

fn charges(intent: &Intent, account: &str) -> Vec<Value> {
    let duties = PROFILE.setting(&intent.contract, "incoterm");
    let types = if duties == "DDP" { "01 02" } else { "01" };
    let charge = |kind| json!({"Type": kind, "BillShipper": {"AccountNumber": account}});
    types.split(' ').map(charge).collect()
}

fn services(intent: &Intent) -> Option<Value> {
    let shipment = &intent.shipment;
    let (saturday, signed) = (shipment.has(SaturdayDelivery), shipment.has(Signature));
    (saturday || signed).then(|| {
        json!({
            "SaturdayDeliveryIndicator": saturday.then_some(""),
            "DeliveryConfirmation": signed.then(|| json!({"DCISType": "1"})),
        })
    })
}

fn packages(check: &mut Check, intent: &Intent) -> Vec<Value> {
    let insured = check.insured_alone(&intent.shipment);
    let package = |parcel| package(parcel, insured.as_ref());
    intent.shipment.parcels.iter().map(package).collect()
}

fn package(parcel: &Parcel, insured: Option<&Money>) -> Value {
    // tenths of a kilogram: five characters hold no grams
    let weight = Decimal::new(parcel.weight_g.div_ceil(100).into(), 1);
    let dimensions = parcel.size.map(|size| {
        let mut sides = size.whole_centimetres();
        sides.sort_unstable();
        let [height, width, length] = sides.map(|side| side.to_string());
        json!({"UnitOfMeasurement": {"Code": "CM"}, "Length": length, "Width": width, "Height": height})
    });
    let value = insured.map(|value| {
        let amount = value.amount.to_string();
        json!({"DeclaredValue": {"CurrencyCode": value.currency, "MonetaryValue": amount}})
    });
    json!({
        "Packaging": {"Code": "02"},
        "Dimensions": dimensions,
        "PackageWeight": {
            "UnitOfMeasurement": {"Code": "KGS"},
            "Weight": weight.normalize().to_string(),
        },
        "PackageServiceOptions": value,
    })
}
