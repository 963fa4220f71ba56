//! The sections of the configuration that stand once: broker, ledger, HTTP, labels, times.
//!
//! Shapes and defaults only; `config/check.rs` refuses nonsense.

use std::path::PathBuf;

use carrier_sdk::LabelFormat;
use secrecy::SecretString;
use serde::Deserialize;

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
            publishers: 64,
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
    /// `sqlite://file.db`, or `postgres://user:password@host:5432/database` for many workers.
    pub url: SecretString,
    /// Claim nothing new with less free disk than this around a file, in MiB.
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
    /// Orders claimed and not answered yet, at a time; three times as many are in hand.
    pub in_flight: usize,
    /// First delay before another try, in milliseconds.
    pub retry_first_ms: u64,
    /// Longest delay before another try, in milliseconds.
    pub retry_max_ms: u64,
    /// How long after an account's credentials were refused the carrier is first asked whether they
    /// work, in seconds; then less and less often, down to once an hour. 0: never.
    pub probe_s: u64,
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
            probe_s: 300,
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

/// `[telemetry]`
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// Where an OpenTelemetry collector takes spans (OTLP over HTTP); none: the environment's
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`, if that is set.
    pub otlp_endpoint: Option<String>,
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
