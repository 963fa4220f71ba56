//! The dead queue as a person looks into it: one message after the other is taken, held, and given
//! back at the end, unless it was put back to where it came from or dropped.
//!
//! Whatever ends us in between, the broker gives back what is held. A replay is published and
//! confirmed before the dead copy is acknowledged: a crash between the two doubles a message, which
//! intake absorbs, and loses none.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use lapin::options::{BasicAckOptions, BasicGetOptions, BasicNackOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection};
use sha2::{Digest, Sha256};

use super::Hosts;
use super::dead::restored;
use super::fault::{short, within};
use super::letters::Message;
use super::named;
use super::publisher::Publisher;
use crate::bus::topology::{self, State};
use crate::bus::{BusError, PublishError};
use crate::config;

/// A message on the dead queue. Its body is personal data.
pub struct DeadMessage {
    tag: u64,
    properties: BasicProperties,
    /// Tells it from others, whenever it is looked at. Equal copies share it.
    pub id: String,
    /// When it died, as it was written down.
    pub died_at: Option<String>,
    /// Why; never a value of the message.
    pub reason: String,
    /// JSON path of the fault.
    pub path: Option<String>,
    /// The exchange it came from.
    pub exchange: String,
    /// The key it was published with.
    pub routing_key: String,
    /// What was published.
    pub body: Vec<u8>,
}

impl DeadMessage {
    /// AMQP `type`.
    pub fn kind(&self) -> Option<&str> {
        self.properties.kind().as_ref().map(|kind| kind.as_str())
    }

    /// AMQP `message_id`.
    pub fn message_id(&self) -> Option<&str> {
        self.properties.message_id().as_ref().map(|id| id.as_str())
    }
}

/// The queue, looked into.
pub struct DeadQueue {
    settings: config::Bus,
    connection: Connection,
    channel: Channel,
    publisher: Publisher,
    limit: Duration,
    /// Messages that were in it when we came: what dies meanwhile is not looked at.
    count: u32,
    taken: u32,
    last: Option<u64>,
}

impl DeadQueue {
    /// Connects, and sees that looking harms nothing.
    ///
    /// # Errors
    /// When the broker cannot be reached, or the queue is not as it is wanted.
    pub async fn open(settings: &config::Bus) -> Result<Self, BusError> {
        let limit = Duration::from_millis(settings.timeout_ms);
        let hosts = Arc::new(Hosts::new(settings)?);
        let connection = hosts.connect("diligence dead").await?;
        harmless(&connection, settings).await?;
        let channel = within(limit, "opening a channel", connection.create_channel()).await?;
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let name = short(&settings.dead_queue)?;
        let asking = channel.queue_declare(name, options, FieldTable::default());
        let doing = format!("looking at the queue {}", settings.dead_queue);
        let queue = within(limit, &doing, asking).await?;
        Ok(Self {
            publisher: Publisher::new(hosts, settings),
            settings: settings.clone(),
            connection,
            channel,
            limit,
            count: queue.message_count(),
            taken: 0,
            last: None,
        })
    }

    /// How many messages were in it when we came.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The next message, held until the end; none when all were seen.
    ///
    /// # Errors
    /// When the broker fails.
    pub async fn next(&mut self) -> Result<Option<DeadMessage>, BusError> {
        if self.taken >= self.count {
            return Ok(None);
        }
        let name = short(&self.settings.dead_queue)?;
        let getting = self.channel.basic_get(name, BasicGetOptions::default());
        let Some(got) = within(self.limit, "taking a dead message", getting).await? else {
            return Ok(None);
        };
        self.taken += 1;
        let delivery = got.delivery;
        self.last = Some(delivery.delivery_tag);
        let routing_key = delivery.routing_key.to_string();
        let (properties, body) = (delivery.properties, delivery.data);
        Ok(Some(DeadMessage {
            tag: delivery.delivery_tag,
            id: id(&properties, &routing_key, &body),
            died_at: text(&properties, "x-dead-at").or_else(|| death_time(&properties)),
            reason: text(&properties, "x-reason")
                .or_else(|| death(&properties, "reason"))
                .unwrap_or_else(|| "nobody wrote down why".to_owned()),
            path: text(&properties, "x-path"),
            exchange: text(&properties, "x-exchange")
                .or_else(|| death(&properties, "exchange"))
                .unwrap_or_else(|| self.settings.orders_exchange.clone()),
            routing_key,
            properties,
            body,
        }))
    }

    /// Publishes it to where it came from. When this returns, the broker has it once more: the dead
    /// copy may be [`DeadQueue::forget`].
    ///
    /// # Errors
    /// When that is not certain.
    pub async fn replay(&self, dead: &DeadMessage) -> Result<(), PublishError> {
        let message = Message {
            exchange: named(&dead.exchange)?,
            routing_key: named(&dead.routing_key)?,
            properties: restored(&dead.properties),
            body: Bytes::copy_from_slice(&dead.body),
        };
        self.publisher.send(message).await
    }

