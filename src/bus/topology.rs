//! The exchanges, queues and bindings on the broker: declared where missing, compared where present.
//!
//! Nothing is ever deleted or changed here: a queue that differs holds orders, so a person decides.

use std::fmt;
use std::time::Duration;

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ExchangeKind};
use serde::Serialize;

use super::BusError;
use super::rabbitmq::{Hosts, code, explain, reply, short, silence};
use crate::config;

/// RabbitMQ 4 drops a message after 20 deliveries where nothing else is said, and looking into a
/// queue counts as one; 3.x knows no "unlimited".
const PRACTICALLY_UNLIMITED: u32 = 1_000_000_000;

/// What there is on the broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One entry per exchange, queue and binding.
    pub things: Vec<Thing>,
}

/// One exchange, queue or binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// `exchange`, `queue` or `binding`.
    pub kind: &'static str,
    /// `diligence.orders`; of a binding `orders -> diligence.orders (order.paid)`.
    pub name: String,
    /// What was found or done.
    #[serde(flatten)]
    pub state: State,
}

/// How a thing was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "detail", rename_all = "snake_case")]
pub enum State {
    /// There, as wanted.
    Exists,
    /// Made just now.
    Declared,
    /// Not there.
    Missing,
    /// There with other arguments; the broker's words.
    Differs(String),
    /// The broker does not let this user look or declare; its words.
    Forbidden(String),
}

impl Report {
    /// What an operator has to do, one sentence per thing that cannot stay so; `None` when all is well.
    pub fn complaint(&self) -> Option<String> {
        let complaints: Vec<String> = self.things.iter().filter_map(Thing::complaint).collect();
        (!complaints.is_empty()).then(|| complaints.join("; "))
    }
}

impl Thing {
    fn complaint(&self) -> Option<String> {
        match &self.state {
            State::Missing => Some(format!(
                "{self} is missing: run `diligence topology declare`"
            )),
            State::Differs(text) => Some(format!(
                "{self} exists with other arguments ({text}): `diligence topology check` shows it; arguments of a \
                 queue or exchange cannot be changed, so empty and delete it, or name another one under [bus]"
            )),
            State::Exists | State::Declared | State::Forbidden(_) => None,
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// Makes what is missing and compares the rest.
pub async fn declare(settings: &config::Bus) -> Result<Report, BusError> {
    survey(settings, true).await
}

/// Compares only. Bindings are left out: AMQP cannot show them.
pub async fn check(settings: &config::Bus) -> Result<Report, BusError> {
    survey(settings, false).await
}

async fn survey(settings: &config::Bus, make: bool) -> Result<Report, BusError> {
    let connection = Hosts::new(settings)?.connect("diligence topology").await?;
    let report = look(&connection, settings, make).await;
    // What was asked is known by now; a broker slow to say goodbye changes nothing.
    drop(connection);
    report
}

/// Before consuming: declares or checks as the settings say; an error if orders could not be kept.
pub(super) async fn ensure(
    connection: &Connection,
    settings: &config::Bus,
) -> Result<(), BusError> {
    let report = look(connection, settings, settings.declare).await?;
    for thing in &report.things {
        if let State::Forbidden(text) = &thing.state {
            tracing::warn!(%thing, %text, "could not be compared with what is wanted");
        }
    }
    report
        .complaint()
        .map_or(Ok(()), |text| Err(BusError::Broker(text)))
}

async fn look(
    connection: &Connection,
    settings: &config::Bus,
    make: bool,
) -> Result<Report, BusError> {
    let limit = Duration::from_millis(settings.timeout_ms);
    let mut things = Vec::new();
    for wanted in Wanted::all(settings) {
        let state = match &wanted {
            Wanted::Binding { .. } if !make => continue,
            Wanted::Binding { .. } => attempt(connection, &wanted, false, limit).await?,
            _ => match attempt(connection, &wanted, true, limit).await? {
                State::Exists => attempt(connection, &wanted, false, limit).await?,
                State::Missing if make => match attempt(connection, &wanted, false, limit).await? {
                    State::Exists => State::Declared,
                    other => other,
                },
                other => other,
            },
        };
        things.push(Thing {
            kind: wanted.kind(),
            name: wanted.name(),
            state,
        });
    }
    Ok(Report { things })
}

/// Declares one thing, `passive` without making it. A refusal closes the channel, so each attempt
/// has its own.
async fn attempt(
    connection: &Connection,
    wanted: &Wanted,
    passive: bool,
    limit: Duration,
) -> Result<State, BusError> {
    let doing = format!("declaring {} {}", wanted.kind(), wanted.name());
    let declaring = wanted.declare(connection, passive);
    let outcome = tokio::time::timeout(limit, declaring)
        .await
        .map_err(|_| BusError::Broker(silence(&doing, limit)))?;
    match outcome {
        Ok(()) => Ok(State::Exists),
        Err(Fault::Settings(error)) => Err(error),
        Err(Fault::Broker(error)) => match reply(&error) {
            Some((code::NOT_FOUND, _)) => Ok(State::Missing),
            Some((code::PRECONDITION_FAILED | code::RESOURCE_LOCKED, text)) => {
                Ok(State::Differs(text.to_owned()))
            }
            Some((code::ACCESS_REFUSED, text)) => Ok(State::Forbidden(text.to_owned())),
            _ => Err(BusError::Broker(explain(&doing, &error))),
        },
    }
}

/// Why a declaration failed.
enum Fault {
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
enum Wanted {
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
    fn all(settings: &config::Bus) -> Vec<Self> {
        let mut all = vec![
            Self::exchange(
                &settings.dead_exchange,
                ExchangeKind::Topic,
                FieldTable::default(),
            ),
            Self::queue(&settings.dead_queue, kept_queue()),
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

    fn kind(&self) -> &'static str {
        match self {
            Self::Exchange { .. } => "exchange",
            Self::Queue { .. } => "queue",
            Self::Binding { .. } => "binding",
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Exchange { name, .. } | Self::Queue { name, .. } => name.clone(),
            Self::Binding {
                exchange,
                queue,
                key,
            } => format!("{exchange} -> {queue} ({key})"),
        }
    }

    async fn declare(&self, connection: &Connection, passive: bool) -> Result<(), Fault> {
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

    #[test]
    fn what_differs_or_is_missing_is_named_with_the_remedy() {
        let thing = |name: &str, state| Thing {
            kind: "queue",
            name: name.to_owned(),
            state,
        };
        let report = Report {
            things: vec![
                thing("a", State::Exists),
                thing("b", State::Missing),
                thing("c", State::Differs("inequivalent arg 'x-overflow'".into())),
            ],
        };
        let complaint = report.complaint().unwrap();
        assert!(!complaint.contains("queue a"), "{complaint}");
        assert!(complaint.contains("queue b is missing"), "{complaint}");
        assert!(complaint.contains("topology declare"), "{complaint}");
        assert!(
            complaint
                .contains("queue c exists with other arguments (inequivalent arg 'x-overflow')"),
            "{complaint}"
        );
    }
}
