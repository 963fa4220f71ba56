//! Invented orders: within France, to Italy, and across the border to Switzerland.

#![allow(
    clippy::expect_used,
    dead_code,
    reason = "a benchmark does not need them all"
)]

use carrier_sdk::{
    Contract, Intent, Item, LabelFormat, Money, Parcel, Party, PartyKind, Shipment, Size,
};

/// One parcel within France.
pub fn national() -> Intent {
    Intent {
        reference: "FR-2026-000777".to_owned(),
        contract: contract(),
        product: "N".to_owned(),
        label_format: LabelFormat::Pdf,
        hand_over_at: "2026-11-23T18:00:00+01:00[Europe/Paris]"
            .parse()
            .expect("a moment"),
        shipment: Shipment {
            label_reference: "777".to_owned(),
            shipper: shipper(),
            consignee: consignee("Maëlle Kerbrat", "29200", "Brest", "FR"),
            instructions: None,
            parcels: vec![parcel("1", 850)],
            options: [].into(),
            declared_value: Some(euros(12_990)),
            items: Vec::new(),
        },
    }
}

/// One parcel inside the Union.
pub fn to_italy() -> Intent {
    let mut intent = national();
    intent.product = "U".to_owned();
    intent.shipment.consignee = consignee("Ugo Bellini", "20121", "Milano", "IT");
    intent
}

/// Two parcels of goods to Switzerland, labelled in ZPL.
pub fn to_switzerland() -> Intent {
    let mut intent = national();
    intent.product = "P".to_owned();
    intent.label_format = LabelFormat::Zpl;
    intent.shipment.consignee = Party {
        province: Some("GE".to_owned()),
        ..consignee("Noé Aubort", "1204", "Genève", "CH")
    };
    intent.shipment.parcels = vec![parcel("1", 850), parcel("2", 1_200)];
    intent.shipment.items = vec![
        item("Cotton shirt", 2, 2_995, "PT"),
        item(
            "Canvas bag with a long strap, two inner pockets and a zip",
            1,
            3_245,
            "FR",
        ),
    ];
    intent
}

fn contract() -> Contract {
    Contract {
        number: "987654321".to_owned(),
        ..Contract::default()
    }
}

fn shipper() -> Party {
    Party {
        name: "Expédition".to_owned(),
        company: Some("Comptoir des Flandres".to_owned()),
        kind: PartyKind::Business,
        street: vec!["3 quai du Wault".to_owned()],
        phone: Some("+33199000142".to_owned()),
        ..consignee("", "59000", "Lille", "FR")
    }
}

fn consignee(name: &str, postal_code: &str, city: &str, country: &str) -> Party {
    Party {
        name: name.to_owned(),
        company: None,
        kind: PartyKind::Private,
        street: vec!["18 bis rue de Siam".to_owned(), "Bât. B".to_owned()],
        postal_code: postal_code.to_owned(),
        city: city.to_owned(),
        province: None,
        country: country.to_owned(),
        email: Some("client@example.com".to_owned()),
        phone: Some("+33639980142".to_owned()),
        language: None,
    }
}

fn parcel(id: &str, weight_g: u32) -> Parcel {
    Parcel {
        id: id.to_owned(),
        weight_g,
        size: Some(Size {
            length_mm: 350,
            width_mm: 255,
            height_mm: 80,
        }),
    }
}

fn item(description: &str, quantity: u32, cents: i64, origin: &str) -> Item {
    Item {
        sku: None,
        description: description.to_owned(),
        quantity,
        unit_price: Some(euros(cents)),
        weight_g: Some(180),
        hs_code: Some("610910".to_owned()),
        origin_country: Some(origin.to_owned()),
        parcel: None,
    }
}

fn euros(cents: i64) -> Money {
    Money {
        amount: rust_decimal::Decimal::new(cents, 2),
        currency: "EUR".to_owned(),
    }
}
