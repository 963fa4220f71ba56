//! Invented orders from Lille: within France, to Spain with every option, and two parcels to Switzerland.

use carrier_sdk::{
    Contract, Intent, Item, LabelFormat, Money, Parcel, Party, PartyKind, ServiceOption, Shipment,
    Size,
};

/// One parcel within France, to a private person.
pub fn national() -> Intent {
    Intent {
        reference: "FR-2026-000881".to_owned(),
        contract: contract(),
        product: "65".to_owned(),
        label_format: LabelFormat::Zpl,
        hand_over_at: "2026-11-27T18:00:00+01:00[Europe/Paris]"
            .parse()
            .expect("a moment"),
        shipment: Shipment {
            label_reference: "881".to_owned(),
            shipper: shipper(),
            consignee: consignee("Solène Ravel", "44000", "Nantes", "FR"),
            instructions: None,
            parcels: vec![parcel("1", 2_340)],
            options: [].into(),
            declared_value: Some(euros("129.90")),
            items: Vec::new(),
        },
    }
}

/// One parcel to a Spanish company, with every option and a picture as its label.
pub fn to_spain() -> Intent {
    let mut intent = national();
    intent.product = "07".to_owned();
    intent.label_format = LabelFormat::Gif;
    intent.shipment.consignee = Party {
        company: Some("Talleres Oliva SL".to_owned()),
        kind: PartyKind::Business,
        ..consignee("Inés Oliva", "28004", "Madrid", "ES")
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
    intent.shipment.consignee = consignee("Flurin Casutt", "7000", "Chur", "CH");
    let unmeasured = Parcel {
        size: None,
        ..parcel("2", 12_000)
    };
    intent.shipment.parcels.push(unmeasured);
    intent.shipment.items = vec![Item {
        sku: None,
        description: "Linen tablecloth".to_owned(),
        quantity: 2,
        unit_price: Some(euros("64.95")),
        weight_g: Some(900),
        hs_code: Some("630251".to_owned()),
        origin_country: Some("FR".to_owned()),
        parcel: None,
    }];
    intent
}

pub fn contract() -> Contract {
    Contract {
        number: "9A8B7C".to_owned(),
        ..Contract::default()
    }
}

/// The intent with a setting of the account.
pub fn with_setting(mut intent: Intent, name: &str, value: &str) -> Intent {
    let settings = &mut intent.contract.settings;
    settings.insert(name.to_owned(), value.to_owned());
    intent
}

fn shipper() -> Party {
    Party {
        company: Some("Comptoir des Flandres".to_owned()),
        kind: PartyKind::Business,
        street: vec!["3 quai du Wault".to_owned()],
        email: Some("expedition@example.com".to_owned()),
        phone: Some("+33 1 99 00 01 42".to_owned()),
        ..consignee("Expédition", "59000", "Lille", "FR")
    }
}

fn consignee(name: &str, postal_code: &str, city: &str, country: &str) -> Party {
    Party {
        name: name.to_owned(),
        company: None,
        kind: PartyKind::Private,
        street: vec!["7 ter rue Kervégan".to_owned(), "3e étage".to_owned()],
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
            length_mm: 255,
            width_mm: 350,
            height_mm: 80,
        }),
    }
}

fn euros(amount: &str) -> Money {
    Money {
        amount: amount.parse().expect("an amount"),
        currency: "EUR".to_owned(),
    }
}
