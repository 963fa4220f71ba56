//! What tests with kills have in common: their orders, a person who decides what is left to one, and
//! the reckoning between ledger, carrier and bus.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::orders::order_for;
use super::promises::order_of;
use super::world::World;

/// Another number of orders than the usual one; see CONTRIBUTING.md.
const VARIABLE: &str = "DILIGENCE_TEST_ORDERS";

/// So many orders unless the environment says otherwise.
pub fn how_many(usual: usize) -> usize {
    std::env::var(VARIABLE).map_or(usual, |count| count.parse().expect("a number"))
}

/// Orders for a carrier that finds and takes back.
pub fn orders(prefix: &str, count: usize) -> Vec<Value> {
    let order = |number| order_for("chronopost", &format!("{prefix}-{number:05}"));
    (0..count).map(order).collect()
}

/// Waits until every order is booked and has one booking that is live at the carrier.
pub async fn one_live_booking_each(world: &World, count: usize) {
    world
        .wait_until("one live booking each", async || {
            let live = live(world);
            let booked = world.ends().into_values().filter(|end| end == "booked");
            booked.count() == count && live.len() == count && live.values().all(|live| *live == 1)
        })
        .await;
}

/// The booking of each order that is live at the carrier.
fn live(world: &World) -> BTreeMap<String, usize> {
    let mut live = BTreeMap::new();
    for booking in world.bench.ledger.bookings() {
        *live.entry(order_of(&booking).to_owned()).or_default() += usize::from(booking.is_live());
    }
    live
}

/// Decides as a person would, who looks into the carrier's books: about orders whose void was cut off
/// by a kill, and those that lost their label three times. How many they were.
pub async fn decided(world: &World) -> usize {
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

/// What the ledger, the carrier and the bus know is the same.
pub async fn nothing_is_missing(world: &World, count: usize) {
    world.broker.hear_out().await;
    let place = &world.place;
    let number = async |question| usize::try_from(place.number(question).await).expect("a count");
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
    let recorded = place.pairs("SELECT reference, standing FROM bookings");
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
