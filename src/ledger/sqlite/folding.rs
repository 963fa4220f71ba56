//! The log of the file is folded into it beside the one who writes, who would stand still meanwhile.
//!
//! The log begins anew when all of it is folded and nobody writes at that moment. Under a load without
//! a pause that is never so: then whoever writes folds the little that is left, at [`AT_THE_LATEST`].

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::task::TaskTracker;
use tracing::debug;

use super::session::{FileError, FileSession, Way};
use crate::ledger::sql::engine::Fields;

/// Pages of the log that are worth it: 8 MiB. Labels fill them many times a minute.
pub const WORTH_IT: i64 = 2048;
/// Pages of the log before the writer folds it: 32 MiB.
pub const AT_THE_LATEST: u32 = 8192;
/// Commits between two looks.
const COMMITS: u32 = 8;

/// Where commits are told to whoever folds.
#[derive(Default)]
pub struct Folding {
    bell: Mutex<Bell>,
    at_work: TaskTracker,
}

#[derive(Default)]
struct Bell {
    commits: u32,
    ring: Option<SyncSender<()>>,
}

impl Folding {
    /// What whoever folds has to do, on a thread that may wait for the disk, until [`Folding::end`].
    pub fn begin(&self, way: Way) -> impl FnOnce() + Send + 'static {
        let (ring, rung) = sync_channel(1);
        self.bell().ring = Some(ring);
        let at_work = self.at_work.token();
        move || {
            if let Err(error) = fold(&way, &rung) {
                debug!("the log is folded by whoever writes: {error}");
            }
            drop(at_work);
        }
    }

    /// Something was committed.
    pub fn committed(&self) {
        let mut bell = self.bell();
        bell.commits = bell.commits.wrapping_add(1);
        if bell.commits.is_multiple_of(COMMITS)
            && let Some(ring) = &bell.ring
        {
            // One look is enough for many rings.
            ring.try_send(()).ok();
        }
    }

    /// No more of it. Returns when whoever folded has left the file: of two who leave together, each takes
    /// the other for one who stays, and the log remains.
    pub async fn end(&self) {
        self.bell().ring = None;
        self.at_work.close();
        self.at_work.wait().await;
    }

    fn bell(&self) -> MutexGuard<'_, Bell> {
        self.bell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whenever it is worth it. What goes wrong, as on a full disk, may go well the next time; meanwhile
/// whoever writes folds alone, and says what is wrong if that goes wrong too.
fn fold(way: &Way, rung: &Receiver<()>) -> Result<(), FileError> {
    let session = FileSession::open(way)?;
    while rung.recv().is_ok() {
        if let Err(error) = fold_once(&session) {
            debug!("the log is not folded: {error}");
        }
    }
    Ok(())
}

fn fold_once(session: &FileSession) -> Result<(), FileError> {
    let stands = session.rows("PRAGMA wal_checkpoint(NOOP)", &[])?;
    let unfolded = match stands.first() {
        Some(row) => row.number(1)?.saturating_sub(row.number(2)?),
        None => 0,
    };
    if unfolded >= WORTH_IT {
        session.rows("PRAGMA wal_checkpoint(PASSIVE)", &[])?;
    }
    Ok(())
}
