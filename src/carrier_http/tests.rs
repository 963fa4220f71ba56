//! What carrier_http does over real connections on loopback; faults below HTTP by a raw listener.

mod faults;
mod keep_alive;
mod lines;
mod tls;
mod tokens;

use std::time::Duration;

use carrier_sdk::{Auth, Body, Effect, Method, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Access, CarrierHttp, Deadline, NotSent, Permit, Sent};

/// Stands in the query, in secrets and in bodies: no outcome may show it.
const SECRET: &str = "tres-secret";

fn booking(path: &str) -> Request {
    Request {
        effect: Effect::Books,
        method: Method::Post,
        path: path.into(),
        query: vec![("key", SECRET.into())],
        headers: Vec::new(),
        auth: Auth::None,
        body: Body::text("text/plain", SECRET.into()),
    }
}

/// An account named `a` with short time-outs.
fn access(base_url: &str) -> Access {
    Access {
        timeout: Duration::from_millis(1500),
        read_timeout: Duration::from_millis(400),
        max_answer_bytes: 100_000,
        ..Access::new("a", base_url)
    }
}

fn carriers(access: Access) -> CarrierHttp {
    CarrierHttp::new(vec![access]).expect("a client")
}

/// A permit without authentication for the account `a`.
async fn permit(carriers: &CarrierHttp, effect: Effect) -> Result<Permit, NotSent> {
    carriers.permit("a", &Auth::None, effect).await
}

async fn send(carriers: &CarrierHttp, request: &Request) -> Sent {
    let permit = carriers
        .permit("a", &request.auth, request.effect)
        .await
        .expect("a permit");
    carriers.send(permit, "a", request, lease()).await
}

fn lease() -> Deadline {
    Deadline::after(Duration::from_secs(120))
}

/// A listener on loopback and its base URL.
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, format!("http://{address}"))
}

/// Reads one request with its body; its first line, or none when the peer is gone.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("text");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().expect("a number"));
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    head.lines().next().map(str::to_owned)
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

async fn answer(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).await.expect("written");
}
