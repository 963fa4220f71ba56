//! Facts about what is due, what is counted, what survives and what is erased.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Store;
use super::desk::{Desk, answered, change, order, plan, reason, received, received_for};
use crate::ledger::{Change, Filter, Gauges, Kept, Look};
use crate::life::{Decided, Decision, Event, Outcome, State, Verdict};
use crate::order::Key;

pub async fn the_next_truck_is_served_first_and_exceptions_are_left_out(store: &dyn Store) {
    let desk = Desk::open(store).await;
    for (id, hours) in [("LATE", 8), ("SOON", 1), ("NEXT", 2)] {
        let plan = plan(desk.now(), Duration::from_secs(hours * 3600));
        desk.one(received_for(&order(id), plan, desk.now())).await;
    }
    let due = desk.ledger.due(Look::at_most(2)).await.expect("due");
    let ids: Vec<&str> = due
        .iter()
        .map(|due| due.life.key.order_id.as_str())
        .collect();
    assert_eq!(ids, ["SOON", "NEXT"]);
    let except = [due[0].life.key.clone()];
    let look = Look {
        except: &except,
        ..Look::at_most(2)
    };
    let others = desk.ledger.due(look).await.expect("due");
    let ids: Vec<&str> = others
        .iter()
        .map(|due| due.life.key.order_id.as_str())
        .collect();
    assert_eq!(ids, ["NEXT", "LATE"]);
    // Who is being booked is not due.
    desk.claim(&except[0]).await;
    let due = desk.ledger.due(Look::at_most(10)).await.expect("due");
    assert_eq!(due.len(), 2);
    assert_eq!(
        desk.ledger.next_due().await.expect("read"),
        Some(desk.now())
    );
}

pub async fn orders_of_one_line_are_found_behind_those_of_another(store: &dyn Store) {
    let desk = Desk::open(store).await;
    for (id, hours, account) in [("SLOW", 1, "slow"), ("FAST", 2, "dhl"), ("LATE", 3, "dhl")] {
        let mut plan = plan(desk.now(), Duration::from_secs(hours * 3600));
        account.clone_into(&mut plan.candidates[0].account);
        desk.one(received_for(&order(id), plan, desk.now())).await;
    }
    let look = |line| Look {
        line: Some(line),
        ..Look::at_most(1)
    };
    for (line, id) in [("dhl", "FAST"), ("slow", "SLOW")] {
        let due = desk.ledger.due(look(line)).await.expect("due");
        assert_eq!(due[0].life.key.order_id, id);
    }
    assert!(desk.ledger.due(look("")).await.expect("due").is_empty());
    // What is in doubt needs the line it was booked on.
    let fence = desk.claim(&order("FAST").key).await.life.fence;
    let lost = Outcome::Unknown(reason("timeout"));
    desk.one(answered(&order("FAST").key, fence, lost)).await;
    desk.pass(Duration::from_secs(600));
    let all = Look {
        limit: 10,
        ..look("dhl")
    };
    let due = desk.ledger.due(all).await.expect("due");
    assert!(due.iter().any(|due| due.life.state == State::InDoubt));
}

pub async fn orders_are_counted_and_listed_by_state(store: &dyn Store) {
    let desk = Desk::open(store).await;
    desk.receive("A-1").await;
    desk.pass(Duration::from_secs(1));
    desk.book("A-2", "1002").await;
    desk.pass(Duration::from_secs(1));
    desk.receive("A-3").await;
    let mut counted = desk.ledger.count().await.expect("read");
    counted.sort();
    assert_eq!(counted, [(State::Waiting, 2), (State::Booked, 1)]);
    let waiting = Filter {
        states: vec![State::Waiting],
        limit: 10,
        ..Filter::default()
    };
    let listed = desk.ledger.list(waiting).await.expect("read");
    let ids: Vec<&str> = listed
        .iter()
        .map(|row| row.life.key.order_id.as_str())
        .collect();
    assert_eq!(ids, ["A-3", "A-1"]);
    assert_eq!(listed[0].changed_at, desk.now());
}

pub async fn the_figures_tell_what_is_open_late_in_doubt_and_untold(store: &dyn Store) {
    let desk = Desk::open(store).await;
    desk.book("BOOKED", "1001").await;
    desk.tell_all().await;
    for (id, hours) in [("MISSED", 1), ("NEXT", 2), ("LATER", 8)] {
        let plan = plan(desk.now(), Duration::from_secs(hours * 3600));
        desk.one(received_for(&order(id), plan, desk.now())).await;
    }
    let accepted_at = desk.now();
    desk.pass(Duration::from_secs(600));
    let sent_at = desk.now();
    let doubtful = order("LATER").key;
    let fence = desk.claim(&doubtful).await.life.fence;
    let lost = Outcome::Unknown(reason("timeout"));
    desk.one(answered(&doubtful, fence, lost)).await;
    desk.pass(Duration::from_secs(3600));
    let mut figures = desk.ledger.gauges().await.expect("read");
    figures.orders.sort();
    let expected = Gauges {
        orders: vec![(State::Waiting, 2), (State::InDoubt, 1), (State::Booked, 1)],
        late: 1,
        next_cut_off: accepted_at.checked_add(Duration::from_secs(2 * 3600)).ok(),
        in_doubt_since: Some(sent_at),
        strays: 0,
        unsent: 3,
        unsent_since: Some(accepted_at),
        unprinted: 0,
        unprinted_since: None,
        bytes: figures.bytes,
    };
    assert_eq!(figures, expected);
}

