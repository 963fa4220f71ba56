//! Connections for questions outside of every transaction: a few, made when they are wanted.
//!
//! Not sqlx's own pool: that one tries every connection as it is given back, without a limit of time,
//! so that a network that swallows everything would take the connections one by one for ever.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgRow};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::faults;
use super::session::PgSession;
use crate::ledger::rows::Cell;
use crate::ledger::sql::engine::Session;

/// How long a question waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// The connections.
pub struct Readers {
    options: PgConnectOptions,
    /// Closed when nothing may be asked any more.
    turns: Semaphore,
    idle: Mutex<Vec<PgSession>>,
}

impl Readers {
    /// At most so many at a time; none is made yet.
    pub fn new(options: PgConnectOptions, most: usize) -> Self {
        Self {
            options,
            turns: Semaphore::new(most),
            idle: Mutex::default(),
        }
    }

    /// Asks a question that does no harm when it is asked twice: a connection that was lost while
    /// nobody used it is replaced.
    pub async fn ask(
        &self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        let turn = timeout(PATIENCE, self.turns.acquire()).await;
        let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let _turn = turn.map_err(|_| sqlx::Error::PoolClosed)?;
        let idle = self.idle().pop();
        if let Some(mut session) = idle {
            match session.ask(text.clone(), values.clone()).await {
                Err(error) if faults::is_lost(&error) && !session.is_owed() => {}
                answer => return self.give_back(session, answer),
            }
        }
        let mut session = PgSession::connect(&self.options).await?;
        let answer = session.ask(text, values).await;
        self.give_back(session, answer)
    }

    /// Only a connection that answered is used again.
    fn give_back(
        &self,
        session: PgSession,
        answer: Result<Vec<PgRow>, sqlx::Error>,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        if !session.is_owed() && !answer.as_ref().is_err_and(faults::is_lost) {
            self.idle().push(session);
        }
        answer
    }

    /// Waits for nobody: who asks meanwhile is refused, who waits for an answer gets it.
    pub async fn close(&self) {
        self.turns.close();
        let idle = std::mem::take(&mut *self.idle());
        for session in idle {
            // It is gone either way.
            session.close().await.ok();
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<PgSession>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
