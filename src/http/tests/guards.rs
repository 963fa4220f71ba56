//! What keeps one request from harming anything else: limits, panics, the stop.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Counter, get as ask};
use crate::http::{LONGEST_GOODBYE, guarded};

/// A server of these routes, behind the guards.
async fn behind_guards(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, guarded(router)).into_future());
    format!("http://{address}")
}

#[tokio::test]
async fn a_panic_ends_its_request_and_tells_nothing() {
    async fn broken() -> &'static str {
        panic!("Zoé Lefèvre")
    }
    let base = behind_guards(Router::new().route("/", get(broken))).await;
    for _ in 0..2 {
        let answer = ask(&base, None).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.text().contains("Lefèvre"), "{}", answer.text());
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up() {
    let never = get(async || std::future::pending::<()>().await);
    let base = behind_guards(Router::new().route("/", never)).await;
    assert_eq!(ask(&base, None).await.status, 503);
}

#[tokio::test]
async fn a_large_body_is_turned_away() {
    let counter = Counter::open().await;
    let address = counter.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let head = "GET /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).await.expect("an answer");
    assert_eq!(&begin, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_stop_takes_no_new_connection() {
    let counter = Counter::open().await;
    assert_eq!(counter.get("/healthz").await.status, 200);
    let address = counter.base.trim_start_matches("http://").to_owned();
    counter.server.stop().await;
    TcpStream::connect(address)
        .await
        .expect_err("nobody listens");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_holds_its_connection_does_not_hold_up_the_stop() {
    let counter = Counter::open().await;
    let address = counter.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(b"GET /hea").await.expect("sent");
    let limit = LONGEST_GOODBYE + Duration::from_secs(1);
    let stopped = tokio::time::timeout(limit, counter.server.stop()).await;
    stopped.expect("in time");
}
