//! Each way a call can end, and what it proves about the parcel.

use std::io::Write;

use tokio::time::interval;

use super::*;
use crate::carrier_http::{Lost, NotSent, Obstacle};

/// What the other side does after it has read the whole request.
enum Deed {
    /// These bytes, then the connection is closed.
    Write(&'static [u8]),
    /// Nothing, for ever.
    Silence,
    /// A head, then a byte now and then, for ever.
    Drip,
    /// This head, then as much body as is taken.
    Flood(&'static str, Box<dyn Iterator<Item = u8> + Send>),
}

/// Sends one booking to a carrier that does this, and checks that the outcome shows no secret.
async fn outcome_of(deed: Deed) -> Sent {
    let (listener, base_url) = listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a call");
        read_request(&mut stream).await.expect("a request");
        perform(deed, &mut stream).await;
    });
    let sent = send(&carriers(access(&base_url)), &booking("/ship")).await;
    server.abort();
    let shown = match &sent {
        Sent::NotSent(error) => format!("{error} {error:?} {sent:?}"),
        Sent::InDoubt(error) => format!("{error} {error:?} {sent:?}"),
        Sent::Answered(_) | Sent::TokenEnded(_) => format!("{sent:?}"),
    };
    assert!(
        !shown.contains(SECRET) && !shown.contains("127.0.0.1"),
        "{shown}"
    );
    sent
}

async fn perform(deed: Deed, stream: &mut TcpStream) {
    match deed {
        Deed::Write(bytes) => answer(stream, bytes).await,
        Deed::Silence => std::future::pending().await,
        Deed::Drip => {
            answer(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
            let mut clock = interval(Duration::from_millis(100));
            loop {
                clock.tick().await;
                answer(stream, b".").await;
            }
        }
        Deed::Flood(head, mut body) => {
            answer(stream, head.as_bytes()).await;
            loop {
                let piece: Vec<u8> = body.by_ref().take(16_384).collect();
                if piece.is_empty() || stream.write_all(&piece).await.is_err() {
                    return; // all taken, or cut off: what the test waits for
                }
                tokio::task::yield_now().await;
            }
        }
    }
}

fn lost(sent: Sent) -> Lost {
    match sent {
        Sent::InDoubt(lost) => lost,
        other => panic!("not in doubt: {other:?}"),
    }
}

pub(super) fn obstacle(sent: Sent) -> Obstacle {
    match sent {
        Sent::NotSent(NotSent { obstacle, .. }) => obstacle,
        other => panic!("it may have left: {other:?}"),
    }
}

#[tokio::test]
async fn a_refused_connection_proves_that_nothing_was_sent() {
    let (listener, base_url) = listen().await;
    drop(listener);
    let sent = send(&carriers(access(&base_url)), &booking("/ship")).await;
    assert_eq!(obstacle(sent), Obstacle::NoConnection);
}

#[tokio::test]
async fn a_name_that_no_host_can_have_proves_that_nothing_was_sent() {
    // a label of more than 63 letters is refused without asking the network
    let base_url = format!("https://{}.invalid", "a".repeat(64));
    let sent = send(&carriers(access(&base_url)), &booking("/ship")).await;
    assert_eq!(obstacle(sent), Obstacle::NoConnection);
}

#[tokio::test]
async fn a_connection_closed_after_the_request_is_in_doubt() {
    assert_eq!(lost(outcome_of(Deed::Write(b"")).await), Lost::NoAnswer);
}

#[tokio::test]
async fn half_a_head_is_in_doubt() {
    let sent = outcome_of(Deed::Write(b"HTTP/1.1 200 OK\r\ncontent-")).await;
    assert_eq!(lost(sent), Lost::NoAnswer);
}

#[tokio::test]
async fn something_other_than_http_is_in_doubt() {
    let sent = outcome_of(Deed::Write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")).await;
    assert_eq!(lost(sent), Lost::NoAnswer);
}

#[tokio::test]
async fn silence_after_the_request_is_in_doubt() {
    assert_eq!(lost(outcome_of(Deed::Silence).await), Lost::TimedOut);
}

#[tokio::test]
async fn an_answer_that_drips_past_the_whole_time_out_is_in_doubt() {
    assert_eq!(lost(outcome_of(Deed::Drip).await), Lost::TimedOut);
}

#[tokio::test]
async fn the_status_of_an_answer_that_breaks_off_is_not_trusted() {
    for truncated in [
        &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n{\"no\":"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ] {
        assert_eq!(lost(outcome_of(Deed::Write(truncated)).await), Lost::Broken);
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_decompressed_is_in_doubt() {
    let broken = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 8\r\n\r\nnot gzip";
    assert_eq!(lost(outcome_of(Deed::Write(broken)).await), Lost::Broken);
}

#[tokio::test]
async fn a_body_over_the_limit_is_cut_off_declared_streamed_or_unpacked() {
    let endless = || Box::new(std::iter::repeat(b'x'));
    let floods = [
        Deed::Flood(
            "HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n",
            endless(),
        ),
        Deed::Flood("HTTP/1.1 200 OK\r\n\r\n", endless()),
        Deed::Flood(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
            Box::new(gzip_bomb()),
        ),
    ];
    for flood in floods {
        // each would go on for ever: that it ends early is what keeps the memory flat
        assert_eq!(lost(outcome_of(flood).await), Lost::TooLarge(100_000));
    }
}

/// An endless gzip stream of zeros, 160 times smaller than what it unpacks to: one literal, then
/// for ever "the last byte, 258 times" in DEFLATE's fixed code, which comes round every 13 bytes.
fn gzip_bomb() -> impl Iterator<Item = u8> + Send {
    let start = [0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    let repeat = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = start
        .into_iter()
        .chain(repeat.into_iter().cycle().take(13 * 9))
        .collect();
    let to_byte = |bits: &[u8]| (0..8).fold(0, |byte, place| byte | (bits[place] << place));
    let deflated: Vec<u8> = bits.chunks_exact(8).map(to_byte).collect();
    let round: [u8; 13] = deflated[2..15].try_into().expect("13 bytes");
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, deflated[0], deflated[1]];
    head.into_iter().chain(round.into_iter().cycle())
}

#[tokio::test]
async fn an_answer_comes_whole_with_its_status_type_and_wish_to_wait() {
    let sent = outcome_of(Deed::Write(
        b"HTTP/1.1 503 Busy\r\ncontent-type: text/xml\r\nretry-after: 7\r\ncontent-length: 3\r\n\r\nno.",
    ))
    .await;
    let Sent::Answered(answer) = sent else {
        panic!("no answer: {sent:?}")
    };
    assert_eq!((answer.status, answer.text().as_ref()), (503, "no."));
    assert_eq!(answer.content_type.as_deref(), Some("text/xml"));
    assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let sent = outcome_of(Deed::Write(
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    ))
    .await;
    assert!(matches!(sent, Sent::Answered(answer) if answer.status == 302));
}

#[tokio::test]
async fn a_port_without_tls_gets_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base_url = format!("https://{}", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a call");
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .expect("written");
    });
    let sent = send(&carriers(access(&base_url)), &booking("/ship")).await;
    server.join().expect("served");
    assert_eq!(obstacle(sent), Obstacle::Untrusted);
}

#[tokio::test]
async fn a_peer_that_never_finishes_tls_gets_nothing() {
    let (_listener, base_url) = listen().await;
    let secure = base_url.replace("http://", "https://");
    let mut access = access(&secure);
    access.connect_timeout = Duration::from_millis(200);
    let sent = send(&carriers(access), &booking("/ship")).await;
    assert_eq!(obstacle(sent), Obstacle::NoConnection);
}
