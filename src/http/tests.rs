//! The server over real connections on loopback, in front of a real SQLite ledger.

mod description;
mod figures;
mod guards;
mod health;
mod labels;
#[cfg(feature = "stub")]
mod worker;

use std::sync::{Arc, Mutex};

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Server, Sources, Token};
use crate::accounts::Accounts;
use crate::bus::{Bus, BusError, Handler, OutgoingEvent, PublishError};
use crate::carrier_http::CarrierHttp;
use crate::config::example;
use crate::ledger::conformance::Desk;
use crate::ledger::sqlite::tests::File;
use crate::metrics::Metrics;

const TOKEN: &str = "tres-secret";

/// A bus with a trouble that tests set.
#[derive(Default)]
struct TroubledBus {
    trouble: Mutex<Option<String>>,
}

impl Bus for TroubledBus {
    fn consume<'a>(
        &'a self,
        _: Arc<dyn Handler>,
        _: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        Box::pin(std::future::pending())
    }

    fn publish<'a>(&'a self, _: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.lock().expect("the trouble").clone()
    }
}

/// A server in front of a desk.
struct Counter {
    desk: Desk,
    store: File,
    bus: Arc<TroubledBus>,
    metrics: Arc<Metrics>,
    stopping: CancellationToken,
    server: Server,
    base: String,
}

impl Counter {
    async fn open() -> Self {
        Self::open_as(|_, _| {}).await
    }

    /// With other sources than usual.
    async fn open_as(change: impl FnOnce(&mut Sources, &File)) -> Self {
        let store = File::new();
        let desk = Desk::open(&store).await;
        let bus = Arc::new(TroubledBus::default());
        let accounts = Arc::new(Accounts::new(&example::config()));
        let metrics = Arc::new(Metrics::new(accounts.carriers()));
        let stopping = CancellationToken::new();
        let mut sources = Sources {
            ledger: Arc::clone(&desk.ledger),
            bus: Arc::<TroubledBus>::clone(&bus),
            lines: Arc::new(CarrierHttp::new(accounts.access(8)).expect("lines")),
            accounts,
            metrics: Arc::clone(&metrics),
            token: Token::new(&SecretString::from(TOKEN)),
            stopping: stopping.clone(),
        };
        change(&mut sources, &store);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        Self {
            desk,
            store,
            bus,
            metrics,
            stopping,
            server: Server::start(listener, sources),
            base,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        get(&format!("{}{path}", self.base), None).await
    }

    async fn label(&self, id: &str) -> Answer {
        get(&format!("{}/v1/labels/{id}", self.base), Some(TOKEN)).await
    }
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    fn error(&self) -> String {
        self.json()["error"].as_str().expect("a text").to_owned()
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).expect(name);
        value.to_str().expect("text")
    }
}

async fn get(url: &str, token: Option<&str>) -> Answer {
    let authorization = token.map(|token| format!("Bearer {token}"));
    get_with(url, authorization.as_deref()).await
}

async fn get_with(url: &str, authorization: Option<&str>) -> Answer {
    let client = reqwest::Client::builder().no_proxy().build();
    let mut request = client.expect("a client").get(url);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let answer = request.send().await.expect("an answer");
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: answer.bytes().await.expect("a body").to_vec(),
    }
}
