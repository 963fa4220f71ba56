//! What happens between `BEGIN` and `COMMIT`: lives are read, decided about and written.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite};

use super::faults;
use super::writer::{Answer, Work, Written};
use crate::events::account_event;
use crate::ledger::batch::{Batch, Pause, Writes};
use crate::ledger::rows::{self, Cell, Table, micros};
use crate::ledger::{Change, LedgerError, Recorded, Rules, queries};

/// Runs a statement without values.
pub async fn run(
    connection: &mut SqliteConnection,
    statement: &'static str,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement).execute(connection).await.map(drop)
}

/// Why something was not written.
pub enum Fault {
    /// A row broke a constraint: its member's own fault.
    Constraint { reference: bool, error: sqlx::Error },
    /// Everybody's.
    All(sqlx::Error),
}

impl Fault {
    fn of(error: sqlx::Error) -> Self {
        if faults::is_constraint(&error) {
            let reference = false;
            Self::Constraint { reference, error }
        } else {
            Self::All(error)
        }
    }

    /// As a member's own error.
    fn for_one(&self, path: &Path) -> LedgerError {
        match self {
            Self::Constraint {
                reference: true, ..
            } => LedgerError::ReferenceTaken,
            Self::Constraint { error, .. } | Self::All(error) => faults::unavailable(error, path),
        }
    }

    /// As the error of a whole batch.
    pub fn for_all(&self, path: &Path) -> LedgerError {
        let (Self::Constraint { error, .. } | Self::All(error)) = self;
        faults::unavailable(error, path)
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::of(error)
    }
}

/// An open transaction.
pub struct Transaction<'a> {
    connection: &'a mut SqliteConnection,
    rules: &'a Rules,
    path: &'a Path,
    now: Timestamp,
}

impl<'a> Transaction<'a> {
    pub fn new(connection: &'a mut SqliteConnection, rules: &'a Rules, path: &'a Path) -> Self {
        Self {
            connection,
            rules,
            path,
            now: rules.clock.now(),
        }
    }

    /// Every member at once.
    pub async fn together(&mut self, works: &[Work]) -> Result<Vec<Answer>, Fault> {
        let changes: Vec<&Change> = works
            .iter()
            .filter_map(|work| match work {
                Work::Record(change) => Some(change.as_ref()),
                _ => None,
            })
            .collect();
        let mut recorded = self.record(&changes).await?.into_iter();
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            let answer = match work {
                Work::Record(_) => recorded
                    .next()
                    .unwrap_or_else(|| {
                        Err(LedgerError::Unavailable("a change was passed over".into()))
                    })
                    .map(|recorded| Written::Recorded(Box::new(recorded))),
                other => Ok(self.other(other).await?),
            };
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Every member in a savepoint: what breaks a constraint fails alone.
    pub async fn one_by_one(&mut self, works: &[Work]) -> Result<Vec<Answer>, Fault> {
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            run(self.connection, "SAVEPOINT member").await?;
            match self.together(std::slice::from_ref(work)).await {
                Ok(answer) => answers.extend(answer),
                Err(fault @ Fault::Constraint { .. }) => {
                    run(self.connection, "ROLLBACK TO SAVEPOINT member").await?;
                    answers.push(Err(fault.for_one(self.path)));
                }
                Err(fault) => return Err(fault),
            }
            run(self.connection, "RELEASE SAVEPOINT member").await?;
        }
        Ok(answers)
    }

    async fn record(
        &mut self,
        changes: &[&Change],
    ) -> Result<Vec<Result<Recorded, LedgerError>>, Fault> {
        let mut batch = Batch::new(self.rules, self.now);
        let keys: BTreeSet<String> = keys(changes.iter().copied());
        for row in self.by_key(queries::LIVES, &keys).await? {
            if let Some(key) = rows::key(row.try_get(0)?) {
                batch.read(key, row.try_get(1)?, row.try_get(2)?);
            }
        }
        let others = changes.iter().copied();
        let keys = keys_of_contents(&batch, others);
        for row in self.by_key(queries::CONTENTS, &keys).await? {
            let revision: i64 = row.try_get(1)?;
            if let (Some(key), Ok(revision)) = (rows::key(row.try_get(0)?), u32::try_from(revision))
            {
                batch.read_content(key, revision, row.try_get(2)?);
            }
        }
        let answers = changes.iter().map(|change| batch.decide(change)).collect();
        self.write(batch.finish()).await?;
        Ok(answers)
    }

    async fn by_key(
        &mut self,
        start: &str,
        keys: &BTreeSet<String>,
    ) -> Result<Vec<SqliteRow>, Fault> {
        let keys: Vec<&String> = keys.iter().collect();
        let mut found = Vec::with_capacity(keys.len());
        for piece in rows::pieces(&keys) {
            let text = queries::listing(start, 0, piece.len());
            let mut query = sqlx::query(AssertSqlSafe(text));
            for key in piece {
                query = query.bind(key.as_str());
            }
            found.extend(query.fetch_all(&mut *self.connection).await?);
        }
        Ok(found)
    }

