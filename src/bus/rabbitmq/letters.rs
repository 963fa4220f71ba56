//! What waits to be published at the same moment goes by one channel together: to the broker a channel
//! is a process, and a confirm for each message a packet.
//!
//! On a confirm channel with several publishes under way lapin gives a returned message to any of them.
//! So no confirm of such a group is believed once one message of it came back: each is sent again alone,
//! and its own answer counts; nor when an answer is missing, which could be the one that came back.
//! Events that go out twice so are alike, and their consumers know them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use lapin::options::BasicPublishOptions;
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::fault::{explain, silence};
use crate::bus::PublishError;
use crate::sabotage::{Bug, planted};

/// A message on its way to the broker.
#[derive(Clone)]
pub struct Message {
    pub exchange: ShortString,
    pub routing_key: ShortString,
    pub properties: BasicProperties,
    pub body: Bytes,
}

/// What became of it.
pub type Outcome = Result<(), PublishError>;

/// A message and whoever waits for its outcome.
pub struct Letter {
    pub message: Message,
    pub reply: oneshot::Sender<Outcome>,
}

/// Letters that wait for a channel.
pub struct Letters {
    waiting: Mutex<VecDeque<Letter>>,
    /// How many go together at most.
    together: usize,
}

impl Letters {
    /// None yet.
    pub fn new(together: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            together,
        }
    }

    /// Puts a message in. Where its outcome will be told.
    pub fn post(&self, message: Message) -> oneshot::Receiver<Outcome> {
        let (reply, outcome) = oneshot::channel();
        self.waiting().push_back(Letter { message, reply });
        outcome
    }

    /// Takes the oldest and others that go the same way: what one queue keeps from being confirmed, it
    /// keeps for them too.
    pub fn take(&self) -> Vec<Letter> {
        let mut waiting = self.waiting();
        let Some(first) = waiting.pop_front() else {
            return Vec::new();
        };
        let mut taken = vec![first];
        let mut place = 0;
        while taken.len() < self.together {
            let Some(next) = waiting.get(place) else {
                break;
            };
            let alike = taken.first().is_some_and(|first| {
                let (first, next) = (&first.message, &next.message);
                first.exchange == next.exchange && first.routing_key == next.routing_key
            });
            if alike {
                taken.extend(waiting.remove(place));
            } else {
                place += 1;
            }
        }
        taken
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Letter>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of a group.
pub enum Carried {
    /// Every message has its answer.
    Answered(Vec<Outcome>),
    /// Some have none: the channel must not be used again.
    Late(Vec<Outcome>),
    /// The channel or the connection is at fault.
    Broken(lapin::Error),
}

/// Publishes messages on a channel that has nothing else under way, and waits for their confirms.
pub async fn carry(channel: &Channel, messages: &[Message], limit: Duration) -> Carried {
    match try_to_carry(channel, messages, limit).await {
        Ok(carried) => carried,
        Err(error) => Carried::Broken(error),
    }
}

async fn try_to_carry(
    channel: &Channel,
    messages: &[Message],
    limit: Duration,
) -> lapin::Result<Carried> {
    let confirmations = together(channel, messages, limit).await?;
    let returned = |one: &Option<Confirmation>| matches!(one, Some(Confirmation::Ack(Some(_))));
    let mut late = confirmations.iter().any(Option::is_none);
    let in_question = messages.len() > 1 && (late || confirmations.iter().any(returned));
    let mut outcomes = Vec::with_capacity(messages.len());
    for (message, confirmation) in messages.iter().zip(confirmations) {
        let confirmation = match confirmation {
            // What is still under way on the channel could have the answer to this one.
            Some(Confirmation::Ack(_)) if in_question && late => None,
            Some(Confirmation::Ack(_)) if in_question => {
                let alone = std::slice::from_ref(message);
                together(channel, alone, limit).await?.pop().flatten()
            }
            answered => answered,
        };
        late |= confirmation.is_none();
        let unconfirmed = || {
            let doing = format!("publishing to {}", message.exchange);
            Err(PublishError::Unconfirmed(silence(&doing, limit)))
        };
        outcomes.push(confirmation.map_or_else(unconfirmed, |one| judge(one, message)));
    }
    Ok(if late {
        Carried::Late(outcomes)
    } else {
        Carried::Answered(outcomes)
    })
}

/// The confirms that come in time.
async fn together(
    channel: &Channel,
    messages: &[Message],
    limit: Duration,
) -> lapin::Result<Vec<Option<Confirmation>>> {
    let end = Instant::now() + limit;
    let mut sent: Vec<Option<PublisherConfirm>> = Vec::with_capacity(messages.len());
    for message in messages {
        let publishing = tokio::time::timeout_at(end, publish(channel, message));
        sent.push(publishing.await.ok().transpose()?);
    }
    let mut confirmations = Vec::with_capacity(messages.len());
    for confirm in sent {
        let confirmation = match confirm {
            // What has come meanwhile is taken, also when the time is over.
            Some(confirm) => tokio::time::timeout_at(end, confirm).await.ok(),
            None => None,
        };
        confirmations.push(confirmation.transpose()?);
    }
    Ok(confirmations)
}

async fn publish(channel: &Channel, message: &Message) -> lapin::Result<PublisherConfirm> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let Message {
        exchange,
        routing_key,
        properties,
        body,
    } = message.clone();
    let publishing = channel.basic_publish(exchange, routing_key, options, &body, properties);
    publishing.await
}

fn judge(confirmation: Confirmation, message: &Message) -> Outcome {
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

/// The error of a group whose channel or connection broke.
pub fn broken(messages: &[Message], error: &lapin::Error) -> PublishError {
    let exchange = messages.first().map_or("", |first| first.exchange.as_str());
    let doing = format!("publishing to {exchange}");
    if error.is_amqp_soft_error() {
        PublishError::Unconfirmed(explain(&doing, error))
    } else {
        PublishError::Unavailable(explain(&doing, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(routing_key: &str, body: &'static str) -> Message {
        Message {
            exchange: "events".into(),
            routing_key: routing_key.into(),
            properties: BasicProperties::default(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn bodies(taken: &[Letter]) -> Vec<&[u8]> {
        taken.iter().map(|letter| &*letter.message.body).collect()
    }

    #[test]
    fn those_that_go_the_same_way_go_together_and_none_is_left() {
        let letters = Letters::new(4);
        for (key, body) in [("booked", "1"), ("parked", "2"), ("booked", "3")] {
            letters.post(message(key, body));
        }
        assert_eq!(bodies(&letters.take()), [b"1", b"3"]);
        assert_eq!(bodies(&letters.take()), [b"2"]);
        assert!(letters.take().is_empty());
    }

    #[test]
    fn a_group_has_an_end() {
        let letters = Letters::new(4);
        (0..5).for_each(|_| drop(letters.post(message("booked", ""))));
        assert_eq!(letters.take().len(), 4);
        assert_eq!(letters.take().len(), 1);
    }
}
