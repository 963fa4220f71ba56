//! The bus as files, for `dispatch FILE`: orders are lines of NDJSON, events are appended to another.
//!
//! Nothing here remembers what was read: run again it reads all of it again, and the ledger drops
//! what it knows. Events are written once: the events file itself says which it has. Lines that
//! cannot be understood go to a dead file, with the reason.

mod events;
mod lines;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use self::events::Events;
use self::lines::{Lines, duplicate};
use super::{Bus, BusError, Delivery, Handler, OutgoingEvent, Pauses, PublishError, Verdict};

const BATCH: usize = 64;

/// Orders from a file or stdin, events to a file or stdout.
pub struct FileBus {
    orders: Option<PathBuf>,
    events: Mutex<Events>,
    dead: Mutex<Lines>,
}

/// One line of the dead file.
#[derive(Serialize)]
struct DeadLine<'a> {
    line: u64,
    reason: &'a str,
    path: Option<&'a str>,
    body: std::borrow::Cow<'a, str>,
}

/// As much of a line as tells a bare cancellation from an order and from a CloudEvents envelope.
#[derive(Deserialize)]
struct Peek {
    specversion: Option<String>,
    r#type: Option<String>,
}

impl FileBus {
    /// `orders`: `-` is stdin. `events`: none is stdout. `dead` is made when the first line goes there.
    pub fn new(orders: PathBuf, events: Option<PathBuf>, dead: PathBuf) -> Self {
        Self {
            orders: (orders.as_os_str() != "-").then_some(orders),
            events: Mutex::new(Events::new(events)),
            dead: Mutex::new(Lines::file(dead)),
        }
    }

    async fn run(
        &self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<(), BusError> {
        let mut input = self.open().await?;
        let mut number = 0;
        loop {
            let reading = next_batch(&mut input, &mut number);
            let Some(batch) = stop.run_until_cancelled(reading).await else {
                return Ok(());
            };
            let batch = batch.map_err(|error| self.unreadable(&error))?;
            if batch.is_empty() {
                return Ok(());
            }
            if !self.settle(batch, handler.as_ref(), &stop).await? {
                return Ok(());
            }
        }
    }

    async fn open(&self) -> Result<BufReader<File>, BusError> {
        let opened = match &self.orders {
            Some(path) => File::open(path).await,
            None => duplicate(&std::io::stdin()),
        };
        opened
            .map(BufReader::new)
            .map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &std::io::Error) -> BusError {
        let name = self.orders.as_ref().map_or_else(
            || "standard input".to_owned(),
            |path| path.display().to_string(),
        );
        BusError::File(format!("orders cannot be read from {name}: {error}"))
    }

    /// Hands a batch over until none of it must wait; false when stopped meanwhile.
    async fn settle(
        &self,
        mut batch: Vec<(u64, Bytes)>,
        handler: &dyn Handler,
        stop: &CancellationToken,
    ) -> Result<bool, BusError> {
        let mut pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(5));
        loop {
            let deliveries = batch.iter().map(|(_, body)| delivery(body)).collect();
            let verdicts = handler.handle(deliveries).await;
            let mut verdicts = verdicts.into_iter();
            let mut waiting = Vec::new();
            for (line, body) in batch {
                match verdicts.next() {
                    Some(Verdict::Durable) => {}
                    Some(Verdict::Dead { reason, path }) => {
                        self.bury(line, &reason, path.as_deref(), &body).await?;
                    }
                    Some(Verdict::Later) | None => waiting.push((line, body)),
                }
            }
            if waiting.is_empty() {
                return Ok(true);
            }
            let pausing = wait(&mut pauses, handler);
            if stop.run_until_cancelled(pausing).await.is_none() {
                return Ok(false);
            }
            batch = waiting;
        }
    }

    async fn bury(
        &self,
        line: u64,
        reason: &str,
        path: Option<&str>,
        body: &[u8],
    ) -> Result<(), BusError> {
        let dead = DeadLine {
            line,
            reason,
            path,
            body: String::from_utf8_lossy(body),
        };
        let rendered = serde_json::to_vec(&dead)
            .map_err(|error| BusError::File(format!("line {line} cannot be kept: {error}")))?;
        let written = self.dead.lock().await.append(&rendered).await;
        written.map_err(BusError::File)
    }
}

impl Bus for FileBus {
    fn consume<'a>(
        &'a self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        self.run(handler, stop).boxed()
    }

    fn publish<'a>(&'a self, event: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>> {
        async move {
            let mut events = self.events.lock().await;
            let written = events.append(event).await;
            written.map_err(PublishError::Unavailable)
        }
        .boxed()
    }
}

async fn wait(pauses: &mut Pauses, handler: &dyn Handler) {
    loop {
        tokio::time::sleep(pauses.longer()).await;
        if handler.ready().await {
            return;
        }
    }
}

/// Up to a batch of lines with their numbers, from 1; blank ones are skipped. Empty at the end.
async fn next_batch(
    input: &mut (impl AsyncBufRead + Unpin),
    number: &mut u64,
) -> std::io::Result<Vec<(u64, Bytes)>> {
    let mut batch = Vec::new();
    while batch.len() < BATCH {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line).await? == 0 {
            break;
        }
        *number += 1;
        let line = line.trim_ascii();
        if !line.is_empty() {
            batch.push((*number, Bytes::copy_from_slice(line)));
        }
    }
    Ok(batch)
}

/// A line of an orders file as a delivery: `order.paid` unless it says otherwise of itself.
///
/// A line that is no JSON has no type either: intake says what is wrong with it.
pub fn delivery(body: &Bytes) -> Delivery {
    let own_type = serde_json::from_slice::<Peek>(body)
        .ok()
        .filter(|peek| peek.specversion.is_none())
        .and_then(|peek| peek.r#type);
    Delivery {
        body: body.clone(),
        amqp_type: own_type,
        routing_key: "order.paid".to_owned(),
        traceparent: None,
    }
}
