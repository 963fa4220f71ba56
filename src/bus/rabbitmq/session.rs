//! One session of consuming: connection, channel and consumer, from first to last.
//!
//! The only place that acknowledges. Delivery tags belong to the channel, so tracker, channel and
//! batches live and die together; nothing of a session is carried into the next.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::TRACEPARENT;
use super::consumer::Consumer;
use super::dead::{Held, bury};
use super::fault::{explain, short, within};
use super::publisher::Publisher;
use crate::bus::ack_prefix::AckPrefix;
use crate::bus::{BusError, Delivery, Handler, Verdict, topology};
use crate::sabotage::{Bug, Point, pass, planted};
use crate::trace::Traceparent;

const CONSUMER_TAG: &str = "diligence";
/// Largest number of deliveries handed over together.
const BATCH: usize = 64;

/// Why a session ended without an error.
pub enum End {
    /// It was asked to.
    Stopped,
    /// A delivery could not be taken now.
    LedgerDown,
}

/// A consumer at work.
pub struct Session {
    connection: Connection,
    channel: Channel,
    deliveries: lapin::Consumer,
    prefix: AckPrefix,
    batches: JoinSet<Vec<Settled>>,
    dead_copies: Arc<Publisher>,
    dead_exchange: Arc<str>,
    limit: Duration,
    progress: bool,
}

/// How one delivery ended.
struct Settled {
    tag: u64,
    durable: bool,
}

impl Session {
    /// Connects, sees to the topology and starts consuming.
    pub async fn open(consumer: &Consumer) -> Result<Self, BusError> {
        let settings = &consumer.settings;
        let limit = Duration::from_millis(settings.timeout_ms);
        let connection = consumer.hosts.connect("diligence consumer").await?;
        topology::ensure(&connection, settings).await?;
        let channel = within(limit, "opening a channel", connection.create_channel()).await?;
        // Before consuming: lapin buffers without bound.
        let prefetch = channel.basic_qos(settings.prefetch.max(1), BasicQosOptions::default());
        within(limit, "setting the prefetch", prefetch).await?;
        let consume = channel.basic_consume(
            short(&settings.orders_queue)?,
            CONSUMER_TAG.into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let doing = format!("consuming from {}", settings.orders_queue);
        let deliveries = within(limit, &doing, consume).await?;
        Ok(Self {
            connection,
            channel,
            deliveries,
            prefix: AckPrefix::default(),
            batches: JoinSet::new(),
            dead_copies: Arc::clone(&consumer.dead_copies),
            dead_exchange: settings.dead_exchange.as_str().into(),
            limit,
            progress: false,
        })
    }

    /// Consumes until stopped or broken, then ends cleanly. Also says whether anything was done.
    pub async fn run(
        mut self,
        handler: Arc<dyn Handler>,
        stop: &CancellationToken,
    ) -> (Result<End, BusError>, bool) {
        let outcome = self.pump(&handler, stop).await;
        let closing = self.close().await;
        let progress = self.progress;
        if let Err(error) = closing {
            tracing::debug!(%error, "what was not acknowledged comes again");
        }
        (outcome, progress)
    }

    async fn pump(
        &mut self,
        handler: &Arc<dyn Handler>,
        stop: &CancellationToken,
    ) -> Result<End, BusError> {
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(End::Stopped),
                Some(finished) = self.batches.join_next() => {
                    let all_durable = self.settle(finished);
                    self.acknowledge().await?;
                    if !all_durable {
                        return Ok(End::LedgerDown);
                    }
                }
                next = self.deliveries.next() => {
                    let batch = self.gather(next)?;
                    if planted(Bug::AcknowledgeBeforeCommit) {
                        let tags = batch.iter().map(|delivery| delivery.delivery_tag);
                        tags.for_each(|tag| self.prefix.durable(tag));
                        self.acknowledge().await?;
                    }
                    let publisher = Arc::clone(&self.dead_copies);
                    let dead_exchange = Arc::clone(&self.dead_exchange);
                    self.batches
                        .spawn(work(Arc::clone(handler), publisher, dead_exchange, batch));
                }
            }
        }
    }

    /// This delivery and what else is here already, without waiting for more.
    fn gather(
        &mut self,
        first: Option<lapin::Result<lapin::message::Delivery>>,
    ) -> Result<Vec<lapin::message::Delivery>, BusError> {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(arrived) = next {
            let delivery = arrived
                .ok_or_else(|| cancelled(self.deliveries.queue().as_str()))?
                .map_err(|error| BusError::Broker(explain("consuming", &error)))?;
            self.prefix.arrived(delivery.delivery_tag);
            batch.push(delivery);
            next = if batch.len() < BATCH {
                self.deliveries.next().now_or_never()
            } else {
                None
            };
        }
        Ok(batch)
    }

    /// Notes this batch and all others that are finished too; false when something must wait.
    fn settle(&mut self, first: Result<Vec<Settled>, JoinError>) -> bool {
        let mut all_durable = true;
        let mut next = Some(first);
        while let Some(finished) = next {
            match finished {
                Ok(settled) => {
                    for Settled { tag, durable } in settled {
                        all_durable &= durable;
                        if durable {
                            self.prefix.durable(tag);
                        }
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "taking in a batch of orders broke off");
                    all_durable = false;
                }
            }
            next = self.batches.try_join_next();
        }
        all_durable
    }

    async fn acknowledge(&mut self) -> Result<(), BusError> {
        if let Some(tag) = self.prefix.advance() {
            let upto = BasicAckOptions { multiple: true };
            let acknowledging = self.channel.basic_ack(tag, upto);
            within(self.limit, "acknowledging", acknowledging).await?;
            pass(Point::Acknowledged);
            self.progress = true;
        }
        Ok(())
    }

    /// Takes no more, gives back what is not begun, lets the batches under way finish, acknowledges
    /// them, gives back the rest, closes.
    async fn close(&mut self) -> Result<(), BusError> {
        let mut line = self.cancel().await;
        while let Some(finished) = self.batches.join_next().await {
            self.settle(finished);
            if line.is_ok() {
                line = self.acknowledge().await;
            }
        }
        line?;
        let rest = std::mem::take(&mut self.prefix).finish();
        for tag in rest.durable {
            let only = self.channel.basic_ack(tag, BasicAckOptions::default());
            within(self.limit, "acknowledging", only).await?;
        }
        self.give_back(rest.unsettled).await?;
        within(
            self.limit,
            "closing",
            self.connection.close(200, "OK".into()),
        )
        .await
    }

    async fn cancel(&mut self) -> Result<(), BusError> {
        let asking = self
            .channel
            .basic_cancel(CONSUMER_TAG.into(), BasicCancelOptions::default());
        within(self.limit, "ending the consumer", asking).await?;
        let mut unstarted = Vec::new();
        while let Some(Some(Ok(delivery))) = self.deliveries.next().now_or_never() {
            unstarted.push(delivery.delivery_tag);
        }
        self.give_back(unstarted).await
    }

    /// Only after the cancel, else they would come straight back and wear out the delivery limit.
    async fn give_back(&self, tags: Vec<u64>) -> Result<(), BusError> {
        for tag in tags {
            let requeue = BasicNackOptions {
                requeue: true,
                ..BasicNackOptions::default()
            };
            let nacking = self.channel.basic_nack(tag, requeue);
            within(self.limit, "giving back", nacking).await?;
        }
        Ok(())
    }
}

