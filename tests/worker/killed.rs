//! One worker on a SQLite file that is killed without a goodbye every two seconds, until all is done.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::suite::crew::{decided, how_many, nothing_is_missing, one_live_booking_each, orders};
use crate::suite::world::World;

const ORDERS: usize = 1_000;
const KILL_EVERY: Duration = Duration::from_secs(2);
/// An answer of the carrier takes so long: else a thousand orders would see two kills.
const CARRIER: Duration = Duration::from_millis(40);
/// As long as 5,000 orders take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Kills the worker at every beat and starts another, until every order has ended; how many kills.
async fn killed_until_all_end(world: &mut World, orders: usize) -> usize {
    let started = Instant::now();
    let mut beats = interval(KILL_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats.tick().await;
    for kills in 0.. {
        beats.tick().await;
        let ended = world.ends().len();
        if ended == orders {
            return kills;
        }
        let late = started.elapsed() > PATIENCE;
        assert!(!late, "{ended} of {orders} ended\n{}", world.log_tail());
        world.kill_9();
        world.start_worker();
    }
    unreachable!("numbers do not end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_every_two_seconds_a_worker_ends_every_order_with_one_live_booking() {
    let count = how_many(ORDERS);
    let mut world = World::new().await;
    world.setup.in_flight = 8;
    (world.setup.timeout_s, world.setup.lease_s) = (4, 6);
    // Killed between claim and request, an order would wait for a person: none is here.
    world.setup.when_in_doubt = "rebook";
    world.bench.faults.base_delay(CARRIER);
    world.publish_all(&orders("KILLED", count)).await;
    let began = Instant::now();
    world.start_worker();
    let kills = killed_until_all_end(&mut world, count).await;
    let took = began.elapsed().as_secs_f64();
    let asked = decided(&world).await;
    one_live_booking_each(&world, count).await;
    assert!(kills > 1, "it was killed in the middle");
    assert_eq!(world.sigterm().await, Some(0), "a drain is a good end");
    println!(
        "{count} orders in {took:.0} s under {kills} kills, one every {} s: {:.0} a second; {asked} for a person",
        KILL_EVERY.as_secs(),
        f64::from(u32::try_from(count).expect("few")) / took,
    );
    nothing_is_missing(&world, count).await;
    world.finish().await;
}
