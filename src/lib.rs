//! Diligence takes every paid express order off a queue, books it with a carrier, never twice by
//! itself and never losing one, keeps the label and tells the bus.
//!
//! The modules stand in the order of an order's journey; `ARCHITECTURE.md` walks one through.

mod accounts;
pub mod cli;
mod config;
#[cfg(feature = "stub")]
mod demo;
// the order comes in
mod bus;
mod intake;
mod order;
// what is to be done with it
mod calendar;
mod life;
mod routing;
// doing it
mod carrier_http;
mod dispatch;
pub mod registry;
mod retry;
mod shadow;
mod trust;
// keeping it, and telling
mod events;
mod http;
mod labels;
#[allow(dead_code)] // until all of its questions are asked
mod ledger;
mod metrics;
mod outbox;
mod printer;
// keeping it running
mod heartbeat;
mod housekeeping;
mod shutdown;
mod telemetry;
mod trace;
mod worker;
// proving it
mod sabotage;

/// What `benches/` measures; nobody else's API.
#[doc(hidden)]
pub mod measured {
    pub use crate::ledger::sqlite::SqliteLedger;
    pub use crate::ledger::{Change, Kept, Ledger, Rules};
    pub use crate::life::{
        Answered, Candidate, Claim, Event, LabelRef, Line, Numbers, Outcome, ParcelNumbers, Plan,
        Received,
    };
    pub use crate::order::Key;
}

/// What `fuzz/` and `tests/hostile.rs` throw bytes at; nobody else's API.
#[doc(hidden)]
pub mod attacked {
    pub use crate::order::{Decoded, Malformed, Message, decode};
}
