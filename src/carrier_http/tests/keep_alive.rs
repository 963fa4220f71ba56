//! A kept connection that the carrier closes under our hands: never sent twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::*;
use crate::carrier_http::Lost;

/// How often each request arrived, by its first line.
type Arrived = Arc<Mutex<BTreeMap<String, usize>>>;

/// Serves every connection: `answers` requests are answered, the next one is read and left.
fn serve(listener: TcpListener, answers: usize) -> Arrived {
    let arrived = Arrived::default();
    let seen = Arc::clone(&arrived);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a call");
            tokio::spawn(serve_connection(stream, answers, Arc::clone(&seen)));
        }
    });
    arrived
}

async fn serve_connection(mut stream: TcpStream, answers: usize, seen: Arrived) {
    for _ in 0..answers {
        let Some(line) = read_request(&mut stream).await else {
            return;
        };
        *seen.lock().expect("seen").entry(line).or_default() += 1;
        answer(&mut stream, OK).await;
    }
    // closed without `Connection: close`, with or without another request read from it
    if answers > 1
        && let Some(line) = read_request(&mut stream).await
    {
        *seen.lock().expect("seen").entry(line).or_default() += 1;
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_after_the_request_leaves_it_in_doubt_and_sends_it_once() {
    let (listener, base_url) = listen().await;
    let arrived = serve(listener, 2);
    let carriers = carriers(access(&base_url));
    for path in ["/1", "/2"] {
        let sent = send(&carriers, &booking(path)).await;
        assert!(matches!(sent, Sent::Answered(_)), "{sent:?}");
    }
    let sent = send(&carriers, &booking("/3")).await;
    assert!(matches!(sent, Sent::InDoubt(Lost::NoAnswer)), "{sent:?}");
    let arrived = arrived.lock().expect("seen");
    assert_eq!(arrived.values().copied().collect::<Vec<_>>(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_closed_in_the_very_moment_never_doubles_a_request() {
    let (listener, base_url) = listen().await;
    let arrived = serve(listener, 1);
    let carriers = carriers(access(&base_url));
    for number in 0..300 {
        let path = format!("/{number}");
        let sent = send(&carriers, &booking(&path)).await;
        let line = format!("POST {path}?key={SECRET} HTTP/1.1");
        let times = arrived
            .lock()
            .expect("seen")
            .get(&line)
            .copied()
            .unwrap_or(0);
        match sent {
            Sent::Answered(_) => assert_eq!(times, 1, "{line}"),
            Sent::NotSent(_) => assert_eq!(times, 0, "{line}"),
            Sent::InDoubt(_) => assert!(times <= 1, "{line}"),
        }
    }
    let doubled = arrived
        .lock()
        .expect("seen")
        .values()
        .filter(|times| **times > 1)
        .count();
    assert_eq!(doubled, 0);
}
