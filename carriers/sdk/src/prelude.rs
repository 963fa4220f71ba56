//! What the files of a carrier name again and again: `use carrier_sdk::prelude::*;`.
//!
//! Types and traits of the contract alone. What only some carriers need (customs, SOAP, a way to write
//! XML) is named where it is needed.

pub use crate::ability::Abilities;
pub use crate::answers::{Answers, Reading};
pub use crate::body::Body;
pub use crate::carrier::{Carrier, Continue, Find, Relabel, Track, Void};
pub use crate::check::Check;
pub use crate::faults::{Fault, Said, judge};
pub use crate::history::History;
pub use crate::json::decimal;
pub use crate::label::{Label, LabelFormat};
pub use crate::party::{Address, Room, given};
pub use crate::profile::{Absence, Product, Profile, SecretField, Setting, Specimen, VoidUnit};
pub use crate::proof::Proof;
pub use crate::request::{Auth, Effect, Method, Request, Response};
pub use crate::shipment::{
    Contract, Intent, Money, Parcel, Party, PartyKind, ServiceOption, Shipment, Size,
};
pub use crate::step::{
    Booking, FoundShipment, Memo, Refusal, Search, Step, ToldParcel, VoidAnswer, Why,
};
pub use crate::told::Told;
pub use crate::tracking::{Status, StatusTable, TrackedShipment};
