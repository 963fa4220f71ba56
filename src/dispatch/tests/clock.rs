//! A clock that jumps, as one does that was wrong and is set right: it may delay an order, and doubles none.

use super::*;

const HOUR: i64 = 3600;

fn live(shop: &Workshop) -> Vec<String> {
    let bookings = shop.stage.bench.ledger.bookings();
    let live = bookings.iter().filter(|booking| booking.is_live());
    let mut live: Vec<String> = live.map(|booking| booking.reference.clone()).collect();
    live.sort();
    live
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let came = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(came.is_ok(), "waited in vain for {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_past_every_lease_while_an_answer_is_awaited_books_once() {
    let ahead = Arc::new(AtomicI64::new(0));
    let shop = Workshop::ahead(Arc::clone(&ahead)).await;
    shop.stage.bench.faults.base_delay(Duration::from_secs(1));
    shop.receive("A-1").await;
    until("the request", || !live(&shop).is_empty()).await;
    ahead.store(HOUR, Ordering::SeqCst);
    let life = shop.booked("A-1").await;
    assert_eq!(
        life.bookings.len(),
        1,
        "its own worker waited for the answer"
    );
    shop.stage.bench.faults.base_delay(Duration::ZERO);
    shop.receive("B-1").await;
    shop.booked("B-1").await;
    assert_eq!(live(&shop), ["A-1", "B-1"]);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_delays_what_was_tried_before_and_nothing_else() {
    let ahead = Arc::new(AtomicI64::new(0));
    let shop = Workshop::ahead(Arc::clone(&ahead)).await;
    shop.stage.bench.faults.add(FaultRule {
        operation: Some("book".into()),
        reference: Some("A-1".into()),
        ..FaultRule::always(StubFault::Busy {
            retry_after_s: None,
        })
    });
    shop.receive("A-1").await;
    until("a first try", || {
        shop.ledger.seen().contains(&Seen::Kept("A-1".into()))
    })
    .await;
    ahead.store(-HOUR, Ordering::SeqCst);
    shop.stage.bench.faults.clear();
    shop.receive("B-1").await;
    shop.booked("B-1").await;
    ahead.store(0, Ordering::SeqCst);
    shop.booked("A-1").await;
    assert_eq!(live(&shop), ["A-1", "B-1"], "each once");
    shop.end().await;
}
