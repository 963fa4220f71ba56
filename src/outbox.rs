//! The outbox: events leave the ledger for the bus, the last stop of an order.
//!
//! An event is committed with what it tells of, published from here, and marked as sent once the bus
//! has confirmed it. So it goes out at least once, and in order per order: only an order's lowest
//! unsent row is ever offered. This neither makes events nor knows what they say.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::field::display;
use tracing::{info, warn};

use crate::bus::{Bus, OutgoingEvent, Pauses, PublishError};
use crate::events::{self, Head};
use crate::sabotage::{Point, pass};
use crate::telemetry::{Kind, Span, Spans};
use crate::trace::Trace;

/// New rows taken at a time.
const BATCH: usize = 512;
/// With fewer rows under way than this, more are looked for: enough to keep the bus busy meanwhile.
const FEW: usize = BATCH / 8;
/// How long a round waits for its confirms before what is confirmed is marked without the rest.
const ROUND: Duration = Duration::from_millis(100);
/// Looked at this often even when nobody wakes us.
const TICK: Duration = Duration::from_secs(1);
/// How long to go on after the stop.
const FLUSH_LIMIT: Duration = Duration::from_secs(10);
/// With more rows failing than this, it is not the rows that are at fault.
const MOST_FAILING: usize = 4 * BATCH;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Without a bus every order waits, so it is tried more often than a single row.
const LONGEST_BUS_PAUSE: Duration = Duration::from_secs(5);

/// Where events wait: the ledger.
pub trait Outbox: Send + Sync {
    /// Rows that are not marked as sent, at most `limit`; of each order only the lowest one.
    fn unsent<'a>(&'a self, limit: usize) -> BoxFuture<'a, Result<Vec<OutboxRow>, String>>;

    /// Marks rows as sent.
    fn sent<'a>(&'a self, ids: Vec<i64>) -> BoxFuture<'a, Result<(), String>>;
}

/// An event that waits.
pub struct OutboxRow {
    /// Rises with every event of an order.
    pub id: i64,
    /// CloudEvents `id`.
    pub event_id: String,
    /// `shipment.booked`.
    pub routing_key: String,
    /// The rendered event.
    pub body: Bytes,
}

/// Publishes what waits until `stop`, and then for a while what is left. `wake` says that there is
/// something new.
pub async fn relay(
    outbox: Arc<dyn Outbox>,
    bus: Arc<dyn Bus>,
    wake: Arc<Notify>,
    spans: Spans,
    stop: CancellationToken,
) {
    let mut relay = Relay {
        spans,
        outbox,
        bus,
        publishing: FuturesUnordered::new(),
        under_way: HashSet::new(),
        confirmed: Vec::new(),
        failing: HashMap::new(),
        bus_pauses: Pauses::new(FIRST_PAUSE, LONGEST_BUS_PAUSE),
        bus_again_at: Instant::now(),
    };
    let limit = async {
        stop.cancelled().await;
        tokio::time::sleep(FLUSH_LIMIT).await;
    };
    tokio::select! {
        () = relay.run(&wake, &stop) => {}
        () = limit => warn!("events are left in the outbox; they go out after the next start"),
    }
}

/// What became of a row.
struct Published {
    id: i64,
    began: Instant,
    event: OutgoingEvent,
    head: Option<Head>,
    outcome: Result<(), PublishError>,
}

impl Published {
    /// From the first byte until the bus had confirmed it; of an account's event there is none.
    fn span(&self) -> Option<Span> {
        let (told, head) = (self.event.traceparent?, self.head.as_ref()?);
        let trace = Trace::around(told);
        let name = format!("tell {}", self.event.routing_key);
        Some(Span {
            parent: Some(trace.taking(&head.subject)),
            kind: Kind::Telling,
            facts: vec![
                ("diligence.key", head.subject.as_str().into()),
                ("diligence.event", self.event.routing_key.as_str().into()),
                ("diligence.event_id", self.event.event_id.as_str().into()),
                ("diligence.sequence", head.sequence.as_str().into()),
            ],
            ..Span::since(self.began, trace, told.span_id, name)
        })
    }

    /// A line about it: what is told here, of whom, is all in the event's head.
    fn tell(&self) {
        let subject = self.head.as_ref().map(|head| head.subject.as_str());
        let of_account = self.event.routing_key.starts_with("account.");
        let key = subject.filter(|_| !of_account).map(display);
        let account = subject.filter(|_| of_account);
        let sequence = self.head.as_ref().map(|head| head.sequence.as_str());
        let (event, event_id) = (&*self.event.routing_key, &*self.event.event_id);
        let trace_id = self.event.traceparent.map(|span| display(span.trace_id));
        match &self.outcome {
            Ok(()) => {
                info!(
                    key,
                    account, event, sequence, event_id, trace_id, "told: the bus has confirmed it"
                );
            }
            Err(error) => {
                warn!(key, account, event, sequence, event_id, trace_id, %error, "it is told again");
            }
        }
    }
}

struct Relay {
    outbox: Arc<dyn Outbox>,
    bus: Arc<dyn Bus>,
    spans: Spans,
    publishing: FuturesUnordered<BoxFuture<'static, Published>>,
    /// Being published, or confirmed and not marked yet: offered again meanwhile, and skipped.
    under_way: HashSet<i64>,
    confirmed: Vec<i64>,
    failing: HashMap<i64, Failing>,
    bus_pauses: Pauses,
    bus_again_at: Instant,
}

