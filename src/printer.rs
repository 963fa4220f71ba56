//! Copies labels to the print folder, after the commit and before the event (rule 12).
//!
//! The ledger keeps the list of what is to be copied; an order's events wait for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::labels::PrintFolder;
use crate::ledger::{Ledger, PrintJob, PrintKind};
use crate::sabotage::{Point, pass};

/// How many labels are copied before the ledger is told.
const AT_ONCE: usize = 32;
/// Between two looks when nobody rings.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Copies until `stop`, then what is left.
pub async fn run(
    ledger: Arc<dyn Ledger>,
    folder: PrintFolder,
    wake: Arc<Notify>,
    told: Arc<Notify>,
    stop: CancellationToken,
) {
    loop {
        // Asked before looking: what was committed until then is seen by this look.
        let stopping = stop.is_cancelled();
        let copied = copy_some(ledger.as_ref(), &folder).await;
        if copied > 0 {
            told.notify_one();
        }
        if copied == AT_ONCE {
            continue;
        }
        if stopping {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = wake.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// How many were copied.
async fn copy_some(ledger: &dyn Ledger, folder: &PrintFolder) -> usize {
    let jobs = match ledger.print_jobs(AT_ONCE).await {
        Ok(jobs) => jobs,
        Err(problem) => {
            warn!("the ledger cannot say what is to be printed: {problem}");
            return 0;
        }
    };
    let mut done = Vec::new();
    for job in &jobs {
        match copy(folder, job).await {
            Ok(()) => {
                let (key, booking, parcel) = (&job.key, job.n, job.parcel + 1);
                match job.kind {
                    PrintKind::Print => {
                        info!(%key, booking, parcel, "the label is in the print folder")
                    }
                    PrintKind::Void => {
                        info!(%key, booking, parcel, "the label is among the voided ones")
                    }
                }
                done.push(job.id);
            }
            Err(problem) => {
                let (key, booking, parcel) = (&job.key, job.n, job.parcel + 1);
                warn!(%key, booking, parcel, "a label cannot be put into the print folder: {problem}");
                break;
            }
        }
    }
    if !done.is_empty() {
        pass(Point::Printed);
    }
    let count = done.len();
    match ledger.printed(done).await {
        Ok(()) => count,
        Err(problem) => {
            warn!("the ledger cannot note what was printed: {problem}");
            0
        }
    }
}

async fn copy(folder: &PrintFolder, job: &PrintJob) -> std::io::Result<()> {
    let extension = job
        .label
        .as_ref()
        .map_or("label", |label| label.format.name());
    let name = PrintFolder::file_name(&job.key, job.n, job.parcel, extension);
    match (job.kind, &job.label) {
        (PrintKind::Print, Some(label)) => folder.put(&name, &label.bytes).await.map(|_| ()),
        (PrintKind::Void, _) => folder.void(&name).await,
        // It was erased before it was printed: there is nothing left to print.
        (PrintKind::Print, None) => Ok(()),
    }
}
