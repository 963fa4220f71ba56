//! The whole worker as a black box: the real program, a real broker, real HTTP to the carriers'
//! stubs, its ledger in a SQLite file. What went well is read from where others would see it: events,
//! dead queue, exit code, the carriers' own books. Nothing of the program's inside is used here.
//!
//! `tests/worker_on_postgres.rs` runs the same suite with the ledger on a server.

#![cfg(feature = "stub")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test may stop at the first thing that is wrong

#[path = "worker/suite.rs"]
mod suite;

/// Where the ledgers of this run lie.
const LEDGERS: suite::place::Kind = suite::place::Kind::File;

#[path = "worker/alarm.rs"]
mod alarm;
#[path = "worker/file_ledger.rs"]
mod file_ledger;
#[path = "worker/killed.rs"]
mod killed;
#[path = "chaos/nodes.rs"]
#[allow(dead_code, reason = "the chaos suite does more to them")]
mod nodes;
