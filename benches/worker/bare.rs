//! What the worker is measured against: consume, book, publish with confirm, acknowledge. Nothing is
//! durable and nothing is tried again; an order that fails ends the loop.

use std::sync::Arc;

use anyhow::{Context, ensure};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;

use crate::options::Bare;

#[derive(Deserialize)]
struct Order {
    shop: String,
    order_id: String,
    recipient: Recipient,
    parcels: Vec<Parcel>,
}

#[derive(Serialize, Deserialize)]
struct Recipient {
    name: String,
    street: Vec<String>,
    postal_code: String,
    city: String,
    country: String,
    email: String,
    phone: String,
}

#[derive(Serialize, Deserialize)]
struct Parcel {
    weight_g: u32,
    length_mm: u32,
    width_mm: u32,
    height_mm: u32,
}

#[derive(Serialize)]
struct Request<'a> {
    reference: &'a str,
    recipient: &'a Recipient,
    parcels: &'a [Parcel],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    shipment_tracking_number: String,
    documents: Vec<Document>,
}

#[derive(Deserialize)]
struct Document {
    content: String,
}

struct Loop {
    http: Client,
    url: String,
    events: Channel,
    exchange: String,
}

/// As simple as can be; `carrier_http` is what the worker has.
pub fn client() -> reqwest::Result<Client> {
    Client::builder().http1_only().build()
}

/// Runs until it is killed.
pub async fn run(bare: &Bare) -> anyhow::Result<()> {
    let connect = || Connection::connect(&bare.amqp, ConnectionProperties::default());
    let (consuming, publishing) = (connect().await?, connect().await?);
    let orders = consuming.create_channel().await?;
    let events = publishing.create_channel().await?;
    events
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    orders
        .basic_qos(bare.in_flight, BasicQosOptions::default())
        .await?;
    let looped = Arc::new(Loop {
        http: client()?,
        url: format!("{}/mydhlapi/shipments", bare.carrier),
        events,
        exchange: bare.exchange.clone(),
    });
    let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
    let consume = orders.basic_consume(
        bare.queue.as_str().into(),
        "bare".into(),
        options,
        arguments,
    );
    let mut deliveries = consume.await?;
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            delivery = deliveries.next() => {
                let delivery = delivery.context("the queue is gone")??;
                tasks.spawn(Arc::clone(&looped).dispatch(delivery));
            }
            Some(done) = tasks.join_next() => done??,
        }
    }
}

impl Loop {
    async fn dispatch(self: Arc<Self>, delivery: Delivery) -> anyhow::Result<()> {
        let order: Order = serde_json::from_slice(&delivery.data)?;
        let request = serde_json::to_vec(&Request {
            reference: &order.order_id,
            recipient: &order.recipient,
            parcels: &order.parcels,
        })?;
        let post = self
            .http
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json");
        let answer = post.body(request).send().await?.error_for_status()?;
        let answer: Answer = serde_json::from_slice(&answer.bytes().await?)?;
        self.tell(&order, &answer).await?;
        delivery.acker.ack(BasicAckOptions::default()).await?;
        Ok(())
    }

    async fn tell(&self, order: &Order, answer: &Answer) -> anyhow::Result<()> {
        let event = json!({
            "specversion": "1.0", "type": "shipment.booked.v1", "source": "bare",
            "data": {
                "shop": order.shop, "order_id": order.order_id,
                "tracking_number": answer.shipment_tracking_number,
                "labels": answer.documents.iter().map(|one| one.content.len()).collect::<Vec<_>>(),
            },
        });
        let event = event.to_string();
        let confirm = self.events.basic_publish(
            self.exchange.as_str().into(),
            "shipment.booked".into(),
            BasicPublishOptions::default(),
            event.as_bytes(),
            BasicProperties::default().with_delivery_mode(2),
        );
        let confirmed = confirm.await?.await?;
        ensure!(
            matches!(confirmed, Confirmation::Ack(None)),
            "an event was not taken"
        );
        Ok(())
    }
}
