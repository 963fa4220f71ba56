//! What every bus must do, run against RabbitMQ and against files alike.

pub mod clerk;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use self::clerk::Clerk;
use super::{Bus, OutgoingEvent, Verdict};

/// A bus with someone on the other side of it.
pub trait Stage {
    fn bus(&self) -> Arc<dyn Bus>;
    /// Puts one order in.
    async fn put(&self, order: &str);
    /// The next event that came out.
    async fn event(&self) -> String;
    /// The next dead message: reason, path, body.
    async fn dead(&self) -> (String, Option<String>, String);
}

/// Longest wait for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Awaits what must happen, and says what did not.
pub async fn soon<T>(what: &str, happening: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, happening)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

pub fn event(id: &str, routing_key: &str) -> OutgoingEvent {
    OutgoingEvent {
        event_id: id.to_owned(),
        routing_key: routing_key.to_owned(),
        body: Bytes::from(format!(r#"{{"id":"{id}"}}"#)),
        traceparent: None,
    }
}

/// All of it, on a fresh stage.
pub async fn suite(stage: &impl Stage) {
    every_order_is_handed_over_and_the_odd_ones_are_kept(stage).await;
    every_event_comes_out_byte_for_byte(stage).await;
}

async fn every_order_is_handed_over_and_the_odd_ones_are_kept(stage: &impl Stage) {
    for number in 0..200 {
        stage.put(&number.to_string()).await;
    }
    let clerk = Clerk::new(|order, times| match (order, times) {
        ("7", 1) => Verdict::Later,
        ("13", _) => Verdict::Dead {
            reason: "not an order".into(),
            path: Some("recipient.city".into()),
        },
        _ => Verdict::Durable,
    });
    // Once more after a Later, and not before the clerk is ready.
    clerk.refuse_to_be_ready(2);
    let stop = CancellationToken::new();
    let bus = stage.bus();
    let handler = Arc::clone(&clerk);
    let working = async {
        soon("every order, the seventh twice", clerk.seen_times("7", 2)).await;
        for number in 0..200 {
            soon("every order", clerk.seen_times(&number.to_string(), 1)).await;
        }
        let kept = soon("a dead message", stage.dead()).await;
        let path = Some("recipient.city".to_owned());
        assert_eq!(kept, ("not an order".into(), path, "13".into()));
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(bus.consume(handler, stop.clone()), working);
    assert_eq!(outcome, Ok(()));
    assert!(clerk.ready_in_vain() >= 2);
}

async fn every_event_comes_out_byte_for_byte(stage: &impl Stage) {
    let bus = stage.bus();
    // a label within an event is many frames long
    let mut long = event("c", "shipment.booked");
    long.body = Bytes::from(format!(r#"{{"label":"{}"}}"#, "x".repeat(300 * 1024)));
    let short = ["a", "b", "a"].map(|id| event(id, "shipment.booked"));
    for sent in short.into_iter().chain([long]) {
        soon("publishing", bus.publish(&sent)).await.unwrap();
        let arrived = soon("an event", stage.event()).await;
        assert_eq!(arrived.as_bytes(), &sent.body[..]);
    }
}
