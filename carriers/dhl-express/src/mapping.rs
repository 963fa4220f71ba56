//! An intent in DHL's words: the booking request. What does not fit is refused by field, all at
//! once. Answers are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::customs::{self, Declaration};
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::call;
use crate::profile::PROFILE;

const ROOM: Room = Room {
    name: 100,
    company: 100,
    line: 45,
    postal_code: 12,
    city: 45,
    email: 70,
    phone: 70,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let body = shipment(check, intent);
    call(Effect::Books, Method::Post, "/shipments").json(body)
}

fn shipment(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let contract = &intent.contract;
    let several = shipment.parcels.len() > 1;
    let linked = several.then(|| json!([{"typeCode": "linkLabelsByPieces", "isRequested": true}]));
    json!({
        "plannedShippingDateAndTime": intent.hand_over_at.strftime("%Y-%m-%dT%H:%M:%S GMT%:z").to_string(),
        "pickup": {"isRequested": false},
        "productCode": intent.product,
        "localProductCode": (!shipment.is_abroad()).then_some(&intent.product),
        "accounts": [{"typeCode": "shipper", "number": check.needed("account.account_number", &contract.number, 12)}],
        "valueAddedServices": services(check, intent),
        "outputImageProperties": {
            "encodingFormat": intent.label_format.name(),
            "imageOptions": [
                {"typeCode": "label", "templateName": contract.setting("label_template").unwrap_or("ECOM26_84_001")},
                {"typeCode": "waybillDoc", "isRequested": false},
            ],
            "splitTransportAndWaybillDocLabels": true,
        },
        "customerReferences": [{"typeCode": "CU", "value": intent.reference}],
        "customerDetails": {
            "shipperDetails": party(check, "ship_from", &shipment.shipper, None),
            "receiverDetails": party(check, "recipient", &shipment.consignee, contract.setting("default_phone")),
        },
        "content": content(check, intent),
        "estimatedDeliveryDate": {"isRequested": true, "typeCode": "QDDC"},
        "getAdditionalInformation": linked,
    })
}

fn services(check: &mut Check, intent: &Intent) -> Option<Vec<Value>> {
    // not SX, which is the opposite of SF: left at the door without a signature
    let codes = intent
        .shipment
        .codes(&[(SaturdayDelivery, "AA"), (Signature, "SF")]);
    let codes = codes.iter().map(|code| json!({"serviceCode": code}));
    let mut services: Vec<Value> = codes.collect();
    services.extend(check.insured(&intent.shipment).map(|value| {
        json!({"serviceCode": "II", "value": decimal(value.amount), "currency": value.currency})
    }));
    (!services.is_empty()).then_some(services)
}

fn party(check: &mut Check, place: &str, party: &Party, default_phone: Option<&str>) -> Value {
    let address = Address::fit(check, place, party, &ROOM);
    let code = given(&address.province).filter(|name| matches!(name.len(), 2 | 3));
    json!({
        "postalAddress": {
            "postalCode": address.postal_code,
            "cityName": address.city,
            "countryCode": address.country,
            "provinceCode": code,
            "provinceName": given(&address.province).filter(|_| code.is_none()),
            "addressLine1": address.lines.first(),
            "addressLine2": address.lines.get(1),
            "addressLine3": address.lines.get(2),
        },
        "contactInformation": {
            "email": given(&address.email),
            "phone": check.phone(place, &address, default_phone, ROOM.phone),
            // a private person has no company, but DHL wants one: the name stands twice
            "companyName": address.addressee(),
            "fullName": address.name,
        },
        "typeCode": party.kind.name(),
    })
}

fn content(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let contract = &intent.contract;
    let border = shipment.crosses_customs();
    match intent.product.as_str() {
        _ if !border => {}
        "P" => {}
        "D" | "K" | "L" | "T" => {
            let message = "this product carries documents only across a customs border";
            check.require(shipment.items.is_empty(), "items", message);
        }
        _ => check.refuse("service", "this product does not cross a customs border"),
    }
    let declares = border && intent.product == "P";
    let declared = declares.then(|| customs::declare(check, shipment, 512));
    let described = if border { "Documents" } else { "Merchandise" };
    let described = contract.setting("content_description").unwrap_or(described);
    let description = if declares {
        customs::summary(&shipment.items, 70)
    } else {
        check.needed("account.content_description", described, 70)
    };
    let value = declared.as_ref().map(|declared| &declared.value);
    json!({
        "packages": packages(check, intent),
        "isCustomsDeclarable": declares,
        "declaredValue": value.map(|value| decimal(value.amount)),
        "declaredValueCurrency": value.map(|value| &value.currency),
        "exportDeclaration": declared.as_ref().map(export),
        "description": description,
        "incoterm": PROFILE.setting(contract, "incoterm"),
        "unitOfMeasurement": "metric",
    })
}

/// The declaration in DHL's words. The invoice that travels along is the shop's own to write.
fn export(declared: &Declaration) -> Value {
    let line = |line: &customs::Line| {
        let code = line.hs_code.as_ref();
        json!({
            "number": line.number,
            "description": line.description,
            "price": decimal(line.unit_price),
            "quantity": {"value": line.quantity, "unitOfMeasurement": "PCS"},
            "commodityCodes": code.map(|code| json!([{"typeCode": "outbound", "value": code}])),
            "manufacturerCountry": line.origin_country,
            // of the whole line: DHL does not multiply
            "weight": {"netValue": decimal(line.kilograms())},
        })
    };
    json!({
        "lineItems": declared.lines.iter().map(line).collect::<Vec<_>>(),
        "exportReasonType": "permanent",
        "shipmentType": "commercial",
    })
}

fn packages(check: &mut Check, intent: &Intent) -> Vec<Value> {
    let printed = check.printed(&intent.shipment, 80);
    let mut packages = Vec::new();
    let parcels = intent.shipment.parcels.iter().zip(check.sizes(intent));
    for ((parcel, size), place) in parcels.zip(1_u32..) {
        let [length, width, height] = size.centimetres().map(decimal);
        packages.push(json!({
            "referenceNumber": place,
            "weight": decimal(parcel.kilograms()),
            "dimensions": {"length": length, "width": width, "height": height},
            "labelDescription": given(&printed),
        }));
    }
    packages
}
