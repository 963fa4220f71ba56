//! A kept connection that the carrier closes under our hands: never sent twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::*;
use crate::carrier_http::Lost;

/// How often each request arrived, by its first line.
type Arrived = Arc<Mutex<BTreeMap<String, usize>>>;

/// How a connection ends after its last answer, without a `Connection: close`.
#[derive(Clone, Copy)]
enum Ending {
    /// About when the next request is written.
    AtAnyMoment,
    /// When the next request has been read.
    AfterReading,
    /// When the next request begins to come: unread, so with a reset.
    WithoutReading,
}

/// Serves every connection: this many requests are answered, then it ends.
fn serve(listener: TcpListener, answers: usize, ending: Ending) -> Arrived {
    let arrived = Arrived::default();
    let seen = Arc::clone(&arrived);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a call");
            tokio::spawn(serve_connection(stream, answers, ending, Arc::clone(&seen)));
        }
    });
    arrived
}

async fn serve_connection(mut stream: TcpStream, answers: usize, ending: Ending, seen: Arrived) {
    let note = |line| *seen.lock().expect("seen").entry(line).or_default() += 1;
    for _ in 0..answers {
        let Some(line) = read_request(&mut stream).await else {
            return;
        };
        note(line);
        answer(&mut stream, OK).await;
    }
    match ending {
        Ending::AtAnyMoment => {
            for _ in 0..fastrand::usize(..40) {
                tokio::task::yield_now().await;
            }
        }
        Ending::AfterReading => {
            if let Some(line) = read_request(&mut stream).await {
                note(line);
            }
        }
        Ending::WithoutReading => {
            stream.peek(&mut [0]).await.expect("a byte");
        }
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_after_the_request_leaves_it_in_doubt_and_sends_it_once() {
    // the second request is begun on the kept connection, and must not be sent on another one
    for (ending, arrivals) in [(Ending::AfterReading, 2), (Ending::WithoutReading, 1)] {
        let (listener, base_url) = listen().await;
        let arrived = serve(listener, 1, ending);
        let carriers = carriers(access(&base_url));
        let sent = send(&carriers, &booking("/1")).await;
        assert!(matches!(sent, Sent::Answered(_)), "{sent:?}");
        let sent = send(&carriers, &booking("/2")).await;
        assert!(matches!(sent, Sent::InDoubt(Lost::NoAnswer)), "{sent:?}");
        let arrived = arrived.lock().expect("seen");
        assert_eq!(arrived.values().sum::<usize>(), arrivals);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_closed_in_the_very_moment_never_doubles_a_request() {
    let (listener, base_url) = listen().await;
    let arrived = serve(listener, 1, Ending::AtAnyMoment);
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
            Sent::Answered(_) | Sent::TokenEnded(_) => assert_eq!(times, 1, "{line}"),
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
