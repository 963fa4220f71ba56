//! OAuth2: the token is in hand before an order is claimed.

use std::sync::Arc;

use futures_util::future::join_all;
use wiremock::matchers::{body_string, header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::carrier_http::LaneView;
use crate::carrier_http::Obstacle;

const AUTH: Auth = Auth::OAuth2 {
    token_path: "/token",
    client_id: "client_id",
    client_secret: "client_secret",
    basic: false,
};

fn with_client(base_url: &str) -> Arc<CarrierHttp> {
    let mut access = access(base_url);
    access.secrets.insert("client_id".into(), "us".into());
    access
        .secrets
        .insert("client_secret".into(), "a b&c".into());
    Arc::new(carriers(access))
}

async fn issue(server: &MockServer, token: &str, times: u64) {
    let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
    Mock::given(path("/token"))
        .and(body_string(
            "grant_type=client_credentials&client_id=us&client_secret=a+b%26c",
        ))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_string(body)
                .set_delay(Duration::from_millis(50)),
        )
        .up_to_n_times(times)
        .expect(times)
        .mount(server)
        .await;
}

fn booking_with_token() -> Request {
    Request {
        auth: AUTH,
        ..booking("/ship")
    }
}

#[tokio::test]
async fn many_orders_at_once_fetch_one_token() {
    let server = MockServer::start().await;
    issue(&server, "one", 1).await;
    let carriers = with_client(&server.uri());
    let permits = join_all((0..20).map(|_| carriers.permit("a", &AUTH, Effect::Books))).await;
    assert!(permits.iter().all(Result::is_ok));
    let again = carriers.permit("a", &AUTH, Effect::Books);
    tokio::pin!(again);
    assert!(futures_util::poll!(&mut again).is_ready(), "it is in hand");
}

#[tokio::test]
async fn a_token_that_the_carrier_refuses_is_not_used_again() {
    let server = MockServer::start().await;
    issue(&server, "one", 1).await;
    issue(&server, "two", 1).await;
    for (token, status) in [("one", 401), ("two", 200)] {
        Mock::given(header("authorization", format!("Bearer {token}").as_str()))
            .respond_with(ResponseTemplate::new(status))
            .expect(1)
            .mount(&server)
            .await;
    }
    let carriers = with_client(&server.uri());
    for expected in [401, 200] {
        let sent = send(&carriers, &booking_with_token()).await;
        assert!(matches!(sent, Sent::Answered(answer) if answer.status == expected));
    }
}

#[tokio::test]
async fn a_token_that_was_taken_before_and_is_refused_now_has_ended() {
    let server = MockServer::start().await;
    issue(&server, "one", 1).await;
    Mock::given(path("/ship"))
        .respond_with(ResponseTemplate::new(200))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(path("/ship"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    let carriers = with_client(&server.uri());
    let sent = send(&carriers, &booking_with_token()).await;
    assert!(matches!(sent, Sent::Answered(answer) if answer.status == 200));
    let sent = send(&carriers, &booking_with_token()).await;
    assert!(matches!(sent, Sent::TokenEnded(answer) if answer.status == 401));

    issue(&server, "two", 1).await;
    let sent = send(&carriers, &booking_with_token()).await;
    assert!(
        matches!(sent, Sent::Answered(answer) if answer.status == 401),
        "a new token that is refused is a word about the account"
    );
}

#[tokio::test]
async fn refused_credentials_are_told_apart_and_do_not_pause_the_line() {
    let server = MockServer::start().await;
    Mock::given(path("/token"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    let carriers = with_client(&server.uri());
    for _ in 0..6 {
        let error = carriers
            .permit("a", &AUTH, Effect::Books)
            .await
            .expect_err("refused");
        assert_eq!(error.obstacle, Obstacle::Unauthorized);
    }
    assert_eq!(
        carriers.breaker("a").expect("known").booking,
        LaneView::Flowing
    );
}

#[tokio::test]
async fn waiting_orders_share_a_failure_to_fetch_and_five_in_a_row_pause_the_line() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).set_delay(Duration::from_millis(50));
    Mock::given(path("/token"))
        .respond_with(busy)
        .expect(1)
        .mount(&server)
        .await;
    let carriers = with_client(&server.uri());
    let permits = join_all((0..5).map(|_| carriers.permit("a", &AUTH, Effect::Books))).await;
    for permit in permits {
        assert_eq!(permit.expect_err("no token").obstacle, Obstacle::NoToken);
    }
    let view = carriers.breaker("a").expect("known");
    assert!(matches!(view.booking, LaneView::Paused(_)), "{view:?}");
}
