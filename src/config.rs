//! The configuration `diligence.toml`: its shape and defaults. `diligence.example.toml` is the manual.
//!
//! Reading it (with the environment on top) is in `config/load.rs`, refusing nonsense in
//! `config/check.rs`. Secrets are `SecretString` and never printed, not even in an error.

use std::collections::BTreeMap;
use std::path::PathBuf;

use carrier_sdk::LabelFormat;
use jiff::civil::{Date, Time};
use secrecy::SecretString;
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

/// `[bus]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bus {
    /// AMQP URL of one broker.
    pub url: Option<SecretString>,
    /// AMQP URLs of a cluster, tried in turn.
    pub urls: Vec<SecretString>,
    /// Exchange that orders come from.
    pub orders_exchange: String,
    /// Our queue.
    pub orders_queue: String,
    /// Keys bound to it.
    pub orders_keys: Vec<String>,
    /// Exchange for undecodable messages.
    pub dead_exchange: String,
    /// Queue for undecodable messages.
    pub dead_queue: String,
    /// Exchange that events go to.
    pub events_exchange: String,
    /// Queue for events that nobody is bound to.
    pub unrouted_queue: String,
    /// Deliveries of one message before the broker dead-letters it.
    pub delivery_limit: u32,
    /// Unacknowledged deliveries at a time.
    pub prefetch: u16,
    /// Events being published at a time.
    pub publishers: usize,
    /// Declare what is missing at the start (else only check).
    pub declare: bool,
    /// Longest connect, declare, publish or acknowledge, in milliseconds.
    pub timeout_ms: u64,
    /// Heartbeat in seconds.
    pub heartbeat_s: u16,
    /// Largest message taken as an order, in bytes.
    pub max_message_bytes: usize,
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            url: None,
            urls: Vec::new(),
            orders_exchange: "orders".into(),
            orders_queue: "diligence.orders".into(),
            orders_keys: vec!["order.paid".into(), "order.cancelled".into()],
            dead_exchange: "orders.dead".into(),
            dead_queue: "diligence.orders.dead".into(),
            events_exchange: "shipments".into(),
            unrouted_queue: "shipments.unrouted".into(),
            delivery_limit: 20,
            prefetch: 512,
            publishers: 16,
            declare: true,
            timeout_ms: 10_000,
            heartbeat_s: 10,
            max_message_bytes: 1_048_576,
        }
    }
}

/// `[ledger]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerSettings {
    /// `sqlite://file.db`.
    pub url: SecretString,
    /// Claim nothing new with less free disk than this, in MiB.
    pub headroom_mib: u64,
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self {
            url: SecretString::from("sqlite://diligence.db"),
            headroom_mib: 64,
        }
    }
}

/// `[http]`
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address to listen on; none: no HTTP.
    pub listen: Option<String>,
    /// What label links in events start with.
    pub public_url: Option<String>,
    /// Bearer token for labels.
    pub token: Option<SecretString>,
}

/// `[labels]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Labels {
    /// Format unless an account chooses its own.
    pub format: LabelFormat,
    /// Print folder.
    pub folder: Option<PathBuf>,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            format: LabelFormat::Pdf,
            folder: None,
        }
    }
}

/// `[dispatch]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dispatch {
    /// How long one worker owns an order that it works on, in seconds.
    pub lease_s: u64,
    /// How long after a lease an absent answer begins to count, in seconds.
    pub settle_s: u64,
    /// Between two absent answers, in seconds.
    pub absent_gap_s: u64,
    /// How long before `book_by` the next account is taken and risk is announced, in seconds.
    pub margin_s: u64,
    /// Orders worked on at a time.
    pub in_flight: usize,
    /// First delay before another try, in milliseconds.
    pub retry_first_ms: u64,
    /// Longest delay before another try, in milliseconds.
    pub retry_max_ms: u64,
    /// When attempts that were in doubt are looked up again, in seconds after they were sent.
    pub late_lookups_s: Vec<u64>,
}

impl Default for Dispatch {
    fn default() -> Self {
        Self {
            lease_s: 120,
            settle_s: 180,
            absent_gap_s: 60,
            margin_s: 900,
            in_flight: 256,
            retry_first_ms: 5_000,
            retry_max_ms: 300_000,
            late_lookups_s: vec![3_600, 86_400],
        }
    }
}

/// `[events]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Events {
    /// CloudEvents `source`.
    pub source: String,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            source: "diligence".into(),
        }
    }
}

/// `[privacy]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Days after which consignees, answers and labels are erased.
    pub erase_after_days: u32,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            erase_after_days: 90,
        }
    }
}

/// `[[calendars]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Its name.
    pub id: String,
    /// Days on which no truck leaves and nothing is delivered.
    #[serde(default)]
    pub closed: Vec<Date>,
}

/// `[[sites]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Site {
    pub id: String,
    pub name: String,
    pub street: Vec<String>,
    pub postal_code: String,
    pub city: String,
    pub country: String,
    pub phone: String,
    pub email: Option<String>,
    /// IANA name.
    pub time_zone: String,
    /// Id of a calendar.
    pub calendar: Option<String>,
    /// Trucks; without any, booked for today and bounded by no cut-off.
    #[serde(default)]
    pub pickups: Vec<Pickup>,
}

/// `[[sites.pickups]]`: a truck.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pickup {
    /// Accounts whose parcels it takes.
    pub accounts: Vec<String>,
    /// Week days on which it comes.
    pub days: Vec<Weekday>,
    /// Last moment to have a label, local time.
    pub cut_off: Time,
    /// When it leaves, local time.
    pub truck: Time,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// `[services.NAME]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// Bounds an order that names no `deliver_by`, in hours.
    pub max_age_h: u32,
}

impl Default for Service {
    fn default() -> Self {
        Self { max_age_h: 24 }
    }
}

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
    /// What to do when the ladder cannot settle a doubt.
    #[serde(default)]
    pub when_in_doubt: WhenInDoubt,
    /// Format of its labels, instead of `[labels] format`.
    pub label_format: Option<LabelFormat>,
    /// Services it takes, each by a product of the carrier.
    #[serde(default)]
    pub products: Vec<AccountProduct>,
    /// Everything else: the carrier's secrets (each also as `NAME_file`) and settings.
    #[serde(flatten)]
    pub more: BTreeMap<String, toml::Value>,
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

fn default_transit_days() -> u32 {
    1
}

fn default_delivered_by() -> Time {
    Time::constant(18, 0, 0, 0)
}

/// `[[routes]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The service it is for.
    pub service: String,
    /// Countries of the consignee; empty: all.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Sites; empty: all.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Shops; empty: all.
    #[serde(default)]
    pub shops: Vec<String>,
    /// Accounts, in the order they are tried.
    pub accounts: Vec<String>,
}
