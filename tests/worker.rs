//! The whole worker as a black box: the real program, a real broker, real HTTP to the carriers'
//! stubs. What went well is read from where others would see it: events, dead queue, exit code, the
//! carriers' own books. Nothing of the program's inside is used here.

#![cfg(feature = "stub")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test may stop at the first thing that is wrong

#[path = "worker/broker.rs"]
mod broker;
#[path = "worker/orders.rs"]
mod orders;
#[path = "worker/promises.rs"]
mod promises;
#[path = "worker/setup.rs"]
mod setup;
#[path = "worker/world.rs"]
mod world;

#[path = "worker/bad_input.rs"]
mod bad_input;
#[path = "worker/crowd.rs"]
mod crowd;
#[path = "worker/endings.rs"]
mod endings;
#[path = "worker/file.rs"]
mod file;
#[path = "worker/hostile.rs"]
mod hostile;
#[path = "worker/ledger.rs"]
mod ledger;
#[path = "worker/outage.rs"]
mod outage;
#[path = "worker/wishes.rs"]
mod wishes;
