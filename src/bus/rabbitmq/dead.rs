//! Messages that can never be understood: a copy with the reason goes to the dead queue.
//!
//! Only when the broker has confirmed the copy may the original be acknowledged.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::letters::Message;
use super::named;
use super::publisher::Publisher;
use crate::bus::{Pauses, PublishError};
use crate::sabotage::{Point, pass};

const TRIES: u32 = 3;
const LONGEST_TEXT: usize = 500;

/// What is kept of a delivery until it is settled.
pub struct Held {
    pub tag: u64,
    pub exchange: ShortString,
    pub routing_key: String,
    pub properties: BasicProperties,
    pub body: Bytes,
}

/// Publishes the dead copy; `false` when that did not succeed.
pub async fn bury(
    publisher: &Publisher,
    dead_exchange: &str,
    held: &Held,
    reason: &str,
    path: Option<&str>,
) -> bool {
    let mut pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(5));
    for left in (0..TRIES).rev() {
        match copy(
            publisher,
            dead_exchange,
            held,
            annotated(held, reason, path),
        )
        .await
        {
            Ok(()) => {
                pass(Point::DeadCopied);
                return true;
            }
            Err(error) => {
                tracing::warn!(%error, left, "a message could not be put on the dead queue")
            }
        }
        if left > 0 {
            tokio::time::sleep(pauses.longer()).await;
        }
    }
    false
}

async fn copy(
    publisher: &Publisher,
    dead_exchange: &str,
    held: &Held,
    properties: BasicProperties,
) -> Result<(), PublishError> {
    let message = Message {
        exchange: named(dead_exchange)?,
        routing_key: named(&held.routing_key)?,
        properties,
        body: held.body.clone(),
    };
    publisher.send(message).await
}

/// The original properties with the reason. Two are moved into headers: with `expiration` the copy
/// would vanish again, and the broker refuses a `user_id` that is not the publisher's own.
fn annotated(held: &Held, reason: &str, path: Option<&str>) -> BasicProperties {
    let original = &held.properties;
    let mut headers = original.headers().clone().unwrap_or_default();
    insert(&mut headers, "x-reason", reason);
    if let Some(path) = path {
        insert(&mut headers, "x-path", path);
    }
    insert(&mut headers, "x-exchange", held.exchange.as_str());
    insert(&mut headers, "x-dead-at", &Timestamp::now().to_string());
    let moved = [
        ("x-expiration", original.expiration()),
        ("x-user-id", original.user_id()),
    ];
    for (name, value) in moved {
        if let Some(value) = value {
            insert(&mut headers, name, value.as_str());
        }
    }
    kept(original).with_headers(headers).with_delivery_mode(2)
}

fn insert(headers: &mut FieldTable, name: &'static str, value: &str) {
    let short: String = value.chars().take(LONGEST_TEXT).collect();
    headers.insert(name.into(), AMQPValue::LongString(short.into()));
}

/// The original properties again, as far as a copy can have them.
pub fn restored(properties: &BasicProperties) -> BasicProperties {
    let headers = properties.headers().clone().unwrap_or_default();
    let mut own = FieldTable::default();
    for (name, value) in headers.inner() {
        if !is_of_dying(name.as_str()) {
            own.insert(name.clone(), value.clone());
        }
    }
    kept(properties).with_headers(own).with_delivery_mode(2)
}

/// Whether we or the broker wrote this header when the message died.
fn is_of_dying(header: &str) -> bool {
    const OURS: [&str; 6] = [
        "x-reason",
        "x-path",
        "x-exchange",
        "x-dead-at",
        "x-expiration",
        "x-user-id",
    ];
    const BROKERS: [&str; 5] = [
        "x-death",
        "x-first-death-",
        "x-last-death-",
        "x-delivery-count",
        "x-acquired-count",
    ];
    OURS.contains(&header) || BROKERS.iter().any(|start| header.starts_with(start))
}