/// A row that the bus did not take.
struct Failing {
    again_at: Instant,
    pauses: Pauses,
}

/// What a look into the outbox led to.
enum Look {
    Started,
    /// Nothing new, or it has to wait.
    Waiting,
    /// All is sent and marked.
    Empty,
}

impl Relay {
    async fn run(&mut self, wake: &Notify, stop: &CancellationToken) {
        loop {
            let stopping = stop.is_cancelled();
            match self.start().await {
                Look::Started => self.collect().await,
                Look::Empty if stopping => return,
                Look::Waiting | Look::Empty => {
                    let pause = self.pause();
                    tokio::select! {
                        Some(published) = self.publishing.next() => {
                            self.note(published);
                            self.collect().await;
                        }
                        () = wake.notified() => {}
                        () = stop.cancelled(), if !stopping => {}
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
            self.mark().await;
        }
    }

    /// Starts publishing the rows that are due.
    async fn start(&mut self) -> Look {
        // What is under way would be read again: as long as it is much, there is no hurry for more.
        if Instant::now() < self.bus_again_at || self.under_way.len() > FEW {
            return Look::Waiting;
        }
        let limit = BATCH + self.under_way.len() + self.failing.len();
        let rows = match self.outbox.unsent(limit).await {
            Ok(rows) => rows,
            Err(error) => {
                warn!(%error, "the outbox cannot be read");
                self.pause_bus();
                return Look::Waiting;
            }
        };
        if rows.len() < limit {
            let offered: HashSet<i64> = rows.iter().map(|row| row.id).collect();
            self.failing.retain(|id, _| offered.contains(id));
        }
        let nothing_left = rows.is_empty() && self.under_way.is_empty();
        let now = Instant::now();
        let mut started = false;
        for row in rows {
            let waits = self
                .failing
                .get(&row.id)
                .is_some_and(|row| now < row.again_at);
            if !waits && self.under_way.insert(row.id) {
                self.publishing
                    .push(publish(Arc::clone(&self.bus), row).boxed());
                started = true;
            }
        }
        match (started, nothing_left) {
            (true, _) => Look::Started,
            (false, true) => Look::Empty,
            (false, false) => Look::Waiting,
        }
    }

    /// Takes answers until all are in or the round is over, so that they are marked together and
    /// none waits for the slowest.
    async fn collect(&mut self) {
        let end = Instant::now() + ROUND;
        while let Ok(Some(published)) = tokio::time::timeout_at(end, self.publishing.next()).await {
            self.note(published);
        }
    }

    fn note(&mut self, published: Published) {
        let id = published.id;
        match &published.outcome {
            Ok(()) => {
                published.tell();
                self.spans.tell(|| published.span());
                self.failing.remove(&id);
                self.confirmed.push(id);
                self.bus_pauses.reset();
                return;
            }
            Err(PublishError::Unavailable(error)) => {
                if Instant::now() >= self.bus_again_at {
                    warn!(%error, "events wait for the bus");
                }
                self.pause_bus();
            }
            Err(_) => {
                published.tell();
                let failing = self.failing.entry(id).or_insert_with(|| Failing {
                    again_at: Instant::now(),
                    pauses: Pauses::new(FIRST_PAUSE, LONGEST_PAUSE),
                });
                failing.again_at = Instant::now() + failing.pauses.longer();
                if self.failing.len() > MOST_FAILING {
                    self.pause_bus();
                }
            }
        }
        self.under_way.remove(&id);
    }

    /// Once for all that failed together.
    fn pause_bus(&mut self) {
        let now = Instant::now();
        if now >= self.bus_again_at {
            self.bus_again_at = now + self.bus_pauses.longer();
        }
    }

    /// Marks all that is confirmed in one call. What cannot be marked is not published again, only
    /// marked again.
    async fn mark(&mut self) {
        if self.confirmed.is_empty() {
            return;
        }
        pass(Point::Confirmed);
        match self.outbox.sent(self.confirmed.clone()).await {
            Ok(()) => {
                for id in self.confirmed.drain(..) {
                    self.under_way.remove(&id);
                }
            }
            Err(error) => {
                warn!(%error, "sent events cannot be marked");
                self.pause_bus();
            }
        }
    }

    fn pause(&self) -> Duration {
        let rows = self.failing.values().map(|row| row.again_at);
        let tick = Instant::now() + TICK;
        let next = rows.fold(tick, Instant::min).max(self.bus_again_at);
        next.saturating_duration_since(Instant::now())
    }
}

async fn publish(bus: Arc<dyn Bus>, row: OutboxRow) -> Published {
    let began = Instant::now();
    let head = events::head(&row.body);
    let event = OutgoingEvent {
        event_id: row.event_id,
        routing_key: row.routing_key,
        traceparent: head.as_ref().and_then(|head| head.traceparent),
        body: row.body,
    };
    pass(Point::BeforePublish);
    let outcome = bus.publish(&event).await;
    Published {
        began,
        id: row.id,
        event,
        head,
        outcome,
    }
}
