//! Facts about what people on call ask: paused accounts, resting lines, what waits and how much.

use std::time::Duration;

use super::Store;
use super::desk::{
    Desk, answered, cancel, claim, order, plan, reason, received_for, resumption, voided,
};
use crate::ledger::{Beat, PAUSED_BY_HAND, Pause, REMEMBERED};
use crate::life::{Outcome, Reason, Standing, State};

const HOUR: Duration = Duration::from_secs(3600);

fn by_hand() -> Pause {
    let why = Reason {
        message: "ana: the contract is suspended".into(),
        ..reason(PAUSED_BY_HAND)
    };
    Pause {
        account: "dhl".into(),
        why,
        environment: "test".into(),
    }
}

pub async fn a_persons_pause_stands_above_a_carriers_and_both_are_told(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let key = desk.receive("A-1").await;
    let fence = desk.claim(&key).await.life.fence;
    desk.one(answered(&key, fence, Outcome::Unauthorized(reason("401"))))
        .await;
    desk.pass(HOUR);
    desk.ledger.pause(by_hand()).await.expect("kept");
    let paused = desk.ledger.paused().await.expect("read");
    assert_eq!((paused.len(), paused[0].since), (1, desk.now()));
    assert!(paused[0].by_hand());
    desk.pass(HOUR);
    assert!(desk.ledger.resume(resumption(None)).await.expect("kept"));
    let notes = desk.ledger.account_notes("dhl").await.expect("read");
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "paused: dhl: 401: the carrier said so",
            "paused: dhl: paused_by_hand: ana: the contract is suspended",
            "works again: ana: new password",
        ]
    );
    let told = desk.types_told().await;
    let of_account: Vec<&String> = told
        .iter()
        .filter(|kind| kind.starts_with("account."))
        .collect();
    assert_eq!(
        of_account,
        ["account.paused", "account.paused", "account.resumed"]
    );
}

pub async fn a_resumption_meant_for_an_older_pause_changes_nothing(store: &dyn Store) {
    let desk = Desk::open(store).await;
    desk.ledger.pause(by_hand()).await.expect("kept");
    let first = desk.now();
    desk.pass(HOUR);
    desk.ledger.pause(by_hand()).await.expect("kept");
    let resumed = desk.ledger.resume(resumption(Some(first))).await;
    assert!(!resumed.expect("answered"));
    assert_eq!(desk.ledger.paused().await.expect("read").len(), 1);
    let resumed = desk.ledger.resume(resumption(Some(desk.now()))).await;
    assert!(resumed.expect("answered"));
}

pub async fn a_line_that_rests_is_told_until_it_works_again_or_its_worker_falls_silent(
    store: &dyn Store,
) {
    let desk = Desk::open(store).await;
    let since = desk.now();
    let until = |desk: &Desk| crate::life::later(desk.now(), Duration::from_secs(60));
    let rest = |until| desk.ledger.rest("dhl", "worker-1", until);
    rest(Some(until(&desk))).await.expect("kept");
    desk.pass(Duration::from_secs(60));
    rest(Some(until(&desk))).await.expect("kept");
    let resting = desk.ledger.resting().await.expect("read");
    assert_eq!(resting.len(), 1);
    assert_eq!(resting[0].since, since);
    assert_eq!(resting[0].until, until(&desk));
    rest(None).await.expect("kept");
    assert!(desk.ledger.resting().await.expect("read").is_empty());
    rest(Some(until(&desk))).await.expect("kept");
    desk.pass(HOUR);
    assert!(desk.ledger.resting().await.expect("read").is_empty());
}

pub async fn bookings_are_counted_from_their_first_request_without_those_proven_not_to_exist(
    store: &dyn Store,
) {
    let desk = Desk::open(store).await;
    desk.book("A-1", "1001").await;
    desk.pass(HOUR);
    let today = desk.now();
    desk.book("A-2", "1002").await;
    let refused = desk.receive("A-3").await;
    let fence = desk.claim(&refused).await.life.fence;
    desk.one(answered(&refused, fence, Outcome::Refused(reason("no"))))
        .await;
    let under_way = desk.receive("A-4").await;
    desk.claim(&under_way).await;
    let counted = desk.ledger.booked_since("dhl", today).await;
    assert_eq!(counted.expect("read"), 2);
    let counted = desk.ledger.booked_since("chronopost", today).await;
    assert_eq!(counted.expect("read"), 0);
    desk.pass(HOUR);
    let counted = desk.ledger.booked_since("dhl", desk.now()).await;
    assert_eq!(counted.expect("read"), 0);
}

