//! Questions to the ledger, answered by a few read-only connections beside the writer.

use std::path::Path;

use bytes::Bytes;
use carrier_sdk::{Label, LabelFormat};
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use super::faults;
use crate::ledger::gauges::StateRow;
use crate::ledger::{
    Due, Filter, Gauges, KeptLabel, LedgerError, Note, OrderRow, Paused, PrintJob, PrintKind,
    queries, rows,
};
use crate::life::{Life, State};
use crate::order::Key;
use crate::outbox::OutboxRow;

/// Read-only connections to the file at `path`.
pub struct Reads {
    pub pool: SqlitePool,
    pub path: std::path::PathBuf,
}

type Answer<T> = Result<T, LedgerError>;

impl Reads {
    pub async fn due(&self, now: i64, limit: usize, except: &[Key]) -> Answer<Vec<Due>> {
        // More than is wanted is read, in place of a list of keys in the statement.
        let query = sqlx::query(queries::DUE)
            .bind(now)
            .bind(count(limit.saturating_add(except.len())));
        let found = query.fetch_all(&self.pool).await;
        let mut due = self.each(found, due)?;
        due.retain(|due| !except.contains(&due.life.key));
        due.truncate(limit);
        Ok(due)
    }

    pub async fn next_due(&self) -> Answer<Option<jiff::Timestamp>> {
        let found = sqlx::query(queries::NEXT_DUE).fetch_one(&self.pool).await;
        let at: Option<i64> = found
            .and_then(|row| row.try_get(0))
            .map_err(|error| self.fault(&error))?;
        Ok(at.map(rows::moment))
    }

    pub async fn order(&self, key: &Key) -> Answer<Option<Due>> {
        let query = sqlx::query(queries::ORDER).bind(key.to_string());
        let found = query.fetch_all(&self.pool).await;
        Ok(self.each(found, due)?.pop())
    }

    pub async fn notes(&self, key: &Key) -> Answer<Vec<Note>> {
        let query = sqlx::query(queries::TIMELINE).bind(key.to_string());
        let found = query.fetch_all(&self.pool).await;
        self.each(found, |row| {
            Ok(Note {
                at: rows::moment(row.try_get(0)?),
                text: row.try_get(1)?,
            })
        })
    }

    pub async fn list(&self, filter: Filter) -> Answer<Vec<OrderRow>> {
        let mut query = sqlx::query(queries::LIST);
        for state in rows::STATES {
            let wanted = filter.states.is_empty() || filter.states.contains(&state);
            query = query.bind(if wanted { state.name() } else { "" });
        }
        let text = filter.text.unwrap_or_default();
        let found = query
            .bind(filter.standing.map_or("", crate::life::Standing::name))
            .bind(queries::containing(&text))
            .bind(queries::phone(&text))
            .bind(count(filter.limit))
            .fetch_all(&self.pool)
            .await;
        self.each(found, |row| {
            Ok(OrderRow {
                life: life(row.try_get(0)?)?,
                changed_at: rows::moment(row.try_get(1)?),
            })
        })
    }

    pub async fn count(&self) -> Answer<Vec<(State, u64)>> {
        let found = sqlx::query(queries::COUNT).fetch_all(&self.pool).await;
        self.each(found, |row| {
            let state = rows::state(row.try_get(0)?).ok_or_else(|| unknown("a state"))?;
            Ok((state, number(row, 1)?))
        })
    }

    pub async fn gauges(&self, now: i64) -> Answer<Gauges> {
        let mut gauges = Gauges::default();
        let orders = sqlx::query(queries::GAUGES_OF_ORDERS).bind(now);
        for row in self.each(orders.fetch_all(&self.pool).await, state_row)? {
            gauges.count_in(&row);
        }
        let doubt: Option<i64> = self
            .one(queries::GAUGES_OF_DOUBT, |row| Ok(row.try_get(0)?))
            .await?;
        gauges.in_doubt_since = doubt.map(rows::moment);
        gauges.strays = self
            .one(queries::GAUGES_OF_STRAYS, |row| number(row, 0))
            .await?;
        let outbox = |row: &SqliteRow| Ok((number(row, 0)?, row.try_get(1)?));
        let (unsent, since): (u64, Option<i64>) =
            self.one(queries::GAUGES_OF_OUTBOX, outbox).await?;
        gauges.unsent = unsent;
        gauges.unsent_since = since.map(rows::moment);
        Ok(gauges)
    }

    pub async fn labels(&self, key: &Key) -> Answer<Vec<KeptLabel>> {
        let query = sqlx::query(queries::LABELS_OF).bind(key.to_string());
        let found = query.fetch_all(&self.pool).await;
        self.each(found, kept_label)
    }

    pub async fn label(&self, id: &str) -> Answer<Option<KeptLabel>> {
        let found = sqlx::query(queries::LABEL).bind(id.to_owned());
        let found = found.fetch_all(&self.pool).await;
        Ok(self.each(found, kept_label)?.pop())
    }

