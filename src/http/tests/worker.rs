//! The server as the worker runs it: from an order to the label its event links to.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{TOKEN, get};
use crate::bus::{Bus, BusError, Delivery, Handler, OutgoingEvent, PublishError};
use crate::demo::stage::Stage;
use crate::telemetry::Spans;
use crate::worker::{self, Gateway, Until};

/// A bus with one order on it that hands out the events it is given.
struct OneOrder {
    events: mpsc::UnboundedSender<Value>,
}

impl Bus for OneOrder {
    fn consume<'a>(
        &'a self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        let order = json!({
            "order_id": "FR-1", "service": "express", "ship_from": "lille",
            "recipient": {"name": "Ana Silva", "street": ["1 rue Neuve"], "postal_code": "75002",
                "city": "Paris", "country": "FR", "phone": "+33612345678"},
            "parcels": [{"weight_g": 500}],
        });
        Box::pin(async move {
            let delivery = Delivery {
                body: Bytes::from(order.to_string()),
                routing_key: "order.paid".into(),
                amqp_type: None,
                traceparent: None,
            };
            handler.handle(vec![delivery]).await;
            stop.cancelled().await;
            Ok(())
        })
    }

    fn publish<'a>(&'a self, event: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>> {
        let event = serde_json::from_slice(&event.body).expect("JSON");
        self.events.send(event).expect("somebody listens");
        Box::pin(std::future::ready(Ok(())))
    }
}

async fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").to_string()
}

async fn booked(events: &mut mpsc::UnboundedReceiver<Value>) -> Value {
    loop {
        let event = events.recv().await.expect("an event");
        if event["type"] == "shipment.booked.v1" {
            return event;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_in_an_event_leads_to_its_label_as_long_as_the_worker_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::build(folder.path(), None).await.expect("a stage");
    let address = free_address().await;
    let mut config = stage.config.clone();
    config.http.listen = Some(address.clone());
    config.http.public_url = Some(format!("http://{address}/"));
    config.http.token = Some(SecretString::from(TOKEN));
    let gateway = Gateway::open(config).await.expect("a gateway");
    let (events, mut told) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let running = tokio::spawn(async move {
        let bus = Arc::new(OneOrder { events });
        worker::run(&gateway, bus, stopped, Until::Stopped, None, &Spans::none()).await
    });
    let event = booked(&mut told).await;
    let label = &event["data"]["parcels"][0]["label"];
    let href = label["href"].as_str().expect("a link");
    assert_eq!(get(href, None).await.status, 401);
    let fetched = get(href, Some(TOKEN)).await;
    assert_eq!(fetched.status, 200);
    assert_eq!(label["bytes"], fetched.body.len());
    assert!(fetched.body.starts_with(b"%PDF-"));
    let figures = get(&format!("http://{address}/metrics"), None).await;
    let attempts = figures.text().lines().filter(|line| {
        line.starts_with("diligence_attempts_total{")
            && line.contains("\"booked\"")
            && line.ends_with(" 1")
    });
    assert_eq!(attempts.count(), 1);
    assert_eq!(
        get(&format!("http://{address}/readyz"), None).await.status,
        200
    );
    stop.cancel();
    running.await.expect("no panic").expect("a good end");
    TcpStream::connect(address)
        .await
        .expect_err("nobody listens");
}
