//! Intents and fixtures for Colissimo's tests. All people and addresses are invented.

use carrier_sdk::kit::people::{self, euros, in_french, order, person};
use carrier_sdk::{Contract, Intent};

/// A file in `fixtures`.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    people::contract("819364")
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
    let parcel = people::parcel("850", 850, [355, 250, 80]);
    let mut intent = order(contract(), "DOM", "2026-11-24", consignee, parcel);
    let shipment = &mut intent.shipment;
    shipment.shipper = in_french(shipment.shipper.clone());
    shipment.instructions = Some("Code 4512".to_owned());
    shipment.declared_value = Some(euros(12_990));
    intent
}
