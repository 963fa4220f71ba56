//! Publishes with confirm, on a connection of its own that is made when it is first needed.
//!
//! On one confirm channel lapin attaches returned messages to the wrong publish as soon as two are
//! under way, and an unroutable event would pass for confirmed. So: a pool of channels, one publish
//! in flight on each. A channel whose answer is outstanding is thrown away: a late answer would be
//! taken for the next publish's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Trouble;
use super::fault::{self, explain, short, within};
use super::hosts::Hosts;
use crate::bus::{BusError, Pauses, PublishError};
use crate::config;
use crate::sabotage::{Bug, planted};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Bytes. An event's properties are its id, its type and a `traceparent`; its body takes as many frames
/// as it needs.
const EVENT_FRAME: u32 = 16 * 1024;
/// A slow line may take this long for a mebibyte, on top of the usual time-out.
const MEBIBYTE_TIME: Duration = Duration::from_secs(1);

/// A message on its way to the broker.
pub struct Message<'a> {
    pub exchange: &'a str,
    pub routing_key: &'a str,
    pub properties: BasicProperties,
    pub body: &'a [u8],
}

/// The pool.
pub struct Publisher {
    hosts: Arc<Hosts>,
    limit: Duration,
    permits: Semaphore,
    line: tokio::sync::Mutex<Line>,
    pub trouble: Trouble,
}

/// The connection, and when to try again while there is none.
struct Line {
    link: Option<Arc<Link>>,
    pauses: Pauses,
    not_before: Option<Instant>,
}

/// One connection with the channels that are free. It closes when the last channel is gone.
struct Link {
    connection: Connection,
    idle: Mutex<Vec<Channel>>,
}

impl Publisher {
    /// For messages of any kind.
    pub fn new(hosts: Arc<Hosts>, settings: &config::Bus) -> Self {
        Self::of(hosts, settings, "dead messages go out again")
    }

    /// For messages with properties of ours.
    pub fn for_events(settings: &config::Bus) -> Result<Self, BusError> {
        let hosts = Hosts::new(settings)?.with_frames_of(EVENT_FRAME);
        let publisher = Self::of(Arc::new(hosts), settings, "events go out again");
        Ok(publisher)
    }

    fn of(hosts: Arc<Hosts>, settings: &config::Bus, over: &'static str) -> Self {
        Self {
            hosts,
            limit: Duration::from_millis(settings.timeout_ms),
            permits: Semaphore::new(settings.publishers.max(1)),
            line: tokio::sync::Mutex::new(Line {
                link: None,
                pauses: Pauses::new(FIRST_PAUSE, LONGEST_PAUSE),
                not_before: None,
            }),
            trouble: Trouble::new(over),
        }
    }

    /// Returns once the broker has confirmed: for a quorum queue, a majority has it on disk.
    pub async fn send(&self, message: Message<'_>) -> Result<(), PublishError> {
        let permit = self.permits.acquire().await;
        let _permit = permit.map_err(|error| PublishError::Unavailable(error.to_string()))?;
        let link = self.link().await.map_err(unavailable)?;
        if link.connection.status().blocked() {
            return Err(self.blocked());
        }
        let channel = match link.channel(self.limit).await {
            Ok(channel) => channel,
            Err(error) => {
                self.forget(&link).await;
                return Err(unavailable(error));
            }
        };
        let limit = self.limit_for(message.body);
        let doing = format!("publishing to {}", message.exchange);
        match tokio::time::timeout(limit, publish(&channel, &message)).await {
            Ok(Ok(confirmation)) => {
                link.give_back(channel);
                self.trouble.clear();
                judge(confirmation, &message)
            }
            Ok(Err(error)) if error.is_amqp_soft_error() => {
                Err(PublishError::Unconfirmed(explain(&doing, &error)))
            }
            Ok(Err(error)) => Err(PublishError::Unavailable(explain(&doing, &error))),
            // The broker says so only once something was sent. The connection stays and will be unblocked.
            Err(_) if link.connection.status().blocked() => Err(self.blocked()),
            Err(_) => {
                // Perhaps only this queue has no majority, perhaps the line is dead: the next
                // publish finds out on a new connection, those under way keep the old one.
                self.forget(&link).await;
                Err(PublishError::Unconfirmed(fault::silence(&doing, limit)))
            }
        }
    }

