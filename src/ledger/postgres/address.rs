//! Where the server is: `ledger.url` becomes options to connect with, and a place that may be printed.

use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::session;
use crate::ledger::LedgerError;

/// Statements that stay prepared on a connection: eleven tables in seven sizes, and the rest.
const STATEMENTS: usize = 200;
/// What may stand behind the `?`. Anything else would be written to the log, value and all.
const KNOWN: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// A database on a server.
#[derive(Clone)]
pub struct Address {
    pub options: PgConnectOptions,
}

impl Address {
    /// The address in `postgres://user:password@host:port/database?sslmode=...`.
    ///
    /// # Errors
    /// `Unavailable` in words that hold nothing of the URL.
    pub fn of(url: &str) -> Result<Self, LedgerError> {
        let wrong = |why: &str| {
            LedgerError::Unavailable(format!(
                "ledger.url {why}: write postgres://user:password@host:5432/database, with %40 for an @ in the password"
            ))
        };
        let parsed = reqwest::Url::parse(url).map_err(|_| wrong("is no PostgreSQL URL"))?;
        let unknown = |name: &str| !KNOWN.contains(&name) && !name.starts_with("options[");
        if parsed.query_pairs().any(|(name, _)| unknown(&name)) {
            return Err(wrong("has a parameter that is not known"));
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| wrong("cannot be read"))?;
        let name = options.get_application_name().unwrap_or("diligence");
        let name = name.to_owned();
        Ok(Self {
            options: options
                .application_name(&name)
                .options(session::SETTINGS)
                .statement_cache_capacity(STATEMENTS)
                .disable_statement_logging(),
        })
    }

    /// The user who connects.
    pub fn user(&self) -> &str {
        self.options.get_username()
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        self.options.get_database().unwrap_or(self.user())
    }

    /// The command of PostgreSQL that says whether it takes connections.
    pub fn asked_whether_ready(&self) -> String {
        let host = match self.options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => self.options.get_host().to_owned(),
        };
        format!("pg_isready -h {host} -p {}", self.options.get_port())
    }

    /// The server's name and port.
    pub fn server(&self) -> String {
        match self.options.get_socket() {
            Some(folder) => format!("{} (port {})", folder.display(), self.options.get_port()),
            None => format!("{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }
}
