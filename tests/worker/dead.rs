//! `dead`: what nobody could read is looked at as often as wanted, put back and dropped, and nothing is
//! lost whenever the command is killed.

use std::collections::BTreeSet;

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use serde_json::Value;

use super::orders::{PAID, order_for};
use super::world::World;

/// More often than a queue with the broker's own limit of deliveries would bear.
const LOOKS: usize = 25;

fn json(world: &World, words: &[&str]) -> Value {
    let (_, said) = world.run(&[words, &["--json"]].concat());
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

fn ids(world: &World) -> Vec<String> {
    let listed = json(world, &["dead", "list"]);
    let lines = listed.as_array().expect("lines").iter();
    lines
        .map(|line| line["id"].as_str().expect("an id").to_owned())
        .collect()
}

async fn publish_odd(world: &World, count: usize) {
    for number in 0..count {
        let properties = BasicProperties::default();
        let odd = odd(number);
        world.broker.publish(PAID, odd.as_bytes(), properties).await;
    }
}

fn odd(number: usize) -> String {
    format!("{{\"order_id\": {number}}}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_messages_bear_every_look_and_keep_their_ids() {
    let mut world = World::new().await;
    assert_eq!(world.run(&["dead", "list"]), (0, String::new()));
    world.start_worker();
    publish_odd(&world, 3).await;
    world.buried(3).await;
    let first = ids(&world);
    assert_eq!(first.len(), 3);
    for _ in 0..LOOKS {
        assert_eq!(ids(&world), first, "none is lost");
    }
    let (code, said) = world.run(&["dead", "list", "--limit", "2"]);
    assert_eq!(code, 1, "somebody is needed");
    assert!(said.contains("these are 2 of 3"), "{said}");
    assert!(said.contains("order_id"), "the path of the fault: {said}");

    // They are put aside side by side, so in any order.
    let bodies = first.iter().map(|id| {
        let shown = json(&world, &["dead", "show", id]);
        assert_eq!(shown["message"]["routing_key"], PAID);
        shown["body"].as_str().expect("a body").to_owned()
    });
    let bodies: BTreeSet<String> = bodies.collect();
    assert_eq!(bodies, (0..3).map(odd).collect());
    let (code, said) = world.run(&["dead", "show", &first[1]]);
    assert!(code == 0 && said.contains("is personal data"), "{said}");
    let (code, said) = world.run(&["dead", "show", "000000000000"]);
    assert!(code == 1 && said.contains("`dead list` shows"), "{said}");

    let (code, said) = world.run(&["dead", "drop", &first[1]]);
    assert_eq!(code, 2, "not without a reason: {said}");
    let drop = [
        "dead",
        "drop",
        &first[1],
        "--reason",
        "a test of the shop's",
        "--actor",
        "ana",
    ];
    let (code, said) = world.run(&drop);
    assert_eq!(code, 0, "{said}");
    assert_eq!(ids(&world), [first[0].clone(), first[2].clone()]);
    let history = json(&world, &["dead", "history"]);
    let what = history[0]["what"].as_str().expect("words");
    assert!(what.starts_with(&format!("dropped {}", first[1])), "{what}");
    assert!(what.ends_with("by ana: a test of the shop's"), "{what}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_with_headers_of_many_kilobytes_is_put_aside_like_any_other() {
    let mut world = World::new().await;
    world.start_worker();
    let mut headers = FieldTable::default();
    headers.insert(
        "great".into(),
        AMQPValue::LongString("x".repeat(60_000).into()),
    );
    let properties = BasicProperties::default().with_headers(headers);
    world
        .broker
        .publish(PAID, odd(0).as_bytes(), properties)
        .await;
    world.buried(1).await;
    assert_eq!(ids(&world).len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_still_cannot_read_is_put_back_once_and_dies_again() {
    let mut world = World::new().await;
    world.start_worker();
    publish_odd(&world, 2).await;
    world.buried(2).await;
    let before: BTreeSet<String> = ids(&world).into_iter().collect();
    let (code, said) = world.run(&["dead", "replay", "--all"]);
    assert!(code == 0 && said.contains("came from: 2"), "{said}");
    world.buried(2).await;
    let after: BTreeSet<String> = ids(&world).into_iter().collect();
    assert_eq!(after, before, "it is the same message, to the letter");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_died_are_booked_once_however_often_their_replay_is_killed() {
    const ORDERS: usize = 60;
    let mut world = World::new().await;
    let orders: Vec<Value> = (0..ORDERS)
        .map(|number| order_for("chronopost", &format!("BACK-{number:03}")))
        .collect();
    world.setup.more_bus = "max_message_bytes = 64\n".to_owned();
    world.start_worker();
    world.publish_all(&orders).await;
    world.buried(ORDERS).await;
    assert_eq!(world.sigterm().await, Some(0));
    world.setup.more_bus.clear();
    let names = world.broker.names.clone();
    // Killed while it is at work, after ever more messages; nothing is lost in between.
    for upto in [1, 7, 23] {
        let replay = world.start_command(&["dead", "replay", "--all", "--reason", "larger orders"]);
        world
            .wait_until("some that are back", async || {
                world.broker.count(&names.orders_queue).await >= upto
            })
            .await;
        replay.kill_9();
    }
    let (code, said) = world.run(&["dead", "replay", "--all"]);
    assert_eq!(code, 0, "{said}");
    world.start_worker();
    let ends = world.all_end(ORDERS).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(world.bench.ledger.bookings().len(), ORDERS, "each once");
    world
        .wait_until("an empty dead queue", async || {
            world.broker.count(&names.dead_queue).await == 0
        })
        .await;
    world.finish().await;
}
