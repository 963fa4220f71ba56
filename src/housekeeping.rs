//! Erases personal data whose time is over, beside the journey of the orders (rule 14).
//!
//! What may be erased, and what an open order still needs, the ledger knows; labels in the print folder
//! go by their age. A log line gives a count and nothing else. What a person asks to be erased before
//! its time is `cli/privacy.rs`.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::labels::PrintFolder;
use crate::ledger::Ledger;
use crate::sabotage::{Point, pass};

/// Between two rounds: personal data stays at most so long over its time.
const ROUND: Duration = Duration::from_secs(3600);

/// Labels in the print folder, and how long they stay.
pub struct Prints {
    /// Where they are.
    pub folder: PrintFolder,
    /// From when they were written.
    pub kept_for: Duration,
}

/// Erases now and then every hour, until `stop`.
pub async fn run(ledger: Arc<dyn Ledger>, prints: Option<Prints>, stop: CancellationToken) {
    let mut rounds = tokio::time::interval(ROUND);
    while stop.run_until_cancelled(rounds.tick()).await.is_some() {
        let rows = erase_all(ledger.as_ref(), ledger.now(), &stop).await;
        let files = prints.as_ref().map_or(0, remove_old);
        if rows + files > 0 {
            info!(rows, files, "personal data was erased, its time was over");
        }
    }
}

/// How many files.
fn remove_old(prints: &Prints) -> u64 {
    let Some(then) = SystemTime::now().checked_sub(prints.kept_for) else {
        return 0;
    };
    let removed = prints.folder.files_before(then).and_then(|files| {
        files
            .iter()
            .try_for_each(|file| PrintFolder::remove(file))?;
        Ok(files.len())
    });
    match removed {
        Ok(files) => u64::try_from(files).unwrap_or(u64::MAX),
        Err(problem) => {
            warn!(
                "old labels in the print folder cannot be removed, the next try is in an hour: {problem}"
            );
            0
        }
    }
}

/// Batch by batch, so that orders are written between two of them. How many rows.
async fn erase_all(ledger: &dyn Ledger, now: Timestamp, stop: &CancellationToken) -> u64 {
    let mut erased = 0;
    while !stop.is_cancelled() {
        match ledger.erase_expired(now).await {
            Ok(0) => break,
            Ok(rows) => {
                pass(Point::Erased);
                erased += rows;
            }
            Err(problem) => {
                warn!("personal data cannot be erased, the next try is in an hour: {problem}");
                break;
            }
        }
    }
    erased
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::conformance::{Desk, cancel, order, received};
    use crate::ledger::sqlite::tests::File;

    #[tokio::test]
    async fn all_that_is_over_its_time_is_erased_in_one_round() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        // more than one batch
        let orders: Vec<_> = (0..700)
            .map(|number| order(&format!("A-{number}")))
            .collect();
        let now = desk.now();
        desk.all(orders.iter().map(|order| received(order, now)).collect())
            .await;
        desk.all(orders.iter().map(|order| cancel(&order.key)).collect())
            .await;
        desk.pass(Duration::from_secs(31 * 86_400));
        let stop = CancellationToken::new();
        let erased = erase_all(desk.ledger.as_ref(), desk.now(), &stop).await;
        assert_eq!(erased, 700);
        let last = desk.ledger.order(&orders[699].key).await;
        assert!(last.expect("read").expect("known").order.is_none());
    }
}