    fn blocked(&self) -> PublishError {
        let blocked = BusError::Broker(
            "the broker blocks publishing, it is short of memory or disk".to_owned(),
        );
        self.trouble.set(&blocked);
        unavailable(blocked)
    }

    fn limit_for(&self, body: &[u8]) -> Duration {
        let mebibytes = u32::try_from(body.len() >> 20).unwrap_or(u32::MAX);
        self.limit + MEBIBYTE_TIME.saturating_mul(mebibytes)
    }

    /// The live connection, or a new one. While connecting fails, callers in a pause fail at once
    /// instead of queueing up for one connect time-out each.
    async fn link(&self) -> Result<Arc<Link>, BusError> {
        let mut line = self.line.lock().await;
        if let Some(link) = &line.link
            && link.connection.status().connected()
        {
            return Ok(Arc::clone(link));
        }
        line.link = None;
        if line.not_before.is_some_and(|then| Instant::now() < then) {
            let text = self.trouble.text().unwrap_or_default();
            return Err(BusError::Broker(text));
        }
        match self.hosts.connect("diligence publisher").await {
            Ok(connection) => {
                let link = Arc::new(Link {
                    connection,
                    idle: Mutex::default(),
                });
                line.pauses.reset();
                line.not_before = None;
                line.link = Some(Arc::clone(&link));
                self.trouble.clear();
                Ok(link)
            }
            Err(error) => {
                line.not_before = Some(Instant::now() + line.pauses.longer());
                self.trouble.set(&error);
                Err(error)
            }
        }
    }

    async fn forget(&self, link: &Arc<Link>) {
        let mut line = self.line.lock().await;
        if line
            .link
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, link))
        {
            line.link = None;
        }
    }
}

impl Link {
    async fn channel(&self, limit: Duration) -> Result<Channel, BusError> {
        while let Some(channel) = self.take_idle() {
            if channel.status().connected() {
                return Ok(channel);
            }
        }
        let opening = self.connection.create_channel();
        let channel = within(limit, "opening a channel for publishing", opening).await?;
        let selecting = channel.confirm_select(ConfirmSelectOptions::default());
        within(limit, "asking for confirms", selecting).await?;
        Ok(channel)
    }

    fn take_idle(&self) -> Option<Channel> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn give_back(&self, channel: Channel) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(channel);
    }
}

fn unavailable(error: BusError) -> PublishError {
    PublishError::Unavailable(error.to_string())
}

async fn publish(channel: &Channel, message: &Message<'_>) -> lapin::Result<Confirmation> {
    let invalid = |error: BusError| lapin::Error::from(std::io::Error::other(error));
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let confirm = channel
        .basic_publish(
            short(message.exchange).map_err(invalid)?,
            short(message.routing_key).map_err(invalid)?,
            options,
            message.body,
            message.properties.clone(),
        )
        .await?;
    confirm.await
}

fn judge(confirmation: Confirmation, message: &Message<'_>) -> Result<(), PublishError> {
    let Message {
        exchange,
        routing_key,
        ..
    } = message;
    match confirmation {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) if planted(Bug::ReturnedIsConfirmed) => Ok(()),
        Confirmation::Ack(Some(_)) => Err(PublishError::Refused(format!(
            "no queue takes {routing_key} from the exchange {exchange}; \
             `diligence topology declare` makes the queue for unrouted events"
        ))),
        Confirmation::Nack(_) => Err(PublishError::Refused(format!(
            "a queue behind the exchange {exchange} does not accept {routing_key}: full, or its node is in trouble"
        ))),
        Confirmation::NotRequested => Err(PublishError::Unconfirmed(
            "the channel is not in confirm mode".into(),
        )),
    }
}
