//! A contract with a carrier, and which of its values are secret.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use carrier_sdk::profile::Reach;
use carrier_sdk::{Contract, LabelFormat, Product, Profile};
use jiff::civil::{Date, Time};
use secrecy::SecretString;
use serde::Deserialize;

use super::Labels;

/// `[[accounts]]`: a contract with a carrier.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// Our name for it.
    pub id: String,
    /// Carrier's name, as `carriers list` shows it.
    pub carrier: String,
    /// Test or live.
    pub environment: Environment,
    /// Where its API is; plain http only to loopback.
    pub base_url: String,
    /// Account or contract number.
    pub account_number: String,
    /// Whole call, in seconds.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u64,
    /// Calls at a time.
    #[serde(default = "default_concurrency")]
    pub concurrency: usize,
    /// Calls a second; none: unlimited.
    pub rate_per_s: Option<u32>,
    /// Bookings a day, by the clock of the first site; none: unlimited.
    pub daily_limit: Option<u32>,
    /// First day on which a truck may leave with its parcels.
    pub valid_from: Option<Date>,
    /// Last day on which a truck may leave with its parcels.
    pub valid_to: Option<Date>,
    /// What to do when the ladder cannot settle a doubt.
    #[serde(default)]
    pub when_in_doubt: WhenInDoubt,
    /// The carrier has assured that a look-up is complete so many seconds after a request: what it does
    /// not find then was never booked. None: as the carrier's profile says.
    pub silence_is_proof_after_s: Option<u64>,
    /// Format of its labels, instead of `[labels] format`.
    pub label_format: Option<LabelFormat>,
    /// Services it takes, each by a product of the carrier.
    #[serde(default)]
    pub products: Vec<AccountProduct>,
    /// Everything else: the carrier's secrets (each also as `NAME_file`) and settings.
    #[serde(flatten)]
    pub more: More,
}

impl Account {
    /// The secrets that the carrier declares and this account gives, by their names.
    #[must_use]
    pub fn secrets(&self, profile: &Profile) -> BTreeMap<String, SecretString> {
        let names = profile.secrets.iter().map(|secret| secret.name);
        let given = names.filter_map(|name| Some((name, self.more.text(name)?)));
        given
            .map(|(name, text)| (name.to_owned(), SecretString::from(text)))
            .collect()
    }

    /// The part of the account that a carrier may know: its number and declared settings.
    #[must_use]
    pub fn contract(&self, profile: &Profile) -> Contract {
        let names = profile.settings.iter().map(|setting| setting.name);
        let given =
            names.filter_map(|name| Some((name.to_owned(), self.more.text(name)?.to_owned())));
        Contract {
            number: self.account_number.clone(),
            settings: given.collect(),
        }
    }

    /// The format of its labels.
    #[must_use]
    pub fn label_format(&self, labels: &Labels) -> LabelFormat {
        self.label_format.unwrap_or(labels.format)
    }

    /// Longest whole call.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }
}

/// Values of an account that only its carrier's profile can name. `Debug` shows the names only:
/// until the profile is asked, any of them may be a secret.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct More(BTreeMap<String, toml::Value>);

impl More {
    /// These values.
    #[must_use]
    pub fn of(values: BTreeMap<String, String>) -> Self {
        let values = values.into_iter();
        Self(values.map(|(name, text)| (name, text.into())).collect())
    }

    /// The names given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A value, when it is text that is not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }
}

impl fmt::Debug for More {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn default_timeout_s() -> u64 {
    60
}

fn default_concurrency() -> usize {
    64
}

/// Test or live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Environment {
    Test,
    Live,
}

impl Environment {
    /// The name used in configuration and events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// What to do when a doubt cannot be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenInDoubt {
    /// A person decides.
    #[default]
    Park,
    /// Book anew; the first booking is then a stray.
    Rebook,
}

/// `[[accounts.products]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountProduct {
    /// The service it fulfils.
    pub service: String,
    /// The carrier's product code.
    pub code: String,
    /// Where it goes; empty: wherever the product goes.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Working days from hand-over to delivery.
    #[serde(default = "default_transit_days")]
    pub transit_days: u32,
    /// Delivered by this time of that day, local time of the site.
    #[serde(default = "default_delivered_by")]
    pub delivered_by: Time,
}

impl AccountProduct {
    /// Whether it goes from here to there: by this configuration and by the carrier's reach.
    #[must_use]
    pub fn goes(&self, product: &Product, from: &str, to: &str) -> bool {
        let listed = self.countries.is_empty() || self.countries.iter().any(|code| code == to);
        let reached = match product.reach {
            Reach::National => from == to,
            Reach::International => from != to,
            Reach::Anywhere => true,
        };
        listed && reached
    }
}

fn default_transit_days() -> u32 {
    1
}

fn default_delivered_by() -> Time {
    Time::constant(18, 0, 0, 0)
}
