//! Dispatch's way into the ledger: an intent before anything is sent, an outcome until it is kept.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::{error, info};

use super::Dispatch;
use crate::ledger::{Change, Kept, LedgerError, Recorded};
use crate::life::{Event, Life};
use crate::order::Key;
use crate::telemetry;

impl Dispatch {
    /// Records an outcome until it is kept. Nothing new is claimed meanwhile; a drain waits for it.
    pub(super) async fn keep(&self, key: Key, event: Event, kept: Kept) -> Life {
        let mut pause = Duration::from_millis(100);
        loop {
            let change = Change {
                key: key.clone(),
                event: event.clone(),
                kept: kept.clone(),
            };
            match one(self.parts.ledger.record(vec![change]).await) {
                Ok(recorded) => {
                    if self.stalled.swap(false, Ordering::AcqRel) {
                        info!("the ledger keeps outcomes again");
                        self.parts.wake.notify_one();
                    }
                    telemetry::notes(&recorded);
                    return recorded.life;
                }
                Err(problem) => {
                    self.stalled.store(true, Ordering::Release);
                    self.parts.metrics.not_kept();
                    error!(%key, "an outcome is not kept yet, nothing new is booked: {problem}");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
    }

    /// Keeps a change, or says why not.
    pub(super) async fn commit(&self, key: Key, event: Event) -> Result<Recorded, LedgerError> {
        let change = Change {
            key,
            event,
            kept: Kept::default(),
        };
        let recorded = one(self.parts.ledger.record(vec![change]).await)?;
        telemetry::notes(&recorded);
        Ok(recorded)
    }
}

fn one(mut results: Vec<Result<Recorded, LedgerError>>) -> Result<Recorded, LedgerError> {
    results
        .pop()
        .unwrap_or_else(|| Err(LedgerError::Unavailable("it gave no answer".into())))
}
