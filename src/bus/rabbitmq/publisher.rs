//! Publishes with confirm, on a connection of its own that is made when it is first needed.
//!
//! A pool of channels, one group of messages in flight on each (`letters`). A channel whose answer is
//! outstanding is thrown away: a late answer would be taken for the next group's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::options::ConfirmSelectOptions;
use lapin::{Channel, Connection};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Trouble;
use super::fault::within;
use super::hosts::Hosts;
use super::letters::{Carried, Letter, Letters, Message, Outcome, broken, carry};
use crate::bus::{BusError, Pauses, PublishError};
use crate::config;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Bytes. An event's properties are its id, its type and a `traceparent`; its body takes as many frames
/// as it needs.
const EVENT_FRAME: u32 = 16 * 1024;
/// Events on a channel at a time.
const TOGETHER: usize = 16;
/// A slow line may take this long for a mebibyte, on top of the usual time-out.
const MEBIBYTE_TIME: Duration = Duration::from_secs(1);

/// The pool.
pub struct Publisher {
    hosts: Arc<Hosts>,
    limit: Duration,
    letters: Letters,
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
    /// For messages of any kind, each alone: one that the broker does not bear takes no other with it.
    pub fn new(hosts: Arc<Hosts>, settings: &config::Bus) -> Self {
        Self::of(hosts, settings, 1, "dead messages go out again")
    }

    /// For messages with properties of ours.
    pub fn for_events(settings: &config::Bus) -> Result<Self, BusError> {
        let hosts = Hosts::new(settings)?.with_frames_of(EVENT_FRAME);
        let publisher = Self::of(Arc::new(hosts), settings, TOGETHER, "events go out again");
        Ok(publisher)
    }

    fn of(hosts: Arc<Hosts>, settings: &config::Bus, together: usize, over: &'static str) -> Self {
        Self {
            hosts,
            limit: Duration::from_millis(settings.timeout_ms),
            letters: Letters::new(together),
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
    pub async fn send(&self, message: Message) -> Outcome {
        let mut outcome = self.letters.post(message);
        // Whoever has something to say at this moment says it first: it goes together.
        tokio::task::yield_now().await;
        let permit = tokio::select! {
            biased;
            told = &mut outcome => return told.unwrap_or_else(|_| Err(left())),
            permit = self.permits.acquire() => permit,
        };
        let _permit = permit.map_err(|error| PublishError::Unavailable(error.to_string()))?;
        // Others may have put theirs in before, and wait for whoever has a channel.
        while outcome.is_empty() {
            let group = self.letters.take();
            if group.is_empty() {
                break;
            }
            self.send_all(group).await;
        }
        outcome.await.unwrap_or_else(|_| Err(left()))
    }

    async fn send_all(&self, group: Vec<Letter>) {
        let (messages, replies): (Vec<Message>, Vec<_>) = group
            .into_iter()
            .map(|letter| (letter.message, letter.reply))
            .unzip();
        let outcomes = self.on_a_channel(&messages).await;
        let outcomes = outcomes.unwrap_or_else(|error| vec![Err(error); messages.len()]);
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // Who no longer waits publishes it again.
            reply.send(outcome).ok();
        }
    }

    async fn on_a_channel(&self, messages: &[Message]) -> Result<Vec<Outcome>, PublishError> {
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
        match carry(&channel, messages, self.limit_for(messages)).await {
            Carried::Answered(outcomes) => {
                link.give_back(channel);
                self.trouble.clear();
                Ok(outcomes)
            }
            Carried::Broken(error) => Err(broken(messages, &error)),
            // The broker says so only once something was sent. The connection stays and will be unblocked.
            Carried::Late(_) if link.connection.status().blocked() => Err(self.blocked()),
            Carried::Late(outcomes) => {
                // Perhaps only this queue has no majority, perhaps the line is dead: the next
                // publish finds out on a new connection, those under way keep the old one.
                self.forget(&link).await;
                Ok(outcomes)
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

    fn limit_for(&self, messages: &[Message]) -> Duration {
        let bytes: usize = messages.iter().map(|message| message.body.len()).sum();
        let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
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

/// Whoever had the message on a channel was stopped.
fn left() -> PublishError {
    PublishError::Unconfirmed("it was left before it was confirmed".into())
}
