//! Intents and fixtures for DPD France's tests, made from the kit's invented people.

use carrier_sdk::kit::{catalogue, people};
use carrier_sdk::shipment::{Contract, Intent};

/// The text of a file in `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

/// A contract with the agency it needs.
pub fn contract() -> Contract {
    people::with_setting(people::contract("123456"), "center_number", "077")
}

/// The same with one setting more, or another one.
pub fn with_setting(name: &str, value: &str) -> Contract {
    people::with_setting(contract(), name, value)
}

/// One parcel of 950 g from a company in Lille to a person in Paris.
pub fn classic() -> Intent {
    catalogue()[0].intent(&contract(), "CLASSIC")
}

/// The same, announced to the mobile phone of a person at a company, with something for the driver.
pub fn predict() -> Intent {
    let mut intent = catalogue()[0].intent(&contract(), "PREDICT");
    let shipment = &mut intent.shipment;
    shipment.consignee.company = Some("Bouquins & Fils <Paris>".to_owned());
    shipment.instructions = Some("Code 4512, 3e étage, sonner deux fois chez Lemoine".to_owned());
    intent
}
