//! Intents that every carrier is tried with. All people, companies and addresses are invented;
//! telephone numbers are from the ranges kept for fiction where a country has one.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use super::people;
use crate::geography::customs_needed;
use crate::label::LabelFormat;
use crate::shipment::{Contract, Intent, Item, Parcel, Party, PartyKind, Shipment};

/// A shipment to try a carrier with.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is special about it, in a few words.
    pub name: &'static str,
    /// The parcels and the people.
    pub shipment: Shipment,
}

impl Case {
    /// The intent to book this case as `product`: a PDF label, handed over on a Wednesday evening.
    #[must_use]
    pub fn intent(&self, contract: &Contract, product: &str) -> Intent {
        Intent {
            reference: reference(),
            contract: contract.clone(),
            product: product.to_owned(),
            label_format: LabelFormat::Pdf,
            hand_over_at: days().into_iter().next().unwrap_or_default(),
            shipment: self.shipment.clone(),
        }
    }
}

/// The reference that every case is booked under.
#[must_use]
pub fn reference() -> String {
    "KIT-2026-000042".to_owned()
}

/// A Wednesday, a Friday and a Saturday, 18:00 in Lille: what an option allows may hang on the day.
pub(super) fn days() -> [ZonedDateTime; 3] {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    [1_795_626_000, 1_795_798_800, 1_795_885_200]
        .map(|second| Timestamp::constant(second, 0).to_zoned_datetime(zone.clone()))
}

/// Shipments from Lille: within France, within the Union, and over its border.
#[must_use]
pub fn catalogue() -> Vec<Case> {
    let mut company = french();
    company.company = Some("Atelier des Trois Chênes SARL".to_owned());
    company.kind = PartyKind::Business;
    let mut accents = french();
    accents.name = "Anaïs Çelik-Gûnther".to_owned();
    accents.street = vec![
        "Résidence du Vieux Moulin, bât. C".to_owned(),
        "147 bis chemin de la Forêt".to_owned(),
    ];
    accents.city = "Saint-Étienne-lès-Remiremont".to_owned();
    accents.postal_code = "88200".to_owned();
    vec![
        case("one parcel within France", french(), 1),
        case("three parcels to a French company", company, 3),
        case("a French address with accents", accents, 1),
        case("one parcel to Germany", german(), 1),
        case("two parcels to Germany", german(), 2),
        case("one parcel to the United Kingdom", british(), 1),
        case("one parcel to Switzerland", swiss(), 1),
        case("one parcel to the United States", american(), 1),
    ]
}

/// One parcel to this consignee, with what customs want where they want something.
pub(super) fn addressed(name: &'static str, consignee: Party) -> Case {
    case(name, consignee, 1)
}

fn case(name: &'static str, consignee: Party, parcels: u32) -> Case {
    let customs = customs_needed("FR", &consignee.country);
    let parcels: Vec<Parcel> = (1..=parcels).map(parcel).collect();
    let items = match parcels.first() {
        Some(first) if customs => vec![item(first)],
        _ => Vec::new(),
    };
    Case {
        name,
        shipment: Shipment {
            label_reference: "KIT 42".to_owned(),
            shipper: shipper(),
            consignee,
            instructions: None,
            parcels,
            options: BTreeSet::new(),
            declared_value: Some(people::euros(12_990)),
            items,
        },
    }
}

fn parcel(number: u32) -> Parcel {
    people::parcel(
        &number.to_string(),
        850 + 100 * number,
        [350, 250, 80 + number],
    )
}

fn item(parcel: &Parcel) -> Item {
    Item {
        sku: Some("KIT-001".to_owned()),
        parcel: Some(parcel.id.clone()),
        ..people::item("Cotton shirt", 2, 6_495, "610910", "PT")
    }
}

fn party(name: &str, street: &str, postal_code: &str, city: &str, country: &str) -> Party {
    Party {
        email: Some("kit@example.com".to_owned()),
        phone: None,
        ..people::person(name, &[street], [postal_code, city, country])
    }
}

fn reached(mut party: Party, phone: &str, language: &str) -> Party {
    party.phone = Some(phone.to_owned());
    party.language = Some(language.to_owned());
    party
}

fn shipper() -> Party {
    let site = party("Quai 4", "8 rue des Entrepôts", "59000", "Lille", "FR");
    Party {
        company: Some("Comptoir du Nord".to_owned()),
        kind: PartyKind::Business,
        ..reached(site, "+33199000142", "fr")
    }
}

fn french() -> Party {
    let home = party("Zoé Lemoine", "12 rue du Puits", "75002", "Paris", "FR");
    reached(home, "+33639980142", "fr")
}

fn german() -> Party {
    let home = party("Jörg Weißmüller", "Lindenweg 7a", "10115", "Berlin", "DE");
    reached(home, "+493023125042", "de")
}

fn british() -> Party {
    let home = party("Nora Ashdown", "42 Mill Lane", "SW1A 2AA", "London", "GB");
    reached(home, "+447700900142", "en")
}

fn swiss() -> Party {
    let home = party("Reto Käslin", "Bergstrasse 3", "8001", "Zürich", "CH");
    reached(home, "+41310000042", "de")
}

fn american() -> Party {
    let home = party("June Hollis", "1200 Elm Street", "97205", "Portland", "US");
    Party {
        province: Some("OR".to_owned()),
        ..reached(home, "+12025550142", "en")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_over_the_border_of_the_union_has_articles_and_no_other_has() {
        for case in catalogue() {
            let customs = customs_needed("FR", &case.shipment.consignee.country);
            assert_eq!(!case.shipment.items.is_empty(), customs, "{}", case.name);
        }
    }

    #[test]
    fn the_days_are_a_wednesday_a_friday_and_a_saturday_evening() {
        let names = days().map(|day| day.strftime("%a %H:%M").to_string());
        assert_eq!(names, ["Wed 18:00", "Fri 18:00", "Sat 18:00"]);
    }
}