fn cancelled(queue: &str) -> BusError {
    BusError::Broker(format!(
        "the broker ended the consumer of {queue}: was the queue deleted?"
    ))
}

/// Has one batch handled, and its dead ones buried.
async fn work(
    handler: Arc<dyn Handler>,
    publisher: Arc<Publisher>,
    dead_exchange: Arc<str>,
    batch: Vec<lapin::message::Delivery>,
) -> Vec<Settled> {
    let (deliveries, held): (Vec<_>, Vec<_>) = batch.into_iter().map(split).unzip();
    pass(Point::Delivered);
    let verdicts = handler.handle(deliveries).await;
    pass(Point::Accepted);
    if verdicts.len() != held.len() {
        tracing::error!(
            verdicts = verdicts.len(),
            deliveries = held.len(),
            "verdicts are missing; what has none comes again"
        );
    }
    let mut verdicts = verdicts.into_iter();
    let mut settled = Vec::with_capacity(held.len());
    for held in held {
        let durable = match verdicts.next() {
            Some(Verdict::Durable) => true,
            Some(Verdict::Dead { reason, path }) => {
                bury(&publisher, &dead_exchange, &held, &reason, path.as_deref()).await
            }
            Some(Verdict::Later) | None => false,
        };
        settled.push(Settled {
            tag: held.tag,
            durable,
        });
    }
    settled
}

/// What the handler sees, and what stays here to settle it.
fn split(arrived: lapin::message::Delivery) -> (Delivery, Held) {
    let body = Bytes::from(arrived.data);
    let text = |value: &Option<lapin::types::ShortString>| value.as_ref().map(ToString::to_string);
    let routing_key = arrived.routing_key.to_string();
    let delivery = Delivery {
        body: body.clone(),
        amqp_type: text(arrived.properties.kind()),
        routing_key: routing_key.clone(),
        traceparent: traceparent(&arrived.properties),
    };
    let held = Held {
        tag: arrived.delivery_tag,
        exchange: arrived.exchange,
        routing_key,
        properties: arrived.properties,
        body,
    };
    (delivery, held)
}

/// The header `traceparent`, unless it is none by the standard: then it is as good as not there.
fn traceparent(properties: &BasicProperties) -> Option<Traceparent> {
    let text = match properties.headers().as_ref()?.inner().get(TRACEPARENT)? {
        AMQPValue::LongString(text) => std::str::from_utf8(text.as_bytes()).ok()?,
        AMQPValue::ShortString(text) => text.as_str(),
        _ => return None,
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_is_no_traceparent_is_as_good_as_none() {
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let with = |value: AMQPValue| {
            let mut headers = FieldTable::default();
            headers.insert(TRACEPARENT.into(), value);
            traceparent(&BasicProperties::default().with_headers(headers))
        };
        let read = given.parse().ok();
        assert!(read.is_some());
        assert_eq!(with(AMQPValue::LongString(given.into())), read);
        assert_eq!(with(AMQPValue::ShortString(given.into())), read);
        for wrong in [
            AMQPValue::LongString("00-nonsense".into()),
            AMQPValue::LongString(vec![0xff, 0xfe].into()),
            AMQPValue::LongLongInt(4),
            AMQPValue::Void,
        ] {
            assert_eq!(with(wrong.clone()), None, "{wrong:?}");
        }
        assert_eq!(traceparent(&BasicProperties::default()), None);
    }
}
