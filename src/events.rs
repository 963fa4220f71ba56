//! Events as they leave: CloudEvents 1.0 in structured JSON, their bytes fixed when committed.
//!
//! Rendered once, inside the ledger's transaction, so that a repeat is identical. What an event says
//! of its order is in `events/data.rs`; `schemas/` is the contract with whoever consumes it. Nothing
//! here publishes, and no label bytes and no personal data travel in an event.

mod data;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::life::{Announcement, Life, Reason};
use crate::trace::{Trace, Traceparent};

/// Names the namespace of event ids; fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b0c_8a52_51d9_4a5e_9f7e_d111_6e4c_e001);

/// What events say of their sender.
#[derive(Debug, Clone, Default)]
pub struct Teller {
    /// CloudEvents `source`.
    pub source: String,
    /// What label links start with; none: no links.
    pub public_url: Option<String>,
    /// Whether traces that start here are recorded.
    pub recording: bool,
}

/// An event ready for the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// CloudEvents `id` and AMQP `message_id`: the same whenever the same thing is told.
    pub event_id: String,
    /// Type without version: `shipment.booked`.
    pub routing_key: String,
    /// The JSON text.
    pub body: String,
}

/// CloudEvents 1.0 with its extensions for order and traces.
#[derive(Serialize)]
struct Envelope<'a, D> {
    specversion: &'a str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    subject: &'a str,
    time: Timestamp,
    datacontenttype: &'a str,
    sequence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    data: D,
}

impl Teller {
    /// The event that tells this, as number `sequence` of the order.
    #[must_use]
    pub fn render(
        &self,
        told: &Announcement,
        life: &Life,
        sequence: u64,
        now: Timestamp,
    ) -> Rendered {
        let sequence = format!("{sequence:010}");
        let data = data::OfOrder::new(self, told, life);
        let trace = Some(life.trace());
        self.envelope(
            told.kind(),
            &life.key.to_string(),
            &sequence,
            now,
            trace,
            data,
        )
    }

    fn envelope(
        &self,
        routing_key: &str,
        subject: &str,
        sequence: &str,
        time: Timestamp,
        trace: Option<Trace>,
        data: impl Serialize,
    ) -> Rendered {
        let kind = format!("{routing_key}.v1");
        let identity = format!("{subject}|{kind}|{sequence}");
        let event_id = Uuid::new_v5(&NAMESPACE, identity.as_bytes()).to_string();
        let span = trace.map(|trace| trace.told(trace.event(&event_id), self.recording));
        let envelope = Envelope {
            specversion: "1.0",
            id: &event_id,
            source: &self.source,
            kind: &kind,
            subject,
            time,
            datacontenttype: "application/json",
            sequence,
            traceparent: span.map(|span| span.to_string()),
            data,
        };
        // It has no map with keys that are not text: it always becomes JSON.
        let body = serde_json::to_string(&envelope).unwrap_or_default();
        Rendered {
            event_id,
            routing_key: routing_key.to_owned(),
            body,
        }
    }

    fn label_link(&self, id: &str) -> Option<String> {
        let url = self.public_url.as_deref()?.trim_end_matches('/');
        Some(format!("{url}/v1/labels/{id}"))
    }
}

/// As much of a rendered event as is told about it: in log lines, and as the header `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The key of the order, or the account.
    pub subject: String,
    /// Its number.
    pub sequence: String,
    /// The span it leaves in; none: of an account, or from before there were any.
    #[serde(default)]
    pub traceparent: Option<Traceparent>,
}

/// The head of a rendered event; none when it is none of ours.
pub fn head(body: &[u8]) -> Option<Head> {
    serde_json::from_slice(body).ok()
}

/// The event that an account stops, and why, or works again (no `why`), from this moment on.
///
/// No counter is kept for accounts: the moment, in microseconds, is its sequence.
#[must_use]
pub fn account_event(
    teller: &Teller,
    account: &str,
    why: Option<&Reason>,
    waiting: u64,
    since: Timestamp,
    environment: &str,
) -> Rendered {
    let routing_key = if why.is_some() {
        "account.paused"
    } else {
        "account.resumed"
    };
    let sequence = format!("{:020}", since.as_microsecond());
    let data = data::OfAccount::new(account, why, waiting, since, environment);
    teller.envelope(routing_key, account, &sequence, since, None, data)
}
