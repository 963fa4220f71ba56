//! The broker as the shop and the shop's other systems see it: publishing orders, listening to
//! events, looking into the dead queue. Every test has exchanges and queues of its own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions,
    ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::Value;

const VARIABLE: &str = "DILIGENCE_TEST_AMQP_URL";

/// What a test's things are called.
#[derive(Clone)]
pub struct Names {
    pub orders: String,
    pub orders_queue: String,
    pub dead: String,
    pub dead_queue: String,
    pub events: String,
    pub unrouted: String,
    /// Ours: gets every event.
    pub listener: String,
}

impl Names {
    fn new() -> Self {
        let prefix = uuid::Uuid::now_v7().simple().to_string();
        let named = |name: &str| format!("worker.{prefix}.{name}");
        Self {
            orders: named("orders"),
            orders_queue: named("orders.queue"),
            dead: named("dead"),
            dead_queue: named("dead.queue"),
            events: named("events"),
            unrouted: named("unrouted"),
            listener: named("listener"),
        }
    }
}

/// An event as it arrived.
#[derive(Debug, Clone)]
pub struct Told {
    pub message_id: String,
    /// The header.
    pub traceparent: Option<String>,
    pub body: Vec<u8>,
    pub event: Value,
}

impl Told {
    /// `shipment.booked`.
    pub fn kind(&self) -> &str {
        let kind = self.event["type"].as_str().expect("a type");
        kind.strip_suffix(".v1").expect("a version")
    }

    /// The order, or the account.
    pub fn subject(&self) -> &str {
        self.event["subject"].as_str().expect("a subject")
    }

    /// The order's id; empty for an account's event.
    pub fn order_id(&self) -> &str {
        self.event["data"]["order_id"].as_str().unwrap_or_default()
    }
}

/// A message on the dead queue.
pub struct Dead {
    pub reason: String,
    pub path: Option<String>,
    pub properties: BasicProperties,
    pub body: Vec<u8>,
}

/// The broker, seen from the side.
pub struct Broker {
    pub url: String,
    pub names: Names,
    channel: Channel,
    told: Arc<Mutex<Vec<Told>>>,
    _connection: Connection,
}

