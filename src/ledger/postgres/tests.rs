//! The shared facts on PostgreSQL, and what only a server can do wrong. Each test has a database of
//! its own on the server that DILIGENCE_TEST_POSTGRES_URL names.

mod trouble;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use uuid::Uuid;

use super::PostgresLedger;
use crate::ledger::conformance::{Store, facts_of};
use crate::ledger::{Ledger, Rules};

/// A database that is dropped at the end.
pub struct Database {
    name: String,
}

impl Database {
    pub async fn new() -> Self {
        let name = format!("diligence_test_{}", Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name}")).await;
        Self { name }
    }

    pub fn url(&self) -> String {
        url_of(&self.name)
    }

    pub async fn ledger(&self) -> PostgresLedger {
        let opened = PostgresLedger::open(&self.url(), Rules::default()).await;
        opened.expect("a ledger")
    }

    /// A connection that knows nothing of ledgers.
    pub async fn raw(&self) -> PgConnection {
        let connected = PgConnection::connect(&self.url()).await;
        connected.expect("a connection")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(administer(&drop));
        });
        dropping.join().expect("a database that can be dropped");
    }
}

/// The server's own database, or another one on it.
fn server_url() -> reqwest::Url {
    let url = std::env::var("DILIGENCE_TEST_POSTGRES_URL");
    let url = url.expect("no PostgreSQL for the tests: run them by scripts/test, which starts one");
    url.parse().expect("a URL")
}

fn url_of(database: &str) -> String {
    let mut url = server_url();
    url.set_path(database);
    url.into()
}

async fn administer(statement: &str) {
    let connected = PgConnection::connect(server_url().as_str()).await;
    run(&mut connected.expect("a server"), statement).await;
}

async fn run(connection: &mut PgConnection, statement: &str) {
    let text = AssertSqlSafe(statement.to_owned());
    let done = sqlx::raw_sql(text).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

impl Store for Database {
    fn open(&self, rules: Rules) -> BoxFuture<'_, Arc<dyn Ledger>> {
        async move {
            let opened = PostgresLedger::open(&self.url(), rules).await;
            let ledger: Arc<dyn Ledger> = Arc::new(opened.expect("a ledger"));
            ledger
        }
        .boxed()
    }
}

facts_of!(Database::new().await);
