//! Intents and fixtures for Colissimo's tests. All people and addresses are invented.

use std::collections::BTreeSet;

use carrier_sdk::{Contract, Intent, LabelFormat, Money, Parcel, Party, PartyKind, Shipment, Size};

/// A file in `fixtures`.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    Contract {
        number: "819364".to_owned(),
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
        product: "DOM".to_owned(),
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
            declared_value: Some(Money {
                amount: "129.90".parse().expect("amount"),
                currency: "EUR".to_owned(),
            }),
            items: Vec::new(),
        },
    }
}

fn parcel(weight_g: u32) -> Parcel {
    Parcel {
        id: weight_g.to_string(),
        weight_g,
        size: Some(Size {
            length_mm: 355,
            width_mm: 250,
            height_mm: 80,
        }),
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
