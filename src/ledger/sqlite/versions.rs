//! Brings a file up to the version this program writes, and refuses a newer one.

use std::path::Path;

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use super::{commit, faults};
use crate::ledger::rows::micros;
use crate::ledger::{LedgerError, schema};

/// The version of the ledger; 0 when it is new.
pub async fn applied(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let query = sqlx::query("SELECT COALESCE(MAX(version), 0) FROM ledger_versions");
    query.fetch_one(connection).await?.try_get(0)
}

/// Refuses what a newer program wrote.
pub fn known(version: i64, path: &Path) -> Result<(), LedgerError> {
    if version <= schema::NEWEST {
        return Ok(());
    }
    Err(LedgerError::Unreadable(format!(
        "{} has version {version}, this program knows {}: start the newer program, an older one may not write to it",
        path.display(),
        schema::NEWEST
    )))
}

/// Changes nothing, but asks for the right to: a read-only file opens and begins without a word.
const MAY_WRITE: &str = "DELETE FROM ledger_versions WHERE version < 0";

/// Applies what is missing, in one transaction.
pub async fn bring_up_to_date(
    connection: &mut SqliteConnection,
    path: &Path,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let unavailable = |error: sqlx::Error| faults::unavailable(&error, path);
    commit::run(connection, "BEGIN IMMEDIATE")
        .await
        .map_err(unavailable)?;
    commit::run(connection, schema::VERSIONS)
        .await
        .map_err(unavailable)?;
    let version = applied(connection).await.map_err(unavailable)?;
    known(version, path)?;
    commit::run(connection, MAY_WRITE)
        .await
        .map_err(unavailable)?;
    for (step, text) in schema::STEPS.iter().filter(|(step, _)| *step > version) {
        let text = schema::in_words_of(&schema::SQLITE, text);
        let applied = sqlx::raw_sql(AssertSqlSafe(text))
            .execute(&mut *connection)
            .await;
        applied.map_err(unavailable)?;
        let query =
            sqlx::query("INSERT INTO ledger_versions (version, applied_at) VALUES ($1, $2)");
        let noted = query
            .bind(*step)
            .bind(micros(now))
            .execute(&mut *connection);
        noted.await.map_err(unavailable)?;
    }
    commit::run(connection, "COMMIT").await.map_err(unavailable)
}
