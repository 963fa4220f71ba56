//! The contract between Diligence and a carrier.
//!
//! A carrier is pure translation: it says what to send and how to read the answer. Nothing here
//! talks, waits, retries or knows a secret; `carrier_http` in the worker does that for every
//! carrier alike. So dry runs, recorded answers, fuzzing and benchmarks need no network.
//!
//! Depends on no other crate of the project.

pub mod ability;
pub mod answers;
pub mod body;
pub mod carrier;
pub mod check;
pub mod customs;
pub mod faults;
pub mod geography;
pub mod history;
pub mod json;
pub mod kit;
pub mod label;
pub mod moment;
pub mod multipart;
pub mod party;
pub mod prelude;
pub mod profile;
pub mod proof;
pub mod reading;
pub mod request;
pub mod shipment;
pub mod soap;
pub mod step;
pub mod stub;
pub mod text;
pub mod token;
pub mod told;
pub mod tracking;
pub mod xml;

pub use ability::Abilities;
pub use answers::Answers;
pub use carrier::{Carrier, Continue, Find, Relabel, Track, Void};
pub use check::Check;
pub use faults::{Fault, Meaning, Said, WhoActs, judge};
pub use history::History;
pub use label::{Label, LabelFormat};
pub use moment::Moment;
pub use party::{Address, Room};
pub use profile::{Absence, Product, Profile, Reach, SecretField, Setting, Specimen, VoidUnit};
pub use proof::Proof;
pub use request::{
    Auth, Body, Effect, Escaping, Method, Piece, Request, Response, Signature, Signing,
};
pub use shipment::{
    Contract, Intent, Item, Money, Parcel, Party, PartyKind, ServiceOption, Shipment, Size,
};
pub use step::{
    BookedParcel, Booking, Cause, Evidence, FoundShipment, Memo, Problem, Refusal, Search, Step,
    ToldParcel, VoidAnswer, Why,
};
pub use told::Told;
pub use tracking::{Status, StatusTable, TrackedShipment, TrackingEvent};
