//! Intents and fixtures for GLS's tests. All people and addresses are invented.

use std::collections::BTreeSet;

use carrier_sdk::{Contract, Intent, LabelFormat, Parcel, Party, PartyKind, Shipment};

/// The text of a file in `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    Contract {
        number: "276a1b2c3d".to_owned(),
        ..Contract::default()
    }
}

/// The same with one setting.
pub fn with_setting(name: &str, value: &str) -> Contract {
    let mut contract = contract();
    contract.settings.insert(name.to_owned(), value.to_owned());
    contract
}

/// One parcel from Lille to a person in Brest, with something for the driver to know.
pub fn national() -> Intent {
    Intent {
        reference: "FR-2026-000777".to_owned(),
        contract: contract(),
        product: "PARCEL".to_owned(),
        label_format: LabelFormat::Pdf,
        hand_over_at: "2026-11-24T18:00:00+01:00[Europe/Paris]"
            .parse()
            .expect("moment"),
        shipment: Shipment {
            label_reference: "Commande 777".to_owned(),
            shipper: site(),
            consignee: person(),
            instructions: Some("Code 4512".to_owned()),
            parcels: vec![parcel(850)],
            options: BTreeSet::new(),
            declared_value: None,
            items: Vec::new(),
        },
    }
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

fn site() -> Party {
    Party {
        name: "Quai Nord".to_owned(),
        company: Some("Comptoir des Flandres".to_owned()),
        kind: PartyKind::Business,
        street: vec!["3 quai du Wault".to_owned()],
        postal_code: "59000".to_owned(),
        city: "Lille".to_owned(),
        province: None,
        country: "FR".to_owned(),
        email: Some("expedition@example.com".to_owned()),
        phone: Some("+33199000142".to_owned()),
        language: Some("fr".to_owned()),
    }
}

fn person() -> Party {
    Party {
        name: "Maëlle Kerbrat".to_owned(),
        company: None,
        kind: PartyKind::Private,
        street: vec!["18 bis rue de Siam".to_owned(), "Bât. B".to_owned()],
        postal_code: "29200".to_owned(),
        city: "Brest".to_owned(),
        phone: Some("+33639980142".to_owned()),
        email: Some("client@example.com".to_owned()),
        ..site()
    }
}
