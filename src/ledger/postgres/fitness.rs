//! Whether a server is fit to hold a ledger: what is committed there stays, and we may do our work.
//! Asked when the ledger is opened; durability again on every connection that writes.

use jiff::Timestamp;

use super::address::Address;
use super::faults;
use super::session::PgSession;
use crate::ledger::sql::engine::{Fields, Session};
use crate::ledger::sql::versions;
use crate::ledger::{LedgerError, rows, schema};

/// The oldest server that is known to do.
const OLDEST: i64 = 130_000;
/// Whoever brings a ledger up to date holds this, so that others wait and find it done.
const ONE_AT_A_TIME: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
 SELECT pg_advisory_xact_lock(hashtextextended('diligence.ledger_versions', 0))";

const SETTINGS: &str = "SELECT current_setting('fsync'), current_setting('synchronous_commit'),
 current_setting('server_encoding'), current_setting('server_version_num')::BIGINT,
 (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT";
const IN_RECOVERY: &str = "SELECT pg_is_in_recovery()::INT::BIGINT";
const HAS_VERSIONS: &str =
    "SELECT COUNT(*) FROM (SELECT to_regclass('ledger_versions')) AS t (found)
 WHERE found IS NOT NULL";
/// How many of the rights that we need are missing, and the schema the tables are in.
const MISSING_RIGHTS: &str = "SELECT COUNT(*), MIN(n.nspname) FROM pg_class c
 JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
 WHERE n.oid = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('ledger_versions'))
 AND c.relname = ANY (string_to_array($1, ' ')) AND NOT has_table_privilege(c.oid, wanted)";

/// Refuses a server that forgets what it confirmed, or cannot keep every text. Tells its time.
pub async fn check_settings(
    session: &mut PgSession,
    at: &Address,
) -> Result<Timestamp, LedgerError> {
    let unavailable = |error: sqlx::Error| unavailable(&error, at);
    let rows = session.ask(SETTINGS.into(), Vec::new()).await;
    let rows = rows.map_err(unavailable)?;
    let Some(row) = rows.first() else {
        return Err(unavailable(sqlx::Error::RowNotFound));
    };
    let server = at.server();
    for (place, setting) in [(0, "fsync"), (1, "synchronous_commit")] {
        if row.text(place)? == "off" {
            return Err(LedgerError::Unavailable(format!(
                "PostgreSQL at {server} runs with {setting} off for {} in {}: after a power cut it would have forgotten bookings; set {setting} = on",
                at.user(),
                at.database()
            )));
        }
    }
    if row.text(2)? != "UTF8" {
        return Err(LedgerError::Unavailable(format!(
            "the database {} at {server} does not keep every name (encoding {}): create it with ENCODING 'UTF8'",
            at.database(),
            row.text(2)?
        )));
    }
    if row.number(3)? < OLDEST {
        return Err(LedgerError::Unavailable(format!(
            "PostgreSQL at {server} is older than 13: use a newer one"
        )));
    }
    Ok(rows::moment(row.number(4)?))
}

/// Refuses a server that only repeats what another one writes.
pub async fn check_primary(session: &mut PgSession, at: &Address) -> Result<(), LedgerError> {
    let rows = session.ask(IN_RECOVERY.into(), Vec::new()).await;
    let rows = rows.map_err(|error| unavailable(&error, at))?;
    if rows.first().map_or(Ok(0), |row| row.number(0))? == 0 {
        return Ok(());
    }
    Err(LedgerError::Unavailable(faults::for_reading_only(at)))
}

/// Applies what is missing, in one transaction; of many who start, the first does it.
pub async fn bring_up_to_date(
    session: &mut PgSession,
    at: &Address,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let unavailable = |error: sqlx::Error| unavailable(&error, at);
    session.run(PgSession::BEGIN).await.map_err(unavailable)?;
    let alone = session.script(ONE_AT_A_TIME.to_owned()).await;
    alone.map_err(unavailable)?;
    let version = version(session).await.map_err(unavailable)?;
    versions::known(version.unwrap_or(0), &place(at))?;
    if version.is_none() {
        let made = session.run(schema::VERSIONS).await;
        made.map_err(unavailable)?;
    }
    let applied = versions::apply::<super::Server>(session, version.unwrap_or(0), now).await;
    applied.map_err(unavailable)?;
    session.run("COMMIT").await.map_err(unavailable)?;
    check_rights(session, at).await
}

/// Refuses a ledger that does not exist, or is not of this version.
pub async fn check_version(session: &mut PgSession, at: &Address) -> Result<(), LedgerError> {
    let version = version(session).await;
    let place = place(at);
    let Some(version) = version.map_err(|error| unavailable(&error, at))? else {
        return Err(LedgerError::Unavailable(format!(
            "there is no ledger in {place}: no worker has made one yet, or ledger.url names another place"
        )));
    };
    versions::known(version, &place)?;
    versions::not_old(version, &place)
}

/// The version of the ledger; none when there is none.
async fn version(session: &mut PgSession) -> Result<Option<i64>, sqlx::Error> {
    let rows = session.ask(HAS_VERSIONS.into(), Vec::new()).await?;
    match rows.first().map_or(Ok(0), |row| row.number(0))? {
        0 => Ok(None),
        _ => versions::applied(session).await.map(Some),
    }
}

async fn check_rights(session: &mut PgSession, at: &Address) -> Result<(), LedgerError> {
    let unavailable = |error: sqlx::Error| unavailable(&error, at);
    let tables = vec![schema::tables().into()];
    let rows = session.ask(MISSING_RIGHTS.into(), tables).await;
    let rows = rows.map_err(unavailable)?;
    let missing = rows.first().map_or(Ok(0), |row| row.number(0));
    if missing? == 0 {
        return Ok(());
    }
    let schema = rows.first().map_or(Ok(None), |row| row.text_if_any(1));
    let schema = schema?.unwrap_or("public");
    Err(LedgerError::Unavailable(format!(
        "{user} may not write to the ledger in {}: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user}",
        place(at),
        user = at.user()
    )))
}

fn unavailable(error: &sqlx::Error, at: &Address) -> LedgerError {
    LedgerError::Unavailable(faults::in_words(error, at))
}

/// The ledger's place, as it may be printed.
pub fn place(at: &Address) -> String {
    format!("{} at {}", at.database(), at.server())
}
