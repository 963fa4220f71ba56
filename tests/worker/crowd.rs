//! Many orders at once, with what a busy day brings: duplicates, garbage, bad addresses, a restart
//! in the middle, and kills.

use std::collections::BTreeSet;
use std::time::Instant;

use carrier_sdk::stub::StubBooking;
use serde_json::Value;

use super::orders::{PAID, order, refused};
use super::world::World;

const ORDERS: usize = 2_000;
const DUPLICATES: usize = ORDERS / 20;
const MALFORMED: usize = ORDERS / 100;
const REFUSED: usize = ORDERS / 100;

fn name(number: usize) -> String {
    format!("CROWD-{number:04}")
}

/// All messages, in a mixed order that is the same in every run.
fn messages() -> Vec<Vec<u8>> {
    let every = |share: usize| move |number: &usize| number.is_multiple_of(ORDERS / share);
    let orders = (0..ORDERS).map(|number| match every(REFUSED)(&number) {
        true => refused(&name(number)),
        false => order(&name(number)),
    });
    let orders: Vec<Value> = orders.collect();
    let again = (0..ORDERS)
        .filter(every(DUPLICATES))
        .map(|number| orders[number].to_string());
    let mut messages: Vec<Vec<u8>> = orders
        .iter()
        .map(|order| order.to_string().into_bytes())
        .collect();
    messages.extend(again.map(String::into_bytes));
    messages.extend((0..MALFORMED).map(|number| format!("{{\"order_id\": {number},").into_bytes()));
    fastrand::Rng::with_seed(7).shuffle(&mut messages);
    messages
}

fn live(bookings: &[StubBooking]) -> usize {
    bookings.iter().filter(|booking| booking.is_live()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_orders_with_duplicates_and_garbage_all_end_and_none_is_booked_twice() {
    let mut world = World::new().await;
    // On a busy machine the stub alone may take seconds.
    world.setup.timeout_s = 30;
    world.setup.lease_s = 40;
    world.broker.publish_all(PAID, messages()).await;
    let started = Instant::now();
    world.start_worker();
    world
        .wait_until("a third of the bookings", async || {
            world.bench.ledger.bookings().len() > ORDERS / 3
        })
        .await;
    assert_eq!(world.sigterm().await, Some(0));
    let (_, listed) = world.run(&[
        "orders", "list", "--state", "booked", "--limit", "9999", "--json",
    ]);
    let recorded: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
    let accepted = world.bench.ledger.bookings().len();
    assert_eq!(
        recorded.len(),
        accepted,
        "a drain records every booking that the carriers accepted"
    );
    assert!(accepted < ORDERS, "it was stopped in the middle");

    world.start_worker();
    let ends = world.all_end(ORDERS).await;
    let took = started.elapsed().as_millis();
    let rate = 1_000 * u128::try_from(ORDERS).expect("few") / took;
    println!("{ORDERS} orders in {took} ms with a restart: {rate} a second");

    let ids = |end: &str| -> BTreeSet<usize> {
        (0..ORDERS)
            .filter(|number| ends[&name(*number)] == end)
            .collect()
    };
    let bad: BTreeSet<usize> = (0..ORDERS).step_by(ORDERS / REFUSED).collect();
    assert_eq!(ids("rejected"), bad);
    assert_eq!(ids("booked").len(), ORDERS - REFUSED);
    let bookings = world.bench.ledger.bookings();
    assert_eq!(
        (bookings.len(), live(&bookings)),
        (ORDERS - REFUSED, ORDERS - REFUSED)
    );
    let dead = world.dead(MALFORMED).await;
    assert_eq!(dead.len(), MALFORMED);
    assert!(
        dead.iter()
            .all(|dead| dead.reason.contains("the JSON ends too early"))
    );
    assert_eq!(world.sigterm().await, Some(0));
    assert_eq!(
        world.broker.count(&world.broker.names.orders_queue).await,
        0
    );
    world.finish().await;
}
