//! Intents and fixtures for GLS's tests. All people and addresses are invented.

use carrier_sdk::kit::people::{self, in_french, order, person};
use carrier_sdk::{Contract, Intent, LabelFormat, Parcel, Party, PartyKind};

/// The text of a file in `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    people::contract("276a1b2c3d")
}

/// The same with one setting.
pub fn with_setting(name: &str, value: &str) -> Contract {
    people::with_setting(contract(), name, value)
}

/// One parcel from Lille to a person in Brest, with something for the driver to know.
pub fn national() -> Intent {
    let consignee = in_french(person(
        "Maëlle Kerbrat",
        &["18 bis rue de Siam", "Bât. B"],
        ["29200", "Brest", "FR"],
    ));
    let mut intent = order(contract(), "PARCEL", "2026-11-24", consignee, parcel(850));
    intent.shipment.shipper = in_french(intent.shipment.shipper);
    intent.shipment.instructions = Some("Code 4512".to_owned());
    intent
}

/// Two express parcels to a company in Italy, labelled in ZPL.
pub fn two_parcels_to_a_company() -> Intent {
    let mut intent = national();
    intent.product = "EXPRESS".to_owned();
    intent.label_format = LabelFormat::Zpl;
    let shipment = &mut intent.shipment;
    shipment.instructions = None;
    shipment.consignee = Party {
        name: "Ugo Bellini".to_owned(),
        company: Some("Libreria del Ponte".to_owned()),
        kind: PartyKind::Business,
        street: vec!["Via dei Tigli 4".to_owned()],
        postal_code: "20121".to_owned(),
        city: "Milano".to_owned(),
        province: Some("MI".to_owned()),
        country: "IT".to_owned(),
        email: None,
        phone: None,
        language: None,
    };
    shipment.parcels = vec![parcel(12_000), parcel(1_250)];
    intent
}

fn parcel(weight_g: u32) -> Parcel {
    Parcel {
        id: weight_g.to_string(),
        weight_g,
        size: None,
    }
}