pub async fn labels_that_wait_to_be_printed_are_counted_with_the_oldest(store: &dyn Store) {
    let desk = Desk::with_a_print_folder(store).await;
    let gauges = desk.ledger.gauges().await.expect("read");
    assert!(gauges.bytes > 0);
    assert_eq!((gauges.unprinted, gauges.unprinted_since), (0, None));
    let since = desk.now();
    desk.book("A-1", "1001").await;
    desk.pass(HOUR);
    desk.book("A-2", "1002").await;
    let gauges = desk.ledger.gauges().await.expect("read");
    let unprinted = (gauges.unprinted, gauges.unprinted_since);
    assert_eq!(unprinted, (2, Some(since)));
}

pub async fn the_most_urgent_order_of_a_state_comes_first(store: &dyn Store) {
    let desk = Desk::open(store).await;
    for (id, hours) in [("A-1", 5), ("A-2", 2), ("A-3", 9)] {
        let plan = plan(desk.now(), HOUR * hours);
        desk.one(received_for(&order(id), plan, desk.now())).await;
    }
    desk.claim(&order("A-3").key).await;
    let waiting = desk
        .ledger
        .pressing(State::Waiting, 10)
        .await
        .expect("read");
    let ids: Vec<&str> = waiting
        .iter()
        .map(|life| life.key.order_id.as_str())
        .collect();
    assert_eq!(ids, ["A-2", "A-1"]);
    let first = desk.ledger.pressing(State::Waiting, 1).await.expect("read");
    assert_eq!(first[0].key.order_id, "A-2");
    assert_eq!(
        desk.ledger
            .pressing(State::Booking, 9)
            .await
            .expect("read")
            .len(),
        1
    );
}

pub async fn orders_without_a_label_are_counted_by_the_moment_they_need_one(store: &dyn Store) {
    let desk = Desk::open(store).await;
    for (id, hours) in [("A-1", 2), ("A-2", 2), ("A-3", 5)] {
        let plan = plan(desk.now(), HOUR * hours);
        desk.one(received_for(&order(id), plan, desk.now())).await;
    }
    desk.book("A-4", "1004").await;
    let moments = [1, 2, 5].map(|hours| crate::life::later(desk.now(), HOUR * hours));
    let counts = desk.ledger.open_by(&moments).await.expect("read");
    assert_eq!(counts, [0, 2, 3]);
}

pub async fn a_booking_that_was_set_aside_is_listed_from_the_day_its_order_changed(
    store: &dyn Store,
) {
    let desk = Desk::open(store).await;
    let key = desk.book("A-1", "1001").await;
    desk.book("A-2", "1002").await;
    desk.pass(HOUR);
    desk.one(cancel(&key)).await;
    let fence = desk.one(claim(&key, desk.now())).await.life.fence;
    desk.one(voided(&key, fence)).await;
    let listed = desk.ledger.set_aside(desk.now()).await.expect("read");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].key, key);
    assert_eq!(listed[0].bookings[0].standing, Standing::Voided);
    desk.pass(HOUR);
    assert!(
        desk.ledger
            .set_aside(desk.now())
            .await
            .expect("read")
            .is_empty()
    );
}

pub async fn a_worker_is_known_by_its_last_sign_and_forgotten_after_weeks(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let started_at = desk.now();
    let beat = |worker: &str, last| Beat {
        worker: worker.to_owned(),
        started_at,
        last,
    };
    desk.ledger.beat(beat("here/1", false)).await.expect("kept");
    desk.pass(HOUR);
    desk.ledger.beat(beat("here/1", true)).await.expect("kept");
    desk.ledger
        .beat(beat("there/2", false))
        .await
        .expect("kept");
    let known = desk.ledger.workers().await.expect("read");
    let stopped: Vec<_> = known.iter().map(|known| known.stopped_at).collect();
    assert_eq!(stopped, [Some(desk.now()), None]);
    assert_eq!(
        (known[1].started_at, known[1].seen_at),
        (started_at, desk.now())
    );
    desk.pass(REMEMBERED + HOUR);
    desk.ledger
        .beat(beat("there/2", false))
        .await
        .expect("kept");
    let known = desk.ledger.workers().await.expect("read");
    assert_eq!(known.len(), 1, "{known:?}");
}

pub async fn a_remark_is_kept_beside_orders_and_accounts(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let key = desk.receive("dead").await;
    desk.ledger
        .remark("dead", "ana: dropped")
        .await
        .expect("kept");
    let kept = desk.ledger.remarks("dead").await.expect("read");
    assert_eq!((kept.len(), kept[0].text.as_str()), (1, "ana: dropped"));
    assert_eq!(kept[0].at, desk.now());
    assert!(
        desk.ledger
            .account_notes("dead")
            .await
            .expect("read")
            .is_empty()
    );
    let of_order = desk.ledger.notes(&key).await.expect("read");
    assert!(of_order.iter().all(|note| !note.text.contains("ana")));
}
