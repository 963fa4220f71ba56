//! How the demo's messages reach the worker: in process, or through a real broker.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, BusError, Delivery, Handler, OutgoingEvent, PublishError, Verdict};

/// A bus without a broker: orders from a channel, events and dead messages into files.
pub struct Letterbox {
    orders: Mutex<mpsc::Receiver<(&'static str, Vec<u8>)>>,
    events: Mutex<tokio::fs::File>,
    dead: Mutex<tokio::fs::File>,
}

impl Letterbox {
    /// A bus that writes into this folder, and where to post its orders.
    ///
    /// # Errors
    /// When the files cannot be made.
    pub async fn open(
        folder: &Path,
    ) -> std::io::Result<(Self, mpsc::Sender<(&'static str, Vec<u8>)>)> {
        let (post, orders) = mpsc::channel(64);
        let file = |name: &str| tokio::fs::File::create(folder.join(name));
        let letterbox = Self {
            orders: Mutex::new(orders),
            events: Mutex::new(file("events.ndjson").await?),
            dead: Mutex::new(file("dead.ndjson").await?),
        };
        Ok((letterbox, post))
    }

    async fn bury(
        &self,
        delivery: &Bytes,
        reason: &str,
        path: Option<&str>,
    ) -> std::io::Result<()> {
        let line = json!({
            "reason": reason, "path": path, "body": String::from_utf8_lossy(delivery),
        });
        write_line(&self.dead, line.to_string().as_bytes()).await
    }

    async fn take(&self, handler: &Arc<dyn Handler>, batch: Vec<Delivery>) -> std::io::Result<()> {
        let bodies: Vec<Bytes> = batch.iter().map(|delivery| delivery.body.clone()).collect();
        let verdicts = handler.handle(batch).await;
        for (body, verdict) in bodies.iter().zip(verdicts) {
            if let Verdict::Dead { reason, path } = verdict {
                self.bury(body, &reason, path.as_deref()).await?;
            }
        }
        Ok(())
    }
}

async fn write_line(file: &Mutex<tokio::fs::File>, line: &[u8]) -> std::io::Result<()> {
    let mut file = file.lock().await;
    file.write_all(line).await?;
    file.write_all(b"\n").await?;
    file.flush().await
}

impl Bus for Letterbox {
    fn consume<'a>(
        &'a self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        Box::pin(async move {
            let mut orders = self.orders.lock().await;
            let mut batch = Vec::new();
            loop {
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    count = orders.recv_many(&mut batch, 32) => if count == 0 { return Ok(()) },
                }
                let deliveries = batch.drain(..).map(|(key, body)| Delivery {
                    body: Bytes::from(body),
                    amqp_type: None,
                    traceparent: None,
                    routing_key: key.to_owned(),
                });
                self.take(&handler, deliveries.collect())
                    .await
                    .map_err(|problem| {
                        BusError::File(format!("dead.ndjson cannot be written: {problem}"))
                    })?;
            }
        })
    }

    fn publish<'a>(&'a self, event: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>> {
        Box::pin(async move {
            write_line(&self.events, &event.body)
                .await
                .map_err(|problem| PublishError::Unavailable(format!("events.ndjson: {problem}")))
        })
    }
}
