//! The shop: publishes orders for as long as it takes until the broker has each, which is why some come
//! twice; corrects some, cancels some, and now and then sends what is no order.

use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use serde_json::json;
use tokio::time::timeout;

use super::orders::{CANCELLED, PAID, With, cancellation, order};

/// Longest for one word with the broker.
const PATIENCE: Duration = Duration::from_secs(4);

/// What it published.
#[derive(Debug, Default)]
pub struct Books {
    pub orders: Vec<String>,
    pub duplicates: usize,
    pub cancelled: usize,
    pub corrected: usize,
    pub malformed: usize,
}

/// A publisher that never gives up.
pub struct Shop {
    urls: Vec<String>,
    exchange: String,
    line: Option<(Connection, Channel)>,
    random: fastrand::Rng,
    pub books: Books,
}

impl Shop {
    pub fn new(urls: &[String], exchange: &str, seed: u64) -> Self {
        Self {
            urls: urls.to_vec(),
            exchange: exchange.to_owned(),
            line: None,
            random: fastrand::Rng::with_seed(seed),
            books: Books::default(),
        }
    }

    /// The next order, and what else comes with it.
    pub async fn sell(&mut self) {
        let id = format!("DAY-{:05}", self.books.orders.len());
        let paid = order(&id);
        self.publish(PAID, paid.to_string().into_bytes()).await;
        match self.random.u8(..100) {
            0..5 => {
                self.publish(PAID, paid.to_string().into_bytes()).await;
                self.books.duplicates += 1;
            }
            5..8 => {
                self.publish(CANCELLED, cancellation(&id).to_string().into_bytes())
                    .await;
                self.books.cancelled += 1;
            }
            8..10 => {
                let corrected = paid
                    .with("/revision", json!(2))
                    .with("/parcels/0/weight_g", json!(900));
                self.publish(PAID, corrected.to_string().into_bytes()).await;
                self.books.corrected += 1;
            }
            10..12 => {
                self.publish(
                    PAID,
                    format!("{{\"order_id\": {}", self.books.malformed).into_bytes(),
                )
                .await;
                self.books.malformed += 1;
            }
            _ => {}
        }
        self.books.orders.push(id);
    }

    async fn publish(&mut self, key: &str, body: Vec<u8>) {
        while self.try_to_publish(key, &body).await.is_none() {
            self.line = None;
            self.urls.rotate_left(1);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn try_to_publish(&mut self, key: &str, body: &[u8]) -> Option<()> {
        if self.line.is_none() {
            self.line = Some(timeout(PATIENCE, connect(&self.urls[0])).await.ok()??);
        }
        let (_, channel) = self.line.as_ref()?;
        let properties = BasicProperties::default().with_delivery_mode(2);
        let publishing = channel.basic_publish(
            self.exchange.as_str().into(),
            key.into(),
            BasicPublishOptions::default(),
            body,
            properties,
        );
        let confirm = timeout(PATIENCE, publishing).await.ok()?.ok()?;
        match timeout(PATIENCE, confirm).await.ok()?.ok()? {
            Confirmation::Ack(None) => Some(()),
            _ => None,
        }
    }
}

async fn connect(url: &str) -> Option<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default())
        .await
        .ok()?;
    let channel = connection.create_channel().await.ok()?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await
        .ok()?;
    Some((connection, channel))
}
