//! A server that is away, silent, short of connections or told to be read-only while orders are booked.
//! Said in clear words where a person must act; nothing is booked that could not be recorded, nothing
//! is lost, and after the remedy every order ends.

use std::time::Duration;

use carrier_sdk::stub::{Mode, Proxy};
use serde_json::Value;

use super::cluster::Cluster;
use crate::suite::orders::order;
use crate::suite::place::{Database, with_database};
use crate::suite::world::World;

const ORDERS: usize = 60;

fn orders(prefix: &str, count: usize) -> Vec<Value> {
    (0..count)
        .map(|number| order(&format!("{prefix}-{number:03}")))
        .collect()
}

/// Slow enough for something to happen in the middle.
async fn half_done(world: &mut World, prefix: &str) {
    world.setup.in_flight = 8;
    // On a busy machine the stub alone may take seconds: that is no doubt of these tests.
    (world.setup.timeout_s, world.setup.lease_s) = (20, 30);
    // A claim whose commit was cut off is in doubt: it is settled here without a person.
    for account in &mut world.setup.accounts {
        account.silence_is_proof = true;
    }
    world.bench.faults.base_delay(Duration::from_millis(200));
    world.publish_all(&orders(prefix, ORDERS)).await;
    world.start_worker();
    world
        .wait_until("some bookings", async || {
            world.bench.ledger.bookings().len() > ORDERS / 6
        })
        .await;
}

async fn all_is_well(mut world: World, orders: usize) {
    let ends = world.all_end(orders).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(
        world.bench.ledger.bookings().len(),
        orders,
        "each outcome was kept in the end, nothing is booked anew"
    );
    assert_eq!(world.sigterm().await, Some(0));
    let queue = &world.broker.names.orders_queue;
    assert_eq!(world.broker.count(queue).await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_the_middle_and_started_again_is_waited_for() {
    let mut cluster = Cluster::start();
    let mut world = World::new().await;
    world.setup.ledger_url.clone_from(&cluster.url);
    half_done(&mut world, "DOWN").await;
    cluster.kill();
    world
        .wait_until("a word about it", async || {
            world
                .log()
                .contains("is it running, and are host and port of ledger.url right?")
        })
        .await;
    cluster.start_again();
    all_is_well(world, ORDERS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_does_not_hang_the_worker() {
    let mut world = World::new().await;
    let address = world.place.database().address();
    let line = Proxy::start(address.parse().expect("an IP address")).await;
    let line = line.expect("a port");
    let own = line.addr().to_string();
    world.setup.ledger_url = world.setup.ledger_url.replace(&address, &own);
    half_done(&mut world, "MUTE").await;
    line.set(Mode::Blackhole).await.expect("set");
    world
        .wait_until("a word about it", async || {
            world
                .log()
                .contains(&format!("PostgreSQL at {own} does not answer"))
        })
        .await;
    line.set(Mode::Pass).await.expect("set");
    all_is_well(world, ORDERS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_an_administrator_ends_are_made_again() {
    let mut world = World::new().await;
    half_done(&mut world, "ENDED").await;
    for booked in [ORDERS / 3, ORDERS / 2] {
        let ended = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'diligence'";
        assert!(world.place.database().number(ended).await > 0);
        world
            .wait_until("more bookings", async || {
                world.bench.ledger.bookings().len() > booked
            })
            .await;
    }
    all_is_well(world, ORDERS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_connections_are_told_and_more_of_them_are_used() {
    let mut world = World::new().await;
    let database = world.place.database();
    let role = database.role("narrow");
    let made = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'narrow-pass-word' CONNECTION LIMIT 2;
 GRANT ALL ON SCHEMA public TO {role}"
    );
    database.run(&made).await;
    world.setup.ledger_url = database.url_as(&role, "narrow-pass-word");
    world.publish_all(&orders("NARROW", ORDERS)).await;
    world.start_worker();
    world
        .wait_until("a word about it", async || {
            world.log().contains("has no connection left for")
        })
        .await;
    let widened = format!("ALTER ROLE {role} CONNECTION LIMIT -1");
    world.place.database().run(&widened).await;
    all_is_well(world, ORDERS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_read_only_by_default_is_written_to_all_the_same() {
    let world = World::new().await;
    let database = world.place.database();
    let read_only = format!(
        "ALTER DATABASE {} SET default_transaction_read_only = on",
        database.name()
    );
    database.run(&read_only).await;
    let mut world = world;
    world.publish_all(&orders("MAY", 10)).await;
    world.start_worker();
    all_is_well(world, 10).await;
}

/// A world whose ledger is a database `name` on this server.
pub async fn world_at(server: &str, name: &str) -> World {
    let mut world = World::new().await;
    world.setup.ledger_url = with_database(server, name);
    world
}

/// The place as it is named in words.
pub fn place_of(database: &Database) -> String {
    format!("{} at {}", database.name(), database.address())
}
