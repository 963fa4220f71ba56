//! Trouble with the server: commits whose answer is lost, orders that another is writing to, another
//! version. What the whole worker makes of it is shown in `tests/worker/server_ledger.rs`.

use std::sync::Arc;
use std::time::Duration;

use carrier_sdk::stub::{Mode, Proxy};
use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use sqlx::{Row, query, raw_sql};

use super::{Database, PostgresLedger, run};
use crate::ledger::conformance::{Desk, booked, order, received};
use crate::ledger::{Ledger, LedgerError, Look, Rules, schema};
use crate::life::State;

/// Longest that anything is waited for, and between two looks.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

async fn record_one(ledger: &PostgresLedger, id: &str) -> Result<(), LedgerError> {
    let change = received(&order(id), Timestamp::now());
    ledger.record(vec![change]).await.remove(0).map(drop)
}

async fn is_known(ledger: &PostgresLedger, id: &str) -> bool {
    let found = ledger.order(&order(id).key).await;
    found.expect("read").is_some()
}

async fn number(connection: &mut PgConnection, question: &'static str) -> i64 {
    let row = query(question).fetch_one(connection).await;
    row.expect("a row").get(0)
}

async fn until(connection: &mut PgConnection, question: &'static str) {
    let coming = async {
        while number(connection, question).await == 0 {
            tokio::time::sleep(LOOK).await;
        }
    };
    let came = tokio::time::timeout(PATIENCE, coming).await;
    came.expect(question);
}

/// From now on every commit that adds an order waits for the lock that this connection holds.
async fn held_commits(database: &Database) -> PgConnection {
    let mut other = database.raw().await;
    let hold = "CREATE FUNCTION wait() RETURNS TRIGGER LANGUAGE plpgsql SET lock_timeout = 0 AS
 $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
 CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
 FOR EACH ROW EXECUTE FUNCTION wait();
 SELECT pg_advisory_lock(4711)";
    run(&mut other, hold).await;
    other
}

/// Who waits in the middle of a commit.
const IN_COMMIT: &str = "SELECT COUNT(*) FROM pg_stat_activity
 WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'advisory'";
