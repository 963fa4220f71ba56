//! The suite of `tests/worker.rs` with the ledger on a PostgreSQL server, and what only such a ledger
//! can do or suffer: several workers, and a server that is away, read-only or short of something.

#![cfg(all(feature = "stub", feature = "postgres"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test may stop at the first thing that is wrong

#[path = "worker/suite.rs"]
mod suite;

/// Where the ledgers of this run lie.
const LEDGERS: suite::place::Kind = suite::place::Kind::Server;

#[path = "worker/cluster.rs"]
mod cluster;

#[path = "worker/server_ledger.rs"]
mod server_ledger;
#[path = "worker/several.rs"]
mod several;
#[path = "worker/words.rs"]
mod words;
