//! Several workers on one ledger and one broker: started at once, killed, frozen past their leases.

use std::time::Duration;

use carrier_sdk::stub::StubFault;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::suite::crew::{decided, how_many, nothing_is_missing, one_live_booking_each, orders};
use crate::suite::orders::order_for;
use crate::suite::process::Process;
use crate::suite::world::World;

const ORDERS: usize = 1_000;
const KILL_EVERY: Duration = Duration::from_secs(3);
/// As long as 5,000 orders take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(1800);

async fn each_drains(crew: Vec<Process>) {
    for worker in crew {
        assert_eq!(worker.sigterm().await, Some(0), "a drain is a good end");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_start_at_the_same_moment_make_one_ledger() {
    let mut world = World::new().await;
    world.of_many();
    world.publish_all(&orders("FRESH", 60)).await;
    let crew: Vec<Process> = (0..3).map(|_| world.start_another()).collect();
    let ends = world.all_end(60).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(
        world.bench.ledger.bookings().len(),
        60,
        "none was booked twice"
    );
    each_drains(crew).await;
    let database = world.place.database();
    let twice = "SELECT COUNT(*) - MAX(version) FROM ledger_versions";
    assert_eq!(
        database.number(twice).await,
        0,
        "each step was applied once"
    );
    world.finish().await;
}

/// Kills one of the first two every few seconds and starts another in its place, until all orders
/// have ended and the third, frozen at the start, was woken after its leases. Tells how many it killed.
async fn trouble(world: &World, crew: &mut [Process], orders: usize) -> usize {
    let frozen_for = 2 * Duration::from_secs(world.setup.lease_s);
    crew[2].freeze();
    let started = Instant::now();
    let mut awake = false;
    let mut kills = 0;
    let mut rhythm = interval(KILL_EVERY);
    rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rhythm.tick().await;
        if !awake && started.elapsed() > frozen_for {
            crew[2].wake();
            awake = true;
        }
        if awake && world.ends().len() == orders {
            return kills;
        }
        let next = std::mem::replace(&mut crew[kills % 2], world.start_another());
        next.kill_9();
        kills += 1;
        let late = started.elapsed() > PATIENCE;
        assert!(
            !late,
            "{} of {orders} ended\n{}",
            world.ends().len(),
            world.log_tail()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_without_a_label_is_announced_on_a_persons_word_with_the_label_they_have() {
    let mut world = World::new().await;
    world.fault("book", "NO-LABEL", Some(1), StubFault::NoLabel);
    world.start_worker();
    world.publish(&order_for("dhl", "NO-LABEL")).await;
    world.told("NO-LABEL", "parked").await;
    assert_eq!(decided(&world).await, 1);
    let booked = world.told("NO-LABEL", "booked").await;
    let number = &world.bookings("NO-LABEL")[0].tracking_number;
    assert_eq!(booked.event["data"]["tracking_number"], number.as_str());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_killed_and_frozen_end_every_order_with_one_live_booking() {
    let count = how_many(ORDERS);
    let mut world = World::new().await;
    world.of_many();
    world.setup.in_flight = 8;
    // On a busy machine an answer may take its time.
    (world.setup.timeout_s, world.setup.lease_s) = (6, 16);
    // Killed between claim and request, an order would wait for a person: none is here.
    world.setup.when_in_doubt = "rebook";
    world.publish_all(&orders("CREW", count)).await;
    let began = Instant::now();
    let mut crew: Vec<Process> = (0..3).map(|_| world.start_another()).collect();
    world
        .wait_until("the first bookings", async || {
            world.bench.ledger.bookings().len() > count / 50
        })
        .await;
    let kills = trouble(&world, &mut crew, count).await;
    let asked = decided(&world).await;
    one_live_booking_each(&world, count).await;
    each_drains(crew).await;
    let took = began.elapsed().as_secs();
    println!(
        "{count} orders by three workers in {took} s, {kills} kills, one freeze, {asked} for a person"
    );
    nothing_is_missing(&world, count).await;
    world.finish().await;
}
