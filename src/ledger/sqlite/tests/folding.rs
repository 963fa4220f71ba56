//! The log of a busy file.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::super::SqliteLedger;
use super::super::folding::{AT_THE_LATEST, WORTH_IT};
use super::File;
use crate::ledger::conformance::received;
use crate::ledger::{Ledger, Rules};
use crate::order::sample;

/// Bytes of an order's content here: eight pages.
const CONTENT: usize = 30_000;

/// Pages in the log, and how many of them are in the file too.
fn stands(file: &Connection) -> (i64, i64) {
    let asked = file.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| {
        Ok((row.get(1)?, row.get(2)?))
    });
    asked.expect("figures")
}

#[tokio::test]
async fn a_long_log_is_folded_beside_the_one_who_writes() {
    let file = File::new();
    let ledger = SqliteLedger::open(&file.url(), Rules::default()).await;
    let ledger = ledger.expect("a ledger");
    let beside = file.raw();
    let mut order = sample::order();
    for number in 0.. {
        order.key.order_id = format!("A-{number}");
        let mut change = received(&order, Timestamp::now());
        change.kept.order = Some("x".repeat(CONTENT));
        let recorded = ledger.record(vec![change]).await.remove(0);
        recorded.expect("kept");
        let (pages, folded) = stands(&beside);
        assert!(pages < i64::from(AT_THE_LATEST), "the writer would fold");
        if folded > 0 || pages > 2 * WORTH_IT {
            break;
        }
    }
    let soon = tokio::time::timeout(Duration::from_secs(20), async {
        while stands(&beside).1 < WORTH_IT {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    soon.await.expect("the log is folded");
    ledger.close().await;
}
