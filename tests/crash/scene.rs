//! One run: a few orders that between them meet everything, a worker that dies or freezes on the way,
//! another that goes on, and the reckoning.

use std::collections::BTreeMap;
use std::fmt;

use carrier_sdk::stub::StubFault;
use serde_json::Value;

use super::case::{Carrier, Case};
use super::orders::{PAID, cancellation, order};
use super::setup;
use super::world::World;

/// Plain ones, one whose answer is lost, one that comes without its label, one that is cancelled.
const ORDERS: [&str; 7] = ["ONE", "TWO", "THREE", "FOUR", "LOST", "BARE", "GONE"];

/// What came of a run, or of many.
#[derive(Debug, Default)]
pub struct Tally {
    pub hit: bool,
    orders: usize,
    bookings: usize,
    parked: usize,
    strays: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.bookings += other.bookings;
        self.parked += other.parked;
        self.strays += other.strays;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} orders, 0 lost, {} bookings, 0 orders booked twice by itself, {} parked, {} strays, all told",
            self.orders, self.bookings, self.parked, self.strays
        )
    }
}

/// Plays one run; panics when a promise is broken.
pub async fn play(case: Case) -> Tally {
    let mut world = World::on(case.ledger).await;
    set_up(&mut world, case);
    publish(&world).await;
    let hit = meet_the_point(&mut world, case).await;
    settle(&world).await;
    let tally = reckon(&world, hit);
    world.finish().await;
    tally
}

fn set_up(world: &mut World, case: Case) {
    let address = world.stubs.address();
    let setup = &mut world.setup;
    setup.accounts.clear();
    setup.route = "\"only\"";
    setup.account("only", kind(case.carrier), address);
    let account = setup.accounts.last_mut().expect("just added");
    account.silence_is_proof = case.carrier == Carrier::Proof;
    account.can_be_asked = case.carrier != Carrier::Mute;
    setup.when_in_doubt = if case.rebooks { "rebook" } else { "park" };
    (setup.timeout_s, setup.lease_s) = (2, 5);
    world.fault("book", "LOST", Some(1), StubFault::AcceptThenBroken);
    world.fault("book", "BARE", Some(1), StubFault::NoLabel);
}

fn kind(carrier: Carrier) -> setup::Carrier {
    match carrier {
        Carrier::Proof | Carrier::Finds => setup::Carrier::Dhl,
        Carrier::FindsAndVoids | Carrier::Mute => setup::Carrier::Chronopost,
        Carrier::Reprints => setup::Carrier::Gls,
        Carrier::InSteps => setup::Carrier::Tnt,
    }
}

async fn publish(world: &World) {
    let orders = ORDERS.map(order);
    world.publish_all(&orders).await;
    world.cancel(&cancellation("GONE")).await;
    world
        .broker
        .publish_all(PAID, [b"{\"order_id\":".to_vec()])
        .await;
}

/// A worker goes until it meets the point, or until all is done without it; then another one goes on.
/// Whether the point was met.
async fn meet_the_point(world: &mut World, case: Case) -> bool {
    let variable = if case.freezes {
        "DILIGENCE_FREEZE_AT"
    } else {
        "DILIGENCE_CRASH_AT"
    };
    let trap = (variable, format!("{}:{}", case.point, case.pass));
    world.environment.push(trap);
    let mut first = world.start_another();
    world.environment.clear();
    world
        .wait_until("the point, or the end", async || {
            first.has_ended() || first.is_frozen() || is_settled(world)
        })
        .await;
    if first.is_frozen() {
        world.of_many();
        world.start_worker();
        settle(world).await;
        first.wake();
        // What it was about to do, it does now, or sees that it may not.
        settle(world).await;
        assert_eq!(first.sigterm().await, Some(0), "it was woken, and drains");
        // What it kept last, the other tells.
        world
            .wait_until("all to be told", async || nothing_is_untold(world))
            .await;
        return true;
    }
    let hit = first.has_ended();
    if hit {
        assert_eq!(first.ended().await, None, "{}", world.log_tail());
        // All may have ended before it died: whoever stops the next worker must not be faster than it.
        let before = readies(world);
        world.start_worker();
        world
            .wait_until("the next worker", async || readies(world) > before)
            .await;
    } else {
        assert_eq!(first.sigterm().await, Some(0));
    }
    hit
}

/// How many workers said so far that they are ready.
fn readies(world: &World) -> usize {
    world.log().matches("ready: orders").count()
}

/// Every order has ended or waits for a person, on the bus as in the ledger.
fn is_settled(world: &World) -> bool {
    let ends = world.ends();
    ends.len() == ORDERS.len()
        && states(world)
            .iter()
            .all(|(id, state)| ends.get(id) == Some(state))
}

/// Every event that was kept has left.
fn nothing_is_untold(world: &World) -> bool {
    let (_, said) = world.run(&["status", "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap_or_default();
    said["books"]["outbox"]["events"] == 0
}

async fn settle(world: &World) {
    world
        .wait_until("every order to end and be told", async || is_settled(world))
        .await;
}

fn states(world: &World) -> BTreeMap<String, String> {
    let (_, listed) = world.run(&["orders", "list", "--limit", "100", "--json"]);
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap_or_default();
    let named = |row: &Value| {
        let id = row["order_id"].as_str().or(row["key"].as_str())?;
        let id = id.split('/').find(|part| ORDERS.contains(part))?;
        Some((id.to_owned(), row["state"].as_str()?.to_owned()))
    };
    listed.iter().filter_map(named).collect()
}

/// Everything the carriers hold is known: in force, asked about, or told as a stray.
fn reckon(world: &World, hit: bool) -> Tally {
    let ends = world.ends();
    let bookings = world.bench.ledger.bookings();
    let dead = ends.values().filter(|end| *end == "parked").count();
    let strays = world.broker.look(super::promises::strays);
    for booking in bookings.iter().filter(|booking| booking.is_live()) {
        let order = super::promises::order_of(booking);
        let wanted = matches!(ends[order].as_str(), "booked" | "parked");
        let known = wanted || strays.contains(&booking.reference);
        assert!(known, "{booking:?} exists, and {order} is {}", ends[order]);
    }
    Tally {
        hit,
        orders: ORDERS.len(),
        bookings: bookings.len(),
        parked: dead,
        strays: strays.len(),
    }
}
