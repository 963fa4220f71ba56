//! What happens between `BEGIN` and `COMMIT`: orders are held, read, decided about and written.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;

use super::engine::{Engine, Fields, Odd, Session};
use super::writer::{Answer, Work, Written};
use crate::events::account_event;
use crate::ledger::batch::{Batch, Writes};
use crate::ledger::rows::{self, Cell, Table, micros};
use crate::ledger::statements::{self, Listing};
use crate::ledger::{
    Beat, Change, LedgerError, Pause, REMEMBERED, Recorded, Resumption, Rules, STALE, queries,
};
use crate::life::{Reason, earlier};

/// Why something was not written.
pub enum Fault<E: Engine> {
    /// Of one member: its row broke a constraint, or somebody else holds what it needs.
    One { taken: bool, error: E::Error },
    /// Everybody's.
    All(E::Error),
}

impl<E: Engine> From<Odd> for Fault<E> {
    fn from(odd: Odd) -> Self {
        Self::All(odd.into())
    }
}

impl<E: Engine> Fault<E> {
    /// As the error of a whole transaction.
    pub fn for_all(&self, engine: &E) -> LedgerError {
        let (Self::One { error, .. } | Self::All(error)) = self;
        engine.unavailable(error)
    }
}

/// An open transaction.
pub struct Transaction<'a, E: Engine> {
    engine: &'a E,
    session: &'a mut E::Session,
    rules: &'a Rules,
}

impl<'a, E: Engine> Transaction<'a, E> {
    pub fn new(engine: &'a E, session: &'a mut E::Session, rules: &'a Rules) -> Self {
        Self {
            engine,
            session,
            rules,
        }
    }

