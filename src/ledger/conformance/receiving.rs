//! Facts about orders that come in.

use super::Store;
use super::desk::{Desk, answered, cancel, claim, key, order, reason, received};
use crate::ledger::Look;
use crate::life::{Outcome, State, Verdict};
use crate::order::Order;

fn read(text: Option<String>) -> Order {
    serde_json::from_str(&text.expect("a content")).expect("an order")
}

pub async fn an_order_is_kept_once_and_its_repeat_changes_nothing(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let order = order("A-1");
    let first = desk.one(received(&order, desk.now())).await;
    assert_eq!(first.verdict, Verdict::Applied);
    let again = desk.one(received(&order, desk.now())).await;
    assert_eq!(again.verdict, Verdict::Absorbed);
    let kept = desk.ledger.order(&order.key).await.expect("read");
    let kept = kept.expect("the order");
    assert_eq!(kept.life, first.life);
    assert!(read(kept.order) == order);
    assert_eq!(desk.types_told().await, ["shipment.accepted"]);
}

pub async fn another_content_is_announced_once_with_the_paths_that_differ(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let first = order("A-1");
    let mut other = first.clone();
    other.recipient.city = "Lyon".into();
    // In the same batch as the order itself, and once more on its own.
    let now = desk.now();
    let both = vec![received(&first, now), received(&other, now)];
    let verdicts: Vec<Verdict> = desk
        .all(both)
        .await
        .into_iter()
        .map(|one| one.expect("kept").verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Applied, Verdict::Conflict]);
    assert_eq!(
        desk.one(received(&other, now)).await.verdict,
        Verdict::Conflict
    );
    other.recipient.city = "Nice".into();
    desk.one(received(&other, now)).await;
    let told = desk.tell_all().await;
    let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "shipment.accepted",
            "shipment.conflict",
            "shipment.conflict"
        ]
    );
    for (_, conflict) in &told[1..] {
        assert_eq!(conflict["data"]["paths"][0], "$.recipient.city");
        let text = conflict.to_string();
        assert!(!text.contains("Lyon") && !text.contains("Nice"), "{text}");
    }
    let kept = desk.order(&first.key).await;
    assert!(read(kept.order) == first);
}

pub async fn a_revision_replaces_the_content_in_force(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let mut order = order("A-1");
    desk.one(received(&order, desk.now())).await;
    order.revision = 2;
    order.recipient.city = "Lyon".into();
    let revised = desk.one(received(&order, desk.now())).await;
    assert_eq!(revised.life.revision, 2);
    let due = desk
        .ledger
        .due(Look::at_most(10))
        .await
        .expect("due")
        .remove(0);
    assert_eq!(read(due.order).recipient.city, "Lyon");
}

pub async fn a_revision_that_waits_takes_force_with_its_content_once_the_doubt_is_settled(
    store: &dyn Store,
) {
    let desk = Desk::open(store).await;
    let mut order = order("A-1");
    desk.one(received(&order, desk.now())).await;
    let claimed = desk.claim(&order.key).await;
    order.revision = 2;
    order.recipient.city = "Lyon".into();
    desk.one(received(&order, desk.now())).await;
    let kept = desk.order(&order.key).await;
    assert_eq!(read(kept.order).recipient.city, "Paris");
    let no = Outcome::NoEffect(reason("busy"));
    desk.one(answered(&order.key, claimed.life.fence, no)).await;
    let kept = desk.order(&order.key).await;
    assert_eq!(read(kept.order).recipient.city, "Lyon");
}

pub async fn a_cancellation_may_come_before_its_order(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let order = order("A-1");
    let wish = desk.one(cancel(&order.key)).await;
    assert_eq!(wish.life.state, State::Unknown);
    let came = desk.one(received(&order, desk.now())).await;
    assert_eq!(came.life.state, State::Cancelled);
    assert_eq!(
        desk.types_told().await,
        ["shipment.accepted", "shipment.cancelled"]
    );
    assert!(
        desk.ledger
            .due(Look::at_most(10))
            .await
            .expect("due")
            .is_empty()
    );
}

pub async fn changes_of_one_order_in_one_batch_follow_one_another(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let order = order("A-1");
    let now = desk.now();
    let changes = vec![
        received(&order, now),
        claim(&order.key, now),
        claim(&order.key, now),
    ];
    let recorded: Vec<_> = desk
        .all(changes)
        .await
        .into_iter()
        .map(|one| one.expect("kept"))
        .collect();
    assert!(recorded[1].action.is_some());
    assert_eq!(recorded[2].verdict, Verdict::Absorbed);
    let kept = desk.order(&order.key).await;
    assert_eq!(kept.life, recorded[1].life);
}

pub async fn a_question_about_an_unknown_order_leaves_nothing(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let nobody = key("fr", "NOBODY");
    assert!(desk.claim(&nobody).await.action.is_none());
    assert!(desk.ledger.order(&nobody).await.expect("read").is_none());
    assert!(desk.ledger.count().await.expect("read").is_empty());
}
