//! A made-up carrier on a stub server, asked over real HTTP: what each fault does to the answer and to
//! the ledger, and the control endpoints.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// A carrier with one endpoint, `POST /book`, whose body is our reference.
async fn start() -> StubServer {
    StubServer::start(Bench::in_memory(), None, vec![example])
        .await
        .expect("started")
}

fn example(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let reference = String::from_utf8_lossy(&asked.body).into_owned();
    let fault = bench.faults.draw("example", "book", Some(&reference));
    let accept = |label| accepted(bench, &reference, label);
    asked
        .is("POST", "/book")
        .then(|| answer::reply(bench, fault, accept, &refused))
}

fn accepted(bench: &Bench, reference: &str, label: LabelKind) -> Answer {
    let new = NewBooking {
        carrier: "example",
        account: "1",
        reference,
        product: "N",
        parcels: 1,
    };
    let booking = bench.ledger.accept(new, |serial| format!("EX{serial:04}"));
    Answer::json(
        201,
        &json!({"number": booking.tracking_number, "label": format!("{label:?}")}),
    )
}

fn refused(refused: Refused<'_>) -> Answer {
    let status = match refused {
        Refused::Busy => 429,
        Refused::Unauthorized => 401,
        Refused::Rejected { .. } => 422,
        Refused::Broken => 500,
        Refused::Down => 503,
    };
    Answer::json(status, &json!({"error": format!("{refused:?}")}))
}

async fn ask(server: &StubServer, what: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("connected");
    let request = format!(
        "{what} HTTP/1.1\r\nhost: stub\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    answer
}

fn add(server: &StubServer, fault: StubFault) {
    server.bench().faults.add(FaultRule::once(fault));
}

/// Books once under a fault and tells the head and the body of the answer, and whether the
/// carrier booked.
async fn under(server: &StubServer, fault: StubFault) -> (String, Vec<u8>, bool) {
    let before = server.bench().ledger.bookings().len();
    add(server, fault);
    let answer = ask(server, "POST /book", "A").await;
    let cut = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = answer.split_at(cut.expect("a head") + 4);
    let booked = server.bench().ledger.bookings().len() > before;
    (
        String::from_utf8(head.to_vec()).expect("text"),
        body.to_vec(),
        booked,
    )
}

#[tokio::test]
async fn what_refuses_does_not_book() {
    let server = start().await;
    for (fault, status) in [
        (StubFault::Down, "503"),
        (StubFault::Broken, "500"),
        (StubFault::Unauthorized, "401"),
        (
            StubFault::Busy {
                retry_after_s: Some(7),
            },
            "429",
        ),
    ] {
        let (head, _, booked) = under(&server, fault).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        assert_eq!(head.contains("retry-after: 7"), status == "429");
        assert!(!booked);
    }
    let rejected = StubFault::Rejected {
        code: "1001".into(),
        message: "no such city".into(),
    };
    let (head, body, booked) = under(&server, rejected).await;
    assert!(head.starts_with("HTTP/1.1 422") && !booked);
    assert!(String::from_utf8_lossy(&body).contains("no such city"));
}

#[tokio::test]
async fn what_spoils_the_answer_has_booked() {
    let server = start().await;
    for (fault, head_has, size) in [
        (StubFault::None, "201", 34),
        (StubFault::AcceptThenBroken, "500", 18),
        (StubFault::AcceptThenTruncate, "201", 17),
        (StubFault::AcceptThenEmpty, "201", 0),
        (StubFault::AcceptThenHtml, "text/html", 106),
        (StubFault::AcceptThenRedirect, "location: ?redirected", 34),
        (StubFault::NoLabel, "201", 37),
        (StubFault::BrokenLabel, "201", 36),
        (StubFault::Deep, "201", 80_000),
        (StubFault::Huge { mib: 1 }, "201", 1_048_576 + 34),
    ] {
        let (head, body, booked) = under(&server, fault.clone()).await;
        assert!(booked, "{fault:?}");
        assert!(head.contains(head_has), "{fault:?}: {head}");
        assert_eq!(body.len(), size, "{fault:?}");
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire_and_large_unpacked() {
    let server = start().await;
    let (head, body, booked) = under(&server, StubFault::GzipBomb { mib: 4 }).await;
    assert!(booked && head.contains("content-encoding: gzip"));
    assert!(body.len() < 40_000);
    let mut unpacked = flate2::read::GzDecoder::new(body.as_slice());
    let size = io::copy(&mut unpacked, &mut io::sink()).expect("gzip");
    assert_eq!(size, 4 * 1_048_576 + 34);
}

#[tokio::test]
async fn a_hanging_answer_has_booked_before_it_comes() {
    let server = start().await;
    add(&server, StubFault::AcceptThenHang { ms: 600_000 });
    let answered = AtomicUsize::new(0);
    let asking = async {
        ask(&server, "POST /book", "A").await;
        answered.fetch_add(1, Ordering::SeqCst);
    };
    let watching = async {
        while server.bench().ledger.bookings().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = asking => panic!("answered at once"),
        () = watching => assert_eq!(answered.load(Ordering::SeqCst), 0),
    }
}

#[tokio::test]
async fn faults_and_the_ledger_are_at_hand_over_http() {
    let server = start().await;
    let rule = r#"{"operation":"book","times":1,"fault":{"kind":"accept_then_empty"}}"#;
    ask(&server, "POST /__stub/faults", rule).await;
    let spoilt = ask(&server, "POST /book", "A").await;
    assert!(spoilt.ends_with(b"\r\n\r\n"));
    ask(&server, "POST /__stub/faults", rule).await;
    ask(&server, "DELETE /__stub/faults", "").await;
    let good = ask(&server, "POST /book", "B").await;
    assert!(good.ends_with(b"}"));
    ask(&server, "POST /__stub/pick-ups", r#"{"reference":"B"}"#).await;

    let listed = ask(&server, "GET /__stub/bookings", "").await;
    let start = listed.iter().position(|byte| *byte == b'[').expect("array");
    let listed: Vec<StubBooking> = serde_json::from_slice(&listed[start..]).expect("bookings");
    let seen: Vec<_> = listed
        .iter()
        .map(|booking| (booking.reference.as_str(), booking.picked_up))
        .collect();
    assert_eq!(seen, [("A", false), ("B", true)]);
}

#[tokio::test]
async fn a_fault_that_cannot_be_read_is_refused() {
    let server = start().await;
    let answer = ask(
        &server,
        "POST /__stub/faults",
        r#"{"fault":{"kind":"fire"}}"#,
    )
    .await;
    assert!(answer.starts_with(b"HTTP/1.1 400"));
}
