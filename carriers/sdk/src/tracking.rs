//! Where a parcel is, in one vocabulary for every carrier.

use serde::Serialize;

/// A parcel's status. `ready for collection` is [`Status::AvailableForPickup`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Status {
    LabelCreated,
    PickedUp,
    InTransit,
    OutForDelivery,
    AvailableForPickup,
    Delivered,
    FailedAttempt,
    Exception,
    Returned,
    Cancelled,
    Unknown,
}

/// One shipment in a tracking answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrackedShipment {
    /// Its number.
    pub tracking_number: String,
    /// Where it stands.
    pub status: Status,
    /// What happened, oldest first.
    pub events: Vec<TrackingEvent>,
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrackingEvent {
    /// The carrier's code, trimmed.
    pub code: String,
    /// The same in our words.
    pub status: Status,
    /// `YYYY-MM-DDTHH:MM:SS`, with the offset the carrier gave, without one where it gave none.
    pub at: String,
    /// Where.
    pub place: Option<String>,
}
