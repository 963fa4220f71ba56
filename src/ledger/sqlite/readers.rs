//! Connections for questions beside the one that writes: a few, made when they are wanted. Each
//! question is answered on a thread that may wait for the disk.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::row::FileRow;
use super::session::{FileError, FileSession, Way};
use crate::ledger::rows::Cell;

/// Connections at a time.
const READERS: u32 = 4;

/// The connections.
pub struct Readers {
    way: Way,
    /// Closed when nothing may be asked any more.
    turns: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<FileSession>>>,
}

impl Readers {
    /// None is made yet.
    pub fn new(way: Way) -> Self {
        let turns = usize::try_from(READERS).unwrap_or(1);
        Self {
            way,
            turns: Arc::new(Semaphore::new(turns)),
            idle: Arc::default(),
        }
    }

    /// The rows of a question.
    pub async fn ask(
        &self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<Vec<FileRow>, FileError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| FileError::Closed)?;
        let (idle, way) = (Arc::clone(&self.idle), self.way.clone());
        let answer = spawn_blocking(move || {
            let session = lock(&idle).pop();
            let session = session.map_or_else(|| FileSession::open(&way), Ok)?;
            let answer = session.rows(&text, &values);
            lock(&idle).push(session);
            drop(turn);
            answer
        });
        answer.await.unwrap_or(Err(FileError::Closed))
    }

    /// Waits for those who still read; who asks afterwards is refused.
    pub async fn close(&self) {
        let all = self.turns.acquire_many(READERS).await;
        self.turns.close();
        drop(all);
        lock(&self.idle).clear();
    }
}

fn lock(idle: &Mutex<Vec<FileSession>>) -> MutexGuard<'_, Vec<FileSession>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
