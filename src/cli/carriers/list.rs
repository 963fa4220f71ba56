//! `carriers list`: each carrier's own description, and what a doubt costs with it in plain words.

use carrier_sdk::ability::{beyond_booking, price_of_doubt};
use carrier_sdk::profile::Reach;
use carrier_sdk::{Absence, Carrier, LabelFormat, Product};
use serde::Serialize;

use super::super::table::Row;
use crate::registry;

/// Every carrier of this gateway.
pub fn all() -> Vec<Listed> {
    registry::carriers().map(Listed::of).collect()
}

/// One carrier.
#[derive(Serialize)]
pub struct Listed {
    name: &'static str,
    title: &'static str,
    can: Vec<&'static str>,
    absence: Meaning,
    doubt: String,
    products: Vec<ListedProduct>,
    label_formats: Vec<&'static str>,
    parcels_max: usize,
    parcel_max_g: u32,
    secrets: Vec<ListedSecret>,
    settings: Vec<ListedSetting>,
}

/// What it means when a look-up by our reference finds nothing.
#[derive(Serialize)]
#[serde(tag = "means", rename_all = "snake_case")]
enum Meaning {
    Proof { after_s: u64 },
    Evidence,
}

#[derive(Serialize)]
struct ListedProduct {
    code: &'static str,
    name: &'static str,
    reach: &'static str,
    options: Vec<&'static str>,
}

#[derive(Serialize)]
struct ListedSecret {
    name: &'static str,
    required: bool,
    without: &'static str,
}

#[derive(Serialize)]
struct ListedSetting {
    name: &'static str,
    purpose: &'static str,
}

impl Listed {
    fn of(carrier: &dyn Carrier) -> Self {
        let profile = carrier.profile();
        let secrets = profile.secrets.iter().map(|secret| ListedSecret {
            name: secret.name,
            required: secret.required,
            without: secret.without,
        });
        let settings = profile.settings.iter().map(|setting| ListedSetting {
            name: setting.name,
            purpose: setting.purpose,
        });
        Self {
            name: profile.name,
            title: profile.title,
            can: beyond_booking(carrier),
            absence: match profile.absence {
                Absence::Proof { after } => Meaning::Proof {
                    after_s: after.as_secs(),
                },
                Absence::Evidence => Meaning::Evidence,
            },
            doubt: price_of_doubt(carrier),
            products: profile.products.iter().map(ListedProduct::of).collect(),
            label_formats: profile
                .label_formats
                .iter()
                .copied()
                .map(LabelFormat::name)
                .collect(),
            parcels_max: profile.parcels_max,
            parcel_max_g: profile.parcel_max_g,
            secrets: secrets.collect(),
            settings: settings.collect(),
        }
    }
}

impl ListedProduct {
    fn of(product: &Product) -> Self {
        Self {
            code: product.code,
            name: product.name,
            reach: reach(product.reach),
            options: product.options.iter().map(|option| option.name()).collect(),
        }
    }
}

/// Where a product goes, in a word.
pub fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::National => "national",
        Reach::International => "international",
        Reach::Anywhere => "anywhere",
    }
}

impl Row for Listed {
    const HEADINGS: &'static [&'static str] =
        &["Carrier", "Can", "Products", "Options", "Labels", "A doubt"];

    fn cells(&self) -> Vec<String> {
        let products: Vec<String> = self
            .products
            .iter()
            .map(|product| format!("{} {}", product.code, product.name))
            .collect();
        let mut options: Vec<&str> = Vec::new();
        for option in self.products.iter().flat_map(|product| &product.options) {
            if !options.contains(option) {
                options.push(option);
            }
        }
        let can = std::iter::once("book").chain(self.can.iter().copied());
        vec![
            format!("{}\n{}", self.name, self.title),
            can.collect::<Vec<_>>().join("\n"),
            products.join("\n"),
            options.join("\n"),
            self.label_formats.join("\n"),
            self.doubt.clone(),
        ]
    }
}
