//! Trouble with the file: who may read it, who else writes to it, no room, another version.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::super::labels;
use super::super::session::Way;
use super::super::{SqliteLedger, has_worker, lock_worker};
use super::File;
use crate::ledger::conformance::{Desk, received};
use crate::ledger::{Ledger, LedgerError, Rules, schema};
use crate::order::sample;

fn run(connection: &Connection, statements: &str) {
    connection.execute_batch(statements).expect(statements);
}

/// Opened with a pragma of the test's own.
async fn with_pragma(file: &File, pragma: &str) -> SqliteLedger {
    let mut way = Way::to(&file.path()).with(pragma);
    way.patience = Duration::from_millis(20);
    let opened = SqliteLedger::open_with(way, Rules::default()).await;
    opened.expect("a ledger")
}

async fn record_one(ledger: &SqliteLedger, id: &str) -> Result<(), LedgerError> {
    let mut order = sample::order();
    order.key.order_id = id.into();
    let change = received(&order, Timestamp::now());
    ledger.record(vec![change]).await.remove(0).map(drop)
}

fn words(result: Result<(), LedgerError>) -> String {
    result.expect_err("a refusal").to_string()
}

#[tokio::test]
async fn the_files_can_be_read_by_their_owner_only() {
    let file = File::new();
    std::fs::write(file.path(), b"").expect("a file");
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).expect("mode");
    let desk = Desk::open(&file).await;
    desk.book("A-1", "1001").await;
    let modes_in = |folder: &std::path::Path| -> Vec<u32> {
        let found = std::fs::read_dir(folder).expect("a folder");
        let mut modes: Vec<u32> = found
            .map(|file| file.and_then(|file| file.metadata()).expect("a file"))
            .map(|file| file.permissions().mode() & 0o777)
            .collect();
        modes.sort_unstable();
        modes
    };
    let here = modes_in(file.folder.path());
    assert_eq!(
        here,
        [0o600, 0o600, 0o600, 0o700],
        "the file, its log and its index, and the folder of labels"
    );
    assert_eq!(modes_in(&labels::folder(&file.path())), [0o600], "a day");
}

