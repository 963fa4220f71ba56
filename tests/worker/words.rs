//! A server that cannot hold a ledger: each says the place, the fault and the remedy, in one line and
//! with exit code 1, before an order is taken. The lines stand in `docs/postgresql.md`.

use super::cluster::Cluster;
use super::server_ledger::{place_of, world_at};
use crate::suite::orders::order;
use crate::suite::place::{Database, with_database};
use crate::suite::world::World;

/// What the worker says when it will not start.
fn refusal(world: &World) -> String {
    let (code, said) = world.run(&["worker"]);
    assert_eq!(code, 1, "{said}");
    println!("{}", said.trim_end());
    said
}

fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
}

/// Makes the tables, and leaves one booked order in them.
async fn with_an_order(world: &World) {
    let orders = world.path("orders.ndjson");
    std::fs::write(orders, order("KEPT").to_string()).expect("written");
    let (code, said) = world.run(&["dispatch", "orders.ndjson", "--events", "events.ndjson"]);
    assert_eq!(code, 0, "{said}");
}

async fn role(database: &Database, name: &str, rights: &str) -> String {
    let role = database.role(name);
    let made = format!("CREATE ROLE {role} LOGIN PASSWORD '{name}-pass-word'; {rights}");
    database.run(&made.replace("{role}", &role)).await;
    role
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_ledger_can_be_the_worker_says_what_to_do() {
    let mut world = World::new().await;
    let url = world.place.database().url();
    let address = world.place.database().address();

    world.setup.ledger_url = with_database(&url, "nowhere");
    let missing = format!(
        "PostgreSQL at {address} has no database nowhere: create it (CREATE DATABASE nowhere OWNER "
    );
    says(&refusal(&world), &[&missing]);

    world.setup.ledger_url = url.replace(&address, "127.0.0.1:1");
    let away = "PostgreSQL at 127.0.0.1:1 cannot be reached (connection refused): is it running, and are host and port of ledger.url right?";
    says(&refusal(&world), &[away]);

    world.setup.ledger_url = world
        .place
        .database()
        .url_as("diligence", "a-wrong-pass-word");
    let said = refusal(&world);
    let wrong =
        format!("PostgreSQL at {address} refuses the password of diligence: check ledger.url");
    says(&said, &[&wrong]);
    assert!(!said.contains("a-wrong-pass-word"), "{said}");

    let forgetful = format!(
        "ALTER DATABASE {} SET synchronous_commit = off",
        world.place.database().name()
    );
    world.place.database().run(&forgetful).await;
    world.setup.ledger_url = url;
    let said = refusal(&world);
    says(
        &said,
        &[
            &address,
            "synchronous_commit off",
            "set synchronous_commit = on",
        ],
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_without_rights_is_told_which() {
    let mut world = World::new().await;
    let database = world.place.database();
    // As PostgreSQL 15 has it from the start.
    database
        .run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        .await;
    let guest = role(database, "guest", "").await;
    let place = place_of(database);
    world.setup.ledger_url = database.url_as(&guest, "guest-pass-word");
    let said = refusal(&world);
    let grant = format!("GRANT USAGE, CREATE ON SCHEMA public TO {guest}");
    says(&said, &[&guest, "lacks a right in", &place, &grant]);

    world.setup.ledger_url = world.place.database().url();
    with_an_order(&world).await;
    let database = world.place.database();
    let looking = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}";
    let reader = role(database, "reader", looking).await;
    world.setup.ledger_url = database.url_as(&reader, "reader-pass-word");
    let said = refusal(&world);
    let grant =
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {reader}");
    says(
        &said,
        &[&reader, "may not write to the ledger in", &place, &grant],
    );
    assert_eq!(world.state("KEPT"), "booked", "to look is allowed");

    let writing = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}";
    let writer = role(world.place.database(), "writer", writing).await;
    world.setup.ledger_url = world.place.database().url_as(&writer, "writer-pass-word");
    world.publish(&order("NEXT")).await;
    world.start_worker();
    world.told("NEXT", "booked").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_of_a_newer_program_is_refused_and_left_as_it_is() {
    let world = World::new().await;
    with_an_order(&world).await;
    let database = world.place.database();
    let newest = database
        .number("SELECT MAX(version) FROM ledger_versions")
        .await;
    database
        .run("INSERT INTO ledger_versions (version, applied_at) VALUES (99, 0)")
        .await;
    let knows = format!("has version 99, this program knows {newest}: start the newer program");
    says(&refusal(&world), &[&place_of(database), &knows]);
    let (code, said) = world.run(&["orders", "list"]);
    assert_eq!(code, 1, "{said}");
    says(&said, &[&knows]);
    assert_eq!(database.number("SELECT COUNT(*) FROM orders").await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_is_read_and_not_written_and_a_server_that_forgets_is_refused() {
    let mut cluster = Cluster::start();
    let world = world_at(&cluster.url, "postgres").await;
    with_an_order(&world).await;

    cluster.stop();
    cluster.be_a_standby(true);
    cluster.start_again();
    let said = refusal(&world);
    says(
        &said,
        &[
            "postgres at 127.0.0.1:",
            "is for reading only",
            "name the primary in ledger.url",
        ],
    );
    assert_eq!(world.state("KEPT"), "booked", "to look is allowed");

    cluster.stop();
    cluster.be_a_standby(false);
    cluster.set("fsync = off");
    cluster.start_again();
    let said = refusal(&world);
    says(
        &said,
        &["PostgreSQL at 127.0.0.1:", "fsync off", "set fsync = on"],
    );
    world.finish().await;
}
