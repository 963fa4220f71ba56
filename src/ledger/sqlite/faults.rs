//! What SQLite's errors mean to somebody who runs the ledger: the place and the remedy.

use std::path::Path;

use super::session::FileError;
use crate::ledger::LedgerError;

/// Primary result codes (<https://www.sqlite.org/rescode.html>).
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const IO: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const CONSTRAINT: i32 = 19;
const NO_DATABASE: i32 = 26;

/// Two rows alike: extended result codes of a constraint.
const SAME_KEY: i32 = 1555;
const SAME: i32 = 2067;

fn code(error: &FileError) -> Option<i32> {
    match error {
        FileError::Sqlite(error) => error.sqlite_error().map(|error| error.extended_code),
        FileError::Odd(_) | FileError::Closed | FileError::Labels(_) => None,
    }
}

fn primary_code(error: &FileError) -> Option<i32> {
    code(error).map(|code| code & 0xff)
}

/// Whether the row at hand has a key that another one has.
pub fn is_unique(error: &FileError) -> bool {
    matches!(code(error), Some(SAME_KEY | SAME))
}

/// Whether only the row at hand is at fault.
pub fn is_constraint(error: &FileError) -> bool {
    primary_code(error) == Some(CONSTRAINT)
}

/// Whether another process has it for now.
pub fn is_busy(error: &FileError) -> bool {
    matches!(primary_code(error), Some(BUSY | LOCKED))
}

/// Whether a `COMMIT` that failed so surely kept nothing: the commit record, which is written last,
/// cannot be on the disk. Of any other failure the next start might find it there.
pub fn kept_nothing(error: &FileError) -> bool {
    matches!(
        primary_code(error),
        Some(BUSY | LOCKED | READ_ONLY | FULL | CONSTRAINT)
    )
}

/// What happened to the file at `path`, and what to do.
pub fn in_words(error: &FileError, path: &Path) -> String {
    let place = path.display();
    match primary_code(error) {
        Some(BUSY | LOCKED) => format!(
            "another process is writing to {place} and does not finish: look for a long command or a backup that holds it"
        ),
        Some(READ_ONLY) => format!(
            "{place} is read-only: make it and its folder writable for the user that runs diligence"
        ),
        Some(FULL) => format!("the disk of {place} is full: free some space"),
        Some(IO) => format!("the disk of {place} reports an error ({error}): check it"),
        Some(CORRUPT | NO_DATABASE) => format!(
            "{place} is damaged or no ledger: restore a backup, then `worker --lookup-first`"
        ),
        Some(CANNOT_OPEN) => format!(
            "{place} cannot be opened: the file and its folder must exist and be accessible for the user that runs diligence"
        ),
        _ => match error {
            FileError::Labels(LedgerError::Unavailable(words)) => words.clone(),
            _ => format!("{place}: {error}"),
        },
    }
}
