//! Those who write: whoever waits at the same time shares a commit (rule 11).
//!
//! Members of a group are written together, table by table. Only when a row
//! breaks a constraint is it known that a savepoint was needed: then all is rolled back and every
//! member goes again in a savepoint of its own. So the common case pays for none, and one member's
//! fault is still its own. Nobody is answered before the commit.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::engine::{Engine, Session};
use super::transaction::{Fault, Transaction};
use crate::ledger::{Beat, Change, LedgerError, Pause, Recorded, Resumption, Rules};
use crate::sabotage::{Point, pass};

/// Something to be written.
pub enum Work {
    /// Changes, in order; those of one call are never torn apart, as they may be of one order.
    Record(Vec<Change>),
    Sent(Vec<i64>),
    Printed(Vec<i64>),
    /// On a person's word.
    Pause(Box<Pause>),
    Resume(Resumption),
    Rest {
        account: String,
        worker: String,
        until: Option<jiff::Timestamp>,
    },
    Beat(Beat),
    /// Beside every order and account; `about` is a key.
    Remark {
        about: String,
        text: String,
    },
    Erase(jiff::Timestamp),
}

impl Work {
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::Record(changes) => changes,
            _ => &[],
        }
    }

    fn size(&self) -> usize {
        self.changes().len().max(1)
    }
}

/// What came of it.
pub enum Written {
    Recorded(Vec<Result<Recorded, LedgerError>>),
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

/// One session that writes, beside others on the same queue.
pub struct Writer<E: Engine> {
    pub engine: Arc<E>,
    pub rules: Rules,
    pub jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
    /// None after a fault that left it in an unknown condition: opened again by the next group.
    pub session: Option<E::Session>,
}

impl<E: Engine> Writer<E> {
    /// Writes until the queue is closed. What was handed in before is written.
    pub async fn run(mut self) {
        loop {
            let group = self.take().await;
            if group.is_empty() {
                break;
            }
            self.serve(group).await;
        }
        if let Some(session) = self.session.take()
            && let Err(error) = session.close().await
        {
            tracing::warn!("{}", self.engine.in_words(&error));
        }
    }

    /// Whatever waits, as far as it fits into a transaction; nothing when the queue is closed.
    async fn take(&mut self) -> Vec<Job> {
        let mut jobs = self.jobs.lock().await;
        let mut group: Vec<Job> = jobs.recv().await.into_iter().collect();
        let mut size: usize = group.iter().map(|job| job.work.size()).sum();
        while (1..E::GROUP).contains(&size)
            && let Ok(job) = jobs.try_recv()
        {
            size += job.work.size();
            group.push(job);
        }
        group
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
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

    /// One transaction; an error is everybody's.
    async fn transaction(&mut self, works: &[Work]) -> Result<Vec<Answer>, LedgerError> {
        let mut session = self.begin().await?;
        let written = self.write(&mut session, works).await;
        if written.is_ok() || session.run("ROLLBACK").await.is_ok() {
            self.session = Some(session);
        }
        written
    }

    /// A session in a transaction. One that was lost meanwhile is replaced: nothing was said on it.
    async fn begin(&mut self) -> Result<E::Session, LedgerError> {
        if let Some(mut session) = self.session.take() {
            match session.run(E::Session::BEGIN).await {
                Ok(()) => return Ok(session),
                Err(error) if E::is_lost(&error) => {}
                Err(error) => return Err(self.engine.unavailable(&error)),
            }
        }
        let mut session = self.engine.connect().await?;
        match session.run(E::Session::BEGIN).await {
            Ok(()) => Ok(session),
            Err(error) => Err(self.engine.unavailable(&error)),
        }
    }

    async fn write(
        &mut self,
        session: &mut E::Session,
        works: &[Work],
    ) -> Result<Vec<Answer>, LedgerError> {
        let engine = self.engine.as_ref();
        let unavailable = |error: E::Error| engine.unavailable(&error);
        let mut transaction = Transaction::new(engine, session, &self.rules);
        let answers = match transaction.together(works).await {
            Err(Fault::One { .. }) => {
                for statement in ["ROLLBACK", E::Session::BEGIN] {
                    let told = session.run(statement).await;
                    told.map_err(unavailable)?;
                }
                let mut transaction = Transaction::new(engine, session, &self.rules);
                transaction.one_by_one(works).await
            }
            other => other,
        };
        let answers = answers.map_err(|fault| fault.for_all(engine))?;
        pass(Point::BeforeCommit);
        match session.run("COMMIT").await {
            Ok(()) => {
                pass(Point::AfterCommit);
                engine.committed();
                Ok(answers)
            }
            Err(error) if E::kept_nothing(&error) => Err(unavailable(error)),
            Err(error) => Err(LedgerError::Unknown(engine.in_words(&error))),
        }
    }
}
