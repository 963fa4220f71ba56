//! The parts a carrier's stub is made of: what every stub shares, so that a carrier only adds its
//! own language.
//!
//! A stub is a function from a request to a reply: it books into a [`StubLedger`], obeys [`Faults`]
//! and answers as the carrier would. The ledger is what a test believes: it counts what was really
//! booked. [`StubServer`] serves the stubs of all carriers on one port, behind the feature `stub`.
//! Nothing here is used by the worker in production.

mod answer;
mod asked;
mod bench;
#[cfg(feature = "stub")]
mod client;
mod desk;
mod faults;
mod label;
mod ledger;
#[cfg(all(feature = "stub", feature = "kit"))]
mod practice;
#[cfg(feature = "stub")]
mod proxy;
#[cfg(feature = "stub")]
mod server;
#[cfg(test)]
#[cfg(feature = "stub")]
mod tests;

pub use answer::{Answer, LabelKind, Refused, Reply};
pub use asked::{Asked, is_password, too_long_or_missing};
pub use bench::Bench;
pub use desk::{Desk, token};
pub use faults::{FaultRule, Faults, StubFault};
pub use label::{label, pdf, pdf_of_size, zpl};
pub use ledger::{NewBooking, StubBooking, StubLedger, StubVoid};
#[cfg(all(feature = "stub", feature = "kit"))]
pub use practice::Practice;
#[cfg(feature = "stub")]
pub use proxy::{Mode, Proxy};
#[cfg(feature = "stub")]
pub use server::StubServer;

/// A carrier's stub: its reply to a request, `None` when the path is none of its own.
pub type Stub = fn(&Bench, &Asked) -> Option<Reply>;
