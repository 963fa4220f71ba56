//! The ledger in PostgreSQL: for many workers. Each has a few sessions that write and a few
//! connections that ask; the server's clock is the one clock of all.
//!
//! Whoever changes an order holds its key and its row until the commit, so that workers follow one
//! another order by order; different orders do not wait for each other.

mod address;
mod faults;
mod fitness;
mod offers;
mod readers;
mod session;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use self::address::Address;
use self::readers::Readers;
use self::session::PgSession;
use super::rows::{self, Cell};
use super::schema::{self, Dialect};
use super::sql::engine::{Asked, Engine, Fields, Session};
use super::sql::{SqlLedger, may_write};
use super::{Clock, LedgerError, Look, Rules};
use crate::order::Key;

/// Sessions that write. The server lets those who commit at the same time share a flush.
const WRITERS: u32 = 4;
/// Connections that ask.
const READERS: usize = 4;
/// All that a worker takes of the server's `max_connections`.
const CONNECTIONS: usize = 8;

/// Holds the keys ($1, a JSON array), whether they are known or not: a row that does not exist cannot
/// be locked. In one order, so that nobody waits in a ring. The time is told once all are held.
const HOLD: &str = "WITH held AS MATERIALIZED (SELECT COUNT(pg_advisory_xact_lock(place)) FROM (
 SELECT DISTINCT hashtextextended(key, 0) AS place
 FROM jsonb_array_elements_text($1::JSONB) AS key ORDER BY place) AS places)
 SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT FROM held";

/// A ledger in PostgreSQL.
pub type PostgresLedger = SqlLedger<Server>;

impl PostgresLedger {
    /// Opens the ledger at `postgres://...`; makes its tables, or brings them up to this version.
    ///
    /// # Errors
    /// `Unavailable` with the place and the remedy; `Unreadable` when a newer version wrote it.
    pub async fn open(url: &str, rules: Rules) -> Result<Self, LedgerError> {
        let server = Server::new(Address::of(url)?, &rules.clock);
        let mut session = server.connect().await?;
        fitness::bring_up_to_date(&mut session, &server.at, server.clock.now()).await?;
        Ok(Self::writing(server, rules, session))
    }

    /// Tries to begin writing to a ledger that exists, and changes nothing.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub async fn try_to_write(url: &str) -> Result<(), LedgerError> {
        may_write(&Server::new(Address::of(url)?, &Clock::default())).await
    }

    /// Database and server, as they may be printed.
    ///
    /// # Errors
    /// When the URL names none.
    pub fn place_of(url: &str) -> Result<String, LedgerError> {
        Ok(fitness::place(&Address::of(url)?))
    }

    /// The command that says whether the server answers.
    pub fn look_of(url: &str) -> String {
        Address::of(url).map_or_else(
            |_| "diligence config check".to_owned(),
            |at| at.asked_whether_ready(),
        )
    }

    /// Opens a ledger that exists, for questions only.
    ///
    /// # Errors
    /// As `open`; also when it is older than this version.
    pub async fn open_read_only(url: &str, rules: Rules) -> Result<Self, LedgerError> {
        let server = Server::new(Address::of(url)?, &rules.clock);
        let mut session = server.session().await?;
        fitness::check_version(&mut session, &server.at).await?;
        Ok(Self::reading(server, rules))
    }
}

/// A database on a server.
pub struct Server {
    at: Address,
    clock: Clock,
    readers: Readers,
    /// To whom we are offered what we are offered.
    me: String,
}

impl Server {
    fn new(at: Address, clock: &Clock) -> Self {
        // Nothing rests on an offer, so it need not reach the disk before it is made.
        let asking = at.options.clone().options([("synchronous_commit", "off")]);
        let readers = Readers::new(asking, READERS);
        Self {
            at,
            clock: clock.clone(),
            readers,
            me: Uuid::now_v7().to_string(),
        }
    }

    /// A connection to a server that keeps what it confirms, be it a standby.
    async fn session(&self) -> Result<PgSession, LedgerError> {
        let connected = PgSession::connect(&self.at.options).await;
        let mut session = connected.map_err(|error| self.unavailable(&error))?;
        let told = fitness::check_settings(&mut session, &self.at).await?;
        self.clock.hear(told);
        Ok(session)
    }

    fn now(&self) -> Cell {
        Cell::Number(self.clock.as_set().map(rows::micros))
    }

    fn me(&self) -> Cell {
        self.me.as_str().into()
    }
}

impl Engine for Server {
    type Row = PgRow;
    type Error = sqlx::Error;
    type Session = PgSession;
    const WORDS: Dialect = schema::POSTGRES;
    const WRITERS: u32 = WRITERS;
    /// Few enough for the server's table of locks.
    const GROUP: usize = 64;

    async fn connect(&self) -> Result<PgSession, LedgerError> {
        let mut session = self.session().await?;
        fitness::check_primary(&mut session, &self.at).await?;
        Ok(session)
    }

    fn ask(&self, text: Cow<'static, str>, values: Vec<Cell>) -> Asked<'_, Self> {
        self.readers.ask(text, values).boxed()
    }

    async fn hold(
        &self,
        session: &mut PgSession,
        keys: &BTreeSet<String>,
    ) -> Result<Timestamp, sqlx::Error> {
        let rows = session.ask(HOLD.into(), vec![list(keys)]).await?;
        let told = rows.first().ok_or(sqlx::Error::RowNotFound)?.number(0)?;
        Ok(self.clock.hear(rows::moment(told)))
    }

    fn due<'a>(&'a self, look: Look<'a>) -> Asked<'a, Self> {
        let except: Vec<String> = look.except.iter().map(Key::to_string).collect();
        let mut values = vec![self.now(), self.me(), look.limit.into(), list(&except)];
        values.extend(look.line.map(Cell::from));
        self.ask(offers::due(look.line.is_some()).into(), values)
    }

    fn next_due(&self) -> Asked<'_, Self> {
        self.ask(offers::next_due().into(), vec![self.now(), self.me()])
    }

    fn unsent(&self, limit: usize, printed: bool) -> Asked<'_, Self> {
        let values = vec![self.now(), self.me(), limit.into()];
        self.ask(offers::unsent(printed).into(), values)
    }

    fn is_of_one(error: &sqlx::Error) -> bool {
        faults::is_of_one(error)
    }

    fn is_taken(error: &sqlx::Error) -> bool {
        error
            .as_database_error()
            .is_some_and(|error| error.is_unique_violation())
    }

    fn is_lost(error: &sqlx::Error) -> bool {
        faults::is_lost(error)
    }

    fn kept_nothing(error: &sqlx::Error) -> bool {
        faults::kept_nothing(error)
    }

    fn in_words(&self, error: &sqlx::Error) -> String {
        faults::in_words(error, &self.at)
    }

    fn place(&self) -> String {
        fitness::place(&self.at)
    }

    /// The server looks after its own disk: when that is full, a claim is refused before anything is
    /// sent. Only that there is a server is asked.
    async fn headroom(&self, _: u64) -> Result<(), LedgerError> {
        let answered = self.ask("SELECT 1".into(), Vec::new()).await;
        answered.map(drop).map_err(|error| self.unavailable(&error))
    }

    async fn close(&self) {
        self.readers.close().await;
    }
}

/// Texts as one value; they always become JSON.
fn list(texts: &impl Serialize) -> Cell {
    serde_json::to_string(texts).unwrap_or_default().into()
}
