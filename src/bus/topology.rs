//! The exchanges, queues and bindings on the broker: declared where missing, compared where present.
//!
//! Nothing is ever deleted or changed here: a queue that differs holds orders, so a person decides.

mod wanted;

use std::fmt;
use std::time::Duration;

use lapin::Connection;
use serde::Serialize;

use self::wanted::{Fault, Wanted};
use super::BusError;
use super::rabbitmq::{Hosts, code, explain, reply, silence};
use crate::config;

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

/// How the dead queue is found. Looking into another kind of queue could wear its messages out.
pub(super) async fn dead_queue(
    connection: &Connection,
    settings: &config::Bus,
) -> Result<State, BusError> {
    let limit = Duration::from_millis(settings.timeout_ms);
    let wanted = Wanted::dead_queue(settings);
    match attempt(connection, &wanted, true, limit).await? {
        State::Exists => attempt(connection, &wanted, false, limit).await,
        other => Ok(other),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
