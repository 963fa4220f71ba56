//! What is due is taken in hand, as far as there is room: asked of the ledger, and given to a task each.
//!
//! More orders are in hand than may be on the wire (`hands`), so that the wire is not idle while the
//! ledger commits. Nothing is claimed here.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::task::TaskTracker;
use tracing::warn;

use super::Dispatch;
use super::hands::Room;
use crate::ledger::{Due, Look};

/// Longest wait before the ledger is asked again what is due: another worker may have written.
pub const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Shortest rest between two looks at the ledger.
const MIN_REST: Duration = Duration::from_millis(2);
/// The same while orders are in hand: what seems to be due is them, until they are claimed.
const BUSY_REST: Duration = Duration::from_millis(25);

/// What a look at the ledger came to.
pub enum Found {
    /// As much as there was room for: another look finds more.
    More,
    /// All that is due.
    All,
    /// Nothing was looked for: no account has room, or the ledger has none for outcomes.
    NoRoom,
}

impl Dispatch {
    /// Starts work on what is due, as far as there is room.
    pub(super) async fn start_due(self: &Arc<Self>, tasks: &TaskTracker) -> Found {
        let rooms = self.rooms().await;
        if rooms.is_empty() {
            return Found::NoRoom;
        }
        let mut more = false;
        for room in rooms {
            let due = self.due(&room).await;
            more |= due.len() >= room.limit;
            for order in due {
                self.hands.take(&order.life);
                tasks.spawn(Arc::clone(self).work_in_hand(order));
            }
        }
        if more { Found::More } else { Found::All }
    }

    async fn work_in_hand(self: Arc<Self>, order: Due) {
        let key = order.life.key.clone();
        let soon = Box::pin(self.work(order)).await;
        let room = self.hands.put_down(&key);
        if soon || room {
            self.parts.wake.notify_one();
        }
    }

    /// Where there is room; nowhere while the ledger has none for outcomes.
    async fn rooms(&self) -> Vec<Room> {
        let rooms = self.hands.rooms();
        if rooms.is_empty() || self.stalled.load(Ordering::Acquire) {
            return Vec::new();
        }
        if let Err(problem) = self.parts.ledger.headroom().await {
            warn!("nothing new is booked: {problem}");
            return Vec::new();
        }
        self.lines.refresh(&self.parts).await;
        rooms
    }

    /// What is due and not being worked on.
    async fn due(&self, room: &Room) -> Vec<Due> {
        let except = self.hands.keys();
        let look = Look {
            limit: room.limit,
            except: &except,
            line: room.line.as_deref(),
        };
        match self.parts.ledger.due(look).await {
            Ok(due) => due,
            Err(problem) => {
                warn!("the ledger cannot say what is due: {problem}");
                Vec::new()
            }
        }
    }

    /// Rests until something may be found that was not before.
    pub(super) async fn rest(&self, after: Found) {
        let wait = match after {
            Found::More => return,
            // What is due next is what there is no room for: whoever makes room wakes us.
            Found::NoRoom => LOOK_AGAIN,
            Found::All if self.hands.are_full() => LOOK_AGAIN,
            Found::All => self.until_due().await,
        };
        tokio::select! {
            () = self.parts.stop.cancelled() => {}
            () = self.parts.wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    async fn until_due(&self) -> Duration {
        let next = self.parts.ledger.next_due().await.ok().flatten();
        let until_next = next.map_or(LOOK_AGAIN, |next| {
            Duration::try_from(next.duration_since(self.parts.ledger.now())).unwrap_or_default()
        });
        let least = if self.is_idle() { MIN_REST } else { BUSY_REST };
        until_next.clamp(least, LOOK_AGAIN)
    }
}
