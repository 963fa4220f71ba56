//! The bus: where orders come from and events go to. The first and the last stop of an order.
//!
//! `Bus` has two forms: `rabbitmq` (the service) and `file` (`dispatch FILE`). Neither knows what an
//! order is: a handler (intake) gives a verdict on every delivery, and only here is one acknowledged.

mod ack_prefix;
#[cfg(test)]
mod conformance;
pub mod file;
mod pauses;
pub mod rabbitmq;
pub mod topology;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::trace::Traceparent;

pub use pauses::Pauses;

/// One message from the orders queue, or one line of an orders file.
pub struct Delivery {
    /// The message, byte for byte.
    pub body: Bytes,
    /// AMQP `type`; from a file, the line's own `type` unless it is a CloudEvents envelope.
    pub amqp_type: Option<String>,
    /// The key it was published with.
    pub routing_key: String,
    /// The sender's span, from the header `traceparent`; none also when the header names none.
    pub traceparent: Option<Traceparent>,
}

// The body is personal data.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Delivery({}, {} bytes)",
            self.routing_key,
            self.body.len()
        )
    }
}

/// What becomes of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the ledger, committed: it may be acknowledged.
    Durable,
    /// It can never be understood: kept aside with the reason, then acknowledged.
    Dead {
        /// Why, without any value from the message.
        reason: String,
        /// JSON path of the fault.
        path: Option<String>,
    },
    /// The ledger cannot take it now: it goes back, and nothing is consumed until
    /// [`Handler::ready`] says so.
    Later,
}

/// Takes deliveries into the ledger.
pub trait Handler: Send + Sync {
    /// One verdict per delivery, in the same order. Several batches may be in flight; one that is
    /// dropped unfinished comes again.
    fn handle<'a>(&'a self, batch: Vec<Delivery>) -> BoxFuture<'a, Vec<Verdict>>;

    /// Whether the ledger takes orders again, asked after a [`Verdict::Later`]. Every return of a
    /// message to the broker counts towards its delivery limit, so consuming waits for this.
    fn ready<'a>(&'a self) -> BoxFuture<'a, bool> {
        Box::pin(std::future::ready(true))
    }
}

/// An event on its way out: a CloudEvents 1.0 structured message, already rendered.
#[derive(Clone)]
pub struct OutgoingEvent {
    /// CloudEvents `id`, sent as AMQP `message_id`; consumers drop repeats by it.
    pub event_id: String,
    /// `shipment.booked`.
    pub routing_key: String,
    /// The rendered event.
    pub body: Bytes,
    /// The span it leaves in, sent as the header `traceparent`.
    pub traceparent: Option<Traceparent>,
}

/// Content type of every event.
pub const EVENT_CONTENT_TYPE: &str = "application/cloudevents+json";

/// Where orders come from and events go to.
pub trait Bus: Send + Sync {
    /// Hands deliveries to the handler until `stop`, or until the input ends. Lost connections are
    /// rebuilt for ever; only an error that no waiting mends is returned.
    fn consume<'a>(
        &'a self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>>;

    /// Returns once the event is durable on the other side. After any error it may have arrived all
    /// the same: the caller publishes the same event, with the same id, again.
    fn publish<'a>(&'a self, event: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>>;

    /// Why it cannot be used at the moment, in words for an operator, without a secret; `None` when
    /// it can.
    fn trouble(&self) -> Option<String> {
        None
    }
}

/// What is wrong with the bus. The text names the thing and the remedy, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// The settings cannot work; waiting does not help.
    #[error("{0}")]
    Settings(String),
    /// The broker is out of reach, refuses, or was lost; worth another try.
    #[error("{0}")]
    Broker(String),
    /// An orders, events or dead file cannot be read or written.
    #[error("{0}")]
    File(String),
}

/// Why an event is not known to be out. It may have arrived in every case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// No event can be published at the moment.
    #[error("no event can be published: {0}")]
    Unavailable(String),
    /// This one was sent and not confirmed.
    #[error("the event was not confirmed: {0}")]
    Unconfirmed(String),
    /// The broker turned this one down.
    #[error("the broker refused the event: {0}")]
    Refused(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_never_shows_its_body() {
        let delivery = Delivery {
            body: Bytes::from_static(b"{\"name\":\"Zo\xc3\xa9\"}"),
            amqp_type: None,
            routing_key: "order.paid".to_owned(),
            traceparent: None,
        };
        assert_eq!(format!("{delivery:?}"), "Delivery(order.paid, 15 bytes)");
    }
}
