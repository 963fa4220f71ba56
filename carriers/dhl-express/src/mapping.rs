//! An intent in DHL's words: the booking request. What does not fit is refused by field, all at
//! once. Reading answers is in `mapping/reading.rs` and `mapping/tracking.rs`.

mod customs;
pub(crate) mod reading;
mod tracking;

use carrier_sdk::geography::customs_needed;
use carrier_sdk::{
    Auth, Body, Check, Contract, Effect, Intent, LabelFormat, Method, Money, Party, PartyKind,
    Refusal, Request, ServiceOption, Size, text,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::profile::{Carries, PROFILE, carries};
use crate::wire;

/// The interface version whose fields are written here.
const VERSION: (&str, &str) = ("x-version", "3.1.0");
const AUTH: Auth = Auth::Basic {
    username: "username",
    password: "password",
};

const UNKNOWN: Size = Size {
    length_mm: 0,
    width_mm: 0,
    height_mm: 0,
};

/// The request that books this intent.
pub(crate) fn book(intent: &Intent) -> Result<Request, Refusal> {
    let mut check = Check::default();
    offered(&mut check, intent);
    let mut body = shipment(&mut check, intent);
    wire::drop_nulls(&mut body);
    check.done()?;
    Ok(Request {
        effect: Effect::Books,
        method: Method::Post,
        path: "/shipments".to_owned(),
        query: Vec::new(),
        headers: vec![(VERSION.0, VERSION.1.to_owned())],
        auth: AUTH,
        body: Body::text("application/json", body.to_string()),
    })
}

fn offered(check: &mut Check, intent: &Intent) {
    let Some(product) = PROFILE.product(&intent.product) else {
        return check.refuse("service", "DHL Express has no product of this code");
    };
    for option in &intent.shipment.options {
        if !product.options.contains(option) {
            check.refuse("options", format!("{} is not offered", option.name()));
        }
    }
    let parcels = intent.shipment.parcels.len();
    if parcels == 0 || parcels > PROFILE.parcels_max {
        check.refuse("parcels", "DHL takes 1 to 999 parcels in a booking");
    }
}

fn shipment(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let settings = &intent.contract;
    let national = shipment.shipper.country == shipment.consignee.country;
    let several = shipment.parcels.len() > 1;
    json!({
        "plannedShippingDateAndTime": intent.hand_over_at.strftime("%Y-%m-%dT%H:%M:%S GMT%:z").to_string(),
        "pickup": {"isRequested": false},
        "productCode": intent.product,
        "localProductCode": national.then_some(&intent.product),
        "accounts": [{"typeCode": "shipper", "number": check.needed("account.account_number", &settings.number, 12)}],
        "valueAddedServices": services(check, intent),
        "outputImageProperties": {
            "encodingFormat": label_encoding(check, intent.label_format),
            "imageOptions": [
                {"typeCode": "label", "templateName": settings.setting("label_template").unwrap_or("ECOM26_84_001")},
                {"typeCode": "waybillDoc", "isRequested": false},
            ],
            "splitTransportAndWaybillDocLabels": true,
        },
        "customerReferences": [{"typeCode": "CU", "value": check.needed("reference", &intent.reference, PROFILE.reference_max)}],
        "customerDetails": {
            "shipperDetails": party(check, "ship_from", &shipment.shipper, None),
            "receiverDetails": party(check, "recipient", &shipment.consignee, settings.setting("default_phone")),
        },
        "content": content(check, intent),
        "estimatedDeliveryDate": {"isRequested": true, "typeCode": "QDDC"},
        "getAdditionalInformation": several.then(|| json!([{"typeCode": "linkLabelsByPieces", "isRequested": true}])),
    })
}

fn label_encoding(check: &mut Check, format: LabelFormat) -> &'static str {
    let made = PROFILE.label_formats.contains(&format);
    check.require(made, "label_format", "DHL makes pdf and zpl labels");
    format.name()
}

fn services(check: &mut Check, intent: &Intent) -> Option<Vec<Value>> {
    let options = &intent.shipment.options;
    let mut services = Vec::new();
    if options.contains(&ServiceOption::SaturdayDelivery) {
        services.push(json!({"serviceCode": "AA"}));
    }
    if options.contains(&ServiceOption::Signature) {
        // not SX, which is its opposite: left at the door without a signature
        services.push(json!({"serviceCode": "SF"}));
    }
    if options.contains(&ServiceOption::Insurance) {
        match &intent.shipment.declared_value {
            Some(Money { amount, currency }) if *amount > Decimal::ZERO => services.push(
                json!({"serviceCode": "II", "value": wire::decimal(*amount), "currency": currency}),
            ),
            _ => check.refuse("declared_value", "is missing, and insurance needs it"),
        }
    }
    (!services.is_empty()).then_some(services)
}

