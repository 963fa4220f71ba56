//! A broker that is short of memory: it takes orders off nobody and events from nobody, and answers all
//! the same. It is a node of the test's own, for an alarm strikes whoever is on it.

use std::time::Duration;

use serde_json::Value;

use crate::nodes::Nodes;
use crate::suite::broker::Broker;
use crate::suite::night;
use crate::suite::orders::order;
use crate::suite::pressure::rests;
use crate::suite::world::World;

const ORDERS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_broker_is_in_alarm_booking_goes_on_and_everything_is_told_afterwards() {
    let nodes = Nodes::start(1);
    let broker = Broker::at(&nodes.urls()[0]).await;
    let mut world = World::at(broker, crate::LEDGERS).await;
    world.broker.listen().await;
    world.setup.in_flight = 4;
    (world.setup.timeout_s, world.setup.lease_s) = (20, 30);
    world.bench.faults.base_delay(Duration::from_millis(400));
    let orders: Vec<Value> = (0..ORDERS)
        .map(|number| order(&format!("ALARM-{number:02}")))
        .collect();
    world.publish_all(&orders).await;
    world.start_worker();
    world
        .wait_until("all taken, some booked", async || {
            let accepted = world.broker.look(|told| {
                told.iter()
                    .filter(|one| one.kind() == "shipment.accepted")
                    .count()
            });
            accepted == ORDERS && !world.ends().is_empty()
        })
        .await;
    nodes.alarm(true);
    world
        .wait_until("a word about it", async || {
            world
                .log()
                .contains("the broker blocks publishing, it is short of memory or disk")
        })
        .await;
    world
        .wait_until("all bookings", async || {
            world.bench.ledger.bookings().len() == ORDERS
        })
        .await;
    assert!(world.ends().len() < ORDERS, "nobody could be told");
    rests(&world, "a broker in alarm").await;
    let (_, screen) = world.run(&["status"]);
    println!("{screen}");
    assert!(screen.contains("events"), "{screen}");
    nodes.alarm(false);
    let ends = world.all_end(ORDERS).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(world.bench.ledger.bookings().len(), ORDERS, "each once");
    night::all_is_well(&world).await;
    world.finish().await;
}
