//! The broker's side of a run: things with names of their own, the orders, and the events as they
//! arrive, each with its moment.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, ExchangeDeleteOptions,
    QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};

use crate::orders;

/// What the things of one run are called.
pub struct Names {
    pub orders: String,
    pub orders_queue: String,
    pub dead: String,
    pub dead_queue: String,
    pub events: String,
    pub unrouted: String,
    listener: String,
}

impl Names {
    pub fn new() -> Self {
        let prefix = uuid::Uuid::now_v7().simple().to_string();
        let named = |name: &str| format!("bench.{prefix}.{name}");
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

/// An event that the broker has: it was confirmed before it came to us.
pub struct Heard {
    pub at: Instant,
    pub is_booked: bool,
    pub body: Vec<u8>,
}

/// The broker of one run.
pub struct Broker {
    pub names: Names,
    channel: Channel,
    events: Consumer,
    _connection: Connection,
}

impl Broker {
    /// Listens to the events from now on. The worker's things must be declared.
    pub async fn listen(url: &str, names: Names) -> anyhow::Result<Self> {
        let connection = Connection::connect(url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        let mut quorum = FieldTable::default();
        quorum.insert(
            "x-queue-type".into(),
            AMQPValue::LongString("quorum".into()),
        );
        let listener = names.listener.as_str();
        channel
            .queue_declare(listener.into(), QueueDeclareOptions::durable(), quorum)
            .await?;
        let (exchange, all) = (names.events.as_str().into(), "#".into());
        let none = FieldTable::default();
        channel
            .queue_bind(
                listener.into(),
                exchange,
                all,
                QueueBindOptions::default(),
                none.clone(),
            )
            .await?;
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        let events = channel
            .basic_consume(listener.into(), "bench".into(), options, none)
            .await?;
        Ok(Self {
            names,
            channel,
            events,
            _connection: connection,
        })
    }

    /// Publishes the orders with these numbers and waits until the broker has them.
    pub async fn publish(&self, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
        for number in numbers {
            self.publish_one(number).await?;
        }
        self.confirmed().await
    }

    /// Publishes an order; whether the broker has it is asked later.
    pub async fn publish_one(&self, number: usize) -> anyhow::Result<()> {
        let order = orders::paid(number)?;
        let confirm = self.channel.basic_publish(
            self.names.orders.as_str().into(),
            orders::PAID.into(),
            BasicPublishOptions::default(),
            &order,
            BasicProperties::default().with_delivery_mode(2),
        );
        drop(confirm.await?);
        Ok(())
    }

    pub async fn confirmed(&self) -> anyhow::Result<()> {
        let returned = self.channel.wait_for_confirms().await?;
        anyhow::ensure!(returned.is_empty(), "the broker did not take every order");
        Ok(())
    }

    /// The next event.
    pub async fn hear(&mut self, patience: Duration) -> anyhow::Result<Heard> {
        let Ok(next) = tokio::time::timeout(patience, self.events.next()).await else {
            bail!(
                "no event for {} s: see the program's log",
                patience.as_secs()
            );
        };
        let delivery = next.context("the queue of events is gone")??;
        Ok(Heard {
            at: Instant::now(),
            is_booked: delivery.routing_key.as_str() == "shipment.booked",
            body: delivery.data,
        })
    }

    /// Leaves nothing behind.
    pub async fn delete(&self) -> anyhow::Result<()> {
        let names = &self.names;
        for queue in [
            &names.orders_queue,
            &names.dead_queue,
            &names.unrouted,
            &names.listener,
        ] {
            let options = QueueDeleteOptions::default();
            self.channel
                .queue_delete(queue.as_str().into(), options)
                .await?;
        }
        for exchange in [&names.orders, &names.dead, &names.events, &names.unrouted] {
            let options = ExchangeDeleteOptions::default();
            self.channel
                .exchange_delete(exchange.as_str().into(), options)
                .await?;
        }
        Ok(())
    }
}
