//! Pressure: a backlog, a carrier that answers slowly, a broker that is away. The worker keeps to its
//! memory, rests while nothing can be done, says why, and does everything once it can.

use std::time::Duration;

use carrier_sdk::stub::{FaultRule, Mode, StubFault};
use serde_json::Value;
use tokio::time::Instant;

use super::night;
use super::orders::{order, order_for};
use super::setup::Carrier;
use super::world::{World, until};

/// Another number of orders that wait than the usual one.
const VARIABLE: &str = "DILIGENCE_TEST_BACKLOG";
const BACKLOG: usize = 2_000;
/// The most memory a worker built for tests may take for it, however long the backlog is.
const MOST_MIB: u64 = 128;
/// How long it is watched while nothing can be done.
const WATCHED: Duration = Duration::from_secs(4);

/// Nothing can be done, and the worker does nothing: its processor's time is a small part of the time.
pub async fn rests(world: &World, why: &str) {
    let (before, began) = (world.cpu(), Instant::now());
    until("a while to pass", async || began.elapsed() > WATCHED).await;
    let used = world.cpu() - before;
    println!("{why}: {used:?} of a processor in {WATCHED:?}");
    assert!(used < WATCHED / 4, "{why}: {used:?}\n{}", world.log_tail());
}

fn backlog() -> Vec<Value> {
    let count = std::env::var(VARIABLE).map_or(BACKLOG, |count| count.parse().expect("a number"));
    (0..count)
        .map(|number| order(&format!("BACK-{number:06}")))
        .collect()
}

/// Waits as long as it goes on.
async fn as_many(world: &World, what: &str, wanted: usize, count: impl Fn(&World) -> usize) {
    let mut seen = 0;
    while seen < wanted {
        let next = wanted.min(seen + 1_000);
        world
            .wait_until(&format!("{what}: {next} of {wanted}"), async || {
                count(world) >= next
            })
            .await;
        seen = next;
    }
}

fn accounts(world: &World, does: &str) {
    for account in ["chronopost", "dhl"] {
        let words = ["accounts", does, account, "--reason", "a test of pressure"];
        let (code, said) = world.run(&words);
        assert_eq!(code, 0, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_that_no_account_takes_costs_no_time_and_little_memory_and_is_booked_when_one_does()
 {
    let orders = backlog();
    let count = orders.len();
    let mut world = World::new().await;
    (world.setup.timeout_s, world.setup.lease_s) = (20, 30);
    world.start_worker();
    night::all_is_well(&world).await;
    rests(&world, "no orders").await;
    accounts(&world, "pause");
    let began = Instant::now();
    world.publish_all(&orders).await;
    // Each is told as accepted, and as being at risk.
    as_many(&world, "events", 2 * count, |world| {
        world.broker.look(<[_]>::len)
    })
    .await;
    println!("{count} orders taken in within {:?}", began.elapsed());
    let queue = &world.broker.names.orders_queue;
    world
        .wait_until("an empty queue", async || {
            world.broker.count(queue).await == 0
        })
        .await;
    rests(&world, "all accounts paused").await;
    let paused = night::alarm(&world, "is paused").await;
    assert_eq!(paused["urgency"], "now", "no other account is left");
    assert_eq!(world.bench.ledger.bookings().len(), 0);

    let began = Instant::now();
    accounts(&world, "resume");
    as_many(&world, "orders that end", count, |world| {
        world.bench.ledger.bookings().len()
    })
    .await;
    world
        .wait_until("every booking to be told", async || {
            world.ends().len() == count
        })
        .await;
    let (took, peak) = (began.elapsed(), world.peak_mib());
    println!("{count} orders that waited booked in {took:?}, at most {peak} MiB");
    assert_eq!(world.bench.ledger.bookings().len(), count, "each once");
    assert!(peak <= MOST_MIB, "{peak} MiB");
    night::all_is_well(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_carrier_that_takes_its_time_keeps_no_order_of_another_waiting() {
    const SLOW: usize = 60;
    const FAST: usize = 40;
    let mut world = World::new().await;
    world
        .setup
        .account("slow", Carrier::Chronopost, world.stubs.address());
    // As many as are on the wire of one account, and twice as many in hand.
    world.setup.in_flight = 4;
    (world.setup.timeout_s, world.setup.lease_s) = (60, 80);
    world.bench.faults.add(FaultRule {
        operation: Some("book".into()),
        reference: Some("SLOW".into()),
        ..FaultRule::always(StubFault::Slow { ms: 30_000 })
    });
    let named = |prefix: &str, account: &str, count| -> Vec<Value> {
        let order = |number| order_for(account, &format!("{prefix}-{number:03}"));
        (0..count).map(order).collect()
    };
    world.publish_all(&named("SLOW", "slow", SLOW)).await;
    world.start_worker();
    world
        .wait_until("calls that take half a minute", async || {
            world.bench.ledger.bookings().len() == 4
        })
        .await;
    let began = Instant::now();
    world.publish_all(&named("FAST", "dhl", FAST)).await;
    let ends = world.all_end(FAST).await;
    let took = began.elapsed();
    println!("{FAST} orders of another account ended in {took:?}");
    assert!(
        ends.keys().all(|order_id| order_id.starts_with("FAST")),
        "{ends:?}"
    );
    assert_eq!(world.bench.ledger.bookings().len(), 4 + FAST);
    rests(&world, "a carrier that takes half a minute").await;
    world.bench.faults.clear();
    let ends = world.all_end(SLOW + FAST).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(
        world.bench.ledger.bookings().len(),
        SLOW + FAST,
        "each once"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_the_worker_rests_and_goes_on_when_it_is_back() {
    let mut world = World::new().await;
    let line = world.line_to_the_broker().await;
    world.start_worker();
    world.publish(&order("BEFORE")).await;
    world.told("BEFORE", "booked").await;
    for (mode, why) in [
        (Mode::Refuse, "a broker that is down"),
        (Mode::Blackhole, "a silent broker"),
    ] {
        line.set(mode).await.expect("set");
        night::alarm(&world, "the broker cannot be used").await;
        rests(&world, why).await;
        line.set(Mode::Pass).await.expect("set");
        night::all_is_well(&world).await;
    }
    world.publish(&order("AFTER")).await;
    world.told("AFTER", "booked").await;
    world.finish().await;
}
