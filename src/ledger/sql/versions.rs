//! Which version a ledger has: what is missing is applied, what is newer is refused.

use jiff::Timestamp;

use super::engine::{Engine, Fields, Session};
use crate::ledger::{LedgerError, schema};

/// The version of a ledger that has the table of them; 0 when it is empty.
pub async fn applied<S: Session>(session: &mut S) -> Result<i64, S::Error> {
    let rows = session.ask(schema::VERSION.into(), Vec::new()).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.number(0))?)
}

/// Refuses what a newer program wrote.
pub fn known(version: i64, place: &str) -> Result<(), LedgerError> {
    if version <= schema::NEWEST {
        return Ok(());
    }
    Err(LedgerError::Unreadable(format!(
        "{place} has version {version}, this program knows {}: start the newer program, an older one may not write to it",
        schema::NEWEST
    )))
}

/// Refuses what an older program wrote, where it may not be brought up to date.
pub fn not_old(version: i64, place: &str) -> Result<(), LedgerError> {
    if version >= schema::NEWEST {
        return Ok(());
    }
    Err(LedgerError::Unreadable(format!(
        "{place} has version {version}, {} is wanted: start the worker once, it brings it up to date",
        schema::NEWEST
    )))
}

/// Applies what is missing, inside a transaction that nobody else is in.
pub async fn apply<E: Engine>(
    session: &mut E::Session,
    version: i64,
    now: Timestamp,
) -> Result<(), E::Error> {
    for (step, text) in schema::STEPS.iter().filter(|(step, _)| *step > version) {
        session.script(E::WORDS.of(text)).await?;
        session
            .tell(schema::APPLIED.into(), vec![(*step).into(), now.into()])
            .await?;
    }
    Ok(())
}
