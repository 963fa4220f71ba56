//! One connection to the server, and how long anything on it may take.
//!
//! The server ends what takes too long; that it ended is waited for here a little longer. Who is not
//! told even that has lost the server: a network may swallow everything without a word.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Postgres, Row};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::ledger::rows::{Cell, Table};
use crate::ledger::sql::engine::{Fields, Odd, Session};
use crate::ledger::{schema, statements};

/// Until a connection stands.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Until an answer has come.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
/// Until all of a step of the tables is applied.
const SCRIPT_LIMIT: Duration = Duration::from_secs(600);

/// What the server is told at the start of every session. Whoever holds an order holds it for
/// milliseconds; a worker that stopped in the middle loses it. A database whose default is to be read
/// only is written to all the same, unless it is a standby.
pub const SETTINGS: [(&str, &str); 4] = [
    ("default_transaction_read_only", "off"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "3s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// A connection.
pub struct PgSession {
    connection: PgConnection,
    /// Whether an answer has yet to come. Left so, the next one would be taken for it.
    owed: bool,
}

impl PgSession {
    pub async fn connect(options: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        let connected = timeout(CONNECT_LIMIT, options.connect()).await;
        Ok(Self {
            connection: connected.unwrap_or_else(|_| Err(timed_out()))?,
            owed: false,
        })
    }

    /// Whether the last answer never came: it cannot be used any more.
    pub fn is_owed(&self) -> bool {
        self.owed
    }

    /// The connection, to be asked one thing.
    fn free(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if std::mem::replace(&mut self.owed, true) {
            return Err(timed_out());
        }
        Ok(&mut self.connection)
    }

    fn answered<T>(
        &mut self,
        answer: Result<Result<T, sqlx::Error>, Elapsed>,
    ) -> Result<T, sqlx::Error> {
        self.owed = answer.is_err();
        answer.unwrap_or_else(|_| Err(timed_out()))
    }
}

impl Session for PgSession {
    type Row = PgRow;
    type Error = sqlx::Error;
    /// Whatever the server's defaults are.
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE";

    async fn ask(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        let asked = query(text, values).fetch_all(self.free()?);
        let answer = timeout(ANSWER_LIMIT, asked).await;
        self.answered(answer)
    }

    async fn tell(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<u64, sqlx::Error> {
        let told = query(text, values).execute(self.free()?);
        let answer = timeout(ANSWER_LIMIT, told).await;
        self.answered(answer).map(|done| done.rows_affected())
    }

    /// Many rows a statement: each is a journey to the server and back.
    async fn insert(
        &mut self,
        table: &'static Table,
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), sqlx::Error> {
        let sizes = statements::pieces(&schema::POSTGRES, rows.len());
        let mut left = rows.into_iter();
        for size in sizes {
            let mut values = left.by_ref().take(size).flatten().collect();
            table.fill(&mut values, size);
            let text = table.insert(&schema::POSTGRES, size);
            self.tell(text.into(), values).await?;
        }
        Ok(())
    }

    async fn script(&mut self, text: String) -> Result<(), sqlx::Error> {
        let run = sqlx::raw_sql(AssertSqlSafe(text)).execute(self.free()?);
        let answer = timeout(SCRIPT_LIMIT, run).await;
        self.answered(answer).map(drop)
    }

    async fn close(self) -> Result<(), sqlx::Error> {
        let closed = timeout(CONNECT_LIMIT, self.connection.close()).await;
        closed.unwrap_or_else(|_| Err(timed_out()))
    }
}

/// The texts are ours alone; what comes from outside is a value. Text with a NUL, which PostgreSQL
/// cannot keep, is kept without: a carrier's odd answer must not stop its outcome.
pub fn query(text: Cow<'static, str>, values: Vec<Cell>) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(text));
    values.into_iter().fold(query, |query, value| match value {
        Cell::Number(number) => query.bind(number),
        Cell::Text(Some(text)) if text.contains('\0') => query.bind(text.replace('\0', "\u{fffd}")),
        Cell::Text(text) => query.bind(text),
        Cell::Bytes(bytes) => query.bind(Vec::from(bytes)),
    })
}

/// An answer that did not come in time.
fn timed_out() -> sqlx::Error {
    sqlx::Error::Io(ErrorKind::TimedOut.into())
}

impl Fields for PgRow {
    fn number_if_any(&self, place: usize) -> Result<Option<i64>, Odd> {
        self.try_get(place).map_err(|_| Odd(place))
    }
    fn text_if_any(&self, place: usize) -> Result<Option<&str>, Odd> {
        self.try_get(place).map_err(|_| Odd(place))
    }
    fn bytes_if_any(&self, place: usize) -> Result<Option<Vec<u8>>, Odd> {
        self.try_get(place).map_err(|_| Odd(place))
    }
}

impl From<Odd> for sqlx::Error {
    fn from(odd: Odd) -> Self {
        Self::Decode(odd.into())
    }
}
