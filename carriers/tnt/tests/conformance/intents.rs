//! Intents and fixtures for TNT's tests, made from the kit's invented people.

use carrier_sdk::LabelFormat;
use carrier_sdk::kit::{catalogue, people};
use carrier_sdk::shipment::{Contract, Intent};

/// The text of a file in `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    people::contract("100200300")
}

/// The same with one setting.
pub fn with_setting(name: &str, value: &str) -> Contract {
    people::with_setting(contract(), name, value)
}

/// A case of the kit's catalogue, as an Express consignment.
pub fn case(place: usize) -> Intent {
    Intent {
        label_format: LabelFormat::Xml,
        ..catalogue()[place].intent(&contract(), "15N")
    }
}

/// One parcel of 950 g from a company in Lille to a person in Paris.
pub fn national() -> Intent {
    case(0)
}

/// Three parcels to a company in Paris, with something for the driver to know.
pub fn three_parcels() -> Intent {
    let mut intent = case(1);
    intent.shipment.instructions = Some("Code 4512 <3e étage>".to_owned());
    intent
}

/// One parcel over the Union's border.
pub fn to_switzerland() -> Intent {
    case(6)
}
