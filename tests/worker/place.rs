//! Where a test's ledger lies: a file in its folder, or a database of its own on the tests' server,
//! dropped at the end.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

const VARIABLE: &str = "DILIGENCE_TEST_POSTGRES_URL";

/// What a ledger is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A SQLite file.
    File,
    /// A database on a PostgreSQL server.
    Server,
}

/// One ledger's place.
pub enum Place {
    /// In the test's folder, at this URL.
    File(String),
    /// On the tests' server.
    Server(Database),
}

impl Place {
    /// A place that holds nothing yet, and its URL.
    pub async fn new(kind: Kind, folder: &Path) -> (Self, String) {
        match kind {
            Kind::File => {
                let url = format!("sqlite://{}", folder.join("ledger.db").display());
                (Self::File(url.clone()), url)
            }
            Kind::Server => {
                let database = Database::new().await;
                let url = database.url();
                (Self::Server(database), url)
            }
        }
    }

    /// The database of a ledger on a server.
    pub fn database(&self) -> &Database {
        match self {
            Self::Server(database) => database,
            Self::File(_) => panic!("this ledger is a file"),
        }
    }

    /// Runs a statement in it, behind every worker's back.
    pub async fn run(&self, statement: &str) {
        match self {
            Self::Server(database) => database.run(statement).await,
            Self::File(url) => {
                let done = open(url).execute_batch(statement);
                done.unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
        }
    }

    /// Asks for pairs of texts.
    pub async fn pairs(&self, question: &'static str) -> Vec<(String, String)> {
        match self {
            Self::Server(database) => database.pairs(question).await,
            Self::File(url) => {
                let file = open(url);
                let mut asked = file.prepare(question).expect(question);
                let pairs = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
                let pairs = pairs.and_then(Iterator::collect);
                pairs.unwrap_or_else(|error| panic!("{question}: {error}"))
            }
        }
    }

    /// Asks for one number.
    pub async fn number(&self, question: &'static str) -> i64 {
        match self {
            Self::Server(database) => database.number(question).await,
            Self::File(url) => {
                let answer = open(url).query_row(question, [], |row| row.get(0));
                answer.unwrap_or_else(|error| panic!("{question}: {error}"))
            }
        }
    }
}

/// A database that is dropped at the end, with the roles made for it.
pub struct Database {
    name: String,
    server: String,
}

impl Database {
    /// An empty one on the tests' server.
    pub async fn new() -> Self {
        let server = std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!(
                "{VARIABLE} is not set: run scripts/test, which starts a PostgreSQL for the tests"
            )
        });
        let name = format!("diligence_worker_{}", uuid::Uuid::now_v7().simple());
        run(
            &server,
            &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"),
        )
        .await;
        Self { name, server }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// As the user of the tests, who may do everything.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// As another user.
    pub fn url_as(&self, user: &str, password: &str) -> String {
        let (_, place) = self.server.split_once('@').expect("a URL with a user");
        with_database(&format!("postgres://{user}:{password}@{place}"), &self.name)
    }

    /// Host and port, as they stand in the URL.
    pub fn address(&self) -> String {
        let (_, place) = self.server.split_once('@').expect("a URL with a user");
        let (address, _) = place.split_once('/').expect("a URL with a database");
        address.to_owned()
    }

    /// A name for a role of this test's own. What it owns or may do goes with the database.
    pub fn role(&self, name: &str) -> String {
        format!("{name}_{}", self.name)
    }

    /// A connection that knows nothing of ledgers.
    pub async fn connect(&self) -> PgConnection {
        connect(&self.url()).await
    }

    /// Runs statements in it.
    pub async fn run(&self, statements: &str) {
        run(&self.url(), statements).await;
    }

    /// Asks for pairs of texts.
    pub async fn pairs(&self, question: &'static str) -> Vec<(String, String)> {
        let asked = sqlx::query_as(question);
        let pairs = asked.fetch_all(&mut self.connect().await).await;
        pairs.unwrap_or_else(|error| panic!("{question}: {error}"))
    }

    /// Asks for one number.
    pub async fn number(&self, question: &str) -> i64 {
        let text = AssertSqlSafe(question.to_owned());
        let mut connection = self.connect().await;
        let answer = sqlx::query_scalar(text).fetch_one(&mut connection).await;
        answer.unwrap_or_else(|error| panic!("{question}: {error}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
                let roles = format!(
                    "DO $$ DECLARE r TEXT; BEGIN FOR r IN SELECT rolname FROM pg_roles
 WHERE rolname LIKE '%\\_{name}' LOOP EXECUTE 'DROP ROLE ' || quote_ident(r); END LOOP; END $$"
                );
                run(&server, &roles).await;
            });
        });
        dropping.join().expect("a database that can be dropped");
    }
}

/// The same server's URL for another database.
pub fn with_database(server: &str, name: &str) -> String {
    let (start, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{start}/{name}")
}

/// The file of a ledger that a worker has made.
pub fn open(url: &str) -> rusqlite::Connection {
    let path = url.strip_prefix("sqlite://").expect("the URL of a file");
    let file = rusqlite::Connection::open(path).expect("a ledger that a worker has made");
    let patience = file.busy_timeout(Duration::from_secs(5));
    patience.expect("a time-out");
    file
}

pub async fn connect(url: &str) -> PgConnection {
    let connected = PgConnection::connect(url).await;
    connected.expect("the tests' PostgreSQL answers")
}

/// Runs statements at the server of this URL.
pub async fn run(url: &str, statements: &str) {
    let text = AssertSqlSafe(statements.to_owned());
    let done = sqlx::raw_sql(text).execute(&mut connect(url).await).await;
    done.unwrap_or_else(|error| panic!("{statements}: {error}"));
}
