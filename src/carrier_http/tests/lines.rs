//! Permits: slots, lanes, the lease and what is refused before anything leaves.

use tokio::time::Instant;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::faults::obstacle;
use super::*;
use crate::carrier_http::{LaneView, Obstacle, wire, write};

async fn answering(status: u16) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn reading() -> Request {
    Request {
        effect: Effect::Reads,
        ..booking("/find")
    }
}

#[tokio::test]
async fn failing_look_ups_pause_look_ups_and_not_bookings() {
    let server = answering(503).await;
    let carriers = carriers(access(&server.uri()));
    for _ in 0..5 {
        assert!(matches!(
            send(&carriers, &reading()).await,
            Sent::Answered(_)
        ));
    }
    let view = carriers.breaker("a").expect("an account");
    assert!(matches!(view.reading, LaneView::Paused(_)), "{view:?}");
    assert_eq!(view.booking, LaneView::Flowing);
    tokio::time::pause();
    let start = Instant::now();
    permit(&carriers, Effect::Books).await.expect("at once");
    assert_eq!(start.elapsed(), Duration::ZERO);
    permit(&carriers, Effect::Voids).await.expect("the probe");
    let waited = start.elapsed();
    assert!(
        waited > Duration::ZERO && waited < Duration::from_millis(5050),
        "{waited:?}"
    );
}

#[tokio::test]
async fn refusals_of_orders_pause_nothing() {
    let server = answering(422).await;
    let carriers = carriers(access(&server.uri()));
    for _ in 0..6 {
        send(&carriers, &booking("/ship")).await;
    }
    let view = carriers.breaker("a").expect("an account");
    assert_eq!(view.booking, LaneView::Flowing);
}

#[tokio::test]
async fn a_permit_that_is_dropped_gives_its_slot_back() {
    let mut access = access("http://127.0.0.1:1");
    access.concurrency = 1;
    let carriers = carriers(access);
    let held = permit(&carriers, Effect::Books).await.expect("the slot");
    let waiting = permit(&carriers, Effect::Reads);
    tokio::pin!(waiting);
    assert!(futures_util::poll!(&mut waiting).is_pending());
    drop(held);
    waiting.await.expect("woken");
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_is_used_up_is_waited_for() {
    let mut access = access("http://127.0.0.1:1");
    access.rate_per_s = Some(1);
    let carriers = carriers(access);
    let start = Instant::now();
    permit(&carriers, Effect::Books).await.expect("the first");
    assert_eq!(start.elapsed(), Duration::ZERO);
    permit(&carriers, Effect::Reads).await.expect("the next");
    let waited = start.elapsed();
    assert!(
        waited >= Duration::from_secs(1) && waited < Duration::from_millis(1050),
        "{waited:?}"
    );
}

#[tokio::test]
async fn nothing_is_sent_when_the_lease_could_end_before_the_answer() {
    let server = answering(200).await;
    let carriers = carriers(access(&server.uri()));
    let permit = permit(&carriers, Effect::Books).await.expect("a permit");
    let short = Deadline::after(Duration::from_secs(1));
    let sent = carriers.send(permit, "a", &booking("/ship"), short).await;
    assert_eq!(obstacle(sent), Obstacle::Lease);
    assert_eq!(server.received_requests().await.expect("recorded").len(), 0);
}

#[tokio::test]
async fn a_lease_that_ends_while_the_connection_is_made_lets_no_byte_leave() {
    let (listener, base_url) = listen().await;
    let access = access(&base_url);
    let client = wire::client(&access).expect("a client");
    let over = Deadline::after(Duration::ZERO);
    let request = write::compose(&access, &client, &booking("/ship"), None, over).expect("written");
    let mut arrived = Vec::new();
    let (sent, ()) = tokio::join!(wire::exchange(&client, request, 1000), async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        stream.read_to_end(&mut arrived).await.expect("its end");
    });
    assert_eq!(obstacle(sent), Obstacle::Lease);
    assert_eq!(arrived, b"", "not even the head");
}

#[tokio::test]
async fn a_permit_to_read_does_not_book() {
    let server = answering(200).await;
    let carriers = carriers(access(&server.uri()));
    let permit = permit(&carriers, Effect::Reads).await.expect("a permit");
    let sent = carriers.send(permit, "a", &booking("/ship"), lease()).await;
    assert_eq!(obstacle(sent), Obstacle::Setup);
    assert_eq!(server.received_requests().await.expect("recorded").len(), 0);
}

#[tokio::test]
async fn a_permit_of_one_account_does_not_send_for_another() {
    let server = answering(200).await;
    let carriers = carriers(access(&server.uri()));
    let permit = permit(&carriers, Effect::Books).await.expect("a permit");
    let request = booking("/ship");
    let sent = carriers.send(permit, "b", &request, lease()).await;
    assert_eq!(obstacle(sent), Obstacle::Setup);
    assert_eq!(server.received_requests().await.expect("recorded").len(), 0);
}

#[tokio::test]
async fn secrets_arrive_at_the_carrier_and_are_shown_nowhere_else() {
    let server = answering(200).await;
    let mut access = access(&server.uri());
    for name in ["username", "password"] {
        access.secrets.insert(name.into(), SECRET.into());
    }
    assert!(!format!("{access:?}").contains(SECRET));
    let carriers = carriers(access);
    let mut request = booking("/ship");
    request.auth = Auth::Basic {
        username: "username",
        password: "password",
    };
    let permit = carriers
        .permit("a", &request.auth, Effect::Books)
        .await
        .expect("a permit");
    assert!(!format!("{permit:?}").contains(SECRET));
    carriers.send(permit, "a", &request, lease()).await;
    let received = server.received_requests().await.expect("recorded");
    // base64 of tres-secret:tres-secret
    let expected = "Basic dHJlcy1zZWNyZXQ6dHJlcy1zZWNyZXQ=";
    assert_eq!(received[0].headers["authorization"], expected);
}

#[tokio::test]
async fn an_unknown_account_is_named() {
    let carriers = carriers(access("http://127.0.0.1:1"));
    let error = carriers
        .permit("ups", &Auth::None, Effect::Books)
        .await
        .expect_err("unknown");
    assert!(error.to_string().contains("`ups`"), "{error}");
}
