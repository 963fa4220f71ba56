//! What the ledger asks of a database: sessions that take statements in shared words, the locks of a
//! transaction, and what its errors mean. One implementation per database; no SQL of its own here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::future::Future;

use jiff::Timestamp;
use thiserror::Error;
use tokio_util::task::TaskTracker;

use crate::ledger::rows::{Cell, Table};
use crate::ledger::schema::Dialect;
use crate::ledger::{Change, LedgerError, Look};

/// A database that can hold a ledger.
pub trait Engine: Send + Sync + 'static {
    /// A row of an answer.
    type Row: Fields;
    /// What may go wrong.
    type Error: From<Odd> + Send + 'static;
    /// A connection of its own.
    type Session: Session<Row = Self::Row, Error = Self::Error>;
    /// Its words where they differ.
    const WORDS: Dialect;
    /// Sessions that write at the same time.
    const WRITERS: u32;
    /// Changes that share a transaction at most, when so many wait.
    const GROUP: usize;

    /// Has a writer's work done.
    fn employ(&self, writers: &TaskTracker, work: impl Future<Output = ()> + Send + 'static) {
        writers.spawn(work);
    }

    /// A new session that may write.
    fn connect(&self) -> impl Future<Output = Result<Self::Session, LedgerError>> + Send;

    /// A question outside of every transaction.
    fn ask(&self, text: Cow<'static, str>, values: Vec<Cell>) -> Asked<'_, Self>;

    /// Inside a transaction: nobody else changes the orders of these keys, known or not, until it
    /// ends. Tells its time, which is later than whatever was committed about them.
    fn hold(
        &self,
        session: &mut Self::Session,
        keys: &BTreeSet<String>,
    ) -> impl Future<Output = Result<Timestamp, Self::Error>> + Send;

    /// The rows of [`queries::DUE`](crate::ledger::queries::DUE), so many besides the exceptions,
    /// which may be among them.
    fn due<'a>(&'a self, look: Look<'a>) -> Asked<'a, Self>;

    /// The rows of [`queries::NEXT_DUE`](crate::ledger::queries::NEXT_DUE).
    fn next_due(&self) -> Asked<'_, Self>;

    /// The rows of [`queries::unsent`](crate::ledger::queries::unsent).
    fn unsent(&self, limit: usize, printed: bool) -> Asked<'_, Self>;

    /// Keeps the labels of changes before their transaction, where they lie beside the database, and
    /// notes in the changes where.
    fn keep_labels(
        &self,
        _changes: &mut [Change],
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        std::future::ready(Ok(()))
    }

    /// The bytes of a label that lies beside the database; none when they were erased.
    fn label_at(
        &self,
        place: String,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, LedgerError>> + Send {
        let strange = format!("a label that lies elsewhere ({place})");
        std::future::ready(Err(LedgerError::Unreadable(strange)))
    }

    /// Overwrites labels beside the database, durably.
    fn overwrite_labels(&self, _places: &[String]) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Removes what is left beside the database of labels from before then, if the oldest that it knows
    /// of is this one.
    fn remove_labels(&self, _before: Timestamp, _oldest: Option<&str>) -> Result<(), LedgerError> {
        Ok(())
    }

    /// How many bytes lie beside the database.
    fn size_beside(&self) -> u64 {
        0
    }

    /// Whether the row at hand is at fault, or who holds it: others of the transaction may go on.
    fn is_of_one(error: &Self::Error) -> bool;

    /// Whether it is at fault because there is another one like it.
    fn is_taken(error: &Self::Error) -> bool;

    /// Whether the session is gone.
    fn is_lost(error: &Self::Error) -> bool;

    /// Whether a `COMMIT` that failed so surely kept nothing.
    fn kept_nothing(error: &Self::Error) -> bool;

    /// What happened at which place, and what to do.
    fn in_words(&self, error: &Self::Error) -> String;

    /// Where the ledger lies, without secrets.
    fn place(&self) -> String;

    /// Whether there is room for the outcome of what is claimed now.
    fn headroom(&self, wanted_mib: u64) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Overwrites what was erased, where that is not done in the database's own time.
    fn overwrite_erased(&self) -> impl Future<Output = Result<(), LedgerError>> + Send {
        std::future::ready(Ok(()))
    }

    /// Something was committed.
    fn committed(&self) {}

    /// Closes what [`Engine::ask`] uses.
    fn close(&self) -> impl Future<Output = ()> + Send;

    /// The error of something of which nothing was kept.
    fn unavailable(&self, error: &Self::Error) -> LedgerError {
        LedgerError::Unavailable(self.in_words(error))
    }
}

/// What comes of a question.
pub type Asked<'a, E> =
    futures_util::future::BoxFuture<'a, Result<Vec<<E as Engine>::Row>, <E as Engine>::Error>>;

/// A connection to a database.
pub trait Session: Send + Sized {
    /// A row of an answer.
    type Row: Fields;
    /// What may go wrong.
    type Error: From<Odd> + Send;
    /// Opens a transaction that may write.
    const BEGIN: &'static str;

    /// Runs a statement: its rows.
    fn ask(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Self::Error>> + Send;

    /// Runs a statement: how many rows it touched.
    fn tell(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Inserts rows, as it is cheapest here.
    fn insert(
        &mut self,
        table: &'static Table,
        rows: Vec<Vec<Cell>>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Runs a statement that has no values.
    fn run(
        &mut self,
        statement: &'static str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async move { self.tell(statement.into(), Vec::new()).await.map(drop) }
    }

    /// Runs several statements that have no values.
    fn script(&mut self, text: String) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Says goodbye.
    fn close(self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// The values of a row, by place.
pub trait Fields: Send + Sync {
    /// A number that may be missing.
    fn number_if_any(&self, place: usize) -> Result<Option<i64>, Odd>;
    /// A text that may be missing.
    fn text_if_any(&self, place: usize) -> Result<Option<&str>, Odd>;
    /// Bytes that may be missing.
    fn bytes_if_any(&self, place: usize) -> Result<Option<Vec<u8>>, Odd>;

    /// A number.
    fn number(&self, place: usize) -> Result<i64, Odd> {
        there(place, self.number_if_any(place)?)
    }
    /// A text.
    fn text(&self, place: usize) -> Result<&str, Odd> {
        there(place, self.text_if_any(place)?)
    }
    /// Bytes.
    fn bytes(&self, place: usize) -> Result<Vec<u8>, Odd> {
        there(place, self.bytes_if_any(place)?)
    }
}

/// A value is not what its column is made for.
#[derive(Debug, Error)]
#[error("the value in place {0} is missing, or of another kind than it should be")]
pub struct Odd(pub usize);

impl From<Odd> for LedgerError {
    fn from(odd: Odd) -> Self {
        Self::Unreadable(format!("a row ({odd})"))
    }
}

fn there<T>(place: usize, value: Option<T>) -> Result<T, Odd> {
    value.ok_or(Odd(place))
}