impl Broker {
    /// Nothing is declared yet.
    pub async fn connect() -> Self {
        let url = std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!("{VARIABLE} is not set: run scripts/test, which starts a broker for the tests")
        });
        Self::at(&url).await
    }

    /// The same at the broker of this URL.
    pub async fn at(url: &str) -> Self {
        let (connection, channel) = open(url).await;
        Self {
            url: url.to_owned(),
            names: Names::new(),
            channel,
            told: Arc::default(),
            _connection: connection,
        }
    }

    /// Again, after the broker was away, perhaps at another of its nodes.
    pub async fn connect_again(&mut self, url: &str) {
        (self._connection, self.channel) = open(url).await;
    }

    /// Where it listens, for a proxy in front of it.
    pub fn address(&self) -> SocketAddr {
        let uri: lapin::uri::AMQPUri = self.url.parse().expect("an AMQP URL");
        let address = format!("{}:{}", uri.authority.host, uri.authority.port);
        address
            .parse()
            .expect("the tests' broker has an IP address")
    }

    /// Has the broker keep every event from now on. The worker's things must be declared.
    pub async fn keep_events(&self) {
        let Names {
            listener, events, ..
        } = &self.names;
        let declaring = self.channel.queue_declare(
            listener.as_str().into(),
            QueueDeclareOptions::durable(),
            quorum(),
        );
        declaring.await.expect("a queue");
        let binding = self.channel.queue_bind(
            listener.as_str().into(),
            events.as_str().into(),
            "#".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        binding.await.expect("bound");
    }

    /// Hears every event that is kept, and every one from now on.
    pub async fn listen(&self) {
        let listener = &self.names.listener;
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        let consuming = self.channel.basic_consume(
            listener.as_str().into(),
            "listener".into(),
            options,
            FieldTable::default(),
        );
        let mut deliveries = consuming.await.expect("a consumer");
        let told = Arc::clone(&self.told);
        tokio::spawn(async move {
            while let Some(Ok(delivery)) = deliveries.next().await {
                let message_id = delivery.properties.message_id().as_ref();
                told.lock().expect("no panic before").push(Told {
                    traceparent: header(&delivery.properties, "traceparent"),
                    message_id: message_id.map(ToString::to_string).unwrap_or_default(),
                    event: serde_json::from_slice(&delivery.data).unwrap_or_default(),
                    body: delivery.data,
                });
            }
        });
    }

    /// Looks at every event so far.
    pub fn look<T>(&self, look: impl FnOnce(&[Told]) -> T) -> T {
        look(&self.told.lock().expect("no panic before"))
    }

    /// Publishes to the orders' exchange, and waits until the broker has it.
    pub async fn publish(&self, key: &str, body: &[u8], properties: BasicProperties) {
        let exchange = &self.names.orders;
        self.send(exchange, key, body, properties.with_delivery_mode(2))
            .await;
        self.channel.wait_for_confirms().await.expect("confirmed");
    }

    /// Publishes many, and waits until the broker has them all.
    pub async fn publish_all(&self, key: &str, bodies: impl IntoIterator<Item = Vec<u8>>) {
        for body in bodies {
            let properties = BasicProperties::default().with_delivery_mode(2);
            self.send(&self.names.orders, key, &body, properties).await;
        }
        self.channel.wait_for_confirms().await.expect("confirmed");
    }

    async fn send(&self, exchange: &str, key: &str, body: &[u8], properties: BasicProperties) {
        let publishing = self.channel.basic_publish(
            exchange.into(),
            key.into(),
            BasicPublishOptions::default(),
            body,
            properties,
        );
        // The confirms are waited for together.
        drop(publishing.await.expect("published"));
    }

    /// Messages that wait in a queue.
    pub async fn count(&self, queue: &str) -> u32 {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let looking = self
            .channel
            .queue_declare(queue.into(), options, FieldTable::default());
        looking.await.expect("it exists").message_count()
    }

    /// Takes everything off the dead queue.
    pub async fn dead(&self) -> Vec<Dead> {
        let mut dead = Vec::new();
        let queue = &self.names.dead_queue;
        let options = BasicGetOptions { no_ack: true };
        while let Some(message) = {
            let getting = self.channel.basic_get(queue.as_str().into(), options);
            getting.await.expect("the dead queue answers")
        } {
            let properties = message.delivery.properties;
            dead.push(Dead {
                reason: header(&properties, "x-reason").expect("a reason"),
                path: header(&properties, "x-path"),
                properties,
                body: message.delivery.data,
            });
        }
        dead
    }

    /// Waits until everything that was told before this moment has arrived here.
    pub async fn hear_out(&self) {
        let mark = uuid::Uuid::now_v7().to_string();
        let properties = BasicProperties::default().with_message_id(mark.as_str().into());
        self.send("", &self.names.listener, b"{}", properties).await;
        super::world::until("the last event", async || {
            self.look(|told| told.iter().any(|one| one.message_id == mark))
        })
        .await;
        let mut told = self.told.lock().expect("no panic before");
        told.retain(|one| one.message_id != mark);
    }

    /// Leaves nothing behind.
    pub async fn delete(&self) {
        let names = &self.names;
        for queue in [
            &names.orders_queue,
            &names.dead_queue,
            &names.unrouted,
            &names.listener,
        ] {
            let options = QueueDeleteOptions::default();
            let deleting = self.channel.queue_delete(queue.as_str().into(), options);
            deleting.await.expect("deleted");
        }
        for exchange in [&names.orders, &names.dead, &names.events, &names.unrouted] {
            let options = ExchangeDeleteOptions::default();
            let deleting = self
                .channel
                .exchange_delete(exchange.as_str().into(), options);
            deleting.await.expect("deleted");
        }
    }
}

async fn open(url: &str) -> (Connection, Channel) {
    let mut connected = Err("nobody has asked yet".to_owned());
    // A broker that many tests wear out at once may refuse one of them a first time.
    for _ in 0..5 {
        let connecting = Connection::connect(url, ConnectionProperties::default()).await;
        connected = connecting.map_err(|error| error.to_string());
        if connected.is_ok() {
            break;
        }
    }
    let connection = connected.expect("the broker of the tests answers");
    let channel = connection.create_channel().await.expect("a channel");
    let confirming = channel.confirm_select(ConfirmSelectOptions::default());
    confirming.await.expect("confirms");
    (connection, channel)
}

/// The arguments of a queue that outlives a node.
pub fn quorum() -> FieldTable {
    let mut arguments = FieldTable::default();
    let kind = AMQPValue::LongString("quorum".into());
    arguments.insert("x-queue-type".into(), kind);
    arguments
}

/// A header with text.
pub fn header(properties: &BasicProperties, name: &str) -> Option<String> {
    match properties.headers().as_ref()?.inner().get(name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        _ => None,
    }
}
