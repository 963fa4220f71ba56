//! One connection to the file. SQLite answers at once, on the thread that asks: whoever must not be
//! held up by a disk asks from a thread of its own (`employ` and `aside` in `sqlite.rs`, `readers.rs`).

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags};
use thiserror::Error;

use super::row::FileRow;
use crate::ledger::rows::{Cell, Table};
use crate::ledger::sql::engine::{Odd, Session};
use crate::ledger::{LedgerError, schema};

/// How long a write waits for another process.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Statements that stay prepared: more than there are.
const STATEMENTS: usize = 100;

/// How a file is opened.
#[derive(Clone)]
pub struct Way {
    pub path: PathBuf,
    pub read_only: bool,
    /// How long it waits for another process that writes.
    pub patience: Duration,
    /// What is set first: statements.
    pub settings: String,
}

impl Way {
    /// As somebody who writes to the file at this path, without settings.
    pub fn to(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            read_only: false,
            patience: PATIENCE,
            settings: String::new(),
        }
    }

    /// To read only.
    pub fn reading(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// With these settings too.
    pub fn with(mut self, settings: &str) -> Self {
        self.settings.push_str(settings);
        self
    }
}

/// What went wrong with a file.
#[derive(Debug, Error)]
pub enum FileError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Odd(#[from] Odd),
    #[error("the ledger is closed already")]
    Closed,
    /// Of the labels beside it.
    #[error(transparent)]
    Labels(#[from] LedgerError),
}

/// A connection.
pub struct FileSession(Connection);

impl FileSession {
    pub fn open(way: &Way) -> Result<Self, FileError> {
        let access = if way.read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&way.path, flags)?;
        connection.busy_timeout(way.patience)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch("PRAGMA foreign_keys = ON")?;
        connection.execute_batch(&way.settings)?;
        Ok(Self(connection))
    }

    /// The rows of a question.
    pub fn rows(&self, text: &str, values: &[Cell]) -> Result<Vec<FileRow>, FileError> {
        let mut statement = self.prepare(text, values)?;
        let columns = statement.column_count();
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            found.push(FileRow::of(row, columns)?);
        }
        Ok(found)
    }

    fn prepare(&self, text: &str, values: &[Cell]) -> Result<CachedStatement<'_>, FileError> {
        let mut statement = self.0.prepare_cached(text)?;
        bind(&mut statement, values)?;
        Ok(statement)
    }
}

/// Gives a statement its values. `$3` is the third of them wherever it stands; to SQLite it is but a
/// name.
fn bind(statement: &mut CachedStatement<'_>, values: &[Cell]) -> Result<(), FileError> {
    for place in 1..=statement.parameter_count() {
        let name = statement.parameter_name(place);
        let number = name.and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        match values.get(number.unwrap_or(place).saturating_sub(1)) {
            Some(Cell::Number(number)) => statement.raw_bind_parameter(place, number)?,
            Some(Cell::Text(text)) => statement.raw_bind_parameter(place, text)?,
            Some(Cell::Bytes(bytes)) => statement.raw_bind_parameter(place, bytes.as_ref())?,
            None => {}
        }
    }
    Ok(())
}

impl Session for FileSession {
    type Row = FileRow;
    type Error = FileError;
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    async fn ask(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Cell>,
    ) -> Result<Vec<FileRow>, FileError> {
        self.rows(&text, &values)
    }

    async fn tell(&mut self, text: Cow<'static, str>, values: Vec<Cell>) -> Result<u64, FileError> {
        let touched = self.prepare(&text, &values)?.raw_execute()?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    /// Row by row with one prepared statement: of a statement that changes many rows SQLite could have
    /// to undo the first ones, and so copies every page it touches.
    async fn insert(
        &mut self,
        table: &'static Table,
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), FileError> {
        let mut statement = self.0.prepare_cached(table.insert(&schema::SQLITE, 1))?;
        for row in rows {
            bind(&mut statement, &row)?;
            statement.raw_execute()?;
        }
        Ok(())
    }

    async fn script(&mut self, text: String) -> Result<(), FileError> {
        Ok(self.0.execute_batch(&text)?)
    }

    async fn close(self) -> Result<(), FileError> {
        self.0.close().map_err(|(_, error)| error.into())
    }
}
