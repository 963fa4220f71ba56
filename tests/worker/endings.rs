//! How a worker ends: killed in the middle again and again, or asked to stop while carriers answer
//! slowly. Either way the next one goes on where it was.

use std::time::Duration;

use serde_json::Value;

use super::orders::order;
use super::world::World;

fn orders(prefix: &str, count: usize) -> Vec<Value> {
    (0..count)
        .map(|number| order(&format!("{prefix}-{number:03}")))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_in_the_middle_and_started_again_loses_nothing_and_books_nothing_twice() {
    const ORDERS: usize = 300;
    const KILLS: usize = 4;
    let mut world = World::new().await;
    world.setup.in_flight = 16;
    world.bench.faults.base_delay(Duration::from_millis(40));
    let orders = orders("KILL", ORDERS);
    world.publish_all(&orders).await;
    world.start_worker();
    for kill in 1..=KILLS {
        world
            .wait_until(&format!("booking number {}", 50 * kill), async || {
                world.bench.ledger.bookings().len() >= 50 * kill
            })
            .await;
        world.kill_9();
        world.start_worker();
    }
    let ends = world.all_end(ORDERS).await;
    let mut replaced = 0;
    for (order_id, end) in ends {
        let bookings = world.bookings(&order_id);
        let live = bookings.iter().filter(|booking| booking.is_live()).count();
        replaced += bookings.len() - live;
        match end.as_str() {
            "booked" => assert_eq!(live, 1, "{order_id}"),
            // Killed after the claim and before the request: the carrier's silence is no proof.
            "parked" => {
                assert_eq!(live, 0, "{order_id}");
                let parked = world.told(&order_id, "parked").await;
                assert_eq!(parked.event["data"]["why"]["code"], "in_doubt");
                let reference = parked.event["data"]["carrier_reference"].as_str();
                assert!(reference.is_some_and(|reference| reference.starts_with(&order_id)));
            }
            other => panic!("{order_id} is {other}"),
        }
    }
    println!("{KILLS} kills: {replaced} bookings were found again, voided and made anew");
    assert!(replaced > 0, "the kills hit bookings under way");
    assert_eq!(world.sigterm().await, Some(0));
    assert_eq!(
        world.broker.count(&world.broker.names.orders_queue).await,
        0
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_finishes_what_is_on_the_wire() {
    const ON_THE_WIRE: usize = 8;
    let mut world = World::new().await;
    world.setup.lease_s = 30;
    // As many again are worked on, and wait for their turn to call.
    world.setup.in_flight = 2 * ON_THE_WIRE;
    world.setup.concurrency = ON_THE_WIRE;
    world.setup.timeout_s = 20;
    world.bench.faults.base_delay(Duration::from_secs(3));
    world.publish_all(&orders("WIRE", 30)).await;
    world.start_worker();
    world
        .wait_until("all the calls that may be under way", async || {
            world.bench.ledger.bookings().len() == ON_THE_WIRE
        })
        .await;
    assert_eq!(world.ends().len(), 0, "no answer has come so far");
    assert_eq!(world.sigterm().await, Some(0));
    world.broker.hear_out().await;
    let ends = world.ends();
    assert_eq!(ends.len(), ON_THE_WIRE);
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(
        world.bench.ledger.bookings().len(),
        ON_THE_WIRE,
        "nothing new was begun"
    );

    world.bench.faults.base_delay(Duration::ZERO);
    world.start_worker();
    world.all_end(30).await;
    assert_eq!(
        world.bench.ledger.bookings().len(),
        30,
        "and nothing is done again"
    );
    world.finish().await;
}
