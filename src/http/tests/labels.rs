//! Who gets which label, and who does not.

use std::time::Duration;

use super::{Counter, TOKEN, get_with};
use crate::ledger::conformance::{cancel, voided};
use crate::life::{Action, State};

#[tokio::test]
async fn a_label_is_given_byte_for_byte_to_who_bears_the_token() {
    let counter = Counter::open().await;
    let key = counter.desk.book("FR-1", "1001").await;
    let kept = counter.desk.ledger.labels(&key).await.expect("read");
    let answer = counter.label("label-1001").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, kept[0].label.bytes);
    assert_eq!(answer.header("content-type"), "application/pdf");
    let name = "attachment; filename=\"fr~FR-1_b1_p1.pdf\"";
    assert_eq!(answer.header("content-disposition"), name);
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn without_the_token_a_label_that_exists_looks_like_one_that_does_not() {
    let counter = Counter::open().await;
    counter.desk.book("FR-1", "1001").await;
    for authorization in [
        None,
        Some("Bearer wrong"),
        Some("Bearer "),
        Some("Basic tres-secret"),
    ] {
        let mut said = Vec::new();
        for id in ["label-1001", "label-9999"] {
            let url = format!("{}/v1/labels/{id}", counter.base);
            let answer = get_with(&url, authorization).await;
            assert_eq!(answer.status, 401, "{authorization:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert!(!answer.text().contains(TOKEN));
            said.push(answer.body);
        }
        assert_eq!(said[0], said[1]);
    }
}

#[tokio::test]
async fn a_label_that_was_erased_looks_like_one_that_never_was() {
    let counter = Counter::open().await;
    counter.desk.book("FR-1", "1001").await;
    assert_eq!(counter.label("label-1001").await.status, 200);
    counter.desk.pass(Duration::from_secs(31 * 86_400));
    let now = counter.desk.now();
    counter.desk.ledger.erase_expired(now).await.expect("kept");
    let [erased, never] = [
        counter.label("label-1001").await,
        counter.label("label-9999").await,
    ];
    assert_eq!((erased.status, never.status), (404, 404));
    assert_eq!(erased.body, never.body);
}

#[tokio::test]
async fn a_label_is_withheld_while_its_booking_is_voided_and_gone_after_that() {
    let counter = Counter::open().await;
    let key = counter.desk.book("FR-1", "1001").await;
    counter.desk.one(cancel(&key)).await;
    let claimed = counter.desk.claim(&key).await;
    assert_eq!(claimed.action, Some(Action::Void { n: 1, parcel: 0 }));
    let withheld = counter.label("label-1001").await;
    assert_eq!(withheld.status, 409);
    assert!(withheld.error().contains("is being voided"));
    let done = counter.desk.one(voided(&key, claimed.life.fence)).await;
    assert_eq!(done.life.state, State::Cancelled);
    let gone = counter.label("label-1001").await;
    assert_eq!(gone.status, 410);
    assert!(gone.error().contains("was voided: do not ship"));
}

#[tokio::test]
async fn without_a_token_in_the_configuration_no_label_is_given() {
    let counter = Counter::open_as(|sources, _| sources.token = None).await;
    counter.desk.book("FR-1", "1001").await;
    let answer = counter.label("label-1001").await;
    assert_eq!(answer.status, 503);
    assert!(answer.error().contains("[http] token is not set"));
}

#[tokio::test]
async fn labels_are_not_listed() {
    let counter = Counter::open().await;
    counter.desk.book("FR-1", "1001").await;
    for nothing in ["", "%20", "label-%", "LABEL-1001"] {
        let answer = counter.label(nothing).await;
        assert_eq!(answer.status, 404, "{nothing}");
    }
    let answer = get_with(&format!("{}/v1/labels", counter.base), None).await;
    assert_eq!(answer.status, 404);
}