    /// Every member at once.
    pub async fn together(&mut self, works: &[Work]) -> Result<Vec<Answer>, Fault<E>> {
        let changes: Vec<&Change> = works.iter().flat_map(Work::changes).collect();
        let keys = keys(changes.iter().copied());
        let held = self.engine.hold(self.session, &keys).await;
        let now = held.map_err(fault::<E>)?;
        let mut recorded = self.record(&changes, &keys, now).await?.into_iter();
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            let written = match work {
                Work::Record(changes) => {
                    Written::Recorded(recorded.by_ref().take(changes.len()).collect())
                }
                Work::Sent(ids) => self.mark(&queries::SENT, ids, now).await?,
                Work::Printed(ids) => self.mark(&queries::PRINTED, ids, now).await?,
                Work::Pause(pause) => self.pause(pause, queries::PAUSE_BY_HAND, now).await?,
                Work::Resume(resumption) => self.resume(resumption, now).await?,
                Work::Rest {
                    account,
                    worker,
                    until,
                } => self.rest(account, worker, *until, now).await?,
                Work::Beat(beat) => self.beat(beat, now).await?,
                Work::Remark { about, text } => {
                    self.note(about.clone(), text.clone(), now).await?;
                    Written::Done
                }
                Work::Erase(until) => self.erase(*until).await?,
            };
            answers.push(Ok(written));
        }
        Ok(answers)
    }

    /// Every member in a savepoint: one's fault is its own.
    pub async fn one_by_one(&mut self, works: &[Work]) -> Result<Vec<Answer>, Fault<E>> {
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            let Work::Record(changes) = work else {
                answers.push(self.alone(work).await?);
                continue;
            };
            let mut recorded = Vec::with_capacity(changes.len());
            for change in changes {
                match self.alone(&Work::Record(vec![change.clone()])).await? {
                    Ok(Written::Recorded(one)) => recorded.extend(one),
                    Ok(_) => {}
                    Err(error) => recorded.push(Err(error)),
                }
            }
            answers.push(Ok(Written::Recorded(recorded)));
        }
        Ok(answers)
    }

    async fn alone(&mut self, work: &Work) -> Result<Answer, Fault<E>> {
        self.run("SAVEPOINT member").await?;
        let answer = match self.together(std::slice::from_ref(work)).await {
            Ok(mut answers) => answers.pop().unwrap_or(Ok(Written::Done)),
            Err(Fault::One { taken, error }) => {
                self.run("ROLLBACK TO SAVEPOINT member").await?;
                Err(if taken {
                    LedgerError::ReferenceTaken
                } else {
                    self.engine.unavailable(&error)
                })
            }
            Err(all) => return Err(all),
        };
        self.run("RELEASE SAVEPOINT member").await?;
        Ok(answer)
    }

    async fn record(
        &mut self,
        changes: &[&Change],
        keys: &BTreeSet<String>,
        now: Timestamp,
    ) -> Result<Vec<Result<Recorded, LedgerError>>, Fault<E>> {
        let mut batch = Batch::new(self.rules, now);
        let lives = self.by_key(&queries::LIVES, keys).await?;
        for row in &lives {
            if let Some(key) = rows::key(row.text(0)?) {
                let due_at = row.number_if_any(2)?;
                batch.read(key, row.text(1)?, due_at);
            }
        }
        let wanting = changes.iter().copied();
        let wanting = self::keys(wanting.filter(|change| batch.needs_contents(change)));
        for row in &self.by_key(&queries::CONTENTS, &wanting).await? {
            let revision = row.number(1)?;
            let key = rows::key(row.text(0)?);
            if let (Some(key), Ok(revision)) = (key, u32::try_from(revision)) {
                let text = row.text(2)?;
                batch.read_content(key, revision, text.to_owned());
            }
        }
        let answers = changes.iter().map(|change| batch.decide(change)).collect();
        self.write(batch.finish(), now).await?;
        Ok(answers)
    }

    async fn by_key(
        &mut self,
        listing: &'static Listing,
        keys: &BTreeSet<String>,
    ) -> Result<Vec<E::Row>, Fault<E>> {
        let mut found = Vec::with_capacity(keys.len());
        let mut left = keys.iter();
        for size in statements::pieces(&E::WORDS, keys.len()) {
            let keys = left.by_ref().take(size);
            let mut values = keys.map(|key| key.as_str().into()).collect();
            Listing::fill(&mut values, size);
            let text = listing.of(&E::WORDS, size);
            let rows = self.session.ask(text.into(), values).await;
            found.extend(rows.map_err(fault::<E>)?);
        }
        Ok(found)
    }

    async fn write(&mut self, writes: Writes, now: Timestamp) -> Result<(), Fault<E>> {
        for key in &writes.erased {
            for statement in queries::ERASE_OF {
                self.tell(statement.into(), vec![key.as_str().into()])
                    .await?;
            }
            let of = vec![key.as_str().into()];
            self.erase_labels(queries::ERASE_LABELS_OF, of).await?;
        }
        self.insert(&rows::ORDERS, writes.orders).await?;
        self.insert(&rows::BODIES, writes.bodies).await?;
        self.insert(&rows::STANDINGS, writes.standings).await?;
        let booked = self.insert(&rows::BOOKINGS, writes.bookings).await;
        booked.map_err(|fault| match fault {
            Fault::One { error, .. } => Fault::One {
                taken: E::is_taken(&error),
                error,
            },
            all @ Fault::All(_) => all,
        })?;
        self.insert(&rows::NUMBERS, writes.numbers).await?;
        self.insert(&rows::ATTEMPTS, writes.attempts).await?;
        self.insert(&rows::OUTCOMES, writes.outcomes).await?;
        self.insert(&rows::ANSWERS, writes.answers).await?;
        self.insert(&rows::LABELS, writes.labels).await?;
        self.insert(&rows::NOTES, writes.notes).await?;
        self.insert(&rows::OUTBOX, writes.outbox).await?;
        self.insert(&rows::PRINT_JOBS, writes.print_jobs).await?;
        for pause in writes.pauses {
            self.pause(&pause, queries::PAUSE, now).await?;
        }
        Ok(())
    }

    async fn insert(
        &mut self,
        table: &'static Table,
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), Fault<E>> {
        if rows.is_empty() {
            return Ok(());
        }
        let inserted = self.session.insert(table, rows).await;
        inserted.map_err(fault::<E>)
    }

    async fn mark(
        &mut self,
        listing: &'static Listing,
        ids: &[i64],
        now: Timestamp,
    ) -> Result<Written, Fault<E>> {
        let mut left = ids.iter();
        for size in statements::pieces(&E::WORDS, ids.len()) {
            let ids = left.by_ref().take(size).map(|id| Cell::from(*id));
            let mut values = [now.into()].into_iter().chain(ids).collect();
            Listing::fill(&mut values, 1 + size);
            self.tell(listing.of(&E::WORDS, size).into(), values)
                .await?;
        }
        Ok(Written::Done)
    }

    async fn erase(&mut self, until: Timestamp) -> Result<Written, Fault<E>> {
        let mut erased = 0;
        for statement in queries::ERASE {
            erased += self.tell(statement.into(), vec![until.into()]).await?;
        }
        let until = vec![until.into()];
        erased += self.erase_labels(queries::ERASE_LABELS, until).await?;
        Ok(Written::Erased(erased))
    }

    async fn pause(
        &mut self,
        pause: &Pause,
        how: &'static str,
        now: Timestamp,
    ) -> Result<Written, Fault<E>> {
        let why = serde_json::to_string(&pause.why).unwrap_or_default();
        let values = vec![
            pause.account.as_str().into(),
            why.into(),
            pause.environment.as_str().into(),
            now.into(),
        ];
        if self.tell(how.into(), values).await? == 0 {
            return Ok(Written::Done);
        }
        let note = format!("paused: {}", pause.why.in_plain_words());
        self.note(rows::subject(&pause.account), note, now).await?;
        let why = Some(&pause.why);
        self.announce(&pause.account, why, &pause.environment, now)
            .await?;
        Ok(Written::Done)
    }

    async fn resume(
        &mut self,
        resumption: &Resumption,
        now: Timestamp,
    ) -> Result<Written, Fault<E>> {
        let account = resumption.account.as_str();
        let since = resumption.since.map_or(0, micros);
        let values = vec![account.into(), since.into()];
        let resumed = self.session.ask(queries::RESUME.into(), values);
        let resumed = resumed.await.map_err(fault::<E>)?;
        let Some(row) = resumed.first() else {
            return Ok(Written::Resumed(false));
        };
        let environment = row.text(0)?;
        self.tell(queries::WAKE.into(), vec![now.into()]).await?;
        let note = format!("works again: {}", resumption.note);
        self.note(rows::subject(account), note, now).await?;
        self.announce(account, None, environment, now).await?;
        Ok(Written::Resumed(true))
    }

    async fn rest(
        &mut self,
        account: &str,
        worker: &str,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Written, Fault<E>> {
        let mut values = vec![account.into(), worker.into()];
        let statement = match until {
            None => {
                values.push(earlier(now, STALE).into());
                queries::FLOW
            }
            Some(until) => {
                values.extend([now.into(), until.into()]);
                queries::REST
            }
        };
        self.tell(statement.into(), values).await?;
        Ok(Written::Done)
    }

    async fn beat(&mut self, beat: &Beat, now: Timestamp) -> Result<Written, Fault<E>> {
        let forgotten = vec![earlier(now, REMEMBERED).into()];
        self.tell(queries::FORGET_WORKERS.into(), forgotten).await?;
        let stopped_at = beat.last.then(|| micros(now));
        let values = vec![
            beat.worker.as_str().into(),
            beat.started_at.into(),
            now.into(),
            Cell::Number(stopped_at),
        ];
        self.tell(queries::BEAT.into(), values).await?;
        Ok(Written::Done)
    }

    async fn note(&mut self, of: String, text: String, now: Timestamp) -> Result<(), Fault<E>> {
        let row = vec![of.into(), now.into(), text.into()];
        self.insert(&rows::NOTES, vec![row]).await
    }

    /// An account's events have a key and an order of their own, by time.
    async fn announce(
        &mut self,
        account: &str,
        why: Option<&Reason>,
        environment: &str,
        now: Timestamp,
    ) -> Result<(), Fault<E>> {
        let waiting = self.session.ask(queries::WAITING.into(), Vec::new());
        let waiting = waiting.await.map_err(fault::<E>)?;
        let waiting = waiting.first().map_or(Ok(0), |row| row.number(0));
        let waiting = u64::try_from(waiting?).unwrap_or_default();
        let teller = &self.rules.teller;
        let event = account_event(teller, account, why, waiting, now, environment);
        let row = vec![
            rows::subject(account).into(),
            micros(now).into(),
            event.event_id.into(),
            event.routing_key.into(),
            event.body.into(),
            now.into(),
        ];
        self.insert(&rows::OUTBOX, vec![row]).await
    }

    /// What lies beside the database is overwritten before its row is gone: of a row without bytes the
    /// next erasure knows, of bytes without a row nobody does.
    async fn erase_labels(
        &mut self,
        statement: &'static str,
        values: Vec<Cell>,
    ) -> Result<u64, Fault<E>> {
        let gone = self.session.ask(statement.into(), values);
        let gone = gone.await.map_err(fault::<E>)?;
        let mut places = Vec::new();
        for row in &gone {
            places.extend(row.text_if_any(0)?.map(str::to_owned));
        }
        let overwritten = self.engine.overwrite_labels(&places);
        overwritten.map_err(fault::<E>)?;
        Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), Fault<E>> {
        self.session.run(statement).await.map_err(fault::<E>)
    }

    async fn tell(&mut self, text: Cow<'static, str>, values: Vec<Cell>) -> Result<u64, Fault<E>> {
        self.session.tell(text, values).await.map_err(fault::<E>)
    }
}

fn fault<E: Engine>(error: E::Error) -> Fault<E> {
    if E::is_of_one(&error) {
        let taken = false;
        Fault::One { taken, error }
    } else {
        Fault::All(error)
    }
}

fn keys<'a>(changes: impl Iterator<Item = &'a Change>) -> BTreeSet<String> {
    changes.map(|change| change.key.to_string()).collect()
}
