//! What is due is taken in hand, as far as there is room: asked of the ledger, and given to a task each.
//!
//! More orders are in hand than may be on the wire, so that the wire is not idle while the ledger
//! commits. Nothing is claimed here.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::{Dispatch, Parts};
use crate::ledger::Due;
use crate::order::Key;

/// Longest wait before the ledger is asked again what is due: another worker may have written.
pub const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Shortest rest between two looks at the ledger.
const MIN_REST: Duration = Duration::from_millis(2);
/// The same while orders are in hand: what seems to be due is them, until they are claimed.
const BUSY_REST: Duration = Duration::from_millis(25);
/// Longest wait for more room, when there is some.
const GATHERING: Duration = Duration::from_millis(20);

impl Dispatch {
    /// Starts work on what is due, as far as there is room.
    pub(super) async fn start_due(self: &Arc<Self>, tasks: &TaskTracker) {
        let Some(Some(mut free)) = self.parts.stop.run_until_cancelled(self.room()).await else {
            return;
        };
        let room = free.num_permits();
        let due = self.due(room).await;
        self.more.store(due.len() >= room, Ordering::Relaxed);
        for order in due {
            let Some(slot) = free.split(1) else {
                return;
            };
            self.busy().insert(order.life.key.clone());
            let dispatch = Arc::clone(self);
            tasks.spawn(dispatch.work_in(slot, order));
        }
    }

    /// All the room there is; never none. When the last look had not room for everything, it waits a
    /// little for more room, so that one look finds many orders.
    async fn room(&self) -> Option<OwnedSemaphorePermit> {
        let take = |count: usize| {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            Arc::clone(&self.slots).acquire_many_owned(count)
        };
        let mut free = take(1).await.ok()?;
        if self.more.load(Ordering::Relaxed) {
            let many = take(in_hand(&self.parts) / 4);
            if let Ok(Ok(many)) = tokio::time::timeout(GATHERING, many).await {
                free.merge(many);
            }
        }
        // Nobody else takes any.
        let rest = take(self.slots.available_permits());
        free.merge(rest.await.ok()?);
        Some(free)
    }

    async fn work_in(self: Arc<Self>, slot: OwnedSemaphorePermit, order: Due) {
        let key = order.life.key.clone();
        let soon = Box::pin(self.work(order)).await;
        self.busy().remove(&key);
        drop(slot);
        if soon {
            self.parts.wake.notify_one();
        }
    }

    /// What is due and not being worked on; nothing while the ledger has no room for outcomes.
    async fn due(&self, room: usize) -> Vec<Due> {
        if self.stalled.load(Ordering::Acquire) {
            return Vec::new();
        }
        if let Err(problem) = self.parts.ledger.headroom().await {
            warn!("nothing new is booked: {problem}");
            return Vec::new();
        }
        self.lines.refresh(&self.parts).await;
        let busy: Vec<Key> = self.busy().iter().cloned().collect();
        match self.parts.ledger.due(room, &busy).await {
            Ok(due) => due,
            Err(problem) => {
                warn!("the ledger cannot say what is due: {problem}");
                Vec::new()
            }
        }
    }

    pub(super) async fn rest(&self) {
        let next = self.parts.ledger.next_due().await.ok().flatten();
        let until_next = next.map_or(LOOK_AGAIN, |next| {
            Duration::try_from(next.duration_since(self.parts.ledger.now())).unwrap_or_default()
        });
        let least = if self.is_idle() { MIN_REST } else { BUSY_REST };
        let wait = until_next.clamp(least, LOOK_AGAIN);
        tokio::select! {
            () = self.parts.stop.cancelled() => {}
            () = self.parts.wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Orders on the wire at a time, as far as a semaphore counts.
pub fn on_the_wire(parts: &Parts) -> usize {
    parts.in_flight.min(Semaphore::MAX_PERMITS / 2)
}

/// Orders in hand at a time: as many again wait for their turn, or for their outcome to be kept.
pub fn in_hand(parts: &Parts) -> usize {
    on_the_wire(parts) * 2
}
