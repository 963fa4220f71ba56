//! The bus against a real broker. Each test has exchanges and queues of its own, so that they run
//! beside each other; faults of the line come from the SDK's proxy.

mod consuming;
mod planted;
mod publishing;
mod topology;

use std::net::SocketAddr;

use carrier_sdk::stub::{Mode, Proxy};
use lapin::options::{
    BasicGetOptions, BasicPublishOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use secrecy::SecretString;

use super::*;
use crate::bus::conformance::{Stage, soon, suite};

const VARIABLE: &str = "DILIGENCE_TEST_AMQP_URL";

fn broker_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run scripts/test, or start a node with scripts/rabbitmq start DIR")
    })
}

/// Names of our own on the broker, and a way to look at them from the side.
struct Broker {
    settings: config::Bus,
    channel: Channel,
    _connection: Connection,
}

impl Broker {
    /// Nothing is declared yet.
    async fn bare() -> Self {
        let url = broker_url();
        let connection = Connection::connect(&url, ConnectionProperties::default())
            .await
            .expect("the broker of the tests answers");
        let channel = connection.create_channel().await.unwrap();
        let prefix = uuid::Uuid::now_v7().simple().to_string();
        let named = |name: &str| format!("test.{prefix}.{name}");
        let settings = config::Bus {
            url: Some(SecretString::from(url)),
            orders_exchange: named("orders"),
            orders_queue: named("orders.queue"),
            dead_exchange: named("dead"),
            dead_queue: named("dead.queue"),
            events_exchange: named("events"),
            unrouted_queue: named("unrouted"),
            ..config::Bus::default()
        };
        Self {
            settings,
            channel,
            _connection: connection,
        }
    }

    async fn declared() -> Self {
        let broker = Self::bare().await;
        crate::bus::topology::declare(&broker.settings)
            .await
            .unwrap();
        broker
    }

    /// A proxy before the broker, and settings that go through it.
    async fn behind_proxy(&self) -> (Proxy, config::Bus) {
        let uri: lapin::uri::AMQPUri = broker_url().parse().unwrap();
        let address = format!("{}:{}", uri.authority.host, uri.authority.port);
        let upstream: SocketAddr = address
            .parse()
            .expect("the tests' broker has an IP address");
        let proxy = Proxy::start(upstream).await.unwrap();
        let through = broker_url().replace(&address, &proxy.addr().to_string());
        let settings = config::Bus {
            url: Some(SecretString::from(through)),
            ..self.settings.clone()
        };
        (proxy, settings)
    }

    fn rabbit(&self) -> Arc<Rabbit> {
        Arc::new(Rabbit::new(self.settings.clone()).unwrap())
    }

    async fn put_with(&self, body: &[u8], properties: BasicProperties) {
        self.channel
            .basic_publish(
                self.settings.orders_exchange.as_str().into(),
                "order.paid".into(),
                BasicPublishOptions::default(),
                body,
                properties.with_delivery_mode(2),
            )
            .await
            .unwrap();
    }

    /// The orders queue, declared by somebody else with arguments that are not ours.
    async fn classic_orders_queue(&self) -> &str {
        let queue = self.settings.orders_queue.as_str();
        let options = QueueDeclareOptions::durable();
        let classic = self
            .channel
            .queue_declare(queue.into(), options, FieldTable::default());
        classic.await.unwrap();
        queue
    }

    /// Binds a new queue to the events.
    async fn listen(&self, name: &str, key: &str, arguments: FieldTable) -> String {
        let queue = format!("{}.{name}", self.settings.events_exchange);
        let options = QueueDeclareOptions::durable();
        let declaring = self
            .channel
            .queue_declare(queue.as_str().into(), options, arguments);
        declaring.await.unwrap();
        let events = self.settings.events_exchange.as_str();
        self.channel
            .queue_bind(
                queue.as_str().into(),
                events.into(),
                key.into(),
                lapin::options::QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
            .unwrap();
        queue
    }

    /// The next message of a queue, taken off it; waits for one.
    async fn take(&self, queue: &str) -> lapin::message::Delivery {
        let taking = async {
            loop {
                let options = BasicGetOptions { no_ack: true };
                let got = self.channel.basic_get(queue.into(), options).await.unwrap();
                if let Some(message) = got {
                    break message.delivery;
                }
            }
        };
        soon(&format!("a message in {queue}"), taking).await
    }

    /// Messages ready in a queue, and its consumers.
    async fn count(&self, queue: &str) -> (u32, u32) {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let looking = self
            .channel
            .queue_declare(queue.into(), options, FieldTable::default());
        let found = looking.await.unwrap();
        (found.message_count(), found.consumer_count())
    }

    async fn delete(&self, queue: &str) {
        let options = QueueDeleteOptions::default();
        self.channel
            .queue_delete(queue.into(), options)
            .await
            .unwrap();
    }
}

fn header(properties: &BasicProperties, name: &str) -> Option<String> {
    match properties.headers().as_ref()?.inner().get(name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        _ => None,
    }
}

struct RabbitStage {
    broker: Broker,
    events: String,
}

impl Stage for RabbitStage {
    fn bus(&self) -> Arc<dyn Bus> {
        self.broker.rabbit()
    }

    async fn put(&self, order: &str) {
        self.broker
            .put_with(order.as_bytes(), BasicProperties::default())
            .await;
    }

    async fn event(&self) -> String {
        let delivery = self.broker.take(&self.events).await;
        String::from_utf8(delivery.data).unwrap()
    }

    async fn dead(&self) -> (String, Option<String>, String) {
        let delivery = self.broker.take(&self.broker.settings.dead_queue).await;
        let properties = &delivery.properties;
        (
            header(properties, "x-reason").unwrap(),
            header(properties, "x-path"),
            String::from_utf8(delivery.data).unwrap(),
        )
    }
}

#[tokio::test]
async fn rabbitmq_is_a_bus() {
    let broker = Broker::declared().await;
    let events = broker.listen("listener", "#", FieldTable::default()).await;
    suite(&RabbitStage { broker, events }).await;
}
