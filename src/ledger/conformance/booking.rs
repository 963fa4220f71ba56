//! Facts about intents and what comes of them.

use super::Store;
use super::desk::{
    Desk, LEASE, answered, booked, cancel, claim, claim_as, key, order, reason, received,
};
use crate::ledger::{Filter, LedgerError, Look, RawAnswer};
use crate::life::{Action, Outcome, Standing, State, Verdict};

pub async fn an_intent_is_durable_before_the_claim_returns(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let key = desk.receive("A-1").await;
    let claimed = desk.claim(&key).await;
    assert_eq!(claimed.action, Some(Action::Book { n: 1 }));
    let after = desk.beside(store).await;
    drop(desk);
    let kept = after.order(&key).await;
    assert_eq!(kept.life, claimed.life);
    assert!(
        after
            .ledger
            .due(Look::at_most(10))
            .await
            .expect("due")
            .is_empty()
    );
    after.pass(LEASE);
    let next = after.ledger.next_due().await.expect("read");
    assert_eq!(next, Some(after.now()));
    assert_eq!(
        after
            .ledger
            .due(Look::at_most(10))
            .await
            .expect("due")
            .len(),
        1
    );
    assert_eq!(after.claim(&key).await.life.state, State::InDoubt);
}

pub async fn result_label_and_event_are_kept_together(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let key = desk.book("A-1", "1001").await;
    let label = desk.ledger.label("label-1001").await.expect("read");
    let label = label.expect("the label");
    assert_eq!((&label.key, label.n, label.parcel), (&key, 1, 0));
    assert!(label.label.bytes.starts_with(b"%PDF"));
    assert_eq!(desk.ledger.labels(&key).await.expect("read").len(), 1);
    let told = desk.tell_all().await;
    assert_eq!(told[1].0, "shipment.booked");
    let parcel = &told[1].1["data"]["parcels"][0];
    assert_eq!(parcel["tracking_number"], "1001");
    assert_eq!(parcel["label"]["id"], "label-1001");
    let notes = desk.ledger.notes(&key).await.expect("read");
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts.first(), Some(&"accepted"));
    assert_eq!(texts.last(), Some(&"booked (booking 1), label kept"));
}

pub async fn a_late_result_after_a_lost_lease_is_recorded_and_adopted(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let key = desk.receive("A-1").await;
    let lost = desk.claim(&key).await.life.fence;
    desk.pass(LEASE);
    assert_eq!(desk.claim(&key).await.life.state, State::InDoubt);
    let late = desk.one(booked(&key, lost, "1001")).await;
    assert_eq!(late.life.state, State::Booked);
    assert!(desk.has_label("label-1001").await);
    assert_eq!(
        desk.types_told().await.last().map(String::as_str),
        Some("shipment.booked")
    );
}

pub async fn of_two_workers_that_claim_one_order_one_acts(store: &dyn Store) {
    let one = Desk::open(store).await;
    let other = one.beside(store).await;
    for round in 0..8 {
        let key = one.receive(&format!("A-{round}")).await;
        let (here, there) = tokio::join!(one.claim(&key), other.claim(&key));
        let acts = [&here, &there]
            .into_iter()
            .filter(|claimed| claimed.action.is_some());
        assert_eq!(acts.count(), 1);
        let absorbed = [&here, &there]
            .into_iter()
            .filter(|claimed| claimed.verdict == Verdict::Absorbed);
        assert_eq!(absorbed.count(), 1);
    }
}

pub async fn a_taken_reference_fails_its_claim_alone(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let (french, german, other) = (key("fr", "A-1"), key("de", "A-1"), key("fr", "A-2"));
    for key in [&french, &german, &other] {
        let mut order = order(&key.order_id);
        order.key = key.clone();
        desk.one(received(&order, desk.now())).await;
    }
    let now = desk.now();
    let claims = [&french, &german, &other].map(|key| claim(key, now));
    let recorded = desk.all(claims.into()).await;
    let acts: Vec<bool> = recorded
        .iter()
        .map(|one| one.as_ref().is_ok_and(|one| one.action.is_some()))
        .collect();
    assert_eq!(acts, [true, false, true]);
    assert!(matches!(recorded[1], Err(LedgerError::ReferenceTaken)));
    let untouched = desk.order(&german).await;
    assert!(untouched.life.bookings.is_empty());
    let hashed = desk.one(claim_as(&german, now, true)).await;
    assert_ne!(hashed.life.bookings[0].reference, "A-1");
    assert_eq!(hashed.action, Some(Action::Book { n: 1 }));
}

pub async fn what_a_carrier_said_is_kept_even_of_an_order_that_is_not_known(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let lost = key("fr", "LOST");
    let mut change = booked(&lost, 7, "1001");
    change.kept.answer = Some(RawAnswer {
        status: 201,
        content_type: None,
        body: b"{}".to_vec(),
    });
    // Told twice, it is kept all the same and changes nothing.
    let twice = vec![change.clone(), change];
    for recorded in desk.all(twice).await {
        assert!(recorded.expect("kept").action.is_none());
    }
    assert!(desk.has_label("label-1001").await);
}

pub async fn an_order_is_found_by_key_reference_number_and_phone(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let wanted = desk.book("A-1", "JJD0001").await;
    let claimed = desk.receive("B-2").await;
    desk.one(cancel(&claimed)).await;
    for text in ["A-1", "fr/A-1/1", "JD0001", "A"] {
        let found = desk.ledger.list(filter(text)).await.expect("read");
        let keys: Vec<_> = found.iter().map(|row| &row.life.key).collect();
        assert_eq!(keys, [&wanted], "{text}");
    }
    let by_phone = desk
        .ledger
        .list(filter("06 12 34 56 78"))
        .await
        .expect("read");
    assert_eq!(by_phone.len(), 2);
    for text in ["A%1", "A_1", "X"] {
        assert!(
            desk.ledger
                .list(filter(text))
                .await
                .expect("read")
                .is_empty(),
            "{text}"
        );
    }
    // Even a number that is not in force.
    let strays = Filter {
        standing: Some(Standing::Stray),
        limit: 10,
        ..Filter::default()
    };
    assert!(desk.ledger.list(strays).await.expect("read").is_empty());
    let third = desk.receive("B-3").await;
    let fence = desk.claim(&third).await.life.fence;
    desk.one(answered(&third, fence, Outcome::Unknown(reason("timeout"))))
        .await;
    let doubtful = Filter {
        standing: Some(Standing::InDoubt),
        limit: 10,
        ..Filter::default()
    };
    assert_eq!(
        desk.ledger.list(doubtful).await.expect("read")[0].life.key,
        third
    );
}

fn filter(text: &str) -> Filter {
    Filter {
        text: Some(text.into()),
        limit: 10,
        ..Filter::default()
    }
}
