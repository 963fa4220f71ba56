//! When the gateway says that it is ready, and what it says when it is not.

use std::sync::Arc;

use serde_json::Value;

use super::Counter;
use crate::ledger::Rules;
use crate::ledger::sqlite::SqliteLedger;

#[track_caller]
fn part<'a>(said: &'a Value, name: &str) -> (bool, &'a str) {
    let parts = said["parts"].as_array().expect("parts");
    let part = parts.iter().find(|part| part["part"] == name);
    let part = part.expect(name);
    let says = part["says"].as_str().expect("a text");
    (part["ready"].as_bool().expect("a truth"), says)
}

#[tokio::test]
async fn a_gateway_that_can_do_its_job_is_ready_and_says_so_of_each_part() {
    let counter = Counter::open().await;
    let alive = counter.get("/healthz").await;
    assert_eq!(
        (alive.status, &alive.json()["alive"]),
        (200, &Value::Bool(true))
    );
    let ready = counter.get("/readyz").await;
    assert_eq!(ready.status, 200);
    let said = ready.json();
    assert_eq!(said["ready"], true);
    for name in ["ledger", "bus", "worker"] {
        assert!(part(&said, name).0, "{said}");
    }
}

#[tokio::test]
async fn trouble_with_the_bus_is_told_until_it_is_over() {
    let counter = Counter::open().await;
    let trouble = "the broker at 127.0.0.1:5672 refuses connections";
    *counter.bus.trouble.lock().expect("it") = Some(trouble.into());
    let answer = counter.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(part(&answer.json(), "bus"), (false, trouble));
    assert!(part(&answer.json(), "ledger").0);
    assert_eq!(counter.get("/healthz").await.status, 200);
    *counter.bus.trouble.lock().expect("it") = None;
    assert_eq!(counter.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_ledger_that_nothing_can_be_written_to_is_not_ready() {
    let counter = Counter::open().await;
    let url = counter.store.url();
    let reader = SqliteLedger::open_read_only(&url, Rules::default()).await;
    let reader = Arc::new(reader.expect("a ledger"));
    let counter = Counter::open_as(|sources, _| sources.ledger = reader).await;
    let answer = counter.get("/readyz").await;
    assert_eq!(answer.status, 503);
    let said = answer.json();
    let (ready, says) = part(&said, "ledger");
    assert!(!ready && says.contains("for reading only"), "{said}");
    assert!(part(&said, "bus").0);
}

#[tokio::test]
async fn a_ledger_without_room_is_not_ready() {
    let counter = Counter::open().await;
    let rules = Rules {
        headroom_mib: u64::MAX,
        ..Rules::default()
    };
    let crammed = SqliteLedger::open(&counter.store.url(), rules).await;
    let crammed = Arc::new(crammed.expect("a ledger"));
    let counter = Counter::open_as(|sources, _| sources.ledger = crammed).await;
    let answer = counter.get("/readyz").await;
    assert_eq!(answer.status, 503);
    let said = answer.json();
    assert!(part(&said, "ledger").1.contains("MiB are free"), "{said}");
}

#[tokio::test]
async fn a_worker_that_is_asked_to_stop_is_alive_but_not_ready() {
    let counter = Counter::open().await;
    counter.stopping.cancel();
    assert_eq!(counter.get("/healthz").await.status, 200);
    let answer = counter.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert!(!part(&answer.json(), "worker").0);
}
