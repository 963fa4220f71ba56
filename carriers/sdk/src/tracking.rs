//! Where a parcel is, in one vocabulary for every carrier, from the events that it tells of.

use jiff::Timestamp;
use serde::Serialize;

use crate::moment::Moment;

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

/// A carrier's codes in our words: rows of codes between blanks, and what they mean.
pub type StatusTable = &'static [(&'static str, Status)];

/// What this code means; `None` when the table does not list it.
#[must_use]
pub fn status_of(table: StatusTable, code: &str) -> Option<Status> {
    let mut rows = table.iter();
    let row = rows.find(|(codes, _)| codes.split(' ').any(|listed| listed == code))?;
    Some(row.1)
}

impl TrackingEvent {
    /// A scan; what it means stands in the table, else it is `otherwise`.
    #[must_use]
    pub fn new(code: &str, table: StatusTable, otherwise: Status, at: Moment) -> Self {
        let code = code.trim();
        Self {
            code: code.to_owned(),
            status: status_of(table, code).unwrap_or(otherwise),
            at: at.to_string(),
            place: None,
        }
    }

    /// The same at this place; an empty one is none.
    #[must_use]
    pub fn at_place(mut self, place: Option<&str>) -> Self {
        let place = place.map(str::trim).filter(|place| !place.is_empty());
        self.place = place.map(str::to_owned);
        self
    }
}

impl TrackedShipment {
    /// A shipment that stands where its events say.
    #[must_use]
    pub fn of_events(tracking_number: impl Into<String>, events: Vec<TrackingEvent>) -> Self {
        let events = oldest_first(events);
        Self {
            tracking_number: tracking_number.into(),
            status: standing(&events),
            events,
        }
    }

    /// A shipment that stands where the carrier says; by its events when the carrier does not.
    #[must_use]
    pub fn with_status(mut self, status: Option<Status>) -> Self {
        self.status = status.unwrap_or(self.status);
        self
    }
}

/// The events, oldest first, whatever order they came in.
#[must_use]
pub fn oldest_first(mut events: Vec<TrackingEvent>) -> Vec<TrackingEvent> {
    let instant = |event: &TrackingEvent| Moment::read(&event.at).and_then(Moment::instant);
    let order: Option<Vec<Timestamp>> = events.iter().map(instant).collect();
    let Some(order) = order else {
        return events;
    };
    if order.first() > order.last() {
        // newest first: two scans of one second are turned round as well
        events.reverse();
    }
    events.sort_by_cached_key(instant);
    events
}

/// Where a parcel stands after these events. One that tells nothing changes nothing; papers scanned
/// afterwards undo no delivery; and once a parcel goes back, its delivery is the one to the shipper.
#[must_use]
pub fn standing(events: &[TrackingEvent]) -> Status {
    let Some(first) = events.first() else {
        return Status::LabelCreated;
    };
    let stands = |before: Status, event: &TrackingEvent| match (before, event.status) {
        (before, Status::Unknown) => before,
        (Status::Returned, _) => Status::Returned,
        (Status::Delivered, Status::InTransit) => Status::Delivered,
        (_, now) => now,
    };
    events.iter().fold(first.status, stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: StatusTable = &[
        ("PU", Status::PickedUp),
        ("AR DF", Status::InTransit),
        ("OK", Status::Delivered),
        ("RT", Status::Returned),
    ];

    fn events(told: &[(&str, &str)]) -> Vec<TrackingEvent> {
        let event = |(code, at): &(&str, &str)| {
            let at = Moment::read(at).expect("a moment");
            TrackingEvent::new(code, TABLE, Status::Unknown, at)
        };
        told.iter().map(event).collect()
    }

    fn after(codes: &str) -> Status {
        let told: Vec<_> = codes.split(' ').map(|code| (code, "2026-11-24")).collect();
        standing(&events(&told))
    }

    #[test]
    fn events_stand_oldest_first_by_the_clock_of_their_places() {
        let told = [
            ("OK", "2026-11-24T12:00:00+01:00"),
            ("DF", "2026-11-24T09:00:00+01:00"),
            ("AR", "2026-11-24T09:00:00+01:00"),
            ("PU", "2026-11-24T04:00:00-05:00"),
        ];
        let order: Vec<String> = oldest_first(events(&told))
            .into_iter()
            .map(|event| event.code)
            .collect();
        assert_eq!(order, ["AR", "DF", "PU", "OK"]);
    }

    #[test]
    fn papers_and_notices_undo_nothing_and_a_return_is_final() {
        assert_eq!(after("PU AR"), Status::InTransit);
        assert_eq!(after("PU OK AR"), Status::Delivered);
        assert_eq!(after("PU XX"), Status::PickedUp);
        assert_eq!(after("XX"), Status::Unknown);
        assert_eq!(after("PU RT AR OK"), Status::Returned);
        assert_eq!(standing(&[]), Status::LabelCreated);
    }
}