pub async fn a_ledger_that_holds_nothing_has_figures_too(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let figures = desk.ledger.gauges().await.expect("read");
    let nothing = Gauges {
        bytes: figures.bytes,
        ..Gauges::default()
    };
    assert_eq!(figures, nothing);
}

pub async fn nothing_acknowledged_is_lost_when_the_process_ends_without_closing(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let now = desk.now();
    // Callers at the same time, so that commits are shared; the last ones are not waited for.
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..300 {
        let ledger = std::sync::Arc::clone(&desk.ledger);
        callers.spawn(async move {
            let order = order(&format!("A-{number}"));
            let kept = ledger.record(vec![received(&order, now)]).await;
            assert!(kept[0].is_ok());
            order.key.order_id
        });
    }
    let mut acknowledged = BTreeSet::new();
    while acknowledged.len() < 200 {
        let key = callers
            .join_next()
            .await
            .expect("a caller")
            .expect("its answer");
        acknowledged.insert(key);
    }
    callers.shutdown().await;
    let after = desk.beside(store).await;
    drop(desk);
    let kept = after.ledger.due(Look::at_most(1000)).await.expect("due");
    let kept: BTreeSet<String> = kept.into_iter().map(|due| due.life.key.order_id).collect();
    assert!(kept.is_superset(&acknowledged));
}

pub async fn personal_data_is_erased_in_time_but_not_of_an_open_order(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let ended = desk.book("A-1", "1001").await;
    let open = desk.receive("A-2").await;
    desk.pass(Duration::from_secs(29 * 86_400));
    assert_eq!(
        desk.ledger.erase_expired(desk.now()).await.expect("kept"),
        0
    );
    desk.pass(Duration::from_secs(86_400));
    assert_eq!(
        desk.ledger.erase_expired(desk.now()).await.expect("kept"),
        2
    );
    let ended = desk.order(&ended).await;
    assert_eq!(ended.life.state, State::Booked);
    assert!(ended.order.is_none());
    assert!(!desk.has_label("label-1001").await);
    let open = desk.order(&open).await;
    assert!(open.order.is_some());
}

fn erase(key: &Key) -> Change {
    let event = Event::Decided(Decided {
        decision: Decision::Erase,
        actor: "ana".into(),
        reason: "the buyer asked for it".into(),
    });
    change(key, event, Kept::default())
}

pub async fn a_person_erases_one_order_and_its_accounts_stay(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let [gone, other] = [
        desk.book("A-1", "1001").await,
        desk.book("A-2", "1002").await,
    ];
    let kept = desk.ledger.personal(&gone).await.expect("read");
    let what: Vec<&str> = kept.iter().map(|kept| kept.what.as_str()).collect();
    assert_eq!(what, ["the order, revision 1", "label label-1001 (pdf)"]);
    let refused = desk.one(erase(&gone)).await;
    assert!(
        matches!(refused.verdict, Verdict::Refused(_)),
        "{refused:?}"
    );
    assert_eq!(desk.ledger.personal(&gone).await.expect("read").len(), 2);
    desk.pass(Duration::from_secs(86_400));
    desk.one(erase(&gone)).await;
    desk.ledger.overwrite_erased().await.expect("done");
    assert!(desk.ledger.personal(&gone).await.expect("read").is_empty());
    assert_eq!(desk.ledger.personal(&other).await.expect("read").len(), 2);
    let after = desk.order(&gone).await;
    let number = after.life.bookings[0].numbers.as_ref().expect("numbers");
    assert_eq!(number.tracking_number, "1001");
    let notes = desk.ledger.notes(&gone).await.expect("read");
    let last = notes.last().expect("a note");
    assert_eq!(last.text, "decided by ana: the buyer asked for it");
}

pub async fn what_comes_after_an_erasure_is_kept(store: &dyn Store) {
    let desk = Desk::open(store).await;
    let key = desk.receive("A-1").await;
    let fence = desk.claim(&key).await.life.fence;
    let no = Outcome::Refused(reason("address"));
    desk.one(answered(&key, fence, no)).await;
    // No other account takes it.
    assert_eq!(desk.claim(&key).await.life.state, State::Rejected);
    let mut better = order("A-1");
    better.revision = 2;
    better.recipient.city = "Lille".into();
    // Both in one transaction.
    let both = vec![erase(&key), received(&better, desk.now())];
    assert!(desk.all(both).await.iter().all(Result::is_ok));
    let kept = desk.ledger.personal(&key).await.expect("read");
    let what: Vec<&str> = kept.iter().map(|kept| kept.what.as_str()).collect();
    assert_eq!(what, ["the order, revision 2"]);
    assert_eq!(desk.order(&key).await.life.state, State::Waiting);
}