    pub async fn paused(&self) -> Answer<Vec<Paused>> {
        let found = sqlx::query(queries::PAUSED).fetch_all(&self.pool).await;
        self.each(found, |row| {
            let why: &str = row.try_get(1)?;
            Ok(Paused {
                account: row.try_get(0)?,
                why: serde_json::from_str(why)
                    .map_err(|error| Fault::Content(error.to_string()))?,
                since: rows::moment(row.try_get(2)?),
            })
        })
    }

    pub async fn print_jobs(&self, limit: usize) -> Answer<Vec<PrintJob>> {
        let query = sqlx::query(queries::UNPRINTED).bind(count(limit));
        let found = query.fetch_all(&self.pool).await;
        self.each(found, print_job)
    }

    pub async fn unsent(&self, limit: usize, printed: bool) -> Answer<Vec<OutboxRow>> {
        let text = if printed {
            queries::UNSENT_PRINTED
        } else {
            queries::UNSENT
        };
        let found = sqlx::query(text).bind(count(limit)).fetch_all(&self.pool);
        self.each(found.await, |row| {
            Ok(OutboxRow {
                id: row.try_get(0)?,
                event_id: row.try_get(1)?,
                routing_key: row.try_get(2)?,
                body: Bytes::from(row.try_get::<String, _>(3)?),
            })
        })
    }

    /// The one row of an aggregate.
    async fn one<T>(
        &self,
        question: &'static str,
        read: impl Fn(&SqliteRow) -> Result<T, Fault>,
    ) -> Answer<T> {
        let found = sqlx::query(question).fetch_all(&self.pool).await;
        let row = self.each(found, read)?.pop();
        row.ok_or_else(|| LedgerError::Unreadable("nothing where a figure should be".into()))
    }

    fn each<T>(
        &self,
        found: Result<Vec<SqliteRow>, sqlx::Error>,
        read: impl Fn(&SqliteRow) -> Result<T, Fault>,
    ) -> Answer<Vec<T>> {
        let found = found.map_err(|error| self.fault(&error))?;
        let all: Result<Vec<T>, Fault> = found.iter().map(read).collect();
        all.map_err(|fault| match fault {
            Fault::Database(error) => self.fault(&error),
            Fault::Content(what) => LedgerError::Unreadable(what),
        })
    }

    fn fault(&self, error: &sqlx::Error) -> LedgerError {
        faults::unavailable(error, Path::new(&self.path))
    }
}

/// Why a row cannot be read.
enum Fault {
    Database(sqlx::Error),
    Content(String),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

fn unknown(what: &str) -> Fault {
    Fault::Content(format!("{what} that it does not know"))
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn number<T: TryFrom<i64>>(row: &SqliteRow, place: usize) -> Result<T, Fault> {
    let number: i64 = row.try_get(place)?;
    T::try_from(number).map_err(|_| unknown("a number"))
}

fn life(text: &str) -> Result<Life, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Content(format!("an order ({error})")))
}

fn key(text: &str) -> Result<Key, Fault> {
    rows::key(text).ok_or_else(|| unknown("a key"))
}

fn due(row: &SqliteRow) -> Result<Due, Fault> {
    Ok(Due {
        life: life(row.try_get(0)?)?,
        order: row.try_get(1)?,
    })
}

fn state_row(row: &SqliteRow) -> Result<StateRow, Fault> {
    Ok(StateRow {
        state: rows::state(row.try_get(0)?).ok_or_else(|| unknown("a state"))?,
        count: number(row, 1)?,
        late: number(row, 2)?,
        next_cut_off: row.try_get(3)?,
    })
}

fn format(name: &str) -> Result<LabelFormat, Fault> {
    serde_json::from_value(name.into()).map_err(|_| unknown("a label format"))
}

fn kept_label(row: &SqliteRow) -> Result<KeptLabel, Fault> {
    Ok(KeptLabel {
        id: row.try_get(0)?,
        key: key(row.try_get(1)?)?,
        n: number(row, 2)?,
        parcel: number(row, 3)?,
        label: Label {
            format: format(row.try_get(4)?)?,
            bytes: row.try_get(5)?,
        },
    })
}

fn print_job(row: &SqliteRow) -> Result<PrintJob, Fault> {
    let kind: &str = row.try_get(1)?;
    let label = match (row.try_get::<Option<&str>, _>(5)?, row.try_get(6)?) {
        (Some(name), Some(bytes)) => Some(Label {
            format: format(name)?,
            bytes,
        }),
        _ => None,
    };
    Ok(PrintJob {
        id: row.try_get(0)?,
        kind: match kind {
            "print" => PrintKind::Print,
            "void" => PrintKind::Void,
            _ => return Err(unknown("a print job")),
        },
        key: key(row.try_get(2)?)?,
        n: number(row, 3)?,
        parcel: number(row, 4)?,
        label,
    })
}
