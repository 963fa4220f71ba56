//! What the ledger asks of a database: sessions that take statements in shared words, the locks of a
//! transaction, and what its errors mean. One implementation per database; no SQL of its own here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::future::Future;

use jiff::Timestamp;
use sqlx::error::UnexpectedNullError;
use sqlx::{ColumnIndex, Database, Decode, Type};

use crate::ledger::rows::Cell;
use crate::ledger::schema::Dialect;
use crate::ledger::{LedgerError, Look};

/// A database that can hold a ledger.
pub trait Engine: Send + Sync + 'static {
    /// A row of an answer.
    type Row: Fields;
    /// A connection of its own.
    type Session: Session<Row = Self::Row>;
    /// Its words where they differ.
    const WORDS: Dialect;
    /// Sessions that write at the same time.
    const WRITERS: u32;
    /// Changes that share a transaction at most, when so many wait.
    const GROUP: usize;

    /// A new session that may write.
    fn connect(&self) -> impl Future<Output = Result<Self::Session, LedgerError>> + Send;

    /// A question outside of every transaction.
    fn ask(&self, text: Cow<'static, str>, values: Vec<Cell>) -> Asked<'_, Self::Row>;

    /// Inside a transaction: nobody else changes the orders of these keys, known or not, until it
    /// ends. Tells its time, which is later than whatever was committed about them.
    fn hold(
        &self,
        session: &mut Self::Session,
        keys: &BTreeSet<String>,
    ) -> impl Future<Output = Result<Timestamp, sqlx::Error>> + Send;

    /// The rows of [`queries::DUE`](crate::ledger::queries::DUE), so many besides the exceptions,
    /// which may be among them.
    fn due<'a>(&'a self, look: Look<'a>) -> Asked<'a, Self::Row>;

    /// The rows of [`queries::NEXT_DUE`](crate::ledger::queries::NEXT_DUE).
    fn next_due(&self) -> Asked<'_, Self::Row>;

    /// The rows of [`queries::unsent`](crate::ledger::queries::unsent).
    fn unsent(&self, limit: usize, printed: bool) -> Asked<'_, Self::Row>;

    /// Whether the row at hand is at fault, or who holds it: others of the transaction may go on.
    fn is_of_one(error: &sqlx::Error) -> bool;

    /// Whether the session is gone.
    fn is_lost(error: &sqlx::Error) -> bool;

    /// Whether a `COMMIT` that failed so surely kept nothing.
    fn kept_nothing(error: &sqlx::Error) -> bool;

    /// What happened at which place, and what to do.
    fn in_words(&self, error: &sqlx::Error) -> String;

    /// Where the ledger lies, without secrets.
    fn place(&self) -> String;

    /// Whether there is room for the outcome of what is claimed now.
    fn headroom(&self, wanted_mib: u64) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Overwrites what was erased, where that is not done in the database's own time.
    fn overwrite_erased(&self) -> impl Future<Output = Result<(), LedgerError>> + Send {
        std::future::ready(Ok(()))
    }

    /// Closes what [`Engine::ask`] uses.
    fn close(&self) -> impl Future<Output = ()> + Send;

    /// The error of something of which nothing was kept.
    fn unavailable(&self, error: &sqlx::Error) -> LedgerError {
        LedgerError::Unavailable(self.in_words(error))
    }
}

/// What comes of a question.
pub type Asked<'a, Row> = futures_util::future::BoxFuture<'a, Result<Vec<Row>, sqlx::Error>>;

/// A connection to a database.
pub trait Session: Send + Sized {
    /// A row of an answer.
    type Row: Fields;
    /// Opens a transaction that may write.
    const BEGIN: &'static str;

    /// Runs a statement: its rows.
    fn ask(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// Runs a statement: how many rows it touched.
    fn tell(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// Runs a statement that has no values.
    fn run(
        &mut self,
        statement: &'static str,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        async move { self.tell(statement.into(), Vec::new()).await.map(drop) }
    }

    /// Runs several statements that have no values.
    fn script(&mut self, text: String) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Says goodbye.
    fn close(self) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// The values of a row, by place.
pub trait Fields: Send + Sync {
    /// A number that may be missing.
    fn number_if_any(&self, place: usize) -> Result<Option<i64>, sqlx::Error>;
    /// A text that may be missing.
    fn text_if_any(&self, place: usize) -> Result<Option<&str>, sqlx::Error>;
    /// Bytes that may be missing.
    fn bytes_if_any(&self, place: usize) -> Result<Option<Vec<u8>>, sqlx::Error>;

    /// A number.
    fn number(&self, place: usize) -> Result<i64, sqlx::Error> {
        there(place, self.number_if_any(place)?)
    }
    /// A text.
    fn text(&self, place: usize) -> Result<&str, sqlx::Error> {
        there(place, self.text_if_any(place)?)
    }
    /// Bytes.
    fn bytes(&self, place: usize) -> Result<Vec<u8>, sqlx::Error> {
        there(place, self.bytes_if_any(place)?)
    }
}

fn there<T>(place: usize, value: Option<T>) -> Result<T, sqlx::Error> {
    value.ok_or_else(|| sqlx::Error::ColumnDecode {
        index: place.to_string(),
        source: Box::new(UnexpectedNullError),
    })
}

impl<R> Fields for R
where
    R: sqlx::Row + Send + Sync,
    usize: ColumnIndex<R>,
    i64: Type<R::Database> + for<'r> Decode<'r, R::Database>,
    str: Type<R::Database>,
    for<'r> &'r str: Type<R::Database> + Decode<'r, R::Database>,
    Vec<u8>: Type<R::Database> + for<'r> Decode<'r, R::Database>,
    R::Database: Database<Row = R>,
{
    fn number_if_any(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(place)
    }
    fn text_if_any(&self, place: usize) -> Result<Option<&str>, sqlx::Error> {
        self.try_get(place)
    }
    fn bytes_if_any(&self, place: usize) -> Result<Option<Vec<u8>>, sqlx::Error> {
        self.try_get(place)
    }
}