fn party(check: &mut Check, place: &str, party: &Party, default_phone: Option<&str>) -> Value {
    let field = |name: &str| format!("{place}.{name}");
    let lines = check.keep(text::lines(&field("street"), &party.street, 45, 3));
    let placed = !lines.is_empty();
    check.require(
        placed,
        &field("street"),
        "is empty, and the carrier needs it",
    );
    let company = given(party.company.as_ref());
    let name = given(Some(&party.name)).or(company).unwrap_or_default();
    // a private person has no company, but DHL wants one: the name stands twice
    let (room, company) = match company {
        Some(company) => (255, check.needed(&field("company"), company, 100)),
        None => (100, text::clean(name)),
    };
    let name = check.needed(&field("name"), name, room);
    let province = given(party.province.as_ref());
    let province = province.map(|name| check.text(&field("province"), name, 35));
    let code = province.as_ref().filter(|name| matches!(name.len(), 2 | 3));
    let phone = given(party.phone.as_ref())
        .or(default_phone)
        .unwrap_or_default();
    json!({
        "postalAddress": {
            "postalCode": check.text(&field("postal_code"), &party.postal_code, 12),
            "cityName": check.needed(&field("city"), &party.city, 45),
            "countryCode": check.needed(&field("country"), &party.country, 2),
            "provinceCode": code,
            "provinceName": province.as_ref().filter(|_| code.is_none()),
            "addressLine1": lines.first(),
            "addressLine2": lines.get(1),
            "addressLine3": lines.get(2),
        },
        "contactInformation": {
            "email": given(party.email.as_ref()).map(|email| check.needed(&field("email"), email, 70)),
            "phone": check.needed(&field("phone"), phone, 70),
            "companyName": company,
            "fullName": name,
        },
        "typeCode": match party.kind {
            PartyKind::Private => "private",
            PartyKind::Business => "business",
        },
    })
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str)
        .filter(|text| !text.trim().is_empty())
}

fn content(check: &mut Check, intent: &Intent) -> Value {
    let shipment = &intent.shipment;
    let settings = &intent.contract;
    let border = customs_needed(&shipment.shipper.country, &shipment.consignee.country);
    let carries = carries(&intent.product);
    if border && carries == Carries::Nothing {
        check.refuse("service", "this product does not cross a customs border");
    }
    if border && carries == Carries::Documents && !shipment.items.is_empty() {
        check.refuse(
            "items",
            "this product carries documents only across a customs border",
        );
    }
    let declared = (border && carries == Carries::Goods).then(|| customs::declare(check, shipment));
    let described = if border { "Documents" } else { "Merchandise" };
    let described = settings.setting("content_description").unwrap_or(described);
    let incoterm = settings.setting("incoterm").unwrap_or("DAP");
    if !customs::INCOTERMS.contains(&incoterm) {
        check.refuse(
            "account.incoterm",
            "is none that DHL knows; the account's setting is to be corrected",
        );
    }
    let description = match &declared {
        Some(declared) => declared.description.clone(),
        None => check.needed("account.content_description", described, 70),
    };
    let value = declared.as_ref().map(|declared| &declared.value);
    json!({
        "packages": packages(check, intent),
        "isCustomsDeclarable": declared.is_some(),
        "declaredValue": value.map(|value| wire::decimal(value.amount)),
        "declaredValueCurrency": value.map(|value| &value.currency),
        "exportDeclaration": declared.as_ref().map(|declared| &declared.export),
        "description": description,
        "incoterm": incoterm,
        "unitOfMeasurement": "metric",
    })
}

fn packages(check: &mut Check, intent: &Intent) -> Vec<Value> {
    let printed = check.text("label_reference", &intent.shipment.label_reference, 80);
    let printed = Some(printed).filter(|text| !text.is_empty());
    let default = default_size(&intent.contract);
    let mut packages = Vec::new();
    for (index, parcel) in intent.shipment.parcels.iter().enumerate() {
        let size = parcel.size.or(default).unwrap_or(UNKNOWN);
        let mut needed = |name: &str, value: u32| {
            if value == 0 {
                check.refuse(
                    format!("parcels[{index}].{name}"),
                    "is missing, and DHL needs it",
                );
            }
        };
        needed("weight_g", parcel.weight_g);
        needed("length_mm", size.length_mm);
        needed("width_mm", size.width_mm);
        needed("height_mm", size.height_mm);
        packages.push(json!({
            "referenceNumber": index + 1,
            "weight": wire::kilograms(parcel.weight_g.into()),
            "dimensions": {
                "length": wire::centimetres(size.length_mm),
                "width": wire::centimetres(size.width_mm),
                "height": wire::centimetres(size.height_mm),
            },
            "labelDescription": printed,
        }));
    }
    packages
}

fn default_size(contract: &Contract) -> Option<Size> {
    let side = |name| contract.setting(name)?.trim().parse().ok();
    Some(Size {
        length_mm: side("default_length_mm")?,
        width_mm: side("default_width_mm")?,
        height_mm: side("default_height_mm")?,
    })
}
