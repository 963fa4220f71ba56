//! The bus on RabbitMQ: AMQP 0-9-1 through lapin, without lapin's recovery.
//!
//! Consuming and publishing have a connection each, since on a connection that the broker blocks
//! even acknowledgements stall; dead messages, with properties of anybody's, have a third once there
//! are any. `consumer` supervises, `session` consumes and acknowledges, `publisher` publishes with
//! confirm, `dead` keeps undecodable messages.

mod consumer;
mod dead;
mod dead_queue;
mod depth;
mod fault;
mod hosts;
mod letters;
mod publisher;
mod session;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use tokio_util::sync::CancellationToken;

use self::consumer::Consumer;
pub use self::dead_queue::{DeadMessage, DeadQueue};
pub use self::depth::{Depth, Depths, depths};
pub(super) use self::fault::{code, explain, reply, short, silence};
pub(super) use self::hosts::Hosts;
use self::letters::Message;
use self::publisher::Publisher;
use super::{Bus, BusError, EVENT_CONTENT_TYPE, Handler, OutgoingEvent, PublishError};
use crate::config;

/// The header that names the sender's span, as W3C Trace Context calls it.
const TRACEPARENT: &str = "traceparent";

/// A broker, or a cluster of them.
pub struct Rabbit {
    settings: Arc<config::Bus>,
    consumer: Consumer,
    events: Publisher,
}

impl Rabbit {
    /// Reads the settings; connects only when consuming or publishing.
    pub fn new(settings: config::Bus) -> Result<Self, BusError> {
        let settings = Arc::new(settings);
        let hosts = Arc::new(Hosts::new(&settings)?);
        let dead_copies = Arc::new(Publisher::new(Arc::clone(&hosts), &settings));
        let events = Publisher::for_events(&settings)?;
        let consumer = Consumer {
            hosts,
            settings: Arc::clone(&settings),
            dead_copies,
            trouble: Trouble::new("orders come in again"),
        };
        Ok(Self {
            settings,
            consumer,
            events,
        })
    }

    /// Publishes an order as a shop does; `demo` plays one.
    #[cfg(feature = "stub")]
    pub async fn publish_order(&self, key: &str, body: &[u8]) -> Result<(), PublishError> {
        let message = Message {
            exchange: named(&self.settings.orders_exchange)?,
            routing_key: named(key)?,
            properties: BasicProperties::default().with_delivery_mode(2),
            body: Bytes::copy_from_slice(body),
        };
        self.events.send(message).await
    }

    async fn send(&self, event: &OutgoingEvent) -> Result<(), PublishError> {
        let properties = BasicProperties::default()
            .with_delivery_mode(2)
            .with_message_id(named(&event.event_id)?)
            .with_content_type(EVENT_CONTENT_TYPE.into())
            .with_headers(headers_of(event));
        let message = Message {
            exchange: named(&self.settings.events_exchange)?,
            routing_key: named(&event.routing_key)?,
            properties,
            body: event.body.clone(),
        };
        self.events.send(message).await
    }
}

/// A name that the broker takes.
fn named(text: &str) -> Result<ShortString, PublishError> {
    short(text).map_err(|error| PublishError::Refused(error.to_string()))
}

fn headers_of(event: &OutgoingEvent) -> FieldTable {
    let mut headers = FieldTable::default();
    if let Some(traceparent) = event.traceparent {
        let text = traceparent.to_string();
        headers.insert(TRACEPARENT.into(), AMQPValue::LongString(text.into()));
    }
    headers
}

impl Bus for Rabbit {
    fn consume<'a>(
        &'a self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        self.consumer.run(handler, stop).boxed()
    }

    fn publish<'a>(&'a self, event: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>> {
        self.send(event).boxed()
    }

    fn trouble(&self) -> Option<String> {
        let consuming = self.consumer.trouble.text();
        // Not the dead copies': another worker may take the message over, and then nobody clears it.
        consuming.or_else(|| self.events.trouble.text())
    }
}

/// Why something does not work at the moment; the end of it is told.
struct Trouble {
    text: Mutex<Option<String>>,
    over: &'static str,
}

impl Trouble {
    /// None yet. `over` is what to tell when some has passed.
    fn new(over: &'static str) -> Self {
        Self {
            text: Mutex::default(),
            over,
        }
    }

    fn set(&self, error: &BusError) {
        *self.now() = Some(error.to_string());
    }

    fn clear(&self) {
        if self.now().take().is_some() {
            tracing::info!("{}", self.over);
        }
    }

    fn text(&self) -> Option<String> {
        self.now().clone()
    }

    fn now(&self) -> MutexGuard<'_, Option<String>> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
