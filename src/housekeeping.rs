//! Erases personal data whose time is over, beside the journey of the orders (rule 14).
//!
//! What may be erased, and what an open order still needs, the ledger knows. A log line gives a
//! count and nothing else.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::ledger::Ledger;
use crate::sabotage::{Point, pass};

/// Between two rounds: personal data stays at most so long over its time.
const ROUND: Duration = Duration::from_secs(3600);

/// Erases now and then every hour, until `stop`.
pub async fn run(ledger: Arc<dyn Ledger>, stop: CancellationToken) {
    let mut rounds = tokio::time::interval(ROUND);
    while stop.run_until_cancelled(rounds.tick()).await.is_some() {
        let erased = erase_all(ledger.as_ref(), ledger.now(), &stop).await;
        if erased > 0 {
            info!(rows = erased, "personal data was erased, its time was over");
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
