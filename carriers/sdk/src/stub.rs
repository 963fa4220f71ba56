//! The parts a carrier's stub is made of: what every stub shares, so that a carrier only adds its
//! own language.
//!
//! A stub is a wiremock server that books into a [`StubLedger`], obeys [`Faults`] and answers as
//! the carrier would. The ledger is what a test believes: it counts what was really booked.
//! Nothing here is used by the worker in production.

mod answer;
mod bench;
mod faults;
mod label;
mod ledger;
mod proxy;
mod server;
#[cfg(test)]
mod tests;

pub use answer::{Answer, LabelKind, Refused, book, read};
pub use bench::Bench;
pub use faults::{FaultRule, Faults, StubFault};
pub use label::{label, pdf, pdf_of_size, zpl};
pub use ledger::{NewBooking, StubBooking, StubLedger, StubVoid};
pub use proxy::{Mode, Proxy};
pub use server::StubServer;
