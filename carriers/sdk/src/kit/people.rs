//! Invented people, parcels and amounts: what the catalogue and the orders of carriers' own tests are
//! made of. Telephone numbers are from the ranges kept for fiction. Knows no carrier.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::label::LabelFormat;
use crate::shipment::{Contract, Intent, Item, Money, Parcel, Party, PartyKind, Shipment, Size};

/// One parcel from [`site`] in the evening of a winter's day (`2026-11-24`), with a PDF label; each
/// carrier changes what it wants.
#[must_use]
pub fn order(contract: Contract, product: &str, day: &str, to: Party, parcel: Parcel) -> Intent {
    let evening = format!("{day}T18:00:00+01:00[Europe/Paris]");
    Intent {
        reference: "FR-2026-000777".to_owned(),
        contract,
        product: product.to_owned(),
        label_format: LabelFormat::Pdf,
        hand_over_at: evening.parse().unwrap_or_default(),
        shipment: Shipment {
            label_reference: "Commande 777".to_owned(),
            shipper: site("Quai Nord"),
            consignee: to,
            instructions: None,
            parcels: vec![parcel],
            options: BTreeSet::new(),
            declared_value: None,
            items: Vec::new(),
        },
    }
}

/// A contract with this number and no settings.
#[must_use]
pub fn contract(number: &str) -> Contract {
    Contract {
        number: number.to_owned(),
        ..Contract::default()
    }
}

/// The same with one setting more, or another one.
#[must_use]
pub fn with_setting(mut contract: Contract, name: &str, value: &str) -> Contract {
    contract.settings.insert(name.to_owned(), value.to_owned());
    contract
}

/// Goods for customs, of 180 g each.
#[must_use]
pub fn item(description: &str, quantity: u32, cents: i64, hs_code: &str, origin: &str) -> Item {
    Item {
        sku: None,
        description: description.to_owned(),
        quantity,
        unit_price: Some(euros(cents)),
        weight_g: Some(180),
        hs_code: Some(hs_code.to_owned()),
        origin_country: Some(origin.to_owned()),
        parcel: None,
    }
}

/// Somebody at home, who can be written to and called.
#[must_use]
pub fn person(name: &str, street: &[&str], place: [&str; 3]) -> Party {
    let [postal_code, city, country] = place.map(str::to_owned);
    Party {
        name: name.to_owned(),
        company: None,
        kind: PartyKind::Private,
        street: street.iter().map(|line| (*line).to_owned()).collect(),
        postal_code,
        city,
        province: None,
        country,
        email: Some("client@example.com".to_owned()),
        phone: Some("+33639980142".to_owned()),
        language: None,
    }
}

/// The same, who is to be written to in French.
#[must_use]
pub fn in_french(party: Party) -> Party {
    Party {
        language: Some("fr".to_owned()),
        ..party
    }
}

/// Where parcels leave: a company in Lille.
#[must_use]
pub fn site(name: &str) -> Party {
    Party {
        company: Some("Comptoir des Flandres".to_owned()),
        kind: PartyKind::Business,
        email: Some("expedition@example.com".to_owned()),
        phone: Some("+33199000142".to_owned()),
        ..person(name, &["3 quai du Wault"], ["59000", "Lille", "FR"])
    }
}

/// A parcel of so many grams, and millimetres long, wide and high.
#[must_use]
pub fn parcel(id: &str, weight_g: u32, [length_mm, width_mm, height_mm]: [u32; 3]) -> Parcel {
    Parcel {
        id: id.to_owned(),
        weight_g,
        size: Some(Size {
            length_mm,
            width_mm,
            height_mm,
        }),
    }
}

/// An amount, in cents.
#[must_use]
pub fn euros(cents: i64) -> Money {
    Money {
        amount: Decimal::new(cents, 2),
        currency: "EUR".to_owned(),
    }
}
