//! `dispatch FILE`: the same pipeline without a broker, killed in the middle and run again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use carrier_sdk::stub::StubFault;
use serde_json::Value;

use super::orders::{cancellation, order, order_for, refused};
use super::world::World;

/// The events file, which must be whole lines of JSON.
fn told(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.path("events.ndjson")).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

fn kinds(events: &[Value]) -> BTreeMap<String, String> {
    let told = events.iter().map(|event| {
        let order_id = event["data"]["order_id"].as_str().expect("an order");
        (
            order_id.to_owned(),
            event["type"].as_str().expect("a type").to_owned(),
        )
    });
    told.collect()
}

const ARGUMENTS: [&str; 5] = [
    "orders.ndjson",
    "--events",
    "events.ndjson",
    "--dead",
    "dead.ndjson",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_orders_killed_in_the_middle_and_run_again_resumes() {
    const ORDERS: usize = 120;
    let mut world = World::new().await;
    world.setup.in_flight = 8;
    world.bench.faults.base_delay(Duration::from_millis(20));
    let mut lines: Vec<String> = (0..ORDERS)
        .map(|number| order(&format!("FILE-{number:03}")).to_string())
        .collect();
    lines.push(lines[0].clone());
    lines.push("{\"order_id\": \"FILE".to_owned());
    lines.push(refused("REFUSED").to_string());
    std::fs::write(world.path("orders.ndjson"), lines.join("\n")).expect("written");
    for bookings in [30, 70] {
        world.start_dispatch(&ARGUMENTS);
        world
            .wait_until("bookings", async || {
                world.bench.ledger.bookings().len() > bookings
            })
            .await;
        world.kill_9();
    }
    world.start_dispatch(&ARGUMENTS);
    let code = world.ended().await;
    let events = told(&world);
    let ends = kinds(&events);
    let parked = ends
        .values()
        .filter(|kind| *kind == "shipment.parked.v1")
        .count();
    // Killed after a claim and before its request: a person is needed, and the exit code says so.
    assert_eq!(
        code,
        Some(i32::from(parked > 0)),
        "{parked} parked\n{}",
        world.log()
    );
    for (order_id, kind) in &ends {
        let live = world
            .bookings(order_id)
            .iter()
            .filter(|booking| booking.is_live())
            .count();
        let expected = usize::from(kind == "shipment.booked.v1");
        assert_eq!(live, expected, "{order_id}: {kind}");
    }
    assert_eq!(ends.len(), ORDERS + 1);
    assert_eq!(ends["REFUSED"], "shipment.rejected.v1");
    let ids: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    assert_eq!(ids.len(), events.len(), "one line per event");
    let dead = std::fs::read_to_string(world.path("dead.ndjson")).expect("dead lines");
    let dead: Value = serde_json::from_str(dead.lines().next().expect("a line")).expect("JSON");
    assert_eq!(dead["line"], ORDERS + 2);

    let before = world.bench.ledger.bookings().len();
    world.start_dispatch(&ARGUMENTS);
    assert_eq!(world.ended().await, code);
    assert_eq!(
        told(&world).len(),
        events.len(),
        "run once more, nothing new is told"
    );
    assert_eq!(world.bench.ledger.bookings().len(), before, "or booked");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_a_file_that_waits_for_a_person_ends_it_with_exit_code_one() {
    let mut world = World::new().await;
    world.fault("book", "NO-LABEL", Some(1), StubFault::NoLabel);
    let mut wish = cancellation("WISH");
    wish["type"] = "order.cancelled".into();
    let lines = [
        order_for("dhl", "NO-LABEL"),
        wish,
        order("WISH"),
        order("FINE"),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    std::fs::write(world.path("orders.ndjson"), lines).expect("written");
    world.start_dispatch(&ARGUMENTS);
    assert_eq!(world.ended().await, Some(1), "{}", world.log());
    let ends = kinds(&told(&world));
    assert_eq!(ends["NO-LABEL"], "shipment.parked.v1");
    assert_eq!(ends["WISH"], "shipment.cancelled.v1");
    assert_eq!(ends["FINE"], "shipment.booked.v1");
    world.finish().await;
}