// lapin's properties can be set but not unset.
fn kept(original: &BasicProperties) -> BasicProperties {
    type With = fn(BasicProperties, ShortString) -> BasicProperties;
    let texts: [(&Option<ShortString>, With); 8] = [
        (original.content_type(), BasicProperties::with_content_type),
        (
            original.content_encoding(),
            BasicProperties::with_content_encoding,
        ),
        (
            original.correlation_id(),
            BasicProperties::with_correlation_id,
        ),
        (original.reply_to(), BasicProperties::with_reply_to),
        (original.message_id(), BasicProperties::with_message_id),
        (original.kind(), BasicProperties::with_type),
        (original.app_id(), BasicProperties::with_app_id),
        (original.cluster_id(), BasicProperties::with_cluster_id),
    ];
    let mut copy = BasicProperties::default();
    for (value, with) in texts {
        if let Some(value) = value {
            copy = with(copy, value.clone());
        }
    }
    if let Some(priority) = original.priority() {
        copy = copy.with_priority(*priority);
    }
    if let Some(timestamp) = original.timestamp() {
        copy = copy.with_timestamp(*timestamp);
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'a>(properties: &'a BasicProperties, header: &str) -> Option<&'a [u8]> {
        match properties.headers().as_ref()?.inner().get(header)? {
            AMQPValue::LongString(value) => Some(value.as_bytes()),
            _ => None,
        }
    }

    fn held(properties: BasicProperties) -> Held {
        Held {
            tag: 1,
            exchange: "orders".into(),
            routing_key: "order.paid".into(),
            properties,
            body: Bytes::from_static(b"?"),
        }
    }

    #[test]
    fn a_dead_copy_keeps_the_properties_and_says_why() {
        let mut headers = FieldTable::default();
        headers.insert("shop".into(), AMQPValue::LongString("fr".into()));
        let original = BasicProperties::default()
            .with_message_id("m-1".into())
            .with_type("order.paid".into())
            .with_priority(3)
            .with_timestamp(1_700_000_000)
            .with_headers(headers);
        let copy = annotated(
            &held(original),
            "expected a number",
            Some("parcels[0].weight_g"),
        );
        assert_eq!(copy.message_id().as_ref().unwrap().as_str(), "m-1");
        assert_eq!(copy.kind().as_ref().unwrap().as_str(), "order.paid");
        assert_eq!(*copy.priority(), Some(3));
        assert_eq!(*copy.timestamp(), Some(1_700_000_000));
        assert_eq!(*copy.delivery_mode(), Some(2));
        assert_eq!(text(&copy, "shop"), Some(&b"fr"[..]));
        assert_eq!(text(&copy, "x-reason"), Some(&b"expected a number"[..]));
        assert_eq!(text(&copy, "x-path"), Some(&b"parcels[0].weight_g"[..]));
        assert_eq!(text(&copy, "x-exchange"), Some(&b"orders"[..]));
    }

    #[test]
    fn a_dead_copy_neither_expires_nor_claims_another_user() {
        let original = BasicProperties::default()
            .with_expiration("60000".into())
            .with_user_id("shop".into());
        let copy = annotated(&held(original), "no order", None);
        assert_eq!(*copy.expiration(), None);
        assert_eq!(*copy.user_id(), None);
        assert_eq!(text(&copy, "x-expiration"), Some(&b"60000"[..]));
        assert_eq!(text(&copy, "x-user-id"), Some(&b"shop"[..]));
        assert_eq!(text(&copy, "x-path"), None);
    }

    #[test]
    fn a_replayed_message_is_the_one_that_came() {
        let mut headers = FieldTable::default();
        headers.insert("shop".into(), AMQPValue::LongString("fr".into()));
        let original = BasicProperties::default()
            .with_message_id("m-1".into())
            .with_type("order.paid".into())
            .with_headers(headers)
            .with_delivery_mode(2);
        let mut dead = annotated(&held(original.clone()), "no order", Some("parcels"));
        let mut table = dead.headers().clone().expect("headers");
        table.insert("x-delivery-count".into(), AMQPValue::LongLongInt(2));
        dead = dead.with_headers(table);
        assert_eq!(restored(&dead), original);
    }
}
