//! The server that carries the stubs of all carriers, with a few endpoints to steer it:
//! `GET /__stub/bookings` (every [`super::StubBooking`]), `POST /__stub/faults` (a [`FaultRule`]),
//! `DELETE /__stub/faults`, `POST /__stub/pick-ups` (`{"reference": "..."}`).

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::Stub;
use super::answer::{Answer, Reply};
use super::asked::Asked;
use super::bench::Bench;
use super::faults::FaultRule;

/// A running stub server; it stops when dropped.
///
/// wiremock keeps every request that a mock matched, even with its recording off: some 5 kB each.
/// A run of millions of requests needs a fresh server now and then; the bench survives that.
pub struct StubServer {
    server: MockServer,
    bench: Bench,
}

impl StubServer {
    /// Serves these stubs, and the control endpoints, on `address` or on a free port of loopback.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(
        bench: Bench,
        address: Option<SocketAddr>,
        stubs: Vec<Stub>,
    ) -> io::Result<Self> {
        let address = address.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        let server = MockServer::builder()
            .listener(TcpListener::bind(address)?)
            .disable_request_recording()
            .start()
            .await;
        let carriers = bench.clone();
        let carriers = Mock::given(any())
            .respond_with(move |request: &Request| respond(&carriers, &stubs, request));
        for mock in control(&bench).into_iter().chain([carriers]) {
            server.register(mock).await;
        }
        Ok(Self { server, bench })
    }

    /// `http://127.0.0.1:4372`, without a slash at the end.
    #[must_use]
    pub fn uri(&self) -> String {
        self.server.uri()
    }

    /// Where it listens; for a [`super::Proxy`] in front of it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        *self.server.address()
    }

    /// Its ledger and its faults.
    #[must_use]
    pub fn bench(&self) -> &Bench {
        &self.bench
    }
}

/// The reply of the first carrier that knows the path.
fn respond(bench: &Bench, stubs: &[Stub], request: &Request) -> ResponseTemplate {
    let asked = asked(request);
    let reply = stubs.iter().find_map(|stub| stub(bench, &asked));
    template(reply.unwrap_or_else(|| {
        let nobody = serde_json::json!({"error": "no stub has this path"});
        Answer::json(404, &nobody).into()
    }))
}

fn asked(request: &Request) -> Asked {
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Asked {
        method: request.method.to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query_pairs().into_owned().collect(),
        headers: headers.collect(),
        body: request.body.clone(),
    }
}

fn template(reply: Reply) -> ResponseTemplate {
    let Answer {
        status,
        content_type,
        body,
    } = reply.answer;
    // wiremock panics on a status that HTTP does not have
    let status = if (100..=999).contains(&status) {
        status
    } else {
        500
    };
    let mut template = ResponseTemplate::new(status).set_body_raw(body, content_type);
    for (name, value) in &reply.headers {
        template = template.insert_header(*name, value.as_str());
    }
    // a delay of nothing would still cost a turn of the timer: up to a millisecond
    if reply.delay.is_zero() {
        template
    } else {
        template.set_delay(reply.delay)
    }
}

#[derive(Deserialize)]
struct PickUp {
    reference: String,
}

fn control(bench: &Bench) -> [Mock; 4] {
    let ledger = bench.ledger.clone();
    let bookings = Mock::given(method("GET"))
        .and(path("/__stub/bookings"))
        .respond_with(move |_: &Request| {
            ResponseTemplate::new(200).set_body_json(ledger.bookings())
        });
    let ledger = bench.ledger.clone();
    let pick_ups = Mock::given(method("POST"))
        .and(path("/__stub/pick-ups"))
        .respond_with(move |request: &Request| {
            obeyed(request, |wanted: PickUp| ledger.pick_up(&wanted.reference))
        });
    let faults = bench.faults.clone();
    let add = Mock::given(method("POST"))
        .and(path("/__stub/faults"))
        .respond_with(move |request: &Request| obeyed(request, |rule: FaultRule| faults.add(rule)));
    let faults = bench.faults.clone();
    let clear = Mock::given(method("DELETE"))
        .and(path("/__stub/faults"))
        .respond_with(move |_: &Request| {
            faults.clear();
            ResponseTemplate::new(204)
        });
    [bookings, pick_ups, add, clear]
}

fn obeyed<T: DeserializeOwned>(request: &Request, obey: impl FnOnce(T)) -> ResponseTemplate {
    match request.body_json::<T>() {
        Ok(wanted) => {
            obey(wanted);
            ResponseTemplate::new(204)
        }
        Err(error) => ResponseTemplate::new(400).set_body_string(error.to_string()),
    }
}
