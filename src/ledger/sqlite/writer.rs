//! The one task that writes: whoever waits at the same time shares a commit (rule 11).
//!
//! Members of a batch are written together, by one multi-row statement a table. Only when a row
//! breaks a constraint is it known that a savepoint was needed: then all is rolled back and every
//! member goes again in a savepoint of its own. So the common case pays for none, and one member's
//! fault is still its own. Nobody is answered before the commit.

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot};

use super::commit::{self, Fault, Transaction};
use super::faults;
use crate::ledger::{Change, LedgerError, Recorded, Rules};

/// Most members of a transaction.
const BATCH: usize = 256;

/// Something to be written.
pub enum Work {
    Record(Box<Change>),
    Sent(Vec<i64>),
    Printed(Vec<i64>),
    Resume(String),
    Erase(jiff::Timestamp),
    Close,
}

/// What came of it.
pub enum Written {
    Recorded(Box<Recorded>),
    Done,
    Resumed(bool),
    Erased(u64),
}

pub type Answer = Result<Written, LedgerError>;

/// Work and whoever waits for it.
pub struct Job {
    pub work: Work,
    pub reply: oneshot::Sender<Answer>,
}

pub struct Writer {
    pub path: PathBuf,
    pub options: SqliteConnectOptions,
    pub rules: Rules,
    /// None after a fault that left it in an unknown condition: opened again by the next batch.
    pub connection: Option<SqliteConnection>,
}

impl Writer {
    /// Writes until it is told to close or nobody is left. What was handed in before is written.
    pub async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut closers = Vec::new();
        let mut batch = Vec::with_capacity(BATCH);
        while jobs.recv_many(&mut batch, BATCH).await > 0 {
            let taken = std::mem::take(&mut batch).into_iter();
            let (closing, writing): (Vec<Job>, Vec<Job>) =
                taken.partition(|job| matches!(job.work, Work::Close));
            if !closing.is_empty() {
                jobs.close();
                closers.extend(closing);
            }
            self.serve(writing).await;
        }
        self.close(closers).await;
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let (works, replies): (Vec<Work>, Vec<_>) =
            jobs.into_iter().map(|job| (job.work, job.reply)).unzip();
        let answers = match self.transaction(&works).await {
            Ok(answers) => answers,
            Err(error) => works.iter().map(|_| Err(error.clone())).collect(),
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Who does not wait any more reads it again by key.
            reply.send(answer).ok();
        }
    }

    async fn close(&mut self, waiting: Vec<Job>) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!("{}", faults::in_words(&error, &self.path));
        }
        for job in waiting {
            job.reply.send(Ok(Written::Done)).ok();
        }
    }

    /// One transaction; an error is everybody's.
    async fn transaction(&mut self, works: &[Work]) -> Result<Vec<Answer>, LedgerError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self
                .options
                .connect()
                .await
                .map_err(|error| faults::unavailable(&error, &self.path))?,
        };
        let written = self.write(&mut connection, works).await;
        if written.is_ok() || commit::run(&mut connection, "ROLLBACK").await.is_ok() {
            self.connection = Some(connection);
        }
        written
    }

    async fn write(
        &self,
        connection: &mut SqliteConnection,
        works: &[Work],
    ) -> Result<Vec<Answer>, LedgerError> {
        let unavailable = |error: sqlx::Error| faults::unavailable(&error, &self.path);
        commit::run(connection, "BEGIN IMMEDIATE")
            .await
            .map_err(unavailable)?;
        let mut transaction = Transaction::new(connection, &self.rules, &self.path);
        let answers = match transaction.together(works).await {
            Err(Fault::Constraint { .. }) => {
                commit::run(connection, "ROLLBACK")
                    .await
                    .map_err(unavailable)?;
                commit::run(connection, "BEGIN IMMEDIATE")
                    .await
                    .map_err(unavailable)?;
                let mut transaction = Transaction::new(connection, &self.rules, &self.path);
                transaction.one_by_one(works).await
            }
            other => other,
        };
        let answers = answers.map_err(|fault| fault.for_all(&self.path))?;
        match commit::run(connection, "COMMIT").await {
            Ok(()) => Ok(answers),
            Err(error) if faults::kept_nothing(&error) => Err(unavailable(error)),
            Err(error) => Err(LedgerError::Unknown(faults::in_words(&error, &self.path))),
        }
    }
}
