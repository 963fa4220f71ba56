//! An intent in FedEx's words: the booking request (Ship API v1). What does not fit is refused by field,
//! all at once. Answers are read in `booking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::customs::{self, Declaration};
use carrier_sdk::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use crate::call;
use crate::profile::PROFILE;

const ROOM: Room = Room {
    name: 70,
    postal_code: 10,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let body = json!({
        "labelResponseOptions": "LABEL",
        "accountNumber": {"value": check.account(&intent.contract, 9)},
        "requestedShipment": shipment(check, intent),
    });
    call(Effect::Books, Method::Post, "/ship/v1/shipments").json(body)
}

fn shipment(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let (from, to) = (&shipment.shipper, &shipment.consignee);
    let phone = intent.contract.setting("default_phone").unwrap_or_default();
    let saturday = shipment.has(SaturdayDelivery);
    let insured = check.insured_alone(shipment);
    json!({
        "shipDatestamp": intent.hand_over_at.strftime("%F").to_string(),
        "pickupType": PROFILE.setting(&intent.contract, "pickup"),
        "serviceType": intent.product,
        "packagingType": "YOUR_PACKAGING",
        "totalWeight": shipment.is_abroad().then(|| pounds(shipment)),
        "totalPackageCount": shipment.parcels.len(),
        "totalDeclaredValue": insured.as_ref().map(money),
        "shipper": party(check, "ship_from", from, ""),
        "recipients": [party(check, "recipient", to, phone)],
        "shippingChargesPayment": {"paymentType": "SENDER"},
        "shipmentSpecialServices": saturday.then(|| json!({"specialServiceTypes": ["SATURDAY_DELIVERY"]})),
        "customsClearanceDetail": shipment.crosses_customs().then(|| customs(check, intent)),
        "labelSpecification": label(intent.label_format),
        "requestedPackageLineItems": packages(check, intent, insured.as_ref()),
    })
}

/// The total of an international shipment goes in pounds, whatever its packages are weighed in.
fn pounds(shipment: &Shipment) -> Value {
    let pounds = shipment.kilograms() / Decimal::new(45_359_237, 8);
    decimal(pounds.round_dp_with_strategy(1, RoundingStrategy::AwayFromZero))
}

fn money(value: &Money) -> Value {
    json!({"amount": decimal(value.amount), "currency": value.currency})
}

fn party(check: &mut Check, place: &str, party: &Party, default_phone: &str) -> Value {
    let address = Address::fit(check, place, party, &ROOM);
    json!({
        "contact": {
            "personName": address.name,
            "companyName": given(&address.company),
            "emailAddress": given(&address.email),
            "phoneNumber": check.phone_digits(place, &address, default_phone, 10..=ROOM.phone),
        },
        "address": {
            "streetLines": address.lines,
            "city": address.city,
            // codes only: a province's name is refused, and few countries need one
            "stateOrProvinceCode": given(&address.province).filter(|code| code.len() == 2),
            "postalCode": given(&address.postal_code),
            "countryCode": address.country,
            "residential": party.kind == PartyKind::Private,
        },
    })
}

/// The declaration in FedEx's words. The invoice that travels along is the shop's own to write.
fn customs(check: &mut Check, intent: &Intent) -> Value {
    let terms = PROFILE.setting(&intent.contract, "incoterm");
    let Declaration { lines, value } = customs::declare(check, &intent.shipment, 450);
    let priced = |amount: Decimal| json!({"amount": decimal(amount), "currency": value.currency});
    let commodity = |line: &customs::Line| {
        json!({
            "description": line.description,
            "countryOfManufacture": line.origin_country,
            "harmonizedCode": line.hs_code,
            "numberOfPieces": line.quantity,
            "quantity": line.quantity,
            "quantityUnits": "PCS",
            "unitPrice": priced(line.unit_price),
            "customsValue": line.value().map(priced),
            // of the whole line
            "weight": {"units": "KG", "value": decimal(line.kilograms())},
        })
    };
    json!({
        "dutiesPayment": {"paymentType": if terms == "DDP" { "SENDER" } else { "RECIPIENT" }},
        "isDocumentOnly": false,
        "totalCustomsValue": money(&value),
        "commercialInvoice": {"termsOfSale": terms, "shipmentPurpose": "SOLD"},
        "commodities": lines.iter().map(commodity).collect::<Vec<_>>(),
    })
}

/// Printers' languages need stock, pictures need paper.
fn label(format: LabelFormat) -> Value {
    let (image, stock) = match format {
        LabelFormat::Zpl => ("ZPLII", "STOCK_4X6"),
        LabelFormat::Epl => ("EPL2", "STOCK_4X6"),
        LabelFormat::Png => ("PNG", "PAPER_4X6"),
        _ => ("PDF", "PAPER_4X6"),
    };
    json!({"imageType": image, "labelStockType": stock})
}

fn packages(check: &mut Check, intent: &Intent, insured: Option<&Money>) -> Vec<Value> {
    let shipment = &intent.shipment;
    let printed = check.printed(shipment, 30);
    let reference = |kind, value| json!({"customerReferenceType": kind, "value": value});
    let mut references = vec![reference("CUSTOMER_REFERENCE", intent.reference.as_str())];
    // a kind of its own: a look-up by our reference must not find it
    references.extend(given(&printed).map(|printed| reference("P_O_NUMBER", printed)));
    let services = shipment.has(Signature).then(
        || json!({"specialServiceTypes": ["SIGNATURE_OPTION"], "signatureOptionType": "DIRECT"}),
    );
    let package = |parcel: &Parcel| {
        let dimensions = parcel.size.map(|size| {
            let [length, width, height] = size.whole_centimetres();
            json!({"length": length, "width": width, "height": height, "units": "CM"})
        });
        json!({
            "weight": {"units": "KG", "value": decimal(parcel.kilograms())},
            "dimensions": dimensions,
            "declaredValue": insured.map(money),
            "customerReferences": references,
            "packageSpecialServices": services,
        })
    };
    shipment.parcels.iter().map(package).collect()
}
