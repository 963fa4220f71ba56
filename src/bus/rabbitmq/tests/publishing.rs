//! Publishing with confirm on a real broker: no event may be taken for sent when it is not.

use std::time::Duration;

use futures_util::future::join_all;
use lapin::ExchangeKind;
use lapin::options::ExchangeDeclareOptions;

use super::*;
use crate::bus::conformance::event;

impl Broker {
    /// The events exchange as somebody else might have made it.
    async fn events_without_alternate(&self) {
        let options = ExchangeDeclareOptions::default();
        self.channel
            .exchange_declare(
                self.settings.events_exchange.as_str().into(),
                ExchangeKind::Topic,
                options,
                FieldTable::default(),
            )
            .await
            .unwrap();
    }
}

impl Broker {
    /// A second of patience with the broker, which a busy machine needs, and a first event out.
    async fn first_event_behind_proxy(&self) -> (Proxy, Rabbit) {
        let (proxy, mut settings) = self.behind_proxy().await;
        settings.timeout_ms = 1000;
        let rabbit = Rabbit::new(settings).unwrap();
        let first = event("1", "shipment.booked");
        rabbit.publish(&first).await.unwrap();
        (proxy, rabbit)
    }
}

async fn until_published(rabbit: &Rabbit, sent: &OutgoingEvent) {
    soon("publishing again", async {
        while rabbit.publish(sent).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_confirmed_event_is_persistent_and_carries_its_id() {
    let broker = Broker::declared().await;
    let queue = broker
        .listen("q", "shipment.*", FieldTable::default())
        .await;
    let sent = event("e-1", "shipment.booked");
    broker.rabbit().publish(&sent).await.unwrap();
    let arrived = broker.take(&queue).await;
    assert_eq!(arrived.data, sent.body);
    let properties = &arrived.properties;
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), "e-1");
    assert_eq!(*properties.delivery_mode(), Some(2));
    let content_type = properties.content_type().as_ref().unwrap();
    assert_eq!(content_type.as_str(), EVENT_CONTENT_TYPE);
}

#[tokio::test]
async fn an_event_that_nobody_is_bound_to_waits_in_the_unrouted_queue() {
    let broker = Broker::declared().await;
    let sent = event("e-1", "shipment.stray");
    broker.rabbit().publish(&sent).await.unwrap();
    let kept = broker.take(&broker.settings.unrouted_queue).await;
    assert_eq!(kept.routing_key.as_str(), "shipment.stray");
}

#[tokio::test]
pub(super) async fn a_thousand_events_at_once_and_no_returned_one_passes_for_sent() {
    let broker = Broker::bare().await;
    broker.events_without_alternate().await;
    let queue = broker
        .listen("q", "shipment.booked", FieldTable::default())
        .await;
    let rabbit = broker.rabbit();
    let events: Vec<_> = (0..1_000)
        .map(|number| {
            let lost = number % 3 == 0;
            let key = if lost {
                "shipment.nobody"
            } else {
                "shipment.booked"
            };
            event(&number.to_string(), key)
        })
        .collect();
    let outcomes = join_all(events.iter().map(|event| rabbit.publish(event))).await;
    for (event, outcome) in events.iter().zip(outcomes) {
        match outcome {
            Ok(()) => assert_eq!(event.routing_key, "shipment.booked"),
            Err(PublishError::Refused(text)) => {
                assert_eq!(event.routing_key, "shipment.nobody");
                assert!(text.contains("no queue takes shipment.nobody"), "{text}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(broker.count(&queue).await.0, 666);
}

#[tokio::test]
async fn a_full_queue_refuses_the_event() {
    let broker = Broker::declared().await;
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(1));
    arguments.insert(
        "x-overflow".into(),
        AMQPValue::LongString("reject-publish".into()),
    );
    broker.listen("full", "shipment.booked", arguments).await;
    let rabbit = broker.rabbit();
    rabbit
        .publish(&event("1", "shipment.booked"))
        .await
        .unwrap();
    let second = rabbit.publish(&event("2", "shipment.booked")).await;
    assert!(
        matches!(second, Err(PublishError::Refused(_))),
        "{second:?}"
    );
}

#[tokio::test]
async fn a_missing_exchange_is_an_error_with_the_remedy_and_publishing_recovers() {
    let broker = Broker::bare().await;
    let rabbit = broker.rabbit();
    let sent = event("1", "shipment.booked");
    let error = rabbit.publish(&sent).await.unwrap_err().to_string();
    assert!(error.contains("topology check"), "{error}");
    crate::bus::topology::declare(&broker.settings)
        .await
        .unwrap();
    rabbit.publish(&sent).await.unwrap();
}

#[tokio::test]
async fn a_black_hole_is_given_up_on_and_the_same_event_goes_out_afterwards() {
    let broker = Broker::declared().await;
    let queue = broker.listen("q", "#", FieldTable::default()).await;
    let (proxy, rabbit) = broker.first_event_behind_proxy().await;
    proxy.set(Mode::Blackhole).await.unwrap();
    let sent = event("2", "shipment.booked");
    let silent = soon("giving up", rabbit.publish(&sent)).await;
    assert!(
        matches!(silent, Err(PublishError::Unconfirmed(_))),
        "{silent:?}"
    );
    let unreachable = soon("giving up", rabbit.publish(&sent)).await;
    assert!(
        matches!(unreachable, Err(PublishError::Unavailable(_))),
        "{unreachable:?}"
    );
    assert!(rabbit.trouble().unwrap().contains("no answer within"));
    proxy.set(Mode::Pass).await.unwrap();
    until_published(&rabbit, &sent).await;
    assert_eq!(rabbit.trouble(), None);
    assert_eq!(broker.take(&queue).await.data, &b"{\"id\":\"1\"}"[..]);
    assert_eq!(broker.take(&queue).await.data, sent.body);
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_event_unconfirmed_though_it_arrived() {
    let broker = Broker::declared().await;
    let queue = broker.listen("q", "#", FieldTable::default()).await;
    let (proxy, rabbit) = broker.first_event_behind_proxy().await;
    proxy.set(Mode::ForwardThenBlackhole).await.unwrap();
    let sent = event("2", "shipment.booked");
    let lost = soon("giving up", rabbit.publish(&sent)).await;
    assert!(
        matches!(lost, Err(PublishError::Unconfirmed(_))),
        "{lost:?}"
    );
    broker.take(&queue).await;
    assert_eq!(broker.take(&queue).await.data, sent.body);
}

#[tokio::test]
async fn of_a_group_whose_answers_are_lost_none_passes_for_sent() {
    let broker = Broker::declared().await;
    let queue = broker.listen("q", "#", FieldTable::default()).await;
    let (proxy, rabbit) = broker.first_event_behind_proxy().await;
    proxy.set(Mode::ForwardThenBlackhole).await.unwrap();
    let group = ["2", "3", "4"].map(|id| event(id, "shipment.booked"));
    let lost = join_all(group.iter().map(|sent| rabbit.publish(sent)));
    for outcome in soon("giving up", lost).await {
        assert!(
            matches!(outcome, Err(PublishError::Unconfirmed(_))),
            "{outcome:?}"
        );
    }
    // Each arrived all the same, in order.
    for id in ["1", "2", "3", "4"] {
        let arrived = broker.take(&queue).await.data;
        assert_eq!(arrived, format!(r#"{{"id":"{id}"}}"#).as_bytes());
    }
}

#[tokio::test]
async fn a_lost_connection_is_rebuilt_for_the_next_event() {
    let broker = Broker::declared().await;
    let (proxy, rabbit) = broker.first_event_behind_proxy().await;
    proxy.set(Mode::Refuse).await.unwrap();
    let sent = event("2", "shipment.booked");
    let error = soon("an error", rabbit.publish(&sent)).await.unwrap_err();
    assert!(matches!(error, PublishError::Unavailable(_)), "{error:?}");
    proxy.set(Mode::Pass).await.unwrap();
    until_published(&rabbit, &sent).await;
}
