//! Consuming from a real broker: nothing is acknowledged that is not durable, and whatever breaks is
//! rebuilt.

use std::time::Duration;

use super::*;
use crate::bus::Verdict;
use crate::bus::conformance::clerk::Clerk;

struct Consuming {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), BusError>>,
}

impl Consuming {
    fn start(rabbit: Arc<Rabbit>, clerk: &Arc<Clerk>) -> Self {
        let stop = CancellationToken::new();
        let (token, handler) = (stop.clone(), Arc::clone(clerk));
        let task = tokio::spawn(async move { rabbit.consume(handler, token).await });
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        soon("the end of consuming", self.task)
            .await
            .unwrap()
            .unwrap();
    }
}

impl Broker {
    async fn put(&self, order: &str) {
        self.put_with(order.as_bytes(), BasicProperties::default())
            .await;
    }

    /// Until the queue has so many ready messages and consumers.
    async fn counts(&self, queue: &str, wanted: (u32, u32)) {
        let counting = async {
            while self.count(queue).await != wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon(&format!("{wanted:?} messages and consumers"), counting).await;
    }
}

fn durable() -> Arc<Clerk> {
    Clerk::new(|_, _| Verdict::Durable)
}

#[tokio::test]
async fn what_was_acknowledged_does_not_come_again() {
    let broker = Broker::declared().await;
    for number in 0..500 {
        broker.put(&number.to_string()).await;
    }
    let clerk = durable();
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    for number in 0..500 {
        soon("every order", clerk.seen_times(&number.to_string(), 1)).await;
    }
    consuming.end().await;
    broker.counts(&broker.settings.orders_queue, (0, 0)).await;
    assert!((0..500).all(|number| clerk.times(&number.to_string()) == 1));
}

#[tokio::test]
pub(super) async fn nothing_is_acknowledged_past_a_gap_when_the_channel_breaks() {
    let broker = Broker::declared().await;
    let (proxy, mut settings) = broker.behind_proxy().await;
    // With three at a time, the sixth order can only come when the third was acknowledged.
    settings.prefetch = 3;
    let clerk = Clerk::dwelling_on("4");
    let consuming = Consuming::start(Arc::new(Rabbit::new(settings).unwrap()), &clerk);
    for order in ["1", "2", "3", "4", "5", "6"] {
        broker.put(order).await;
        soon("the order", clerk.seen_times(order, 1)).await;
    }
    broker.put("7").await;
    proxy.set(Mode::Refuse).await.unwrap();
    broker.counts(&broker.settings.orders_queue, (4, 0)).await;
    clerk.release();
    proxy.set(Mode::Pass).await.unwrap();
    for (order, times) in [("4", 2), ("5", 2), ("6", 2), ("7", 1)] {
        soon("an order again", clerk.seen_times(order, times)).await;
    }
    consuming.end().await;
    broker.counts(&broker.settings.orders_queue, (0, 0)).await;
    assert!(["1", "2", "3"].iter().all(|order| clerk.times(order) == 1));
}

#[tokio::test]
async fn a_stop_lets_what_was_begun_finish_and_acknowledges_it() {
    let broker = Broker::declared().await;
    let clerk = Clerk::dwelling_on("1");
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    broker.put("1").await;
    soon("the order", clerk.seen_times("1", 1)).await;
    consuming.stop.cancel();
    broker.put("2").await;
    // The consumer counts until what it still holds is acknowledged.
    broker.counts(&broker.settings.orders_queue, (1, 1)).await;
    assert_eq!(clerk.times("2"), 0);
    clerk.release();
    consuming.end().await;
    broker.counts(&broker.settings.orders_queue, (1, 0)).await;
}

#[tokio::test]
async fn a_stop_in_full_flow_neither_loses_nor_repeats() {
    let broker = Broker::declared().await;
    for number in 0..3_000 {
        broker.put(&number.to_string()).await;
    }
    let clerk = durable();
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    soon("the flow", clerk.seen_times("100", 1)).await;
    consuming.end().await;
    let seen: usize = (0..3_000)
        .map(|number| clerk.times(&number.to_string()))
        .sum();
    let left = u32::try_from(3_000 - seen).unwrap();
    broker
        .counts(&broker.settings.orders_queue, (left, 0))
        .await;
    assert!((0..3_000).all(|number| clerk.times(&number.to_string()) <= 1));
}

#[tokio::test]
pub(super) async fn what_must_wait_is_given_back_and_nobody_consumes_until_the_ledger_is_ready() {
    let broker = Broker::declared().await;
    let clerk = Clerk::new(|_, times| match times {
        1 => Verdict::Later,
        _ => Verdict::Durable,
    });
    clerk.refuse_to_be_ready(usize::MAX);
    broker.put("1").await;
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    soon("the order", clerk.seen_times("1", 1)).await;
    broker.counts(&broker.settings.orders_queue, (1, 0)).await;
    soon("a question whether it is ready", async {
        while clerk.ready_in_vain() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(clerk.times("1"), 1);
    clerk.refuse_to_be_ready(0);
    soon("the order again", clerk.seen_times("1", 2)).await;
    consuming.end().await;
    broker.counts(&broker.settings.orders_queue, (0, 0)).await;
}

#[tokio::test]
async fn a_dead_message_keeps_body_and_properties_and_leaves_the_queue() {
    let broker = Broker::declared().await;
    let mut headers = FieldTable::default();
    headers.insert("trace".into(), AMQPValue::LongString("t-1".into()));
    let properties = BasicProperties::default()
        .with_message_id("m-1".into())
        .with_content_type("application/json".into())
        .with_expiration("600000".into())
        .with_user_id("guest".into())
        .with_headers(headers);
    broker.put_with(b"{", properties).await;
    let clerk = Clerk::new(|_, _| Verdict::Dead {
        reason: "the JSON ends too early".into(),
        path: None,
    });
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    let kept = broker.take(&broker.settings.dead_queue).await;
    assert_eq!(kept.data, b"{");
    assert_eq!(kept.routing_key.as_str(), "order.paid");
    let properties = &kept.properties;
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), "m-1");
    assert_eq!(header(properties, "trace").as_deref(), Some("t-1"));
    let reason = header(properties, "x-reason");
    assert_eq!(reason.as_deref(), Some("the JSON ends too early"));
    assert_eq!(*properties.expiration(), None);
    consuming.end().await;
    broker.counts(&broker.settings.orders_queue, (0, 0)).await;
}

#[tokio::test]
async fn a_message_stays_in_the_queue_while_its_dead_copy_cannot_be_kept() {
    let broker = Broker::declared().await;
    let clerk = Clerk::new(|_, _| Verdict::Dead {
        reason: "no order".into(),
        path: None,
    });
    clerk.refuse_to_be_ready(usize::MAX);
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    broker.counts(&broker.settings.orders_queue, (0, 1)).await;
    broker.delete(&broker.settings.dead_queue).await;
    broker.put("1").await;
    soon("the order", clerk.seen_times("1", 1)).await;
    broker.counts(&broker.settings.orders_queue, (1, 0)).await;
    consuming.end().await;
}

#[tokio::test]
async fn a_deleted_queue_is_made_again_and_consumed() {
    let broker = Broker::declared().await;
    let clerk = durable();
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    broker.put("1").await;
    soon("the order", clerk.seen_times("1", 1)).await;
    broker.delete(&broker.settings.orders_queue).await;
    soon("an order through the new queue", async {
        while clerk.times("2") == 0 {
            broker.put("2").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    consuming.end().await;
}

#[tokio::test]
async fn a_message_of_twenty_megabytes_arrives_and_can_be_kept_as_dead() {
    let broker = Broker::declared().await;
    let large = vec![b'x'; 20 << 20];
    broker.put_with(&large, BasicProperties::default()).await;
    let clerk = Clerk::new(|order, _| match order.len() {
        0..1_000 => Verdict::Durable,
        _ => Verdict::Dead {
            reason: "larger than max_message_bytes".into(),
            path: None,
        },
    });
    let consuming = Consuming::start(broker.rabbit(), &clerk);
    let kept = broker.take(&broker.settings.dead_queue).await;
    assert!(kept.data == large);
    broker.put("1").await;
    soon("the next order", clerk.seen_times("1", 1)).await;
    consuming.end().await;
}

#[tokio::test]
async fn a_broker_that_is_down_at_the_start_is_waited_for() {
    let broker = Broker::bare().await;
    let (proxy, settings) = broker.behind_proxy().await;
    proxy.set(Mode::Refuse).await.unwrap();
    let rabbit = Arc::new(Rabbit::new(settings).unwrap());
    let clerk = durable();
    let consuming = Consuming::start(Arc::clone(&rabbit), &clerk);
    let address = proxy.addr().to_string();
    soon("a word on the trouble", async {
        while !rabbit.trouble().is_some_and(|text| text.contains(&address)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    proxy.set(Mode::Pass).await.unwrap();
    soon("an order", async {
        while clerk.times("1") == 0 {
            if rabbit.trouble().is_none() {
                broker.put("1").await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(rabbit.trouble(), None);
    consuming.end().await;
}

#[tokio::test]
async fn a_line_that_goes_dead_without_a_word_is_noticed_by_the_heartbeat() {
    let broker = Broker::declared().await;
    let (proxy, mut settings) = broker.behind_proxy().await;
    settings.heartbeat_s = 1;
    settings.timeout_ms = 500;
    let clerk = durable();
    let consuming = Consuming::start(Arc::new(Rabbit::new(settings).unwrap()), &clerk);
    broker.put("1").await;
    soon("the order", clerk.seen_times("1", 1)).await;
    proxy.set(Mode::Blackhole).await.unwrap();
    broker.put("2").await;
    soon("the broker to miss our heartbeat", async {
        while broker.count(&broker.settings.orders_queue).await.1 > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    proxy.set(Mode::Pass).await.unwrap();
    soon("an order over a new line", clerk.seen_times("2", 1)).await;
    consuming.end().await;
}

#[tokio::test]
async fn a_queue_with_other_arguments_is_told_and_not_touched() {
    let broker = Broker::bare().await;
    broker.classic_orders_queue().await;
    let rabbit = broker.rabbit();
    let consuming = Consuming::start(Arc::clone(&rabbit), &durable());
    soon("a word on the queue", async {
        while !rabbit
            .trouble()
            .is_some_and(|text| text.contains("exists with other arguments"))
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    consuming.end().await;
}
