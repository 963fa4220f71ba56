//! What holds whatever the ledger is. Included by one test program per ledger, which says where its
//! ledgers lie (`crate::LEDGERS`).

// One of the two programs may not need all that the other does.
#![allow(dead_code)]

pub mod broker;
pub mod crew;
pub mod orders;
pub mod place;
pub mod process;
pub mod promises;
pub mod setup;
pub mod world;

mod bad_input;
mod crowd;
mod dead;
mod endings;
mod every_carrier;
mod file;
mod hostile;
pub mod night;
#[cfg(feature = "otel")]
mod otlp;
mod outage;
pub mod pressure;
mod privacy;
mod secrecy;
mod telling;
mod wishes;
