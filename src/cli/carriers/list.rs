//! `carriers list`: each carrier's own description, and what a doubt costs with it in plain words.

use carrier_sdk::profile::Reach;
use carrier_sdk::{Absence, Carrier, LabelFormat, Product, Profile};
use serde::Serialize;

use super::super::table::Row;
use super::capabilities;
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
            can: capabilities(carrier),
            absence: match profile.absence {
                Absence::Proof { after } => Meaning::Proof {
                    after_s: after.as_secs(),
                },
                Absence::Evidence => Meaning::Evidence,
            },
            doubt: doubt(
                profile,
                carrier.finding().is_some(),
                carrier.voiding().is_some(),
            ),
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
            reach: match product.reach {
                Reach::National => "national",
                Reach::International => "international",
                Reach::Anywhere => "anywhere",
            },
            options: product.options.iter().map(|option| option.name()).collect(),
        }
    }
}

/// What becomes of a booking whose answer was lost.
fn doubt(profile: &Profile, finds: bool, voids: bool) -> String {
    let mut text = match (finds, profile.absence) {
        (false, _) => "Bookings cannot be looked up: every doubt waits for a person.".to_owned(),
        (true, Absence::Proof { after }) => format!(
            "Settles by itself: a booking not found {} s after it was sent does not exist.",
            after.as_secs()
        ),
        (true, Absence::Evidence) => {
            "A booking that is found is taken over. One that is not found may still \
             appear: a person decides, or when_in_doubt = \"rebook\" books anew."
                .to_owned()
        }
    };
    text += if voids {
        " One too many can be voided."
    } else {
        " One too many cannot be voided: it is chased on the invoice."
    };
    for secret in profile.secrets.iter().filter(|secret| !secret.required) {
        text += &format!(" Without {}: {}.", secret.name, secret.without);
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_doubt_costs_hangs_on_looking_up_and_on_what_absence_means() {
        let mut profile = registry::carrier("chronopost")
            .expect("there")
            .profile()
            .clone();
        assert!(doubt(&profile, true, true).contains("may still appear"));
        assert!(doubt(&profile, true, true).contains("Without tracking_password"));
        profile.absence = Absence::Proof {
            after: std::time::Duration::from_secs(600),
        };
        assert!(doubt(&profile, true, true).contains("600 s"));
        assert!(doubt(&profile, false, false).contains("waits for a person"));
        assert!(doubt(&profile, false, false).contains("cannot be voided"));
    }
}
