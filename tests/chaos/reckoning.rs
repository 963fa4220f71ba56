//! When all is quiet: every order that the broker confirmed has ended and was told, what the carriers
//! hold is in force, asked about or told as a stray, and nothing is left on the way.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::promises::{order_of, strays};
use super::shop::Books;
use super::storm::{Day, Wrongs};
use super::world::{World, comes};

/// Checks all of it, and prints what the day came to.
pub async fn reckon(day: Day) {
    let Day {
        world,
        books,
        wrongs,
        ..
    } = day;
    assert!(
        all_end(&world, books.orders.len()).await,
        "not every order ends\n{}",
        open_stories(&world, &books)
    );
    let ends = world.ends();
    every_shipment_is_known(&world, &ends);
    every_booking_told_exists(&world);
    let dead = world.broker.dead().await.len();
    assert!(
        dead >= books.malformed,
        "{dead} dead messages for {} malformed",
        books.malformed
    );
    let left = world.broker.count(&world.broker.names.orders_queue).await;
    assert_eq!(left, 0, "orders are left in the queue");
    print(&world, &books, &wrongs, &ends);
    world.finish().await;
}

/// Whether every order ends; it is given up only when none has ended for a long time.
async fn all_end(world: &World, wanted: usize) -> bool {
    loop {
        let ended = world.ends().len();
        let is_over = || ended == wanted && nothing_is_open(world);
        if is_over() {
            return true;
        }
        let goes_on = comes(async || world.ends().len() > ended || is_over()).await;
        if !goes_on {
            return false;
        }
    }
}

/// What is known of each order that has not ended, and of those the ledger holds open.
fn open_stories(world: &World, books: &Books) -> String {
    let (ends, log) = (world.ends(), world.log());
    let untold = books.orders.iter().filter(|id| !ends.contains_key(*id));
    let stories = untold.map(|id| {
        let (_, shown) = world.run(&["orders", "show", &format!("fr/{id}")]);
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(id)).collect();
        format!("{id}\n{shown}\n{}\n", lines.join("\n"))
    });
    let (_, status) = world.run(&["status"]);
    stories.chain([status, world.log_tail()]).collect()
}

/// No order is on its way in the ledger.
fn nothing_is_open(world: &World) -> bool {
    ["waiting", "booking", "in_doubt", "unlabelled", "voiding"]
        .iter()
        .all(|state| {
            let (code, listed) =
                world.run(&["orders", "list", "--state", state, "--limit", "1", "--json"]);
            let listed: Vec<Value> = serde_json::from_str(&listed).unwrap_or_default();
            code == 0 && listed.is_empty()
        })
}

fn every_shipment_is_known(world: &World, ends: &HashMap<String, String>) {
    let told_as_strays = world.broker.look(strays);
    let mut wanted: HashMap<&str, u32> = HashMap::new();
    let bookings = world.bench.ledger.bookings();
    for booking in bookings.iter().filter(|booking| booking.is_live()) {
        if told_as_strays.contains(&booking.reference) {
            continue;
        }
        let order = order_of(booking);
        let end = ends[order].as_str();
        assert!(
            matches!(end, "booked" | "parked"),
            "{booking:?} exists, and {order} is {end}"
        );
        *wanted.entry(order).or_default() += 1;
    }
    let twice: Vec<_> = wanted.iter().filter(|(_, count)| **count > 1).collect();
    assert!(
        twice.is_empty(),
        "booked twice, and nobody was told: {twice:?}"
    );
}

/// No event tells a number that no carrier gave.
fn every_booking_told_exists(world: &World) {
    let bookings = world.bench.ledger.bookings();
    world.broker.look(|told| {
        for one in told.iter().filter(|one| one.kind() == "shipment.booked") {
            let number = one.event["data"]["tracking_number"]
                .as_str()
                .expect("a number");
            let exists = bookings.iter().any(|booking| {
                booking.tracking_number == number || booking.parcels.iter().any(|own| own == number)
            });
            assert!(exists, "told, and no carrier has it: {}", one.event);
        }
    });
}

fn print(world: &World, books: &Books, wrongs: &Wrongs, ends: &HashMap<String, String>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    ends.values()
        .for_each(|end| *counts.entry(end).or_default() += 1);
    let bookings = world.bench.ledger.bookings();
    let voided = bookings.iter().filter(|booking| !booking.is_live()).count();
    let told_as_strays = world.broker.look(strays).len();
    let (events, repeats) = world.broker.look(|told| {
        let ids: std::collections::HashSet<_> = told.iter().map(|one| &one.message_id).collect();
        (ids.len(), told.len() - ids.len())
    });
    println!(
        "{} orders ({} twice, {} corrected, {} cancelled) and {} malformed messages\n\
         {wrongs:?}\n\
         ended: {counts:?}; 0 lost, 0 booked twice by itself\n\
         {} bookings at the carriers, {voided} of them voided, {told_as_strays} strays, all told\n\
         {events} events, {repeats} identical repeats, 0 missing",
        books.orders.len(),
        books.duplicates,
        books.corrected,
        books.cancelled,
        books.malformed,
        bookings.len(),
    );
}