    async fn write(&mut self, writes: Writes) -> Result<(), Fault> {
        self.insert(&rows::ORDERS, writes.orders).await?;
        self.insert(&rows::BODIES, writes.bodies).await?;
        let booked = self.insert(&rows::BOOKINGS, writes.bookings).await;
        booked.map_err(|fault| match fault {
            Fault::Constraint { error, .. } => {
                let reference = unique(&error);
                Fault::Constraint { reference, error }
            }
            all => all,
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
            self.pause(pause).await?;
        }
        Ok(())
    }

    async fn insert(&mut self, table: &Table, rows: Vec<Vec<Cell>>) -> Result<(), Fault> {
        for piece in rows::pieces(&rows) {
            let text = table.insert(piece.len());
            let mut query = sqlx::query(AssertSqlSafe(text));
            for cell in piece.iter().flatten() {
                query = bind(query, cell);
            }
            query.execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    /// Everything but changes of orders.
    async fn other(&mut self, work: &Work) -> Result<Written, Fault> {
        match work {
            Work::Sent(ids) => self.mark(queries::SENT, ids).await?,
            Work::Printed(ids) => self.mark(queries::PRINTED, ids).await?,
            Work::Resume(account) => return self.resume(account).await.map(Written::Resumed),
            Work::Erase(now) => return self.erase(*now).await.map(Written::Erased),
            Work::Record(_) | Work::Close => {}
        }
        Ok(Written::Done)
    }

    async fn mark(&mut self, start: &str, ids: &[i64]) -> Result<(), Fault> {
        for piece in rows::pieces(ids) {
            let text = queries::listing(start, 1, piece.len());
            let mut query = sqlx::query(AssertSqlSafe(text)).bind(micros(self.now));
            for id in piece {
                query = query.bind(*id);
            }
            query.execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    async fn erase(&mut self, now: Timestamp) -> Result<u64, Fault> {
        let mut erased = 0;
        for statement in queries::ERASE {
            let query = sqlx::query(statement).bind(micros(now));
            erased += query.execute(&mut *self.connection).await?.rows_affected();
        }
        Ok(erased)
    }

    async fn pause(&mut self, pause: Pause) -> Result<(), Fault> {
        let why = serde_json::to_string(&pause.why).unwrap_or_default();
        let query = sqlx::query(queries::PAUSE)
            .bind(pause.account.as_str())
            .bind(why)
            .bind(pause.environment.as_str())
            .bind(micros(self.now));
        let stopped = query.execute(&mut *self.connection).await?.rows_affected();
        if stopped == 0 {
            return Ok(());
        }
        self.tell(&pause.account, Some(&pause.why), &pause.environment)
            .await
    }

    async fn resume(&mut self, account: &str) -> Result<bool, Fault> {
        let query = sqlx::query(queries::RESUME).bind(account.to_owned());
        let Some(row) = query.fetch_optional(&mut *self.connection).await? else {
            return Ok(false);
        };
        let environment: String = row.try_get(0)?;
        let query = sqlx::query(queries::WAKE).bind(micros(self.now));
        query.execute(&mut *self.connection).await?;
        self.tell(account, None, &environment).await?;
        Ok(true)
    }

    /// An account's events have a key and an order of their own, by time.
    async fn tell(
        &mut self,
        account: &str,
        why: Option<&crate::life::Reason>,
        environment: &str,
    ) -> Result<(), Fault> {
        let query = sqlx::query(queries::WAITING).fetch_one(&mut *self.connection);
        let waiting: i64 = query.await?.try_get(0)?;
        let waiting = u64::try_from(waiting).unwrap_or_default();
        let teller = &self.rules.teller;
        let event = account_event(teller, account, why, waiting, self.now, environment);
        let row = vec![
            format!("account:{account}").into(),
            self.now.into(),
            event.event_id.into(),
            event.routing_key.into(),
            event.body.into(),
            self.now.into(),
        ];
        self.insert(&rows::OUTBOX, vec![row]).await
    }
}

fn unique(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.is_unique_violation())
}

fn keys<'a>(changes: impl Iterator<Item = &'a Change>) -> BTreeSet<String> {
    changes.map(|change| change.key.to_string()).collect()
}

fn keys_of_contents<'a>(
    batch: &Batch<'_>,
    changes: impl Iterator<Item = &'a Change>,
) -> BTreeSet<String> {
    keys(changes.filter(|change| batch.needs_contents(change)))
}

fn bind<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    cell: &Cell,
) -> Query<'q, Sqlite, SqliteArguments> {
    match cell {
        Cell::Number(number) => query.bind(*number),
        Cell::Text(text) => query.bind(text.clone()),
        Cell::Bytes(bytes) => query.bind(bytes.clone()),
    }
}