    /// Takes it off the queue for good.
    ///
    /// # Errors
    /// When the broker fails: then it is still there.
    pub async fn forget(&self, dead: &DeadMessage) -> Result<(), BusError> {
        let only = BasicAckOptions::default();
        let acknowledging = self.channel.basic_ack(dead.tag, only);
        within(self.limit, "taking it off the dead queue", acknowledging).await
    }

    /// Gives back what is still held, and waits until the broker has understood.
    ///
    /// # Errors
    /// When the broker fails: it gives back what is held by itself.
    pub async fn close(self) -> Result<(), BusError> {
        if let Some(last) = self.last {
            let all = BasicNackOptions {
                multiple: true,
                requeue: true,
            };
            let giving_back = self.channel.basic_nack(last, all);
            within(self.limit, "giving back", giving_back).await?;
        }
        let closing = self.connection.close(200, "OK".into());
        within(self.limit, "closing", closing).await
    }
}

/// Every look is a delivery, and a queue with a low limit drops what was looked at too often.
async fn harmless(connection: &Connection, settings: &config::Bus) -> Result<(), BusError> {
    let queue = &settings.dead_queue;
    match topology::dead_queue(connection, settings).await? {
        State::Exists | State::Declared => Ok(()),
        State::Missing => Err(BusError::Broker(format!(
            "there is no queue {queue}: `diligence topology declare` makes it"
        ))),
        State::Differs(text) => Err(BusError::Broker(format!(
            "{queue} was declared otherwise ({text}): every look counts towards its delivery limit, and messages \
             over it are lost. Move them to a queue as `diligence topology check` wants it first"
        ))),
        State::Forbidden(text) => {
            tracing::warn!(%text, "{queue} could not be compared with what is wanted; a low delivery limit would lose messages that are looked at often");
            Ok(())
        }
    }
}

/// Short enough to be typed, the same at every look, and whatever a publisher writes harmless in a shell.
fn id(properties: &BasicProperties, routing_key: &str, body: &[u8]) -> String {
    let message_id = properties.message_id().as_ref();
    let message_id = message_id.map(|id| id.as_str()).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [message_id.as_bytes(), routing_key.as_bytes(), body] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    hash.iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn text(properties: &BasicProperties, header: &str) -> Option<String> {
    as_text(properties.headers().as_ref()?.inner().get(header)?)
}

fn as_text(value: &AMQPValue) -> Option<String> {
    match value {
        AMQPValue::LongString(text) => Some(text.to_string()),
        AMQPValue::ShortString(text) => Some(text.to_string()),
        _ => None,
    }
}

/// What the broker wrote when it gave a message up itself.
fn last_death(properties: &BasicProperties) -> Option<&FieldTable> {
    match properties.headers().as_ref()?.inner().get("x-death")? {
        AMQPValue::FieldArray(deaths) => match deaths.as_slice().first()? {
            AMQPValue::FieldTable(death) => Some(death),
            _ => None,
        },
        _ => None,
    }
}

fn death(properties: &BasicProperties, field: &str) -> Option<String> {
    as_text(last_death(properties)?.inner().get(field)?)
}

fn death_time(properties: &BasicProperties) -> Option<String> {
    match last_death(properties)?.inner().get("time")? {
        AMQPValue::Timestamp(seconds) => {
            let seconds = i64::try_from(*seconds).ok()?;
            Some(jiff::Timestamp::from_second(seconds).ok()?.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_at_every_look_and_differs_between_messages() {
        let named = |name: &str| BasicProperties::default().with_message_id(name.into());
        let first = id(&named("m-1"), "order.paid", b"{}");
        assert_eq!(
            first,
            id(&named("m-1").with_priority(4), "order.paid", b"{}")
        );
        assert_eq!(first.len(), 12);
        for other in [
            id(&named("m-2"), "order.paid", b"{}"),
            id(&named("m-1"), "order.paid", b"{ }"),
            id(&BasicProperties::default(), "m-1order.paid", b"{}"),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn what_the_broker_gave_up_says_why_and_where_it_came_from() {
        let mut death = FieldTable::default();
        death.insert(
            "reason".into(),
            AMQPValue::LongString("delivery_limit".into()),
        );
        death.insert("exchange".into(), AMQPValue::LongString("orders".into()));
        death.insert("time".into(), AMQPValue::Timestamp(1_700_000_000));
        let mut headers = FieldTable::default();
        let deaths = vec![AMQPValue::FieldTable(death)];
        headers.insert("x-death".into(), AMQPValue::FieldArray(deaths.into()));
        let properties = BasicProperties::default().with_headers(headers);
        let reason = self::death(&properties, "reason");
        assert_eq!(reason.as_deref(), Some("delivery_limit"));
        let time = death_time(&properties);
        assert_eq!(time.as_deref(), Some("2023-11-14T22:13:20Z"));
    }
}
