//! What should be on the broker: the table of exchanges, queues and bindings, and how each is declared.
//!
//! What an answer of the broker means is judged in `topology.rs`.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ExchangeKind};

use crate::bus::BusError;
use crate::bus::rabbitmq::short;
use crate::config;

/// RabbitMQ 4 drops a message after 20 deliveries where nothing else is said, and looking into a
/// queue counts as one; 3.x knows no "unlimited".
const PRACTICALLY_UNLIMITED: u32 = 1_000_000_000;

/// Why a declaration failed.
pub enum Fault {
    Settings(BusError),
    Broker(lapin::Error),
}

impl From<BusError> for Fault {
    fn from(error: BusError) -> Self {
        Self::Settings(error)
    }
}

impl From<lapin::Error> for Fault {
    fn from(error: lapin::Error) -> Self {
        Self::Broker(error)
    }
}

/// An exchange, queue or binding as it should be. All are durable.
#[derive(Debug)]
pub enum Wanted {
    Exchange {
        name: String,
        kind: ExchangeKind,
        arguments: FieldTable,
    },
    Queue {
        name: String,
        arguments: FieldTable,
    },
    Binding {
        exchange: String,
        queue: String,
        key: String,
    },
}

impl Wanted {
    /// In the order in which they can be made: what is pointed at comes first.
    pub fn all(settings: &config::Bus) -> Vec<Self> {
        let mut all = vec![
            Self::exchange(
                &settings.dead_exchange,
                ExchangeKind::Topic,
                FieldTable::default(),
            ),
            Self::dead_queue(settings),
            Self::binding(&settings.dead_exchange, &settings.dead_queue, "#"),
            // Named as its queue: only the alternate exchange leads there.
            Self::exchange(
                &settings.unrouted_queue,
                ExchangeKind::Fanout,
                FieldTable::default(),
            ),
            Self::queue(&settings.unrouted_queue, kept_queue()),
            Self::binding(&settings.unrouted_queue, &settings.unrouted_queue, ""),
            Self::exchange(
                &settings.events_exchange,
                ExchangeKind::Topic,
                arguments([("alternate-exchange", text(&settings.unrouted_queue))]),
            ),
            Self::exchange(
                &settings.orders_exchange,
                ExchangeKind::Topic,
                FieldTable::default(),
            ),
            Self::queue(&settings.orders_queue, orders_queue(settings)),
        ];
        all.extend(
            settings
                .orders_keys
                .iter()
                .map(|key| Self::binding(&settings.orders_exchange, &settings.orders_queue, key)),
        );
        all
    }

    /// The queue of what nobody could read.
    pub fn dead_queue(settings: &config::Bus) -> Self {
        Self::queue(&settings.dead_queue, kept_queue())
    }

    fn exchange(name: &str, kind: ExchangeKind, arguments: FieldTable) -> Self {
        Self::Exchange {
            name: name.to_owned(),
            kind,
            arguments,
        }
    }

    fn queue(name: &str, arguments: FieldTable) -> Self {
        Self::Queue {
            name: name.to_owned(),
            arguments,
        }
    }

    fn binding(exchange: &str, queue: &str, key: &str) -> Self {
        Self::Binding {
            exchange: exchange.to_owned(),
            queue: queue.to_owned(),
            key: key.to_owned(),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Exchange { .. } => "exchange",
            Self::Queue { .. } => "queue",
            Self::Binding { .. } => "binding",
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Exchange { name, .. } | Self::Queue { name, .. } => name.clone(),
            Self::Binding {
                exchange,
                queue,
                key,
            } => format!("{exchange} -> {queue} ({key})"),
        }
    }

    pub async fn declare(&self, connection: &Connection, passive: bool) -> Result<(), Fault> {
        let channel = connection.create_channel().await?;
        match self {
            Self::Exchange {
                name,
                kind,
                arguments,
            } => {
                let options = ExchangeDeclareOptions {
                    passive,
                    durable: true,
                    ..ExchangeDeclareOptions::default()
                };
                channel
                    .exchange_declare(short(name)?, kind.clone(), options, arguments.clone())
                    .await?;
            }
            Self::Queue { name, arguments } => {
                let options = QueueDeclareOptions {
                    passive,
                    durable: true,
                    ..QueueDeclareOptions::default()
                };
                channel
                    .queue_declare(short(name)?, options, arguments.clone())
                    .await?;
            }
            Self::Binding {
                exchange,
                queue,
                key,
            } => {
                channel
                    .queue_bind(
                        short(queue)?,
                        short(exchange)?,
                        short(key)?,
                        QueueBindOptions::default(),
                        FieldTable::default(),
                    )
                    .await?;
            }
        }
        Ok(())
    }
}

/// Dead lettering loses messages unless it is at-least-once, and that needs reject-publish.
fn orders_queue(settings: &config::Bus) -> FieldTable {
    arguments([
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", number(settings.delivery_limit)),
        ("x-dead-letter-exchange", text(&settings.dead_exchange)),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ])
}

fn kept_queue() -> FieldTable {
    arguments([
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", number(PRACTICALLY_UNLIMITED)),
    ])
}

fn arguments<const COUNT: usize>(pairs: [(&'static str, AMQPValue); COUNT]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in pairs {
        table.insert(name.into(), value);
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn number(value: u32) -> AMQPValue {
    AMQPValue::LongLongInt(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_made_after_what_it_points_at() {
        let settings = config::Bus::default();
        let names: Vec<String> = Wanted::all(&settings)
            .iter()
            .map(|wanted| format!("{} {}", wanted.kind(), wanted.name()))
            .collect();
        let place = |name: &str| names.iter().position(|each| each == name).expect(name);
        assert!(place("exchange orders.dead") < place("queue diligence.orders"));
        assert!(place("exchange shipments.unrouted") < place("exchange shipments"));
        assert!(
            place("queue diligence.orders")
                < place("binding orders -> diligence.orders (order.cancelled)")
        );
    }
}
