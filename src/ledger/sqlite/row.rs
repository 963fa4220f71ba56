//! A row of an answer, taken out of SQLite: the connection is free for the next question.

use rusqlite::Row;
use rusqlite::types::Value;

use crate::ledger::sql::engine::{Fields, Odd};

/// A row, taken out of the file.
pub struct FileRow(Vec<Value>);

impl FileRow {
    /// All its values.
    pub fn of(row: &Row<'_>, columns: usize) -> rusqlite::Result<Self> {
        let values = (0..columns).map(|place| row.get(place));
        values.collect::<rusqlite::Result<_>>().map(Self)
    }

    /// None: it is missing.
    fn value<'row, T>(
        &'row self,
        place: usize,
        read: impl Fn(&'row Value) -> Option<T>,
    ) -> Result<Option<T>, Odd> {
        match self.0.get(place) {
            None => Err(Odd(place)),
            Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or(Odd(place)),
        }
    }
}

impl Fields for FileRow {
    fn number_if_any(&self, place: usize) -> Result<Option<i64>, Odd> {
        self.value(place, |value| match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        })
    }
    fn text_if_any(&self, place: usize) -> Result<Option<&str>, Odd> {
        self.value(place, |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
    fn bytes_if_any(&self, place: usize) -> Result<Option<Vec<u8>>, Odd> {
        self.value(place, |value| match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            _ => None,
        })
    }
}
