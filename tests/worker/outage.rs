//! A broker that is not there: at the start, in the middle of the work, while the worker is asked to
//! stop. Booking goes on with what was taken; what is told waits in the ledger.

use std::time::Duration;

use carrier_sdk::stub::{Mode, Proxy};
use serde_json::Value;

use super::orders::order;
use super::world::World;

const ORDERS: usize = 24;

fn orders(prefix: &str) -> Vec<Value> {
    (0..ORDERS)
        .map(|number| order(&format!("{prefix}-{number:02}")))
        .collect()
}

/// A world whose worker reaches its broker over a line of ours.
async fn world_with_line() -> (World, Proxy) {
    let mut world = World::new().await;
    let line = world.line_to_the_broker().await;
    (world, line)
}

/// Waits until every order was taken and some are booked; the rest takes a while.
async fn half_done(world: &mut World) {
    world.setup.in_flight = 4;
    world.bench.faults.base_delay(Duration::from_millis(400));
    world.publish_all(&orders("OUT")).await;
    world.start_worker();
    world
        .wait_until("all taken, some booked", async || {
            let taken = orders("OUT").iter().all(|order| {
                let order_id = order["order_id"].as_str().expect("an id");
                !world.events(order_id).is_empty()
            });
            taken && !world.ends().is_empty()
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_down_at_the_start_is_waited_for() {
    let (mut world, line) = world_with_line().await;
    line.set(Mode::Refuse).await.expect("set");
    world.publish_all(&orders("WAIT")).await;
    world.start_worker();
    let address = line.addr().to_string();
    world
        .wait_until("a word about it", async || {
            let log = world.log();
            log.lines()
                .any(|line| line.contains("no orders come in") && line.contains(&address))
        })
        .await;
    line.set(Mode::Pass).await.expect("set");
    world.all_end(ORDERS).await;
    assert_eq!(world.bench.ledger.bookings().len(), ORDERS);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_broker_is_gone_booking_goes_on_and_everything_is_told_when_it_is_back() {
    let (mut world, line) = world_with_line().await;
    half_done(&mut world).await;
    line.set(Mode::Refuse).await.expect("set");
    world.publish_all(&orders("LATER")).await;
    world
        .wait_until("all bookings of what was taken", async || {
            world.bench.ledger.bookings().len() == ORDERS
        })
        .await;
    assert!(world.ends().len() < ORDERS, "nobody could be told");
    line.set(Mode::Pass).await.expect("set");
    world.all_end(2 * ORDERS).await;
    assert_eq!(world.bench.ledger.bookings().len(), 2 * ORDERS);
    assert_eq!(world.sigterm().await, Some(0));
    assert_eq!(
        world.broker.count(&world.broker.names.orders_queue).await,
        0
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_without_a_broker_ends_and_the_next_start_tells_the_rest() {
    let (mut world, line) = world_with_line().await;
    half_done(&mut world).await;
    line.set(Mode::Refuse).await.expect("set");
    assert_eq!(world.sigterm().await, Some(0));
    assert!(
        world.log().contains("events are left in the outbox"),
        "{}",
        world.log()
    );
    let booked = world.bench.ledger.bookings().len();
    assert!(booked < ORDERS, "it was stopped in the middle");
    line.set(Mode::Pass).await.expect("set");
    world.start_worker();
    let ends = world.all_end(ORDERS).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(world.bench.ledger.bookings().len(), ORDERS);
    world.finish().await;
}
