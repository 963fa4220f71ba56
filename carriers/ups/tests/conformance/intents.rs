//! Invented orders from Lille: within France, to Spain with every option, and two parcels to Switzerland.

use carrier_sdk::kit::people::{self, euros, item, order, person, site};
use carrier_sdk::{Contract, Intent, Item, LabelFormat, Parcel, Party, PartyKind, ServiceOption};

const STREET: [&str; 2] = ["7 ter rue Kervégan", "3e étage"];
const MILLIMETRES: [u32; 3] = [255, 350, 80];

/// One parcel within France, to a private person.
pub fn national() -> Intent {
    let consignee = person("Solène Ravel", &STREET, ["44000", "Nantes", "FR"]);
    let parcel = people::parcel("1", 2_340, MILLIMETRES);
    let mut intent = order(contract(), "65", "2026-11-27", consignee, parcel);
    intent.reference = "FR-2026-000881".to_owned();
    intent.label_format = LabelFormat::Zpl;
    let shipment = &mut intent.shipment;
    shipment.label_reference = "881".to_owned();
    shipment.shipper = Party {
        phone: Some("+33 1 99 00 01 42".to_owned()),
        ..site("Expédition")
    };
    shipment.declared_value = Some(euros(12_990));
    intent
}

/// One parcel to a Spanish company, with every option and a picture as its label.
pub fn to_spain() -> Intent {
    let mut intent = national();
    intent.product = "07".to_owned();
    intent.label_format = LabelFormat::Gif;
    intent.shipment.consignee = Party {
        company: Some("Talleres Oliva SL".to_owned()),
        kind: PartyKind::Business,
        ..person("Inés Oliva", &STREET, ["28004", "Madrid", "ES"])
    };
    intent.shipment.options = [
        ServiceOption::SaturdayDelivery,
        ServiceOption::Signature,
        ServiceOption::Insurance,
    ]
    .into();
    intent
}

/// Two parcels of goods to Switzerland, the second one without a size.
pub fn to_switzerland() -> Intent {
    let mut intent = national();
    intent.shipment.consignee = person("Flurin Casutt", &STREET, ["7000", "Chur", "CH"]);
    intent.shipment.parcels.push(Parcel {
        size: None,
        ..people::parcel("2", 12_000, MILLIMETRES)
    });
    intent.shipment.items = vec![Item {
        weight_g: Some(900),
        ..item("Linen tablecloth", 2, 6_495, "630251", "FR")
    }];
    intent
}

pub fn contract() -> Contract {
    people::contract("9A8B7C")
}

/// The intent with a setting of the account.
pub fn with_setting(mut intent: Intent, name: &str, value: &str) -> Intent {
    intent.contract = people::with_setting(intent.contract, name, value);
    intent
}
