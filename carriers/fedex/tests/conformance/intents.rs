//! Invented orders from Lille: within France, to Spain with every option, and two parcels to Switzerland.

use carrier_sdk::{
    Contract, Intent, Item, LabelFormat, Money, Parcel, Party, PartyKind, ServiceOption, Shipment,
    Size,
};

/// One parcel within France, to a private person.
pub fn national() -> Intent {
    Intent {
        reference: "FR-2026-000993".to_owned(),
        contract: contract(),
        product: "FEDEX_PRIORITY".to_owned(),
        label_format: LabelFormat::Pdf,
        hand_over_at: "2026-11-27T18:00:00+01:00[Europe/Paris]"
            .parse()
            .expect("a moment"),
        shipment: Shipment {
            label_reference: "993".to_owned(),
            shipper: shipper(),
            consignee: consignee("Malo Quéré", "35000", "Rennes", "FR"),
            instructions: None,
            parcels: vec![parcel("1", 2_340)],
            options: [].into(),
            declared_value: Some(euros("129.90")),
            items: Vec::new(),
        },
    }
}

/// One parcel to a Spanish company, with every option labelled in ZPL.
pub fn to_spain() -> Intent {
    let mut intent = national();
    intent.product = "FEDEX_INTERNATIONAL_PRIORITY".to_owned();
    intent.label_format = LabelFormat::Zpl;
    intent.shipment.consignee = Party {
        company: Some("Almacenes Prado SL".to_owned()),
        kind: PartyKind::Business,
        ..consignee("Nuria Prado", "46001", "Valencia", "ES")
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
    intent.product = "INTERNATIONAL_ECONOMY".to_owned();
    intent.shipment.consignee = consignee("Orla Tannheim", "3011", "Bern", "CH");
    let unmeasured = Parcel {
        size: None,
        ..parcel("2", 12_000)
    };
    intent.shipment.parcels.push(unmeasured);
    intent.shipment.items = vec![Item {
        sku: None,
        description: "Oak chopping board".to_owned(),
        quantity: 2,
        unit_price: Some(euros("64.95")),
        weight_g: Some(900),
        hs_code: Some("441911".to_owned()),
        origin_country: Some("FR".to_owned()),
        parcel: None,
    }];
    intent
}

pub fn contract() -> Contract {
    Contract {
        number: "740561073".to_owned(),
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
        street: vec!["22 rue Saint-Louis".to_owned(), "Bât. A".to_owned()],
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
