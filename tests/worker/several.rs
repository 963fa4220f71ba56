//! Several workers on one ledger and one broker: started at once, killed, frozen past their leases.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use carrier_sdk::stub::StubFault;
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::suite::orders::order_for;
use crate::suite::process::Process;
use crate::suite::promises::order_of;
use crate::suite::world::World;

/// Another number than [`ORDERS`]; see CONTRIBUTING.md.
const VARIABLE: &str = "DILIGENCE_TEST_ORDERS";
const ORDERS: usize = 1_000;
const KILL_EVERY: Duration = Duration::from_secs(3);
/// As long as 5,000 orders take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(1800);

fn orders(prefix: &str, count: usize) -> Vec<Value> {
    let order = |number| order_for("chronopost", &format!("{prefix}-{number:05}"));
    (0..count).map(order).collect()
}

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

/// The booking of each order that is live at the carrier.
fn live(world: &World) -> BTreeMap<String, usize> {
    let mut live = BTreeMap::new();
    for booking in world.bench.ledger.bookings() {
        *live.entry(order_of(&booking).to_owned()).or_default() += usize::from(booking.is_live());
    }
    live
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

/// Decides as a person would, who looks into the carrier's books: about orders whose void was cut off
/// by a kill, and those that lost their label three times. How many they were.
async fn decided(world: &World) -> usize {
    let ends = world.ends();
    let parked = ends.iter().filter(|(_, end)| *end == "parked");
    std::fs::write(world.path("label.pdf"), "%PDF-1.4\n%%EOF\n").expect("written");
    for (order_id, _) in parked.clone() {
        let parked = world.told(order_id, "parked").await;
        let data = &parked.event["data"];
        let why = data["why"]["code"].as_str().expect("a code");
        assert!(
            ["void_failed", "voided", "label_missing"].contains(&why),
            "{data}"
        );
        let reference = data["carrier_reference"].as_str().expect("a reference");
        let mut bookings = world.bookings(order_id).into_iter();
        let standing = bookings.find(|one| one.is_live() && one.reference == reference);
        let number = standing.as_ref().map(|one| one.tracking_number.as_str());
        let key = format!("fr/{order_id}");
        let decision = match number {
            Some(number) => ["booked", &key, "--tracking", number, "--label", "label.pdf"].to_vec(),
            None => ["rebook", &key, "--abandon", reference].to_vec(),
        };
        let reason = ["--reason", "the carrier was asked"];
        let (code, said) = world.run(&[&["parked"], &decision[..], &reason].concat());
        assert_eq!(code, 0, "{said}");
    }
    parked.count()
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
    let count = std::env::var(VARIABLE).map_or(ORDERS, |count| count.parse().expect("a number"));
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
    world
        .wait_until("one live booking each", async || {
            let live = live(&world);
            let booked = world.ends().into_values().filter(|end| end == "booked");
            booked.count() == count && live.len() == count && live.values().all(|live| *live == 1)
        })
        .await;
    each_drains(crew).await;
    let took = began.elapsed().as_secs();
    println!(
        "{count} orders by three workers in {took} s, {kills} kills, one freeze, {asked} for a person"
    );
    nothing_is_missing(&mut world, count).await;
    world.finish().await;
}

/// What the ledger, the carrier and the bus know is the same.
async fn nothing_is_missing(world: &mut World, count: usize) {
    world.broker.hear_out().await;
    let database = world.place.database();
    let number =
        async |question| usize::try_from(database.number(question).await).expect("a count");
    assert_eq!(
        number("SELECT COUNT(*) FROM orders WHERE state = 'booked'").await,
        count
    );
    let in_force = "SELECT COUNT(DISTINCT key) FROM bookings WHERE standing = 'live'";
    assert_eq!(number(in_force).await, count);
    assert_eq!(
        number("SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL").await,
        0
    );
    let told: BTreeSet<String> = world
        .broker
        .look(|told| told.iter().map(|one| one.message_id.clone()).collect());
    assert_eq!(
        number("SELECT COUNT(*) FROM outbox").await,
        told.len(),
        "every event was heard"
    );
    let bookings = world.bench.ledger.bookings();
    println!(
        "{} bookings were made beside, known to the ledger",
        bookings.len() - count
    );
    let recorded = database.pairs("SELECT reference, standing FROM bookings");
    let recorded: BTreeMap<String, String> = recorded.await.into_iter().collect();
    for booking in bookings {
        let standing = recorded.get(&booking.reference).map(String::as_str);
        match booking.is_live() {
            true => assert_eq!(standing, Some("live"), "{booking:?}"),
            false => assert!(
                matches!(standing, Some("voided" | "stray")),
                "{standing:?} {booking:?}"
            ),
        }
    }
    assert_eq!(
        world.broker.count(&world.broker.names.orders_queue).await,
        0
    );
}