const LET_GO: &str = "SELECT pg_advisory_unlock(4711)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_unknown_and_its_order_is_read_by_key() {
    let database = Database::new().await;
    let server = super::server_url();
    let port = server.port().expect("a port");
    let upstream: (std::net::IpAddr, u16) = (
        server
            .host_str()
            .expect("a host")
            .parse()
            .expect("an IP address"),
        port,
    );
    let line = Proxy::start(upstream.into()).await.expect("a port");
    let mut url: reqwest::Url = database.url().parse().expect("a URL");
    url.set_port(Some(line.addr().port())).expect("set");
    let ledger = PostgresLedger::open(url.as_str(), Rules::default()).await;
    let ledger = Arc::new(ledger.expect("a ledger"));
    let mut other = held_commits(&database).await;

    let writing = Arc::clone(&ledger);
    let writing = tokio::spawn(async move { record_one(&writing, "A-1").await });
    until(&mut other, IN_COMMIT).await;
    line.set(Mode::Refuse).await.expect("set");
    let answer = writing.await.expect("no panic");
    assert!(matches!(answer, Err(LedgerError::Unknown(_))), "{answer:?}");
    line.set(Mode::Pass).await.expect("set");
    assert!(!is_known(&ledger, "A-1").await);
    run(&mut other, LET_GO).await;
    until(&mut other, "SELECT COUNT(*) FROM orders").await;
    assert!(is_known(&ledger, "A-1").await, "it was kept after all");
    record_one(&ledger, "A-1")
        .await
        .expect("said again, it is the same");
    let events = number(&mut other, "SELECT COUNT(*) FROM outbox").await;
    assert_eq!(events, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_the_server_breaks_off_is_unknown_too() {
    let database = Database::new().await;
    let ledger = Arc::new(database.ledger().await);
    let mut other = held_commits(&database).await;
    let writing = Arc::clone(&ledger);
    let writing = tokio::spawn(async move { record_one(&writing, "A-1").await });
    until(&mut other, IN_COMMIT).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND query = 'COMMIT'";
    run(&mut other, end).await;
    let answer = writing.await.expect("no panic");
    assert!(matches!(answer, Err(LedgerError::Unknown(_))), "{answer:?}");
    run(&mut other, LET_GO).await;
    assert!(!is_known(&ledger, "A-1").await);
    record_one(&ledger, "A-1")
        .await
        .expect("kept by another connection");
}

#[tokio::test]
async fn a_commit_that_the_server_refuses_kept_nothing() {
    let database = Database::new().await;
    let ledger = database.ledger().await;
    let mut other = database.raw().await;
    let refuse = "CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS
 $$ BEGIN RAISE EXCEPTION 'no'; END $$;
 CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
 FOR EACH ROW EXECUTE FUNCTION refuse()";
    run(&mut other, refuse).await;
    let answer = record_one(&ledger, "A-1").await;
    assert!(
        matches!(answer, Err(LedgerError::Unavailable(_))),
        "{answer:?}"
    );
    run(&mut other, "DROP TRIGGER at_commit ON orders").await;
    assert!(!is_known(&ledger, "A-1").await);
    record_one(&ledger, "A-1").await.expect("kept");
}

#[tokio::test]
async fn what_another_is_writing_to_is_skipped_and_what_it_was_offered_too() {
    let database = Database::new().await;
    let desk = Desk::open(&database).await;
    let [first, second] = [desk.receive("A-1").await, desk.receive("A-2").await];
    let mut other = database.raw().await;
    run(
        &mut other,
        "BEGIN; SELECT key FROM orders WHERE key = 'fr/A-1/1' FOR UPDATE",
    )
    .await;
    let due = desk
        .ledger
        .due(Look::at_most(10))
        .await
        .expect("not waited for");
    let keys: Vec<_> = due.iter().map(|due| &due.life.key).collect();
    assert_eq!(keys, [&second]);
    run(&mut other, "COMMIT").await;
    let beside = desk.beside(&database).await;
    let due = beside.ledger.due(Look::at_most(10)).await.expect("read");
    let keys: Vec<_> = due.iter().map(|due| &due.life.key).collect();
    assert_eq!(keys, [&first]);
}

/// A ledger as the first version made it, with one order that waits.
async fn old_ledger(database: &Database) {
    let another = Database::new().await;
    let desk = Desk::open(&another).await;
    let key = desk.receive("A-1").await;
    let life = serde_json::to_string(&desk.order(&key).await.life).expect("JSON");
    let mut raw = database.raw().await;
    let (version, first) = schema::STEPS[0];
    run(&mut raw, schema::VERSIONS).await;
    run(&mut raw, &schema::POSTGRES.of(first)).await;
    let applied = query(schema::APPLIED).bind(version).bind(0_i64);
    applied.execute(&mut raw).await.expect("noted");
    let insert = "INSERT INTO orders (key, state, revision, life, due_at, urgent_at, changed_at)
 VALUES ($1, 'waiting', 1, $2, 0, 0, 0)";
    let inserted = query(insert).bind(key.to_string()).bind(life);
    inserted.execute(&mut raw).await.expect("an order");
}

#[tokio::test]
async fn an_older_ledger_is_brought_up_to_date_and_its_orders_go_on() {
    let database = Database::new().await;
    old_ledger(&database).await;
    let looking = PostgresLedger::open_read_only(&database.url(), Rules::default()).await;
    let said = looking.map(drop).expect_err("a refusal").to_string();
    let wanted = format!(
        "has version 1, {} is wanted: start the worker once",
        schema::NEWEST
    );
    assert!(said.contains(&wanted), "{said}");

    let desk = Desk::open(&database).await;
    let due = desk.ledger.due(Look::at_most(10)).await.expect("read");
    assert_eq!(due.len(), 1);
    let key = order("A-1").key;
    let claimed = desk.claim(&key).await;
    let booked = desk.one(booked(&key, claimed.life.fence, "1001")).await;
    assert_eq!(booked.life.state, State::Booked);
    let mut raw = database.raw().await;
    let steps = number(&mut raw, "SELECT COUNT(*) FROM ledger_versions").await;
    assert_eq!(steps, schema::NEWEST);
    raw_sql("SELECT sent_at FROM bookings")
        .execute(&mut raw)
        .await
        .expect("a newer column");
}

#[tokio::test]
async fn its_time_is_the_servers() {
    let database = Database::new().await;
    let ledger = database.ledger().await;
    let mut raw = database.raw().await;
    let clock = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT";
    let before = number(&mut raw, clock).await;
    record_one(&ledger, "A-1").await.expect("kept");
    let after = number(&mut raw, clock).await;
    let changed = number(&mut raw, "SELECT changed_at FROM orders").await;
    assert!((before..=after).contains(&changed));
}
