//! Facts about events, paused accounts and the print folder.

use std::time::Duration;

use super::Store;
use super::desk::{Desk, answered, cancel, reason, resumption, voided};
use crate::ledger::{Look, PrintKind};
use crate::life::{Action, Outcome, State};

pub async fn only_the_lowest_unsent_event_of_each_order_is_offered(store: &dyn Store) {
    let desk = Desk::open(store).await;
    desk.book("A-1", "1001").await;
    desk.book("A-2", "1002").await;
    let first = desk.unsent().await;
    let kinds: Vec<&str> = first.iter().map(|row| row.routing_key.as_str()).collect();
    assert_eq!(kinds, ["shipment.accepted", "shipment.accepted"]);
    desk.ledger.sent(vec![first[1].id]).await.expect("marked");
    let next = desk.unsent().await;
    let kinds: Vec<&str> = next.iter().map(|row| row.routing_key.as_str()).collect();
    assert_eq!(kinds, ["shipment.accepted", "shipment.booked"]);
    assert_eq!(next[0].id, first[0].id);
    assert_eq!(desk.ledger.unsent(1).await.expect("read").len(), 1);
}

pub async fn an_event_that_was_not_marked_is_offered_again_with_the_same_bytes(store: &dyn Store) {
    let desk = Desk::open(store).await;
    desk.book("A-1", "1001").await;
    let before = desk.unsent().await;
    desk.pass(Duration::from_secs(60));
    let after = desk.beside(store).await;
    let again = after.unsent().await;
    assert_eq!(before[0].body, again[0].body);
    assert_eq!(before[0].event_id, again[0].event_id);
    after.tell_all().await;
    assert!(desk.unsent().await.is_empty(), "sent is sent for everybody");
}

pub async fn an_account_is_paused_and_announced_once_and_wakes_its_orders(store: &dyn Store) {
    let desk = Desk::open(store).await;
    for id in ["A-1", "A-2"] {
        let key = desk.receive(id).await;
        let fence = desk.claim(&key).await.life.fence;
        let no = Outcome::Unauthorized(reason("401"));
        desk.one(answered(&key, fence, no)).await;
    }
    let paused = desk.ledger.paused().await.expect("read");
    assert_eq!(paused.len(), 1);
    assert_eq!(
        (paused[0].account.as_str(), paused[0].why.code.as_str()),
        ("dhl", "401")
    );
    assert_eq!(paused[0].since, desk.now());
    let told = desk.tell_all().await;
    let pauses: Vec<_> = told
        .iter()
        .filter(|(kind, _)| kind == "account.paused")
        .collect();
    assert_eq!(pauses.len(), 1);
    assert_eq!(pauses[0].1["data"]["environment"], "test");
    desk.pass(Duration::from_secs(5));
    assert!(desk.ledger.resume(resumption(None)).await.expect("kept"));
    assert!(!desk.ledger.resume(resumption(None)).await.expect("kept"));
    assert!(desk.ledger.paused().await.expect("read").is_empty());
    assert_eq!(desk.types_told().await, ["account.resumed"]);
    assert_eq!(
        desk.ledger.due(Look::at_most(10)).await.expect("due").len(),
        2
    );
}

pub async fn an_event_waits_until_the_print_folder_is_filled(store: &dyn Store) {
    let desk = Desk::with_a_print_folder(store).await;
    let key = desk.receive("A-1").await;
    let other = desk.receive("A-2").await;
    desk.types_told().await;
    let fence = desk.claim(&key).await.life.fence;
    desk.one(super::desk::booked(&key, fence, "1001")).await;
    desk.one(cancel(&other)).await;
    let free: Vec<String> = desk
        .unsent()
        .await
        .into_iter()
        .map(|row| row.routing_key)
        .collect();
    assert_eq!(free, ["shipment.cancelled"]);
    let jobs = desk.ledger.print_jobs(10).await.expect("read");
    assert_eq!(jobs.len(), 1);
    assert_eq!(
        (jobs[0].kind, &jobs[0].key, jobs[0].n),
        (PrintKind::Print, &key, 1)
    );
    assert!(jobs[0].label.is_some());
    desk.ledger.printed(vec![jobs[0].id]).await.expect("marked");
    assert!(desk.ledger.print_jobs(10).await.expect("read").is_empty());
    assert_eq!(desk.unsent().await.len(), 2);
}

pub async fn a_voided_booking_is_taken_out_of_the_print_folder(store: &dyn Store) {
    let desk = Desk::with_a_print_folder(store).await;
    let key = desk.book("A-1", "1001").await;
    let print = desk.ledger.print_jobs(10).await.expect("read");
    desk.ledger
        .printed(vec![print[0].id])
        .await
        .expect("marked");
    desk.one(cancel(&key)).await;
    let claimed = desk.claim(&key).await;
    assert_eq!(claimed.action, Some(Action::Void { n: 1, parcel: 0 }));
    let done = desk.one(voided(&key, claimed.life.fence)).await;
    assert_eq!(done.life.state, State::Cancelled);
    let jobs = desk.ledger.print_jobs(10).await.expect("read");
    assert_eq!(jobs.len(), 1);
    assert_eq!(
        (jobs[0].kind, &jobs[0].key, jobs[0].n, jobs[0].parcel),
        (PrintKind::Void, &key, 1, 0)
    );
}
