//! What PostgreSQL's errors mean to somebody who runs the ledger: the place and the remedy. Never what
//! stood in a row.

use std::io::ErrorKind;

use sqlx::postgres::{PgDatabaseError, PgSeverity};

use super::address::Address;
use crate::trust::missing_proof;

/// The server's words, when it was the server that said no.
fn said(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// Whether only the row at hand is at fault (class 23, and 22 for a value that cannot be), or whoever
/// holds what it needs: a deadlock, a lock that did not come in time.
pub fn is_of_one(error: &sqlx::Error) -> bool {
    said(error).is_some_and(|said| {
        let code = said.code();
        matches!(code, "40001" | "40P01" | "55P03")
            || code.starts_with("23")
            || code.starts_with("22")
    })
}

/// Whether the connection is of no use any more: the network broke, or the server said goodbye.
pub fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => said(error).is_none_or(is_goodbye),
        sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } => false,
        _ => true,
    }
}

fn is_goodbye(said: &PgDatabaseError) -> bool {
    matches!(said.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

/// Whether a `COMMIT` that failed so surely kept nothing: the server lives and says that it rolled
/// back. A server that says goodbye, or nothing, may have written the commit before.
pub fn kept_nothing(error: &sqlx::Error) -> bool {
    said(error).is_some_and(|said| {
        let unsure = matches!(said.code(), "40003" | "08007");
        said.severity() == PgSeverity::Error && !unsure
    })
}

/// What happened at the address, and what to do.
pub fn in_words(error: &sqlx::Error, at: &Address) -> String {
    let (server, database, user) = (at.server(), at.database(), at.user());
    if let Some(flaw) = missing_proof(error) {
        return format!(
            "PostgreSQL at {server} could not prove who it is: {flaw}; check sslmode and sslrootcert of ledger.url and the server's certificate"
        );
    }
    match error {
        sqlx::Error::Database(_) => said(error).map_or_else(
            || format!("PostgreSQL at {server} said something that was not understood"),
            |said| refusal(said, at),
        ),
        sqlx::Error::Io(error) if error.kind() != ErrorKind::TimedOut => format!(
            "PostgreSQL at {server} cannot be reached ({}): is it running, and are host and port of ledger.url right?",
            error.kind()
        ),
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => format!(
            "PostgreSQL at {server} does not answer: is it running and reachable from here, and is it overloaded?"
        ),
        sqlx::Error::Tls(_) => format!(
            "no secure connection to PostgreSQL at {server}: check sslmode and sslrootcert of ledger.url against the server's certificate"
        ),
        sqlx::Error::PoolClosed => format!("the connections to {database} at {server} are closed"),
        sqlx::Error::Configuration(_) => {
            format!("ledger.url cannot be used for {user} at {server}: check its parameters")
        }
        _ => format!("PostgreSQL at {server}, database {database}: {error}"),
    }
}

/// Somebody else writes to it, or nobody does.
pub fn for_reading_only(at: &Address) -> String {
    format!(
        "{} at {} is for reading only, a standby perhaps: name the primary in ledger.url",
        at.database(),
        at.server()
    )
}

fn refusal(said: &PgDatabaseError, at: &Address) -> String {
    let (server, database, user) = (at.server(), at.database(), at.user());
    match said.code() {
        "28P01" => {
            format!("PostgreSQL at {server} refuses the password of {user}: check ledger.url")
        }
        "28000" => format!(
            "PostgreSQL at {server} does not admit {user} to {database} from here: check ledger.url and the server's pg_hba.conf"
        ),
        "3D000" => format!(
            "PostgreSQL at {server} has no database {database}: create it (CREATE DATABASE {database} OWNER {user}) or correct ledger.url"
        ),
        "3F000" => format!(
            "{user} has no schema to work in, in {database} at {server}: GRANT USAGE, CREATE ON SCHEMA public TO {user}"
        ),
        "42501" => format!(
            "{user} lacks a right in {database} at {server} ({}): GRANT USAGE, CREATE ON SCHEMA public TO {user}, and let {user} own the ledger's tables or GRANT SELECT, INSERT, UPDATE, DELETE on them",
            said.message()
        ),
        "25006" => for_reading_only(at),
        "53100" => format!("the disk of PostgreSQL at {server} is full: free some space"),
        "53300" => format!(
            "PostgreSQL at {server} has no connection left for {user}: raise max_connections or the role's CONNECTION LIMIT, or run fewer workers (each takes up to {})",
            super::CONNECTIONS
        ),
        "53200" => format!(
            "PostgreSQL at {server} is out of memory or of locks: raise max_locks_per_transaction"
        ),
        "57P01" | "57P02" | "57P03" => {
            format!("PostgreSQL at {server} is starting or stopping: it comes back, or start it")
        }
        "40001" | "40P01" | "55P03" | "57014" | "25P03" => format!(
            "somebody else holds an order in {database} at {server} for too long: look for a long transaction in pg_stat_activity"
        ),
        "42P01" | "42703" => format!(
            "a table of the ledger in {database} at {server} is not as it was made ({}): restore a backup, then `worker --lookup-first`",
            said.message()
        ),
        // Their messages may repeat a value.
        code if code.starts_with("22") || code.starts_with("23") => {
            format!("{database} at {server} does not take a row (SQLSTATE {code})")
        }
        code => format!(
            "PostgreSQL at {server} says: {} (SQLSTATE {code})",
            said.message()
        ),
    }
}
