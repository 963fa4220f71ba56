//! Intents and fixtures for Chronopost's tests. All people and addresses are invented.

use std::collections::BTreeSet;

use carrier_sdk::label::LabelFormat;
use carrier_sdk::shipment::{
    Contract, Intent, Item, Money, Parcel, Party, PartyKind, Shipment, Size,
};

/// The text of a file in `fixtures`.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

/// A contract without settings.
pub fn contract() -> Contract {
    Contract {
        number: "12345678".to_owned(),
        ..Contract::default()
    }
}

/// The same with one setting.
pub fn with_setting(name: &str, value: &str) -> Contract {
    let mut contract = contract();
    contract.settings.insert(name.to_owned(), value.to_owned());
    contract
}

/// One parcel of 850 g from Lille to a person in Paris.
pub fn national() -> Intent {
    Intent {
        reference: "FR-2026-000123".to_owned(),
        contract: contract(),
        product: "01".to_owned(),
        label_format: LabelFormat::Pdf,
        hand_over_at: "2026-11-24T18:00:00+01:00[Europe/Paris]"
            .parse()
            .expect("moment"),
        shipment: Shipment {
            label_reference: "Commande 123".to_owned(),
            shipper: site(),
            consignee: person(),
            instructions: None,
            parcels: vec![parcel(850)],
            options: BTreeSet::new(),
            declared_value: Some(euros("129.90")),
            items: Vec::new(),
        },
    }
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
    shipment.items = vec![Item {
        sku: None,
        description: "Chemise en coton".to_owned(),
        quantity: 2,
        unit_price: Some(euros("64.95")),
        weight_g: Some(180),
        hs_code: Some("620520".to_owned()),
        origin_country: Some("PT".to_owned()),
        parcel: None,
    }];
    intent
}

/// An amount in euros.
pub fn euros(amount: &str) -> Money {
    Money {
        amount: amount.parse().expect("amount"),
        currency: "EUR".to_owned(),
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
        company: Some("Maison Exemple".to_owned()),
        kind: PartyKind::Business,
        street: vec!["1 rue du Dépôt".to_owned()],
        postal_code: "59000".to_owned(),
        city: "Lille".to_owned(),
        province: None,
        country: "FR".to_owned(),
        email: Some("expedition@example.com".to_owned()),
        phone: Some("+33320000000".to_owned()),
        language: Some("fr".to_owned()),
    }
}

fn person() -> Party {
    Party {
        name: "Zoé Lefèvre".to_owned(),
        company: None,
        kind: PartyKind::Private,
        street: vec!["12 rue de la Paix".to_owned(), "Bât. B".to_owned()],
        postal_code: "75002".to_owned(),
        city: "Paris".to_owned(),
        phone: Some("+33612345678".to_owned()),
        email: Some("zoe@example.com".to_owned()),
        ..site()
    }
}