#[tokio::test]
async fn a_ledger_of_a_newer_version_is_refused() {
    let file = File::new();
    file.new_ledger().await;
    let newer = "INSERT INTO ledger_versions (version, applied_at) VALUES (99, 0)";
    run(&file.raw(), newer);
    for opened in [
        SqliteLedger::open(&file.url(), Rules::default()).await,
        SqliteLedger::open_read_only(&file.url(), Rules::default()).await,
    ] {
        let said = words(opened.map(drop));
        assert!(
            said.contains("version 99") && said.contains("newer program"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_ledger_that_is_up_to_date_is_not_made_again() {
    let file = File::new();
    file.new_ledger().await;
    file.new_ledger().await;
    let question = "SELECT COUNT(*) FROM ledger_versions";
    let steps: i64 = file
        .raw()
        .query_row(question, [], |row| row.get(0))
        .expect("a row");
    assert_eq!(steps, schema::NEWEST);
}

#[tokio::test]
async fn a_new_ledger_that_somebody_looks_at_is_opened_when_they_have_looked() {
    let file = File::new();
    let reader = file.raw();
    run(&reader, "BEGIN; SELECT * FROM sqlite_schema");
    let url = file.url();
    let opening = SqliteLedger::open(&url, Rules::default());
    tokio::pin!(opening);
    let early = tokio::time::timeout(Duration::from_millis(200), &mut opening);
    assert!(early.await.is_err(), "the reader still looks");
    run(&reader, "COMMIT");
    opening.await.expect("a ledger").close().await;
}

#[test]
fn one_worker_at_a_time_and_the_next_after_it() {
    let file = File::new();
    let first = lock_worker(&file.path()).expect("the role");
    let said = words(lock_worker(&file.path()).map(drop));
    assert!(
        said.contains("another worker runs on") && said.contains("ledger.db"),
        "{said}"
    );
    assert_eq!(has_worker(&file.path()), Some(true));
    drop(first);
    assert_eq!(has_worker(&file.path()), Some(false));
    lock_worker(&file.path()).expect("the role again");
}

#[tokio::test]
async fn a_read_only_file_says_what_to_do() {
    let file = File::new();
    file.new_ledger().await;
    // Opened as SQLite opens a file it may not write; permissions alone would not stop root.
    let way = Way::to(&file.path()).reading();
    let refused = SqliteLedger::open_with(way, Rules::default()).await;
    let said = words(refused.map(drop));
    assert!(said.contains("is read-only: make it"), "{said}");
}

#[tokio::test]
async fn a_ledger_opened_for_reading_writes_nothing() {
    let file = File::new();
    let missing = SqliteLedger::open_read_only(&file.url(), Rules::default()).await;
    assert!(words(missing.map(drop)).contains("there is no ledger at"));
    assert!(!file.path().exists());
    let desk = Desk::open(&file).await;
    let key = desk.receive("A-1").await;
    let reader = SqliteLedger::open_read_only(&file.url(), Rules::default()).await;
    let reader = reader.expect("a ledger");
    assert!(reader.order(&key).await.expect("read").is_some());
    assert!(words(record_one(&reader, "A-2").await).contains("for reading only"));
    assert!(words(reader.headroom().await).contains("for reading only"));
}

#[tokio::test]
async fn while_another_process_writes_nothing_is_kept_and_afterwards_all_goes_on() {
    let file = File::new();
    file.new_ledger().await;
    let ledger = with_pragma(&file, "PRAGMA cache_size = -2000").await;
    let other = file.raw();
    run(&other, "BEGIN IMMEDIATE");
    let refused = record_one(&ledger, "A-1").await;
    assert!(matches!(refused, Err(LedgerError::Unavailable(_))));
    assert!(words(refused).contains("another process is writing to"));
    run(&other, "ROLLBACK");
    record_one(&ledger, "A-1").await.expect("kept");
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_kept_and_with_room_again_all_goes_on() {
    let file = File::new();
    file.new_ledger().await;
    let ledger = with_pragma(&file, "PRAGMA max_page_count = 100").await;
    let mut kept = 0;
    let refused = loop {
        match record_one(&ledger, &format!("A-{kept}")).await {
            Ok(()) => kept += 1,
            refused => break refused,
        }
    };
    assert!(matches!(refused, Err(LedgerError::Unavailable(_))));
    assert!(words(refused).contains("is full: free some"));
    let counted = ledger.count().await.expect("read");
    assert_eq!(counted[0].1, kept);
    ledger.close().await;
    let roomy = SqliteLedger::open(&file.url(), Rules::default())
        .await
        .expect("a ledger");
    record_one(&roomy, &format!("A-{kept}"))
        .await
        .expect("kept");
}

#[tokio::test]
async fn the_same_ledger_goes_on_after_a_fault() {
    let file = File::new();
    file.new_ledger().await;
    let ledger = with_pragma(&file, "PRAGMA cache_size = -2000").await;
    let other = file.raw();
    run(&other, "ALTER TABLE notes RENAME TO elsewhere");
    record_one(&ledger, "A-1")
        .await
        .expect_err("a table is missing");
    assert!(
        ledger.count().await.expect("read").is_empty(),
        "all or nothing"
    );
    run(&other, "ALTER TABLE elsewhere RENAME TO notes");
    record_one(&ledger, "A-1").await.expect("kept");
}

#[tokio::test]
async fn an_order_that_cannot_be_read_fails_alone() {
    let file = File::new();
    let desk = Desk::open(&file).await;
    let broken = desk.receive("A-1").await;
    let sound = desk.receive("A-2").await;
    let spoil = "UPDATE orders SET life = '{}' WHERE key = 'fr/A-1/1'";
    run(&file.raw(), spoil);
    let claims = [&broken, &sound].map(|key| crate::ledger::conformance::claim(key, desk.now()));
    let recorded = desk.all(claims.into()).await;
    assert!(
        matches!(&recorded[0], Err(LedgerError::Unreadable(said)) if said.contains("fr/A-1/1"))
    );
    assert!(
        recorded[1]
            .as_ref()
            .is_ok_and(|claimed| claimed.action.is_some())
    );
}

#[tokio::test]
async fn what_is_no_ledger_is_refused_with_a_remedy() {
    let file = File::new();
    std::fs::write(file.path(), vec![b'x'; 4096]).expect("a file");
    let refused = SqliteLedger::open(&file.url(), Rules::default()).await;
    assert!(words(refused.map(drop)).contains("is damaged or no ledger: restore"));
    let url = "sqlite:///no/such/folder/ledger.db";
    let refused = SqliteLedger::open(url, Rules::default()).await;
    assert!(words(refused.map(drop)).contains("its folder must exist"));
    for url in [
        "sqlite::memory:",
        "sqlite://",
        "postgres://x",
        "sqlite://a?mode=ro",
    ] {
        let refused = SqliteLedger::open(url, Rules::default()).await;
        assert!(words(refused.map(drop)).contains("names no SQLite file"));
    }
}

#[tokio::test]
async fn a_claim_wants_room_on_the_disk() {
    let file = File::new();
    let rules = Rules {
        headroom_mib: u64::MAX,
        ..Rules::default()
    };
    let ledger = SqliteLedger::open(&file.url(), rules)
        .await
        .expect("a ledger");
    let said = words(ledger.headroom().await);
    assert!(
        said.contains("MiB are free at") && said.contains("headroom_mib"),
        "{said}"
    );
    Desk::open(&File::new())
        .await
        .ledger
        .headroom()
        .await
        .expect("one MiB");
}

#[tokio::test]
async fn after_closing_nothing_is_taken_and_no_log_remains() {
    let file = File::new();
    let ledger = SqliteLedger::open(&file.url(), Rules::default())
        .await
        .expect("a ledger");
    record_one(&ledger, "A-1").await.expect("kept");
    ledger.close().await;
    assert!(words(record_one(&ledger, "A-2").await).contains("is closed already"));
    let files = std::fs::read_dir(file.folder.path()).expect("a folder");
    let names = files.map(|found| found.expect("a file").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.into_string().expect("a text"))
        .collect();
    names.sort();
    assert_eq!(names, ["ledger.db", "ledger.db-labels"]);
}
