//! The worker's sign of life in the ledger, so that anybody who can read it knows whether somebody
//! works, and since when nobody does. Nothing is decided by it.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::ledger::{Beat, Ledger};

/// Between two signs.
const EVERY: Duration = Duration::from_secs(10);

/// Without a sign for so long, a worker does not work: three were missed.
pub const SILENCE: Duration = Duration::from_secs(35);

/// Gives signs until `stop`, and then the last one.
pub async fn run(ledger: Arc<dyn Ledger>, worker: String, stop: CancellationToken) {
    let started_at = ledger.now();
    let mut beats = tokio::time::interval(EVERY);
    loop {
        let last = stop.run_until_cancelled(beats.tick()).await.is_none();
        let beat = Beat {
            worker: worker.clone(),
            started_at,
            last,
        };
        // Whoever needs the ledger tells louder that it is in trouble.
        if let Err(problem) = ledger.beat(beat).await {
            debug!("no sign of life could be kept: {problem}");
        }
        if last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::conformance::Desk;
    use crate::ledger::sqlite::tests::File;

    #[tokio::test]
    async fn a_worker_gives_a_sign_at_once_and_says_when_it_stops() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        let stop = CancellationToken::new();
        let beating = tokio::spawn(run(Arc::clone(&desk.ledger), "here/1".into(), stop.clone()));
        let worker = loop {
            if let Some(worker) = desk.ledger.workers().await.expect("read").pop() {
                break worker;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!((worker.seen_at, worker.stopped_at), (desk.now(), None));
        stop.cancel();
        beating.await.expect("ended");
        let worker = desk.ledger.workers().await.expect("read").remove(0);
        assert_eq!(worker.stopped_at, Some(desk.now()));
    }
}
