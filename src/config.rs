//! The configuration `diligence.toml`: its shape and defaults. `diligence.example.toml` is the manual.
//!
//! Reading it (with the environment on top) is in `config/load.rs`, refusing nonsense in
//! `config/check.rs`. Secrets are `SecretString` and never printed, not even in an error.

mod account;
mod check;
#[cfg(test)]
pub mod example;
mod finding;
mod load;
mod network;
mod settings;

pub use account::{Account, AccountProduct, Environment, More, WhenInDoubt};
pub use check::{check, check_worker};
pub use finding::{Finding, Severity};
pub use load::{environment, load, parse};
pub use network::{Calendar, Pickup, Route, Service, Site, Weekday};
pub use settings::{Bus, Dispatch, Events, Http, Labels, LedgerSettings, Privacy, Telemetry};

use std::collections::BTreeMap;

use serde::Deserialize;

/// All of `diligence.toml`.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The broker.
    pub bus: Bus,
    /// The ledger.
    pub ledger: LedgerSettings,
    /// Health, readiness and labels over HTTP.
    pub http: Http,
    /// Label formats and the print folder.
    pub labels: Labels,
    /// Times and limits of booking.
    pub dispatch: Dispatch,
    /// What events say of themselves.
    pub events: Events,
    /// Where spans go.
    pub telemetry: Telemetry,
    /// How long personal data is kept.
    pub privacy: Privacy,
    /// Days on which no truck leaves.
    pub calendars: Vec<Calendar>,
    /// Where parcels leave from.
    pub sites: Vec<Site>,
    /// What shops sell.
    pub services: BTreeMap<String, Service>,
    /// Contracts with carriers.
    pub accounts: Vec<Account>,
    /// Which accounts take which order; the first match wins.
    pub routes: Vec<Route>,
}
