//! Intents and fixtures for Chronopost's tests. All people and addresses are invented.

use carrier_sdk::kit::people::{self, euros, item, order, person};
use carrier_sdk::{Contract, Intent, Parcel, Party, PartyKind};

/// The text of a file in `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    people::contract("12345678")
}

/// The same with one setting.
pub fn with_setting(name: &str, value: &str) -> Contract {
    people::with_setting(contract(), name, value)
}

/// One parcel of 850 g from Lille to a person in Paris.
pub fn national() -> Intent {
    let zoe = Party {
        email: Some("zoe@example.com".to_owned()),
        phone: Some("+33612345678".to_owned()),
        language: Some("fr".to_owned()),
        ..person(
            "Zoé Lefèvre",
            &["12 rue de la Paix", "Bât. B"],
            ["75002", "Paris", "FR"],
        )
    };
    let mut intent = order(contract(), "01", "2026-11-24", zoe, parcel(850));
    intent.reference = "FR-2026-000123".to_owned();
    let shipment = &mut intent.shipment;
    shipment.label_reference = "Commande 123".to_owned();
    shipment.shipper = site();
    shipment.declared_value = Some(euros(12_990));
    intent
}

/// Two parcels to a company, with something for the driver to know.
pub fn two_parcels_to_a_company() -> Intent {
    let mut intent = national();
    let shipment = &mut intent.shipment;
    shipment.consignee.company = Some("Bouquins & Fils <Paris>".to_owned());
    shipment.consignee.kind = PartyKind::Business;
    shipment.instructions = Some("Code 4512, 3e étage".to_owned());
    shipment.parcels = vec![
        parcel(30_000),
        Parcel {
            size: None,
            ..parcel(1_250)
        },
    ];
    intent
}

/// One parcel over the Union's border.
pub fn to_switzerland() -> Intent {
    let mut intent = national();
    intent.product = "17".to_owned();
    let shipment = &mut intent.shipment;
    shipment.consignee.street = vec!["Seestrasse 5".to_owned()];
    shipment.consignee.postal_code = "8002".to_owned();
    shipment.consignee.city = "Zürich".to_owned();
    shipment.consignee.country = "CH".to_owned();
    shipment.consignee.phone = Some("+41 44 000 00 42".to_owned());
    shipment.items = vec![item("Chemise en coton", 2, 6_495, "620520", "PT")];
    intent
}

fn parcel(weight_g: u32) -> Parcel {
    people::parcel(&weight_g.to_string(), weight_g, [355, 250, 80])
}

fn site() -> Party {
    Party {
        company: Some("Maison Exemple".to_owned()),
        street: vec!["1 rue du Dépôt".to_owned()],
        phone: Some("+33320000000".to_owned()),
        language: Some("fr".to_owned()),
        ..people::site("Quai Nord")
    }
}
