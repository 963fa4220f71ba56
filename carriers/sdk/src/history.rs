//! A parcel's history, read by what a carrier says of its events as data: where they stand, what their
//! parts are called, what their codes mean.

use std::borrow::Cow;

use crate::moment::Moment;
use crate::told::{Told, names};
use crate::tracking::{Status, StatusTable, TrackedShipment, TrackingEvent, status_of};

/// Words of a carrier's: the path to them, and what they mean.
pub type Words = (&'static str, StatusTable);

/// Where a carrier's events stand and how they read. Paths as in [`Told`].
#[derive(Debug, Clone, Copy)]
pub struct History {
    /// The events, within what is told of a parcel.
    pub events: &'static str,
    /// Whether they come newest first: two of one second are then turned round too.
    pub newest_first: bool,
    /// An event's code; of several names the first that is there. What it means, the first tells that is
    /// listed.
    pub code: &'static str,
    /// What codes mean.
    pub codes: StatusTable,
    /// What else tells what an event means, where its code is not listed.
    pub kinds: &'static [Words],
    /// What an event means of which nothing is listed.
    pub otherwise: Status,
    /// When it was: one text; or date, time and offset apart. The first of these that can be read.
    pub at: &'static [&'static [&'static str]],
    /// Where it was.
    pub place: &'static str,
    /// Where the parcel stands, in the carrier's own words; the first that is listed.
    pub stands: &'static [Words],
}

impl History {
    /// A parcel stands where its events say, and what is not listed tells nothing; a carrier names
    /// what differs.
    pub const USUAL: Self = Self {
        events: "events",
        newest_first: false,
        code: "code",
        codes: &[],
        kinds: &[],
        otherwise: Status::Unknown,
        at: &[&["date"]],
        place: "",
        stands: &[],
    };

    /// The shipment of this number, as it is told here.
    pub fn of(&self, number: impl Into<String>, told: &impl Told) -> TrackedShipment {
        let mut events = told.list(self.events);
        if self.newest_first {
            events.reverse();
        }
        let events = events.into_iter();
        let events = events.filter_map(|event| self.event(event)).collect();
        TrackedShipment::of_events(number, events).with_status(listed(self.stands, told))
    }

    /// An event; one without a moment is none.
    fn event(&self, event: &impl Told) -> Option<TrackingEvent> {
        let at = self.at.iter().find_map(|paths| moment(event, paths))?;
        let code = event.text(self.code).unwrap_or_default();
        let means = listed(&[(self.code, self.codes)], event);
        let means = means.or_else(|| listed(self.kinds, event));
        let read = TrackingEvent::new(&code, &[], means.unwrap_or(self.otherwise), at);
        Some(read.at_place(event.text(self.place).as_deref()))
    }
}

fn listed(words: &[Words], told: &impl Told) -> Option<Status> {
    let words = words.iter();
    let mut words = words.flat_map(|(path, table)| names(path).map(move |name| (name, table)));
    words.find_map(|(name, table)| status_of(table, &told.text(name)?))
}

/// An offset that cannot be read costs the offset, not the event.
fn moment(event: &impl Told, paths: &[&str]) -> Option<Moment> {
    let text = |place: usize| paths.get(place).and_then(|path| event.text(path));
    let first = text(0)?;
    if paths.len() == 1 {
        return Moment::read(&first);
    }
    let [time, offset] = [text(1), text(2)].map(Option::<Cow<'_, str>>::unwrap_or_default);
    Moment::of(&first, &time, &offset).or_else(|| Moment::of(&first, &time, ""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::xml::Element;

    const CODES: StatusTable = &[("PU", Status::PickedUp), ("OK", Status::Delivered)];

    const HISTORY: History = History {
        events: "scans",
        code: "code|old_code",
        codes: CODES,
        kinds: &[("kind", &[("D", Status::Delivered)])],
        at: &[&["date", "time", "offset"], &["stamp"]],
        place: "where/city",
        stands: &[("now|before", CODES)],
        ..History::USUAL
    };

    fn told(events: &TrackedShipment) -> Vec<(&str, Status, &str)> {
        let events = events.events.iter();
        let events = events.map(|event| (event.code.as_str(), event.status, event.at.as_str()));
        events.collect()
    }

    #[test]
    fn events_are_read_by_their_paths() {
        let parcel = json!({"scans": [
            {"old_code": "PU", "date": "20261124", "time": "1524", "where": {"city": "Lyon"}},
            {"code": "ZZ", "kind": "D", "stamp": "2026-11-25T08:00:00+01:00"},
            {"code": "OK", "date": "2026-11-26", "time": "09:00", "offset": "of Paris"},
            {"code": "OK", "time": "09:00"},
        ]});
        let tracked = HISTORY.of("1", &parcel);
        let wanted = [
            ("PU", Status::PickedUp, "2026-11-24T15:24:00"),
            ("ZZ", Status::Delivered, "2026-11-25T08:00:00+01:00"),
            ("OK", Status::Delivered, "2026-11-26T09:00:00"),
        ];
        assert_eq!(told(&tracked), wanted);
        let places: Vec<_> = tracked.events.iter().map(|event| &event.place).collect();
        assert_eq!(places, [&Some("Lyon".to_owned()), &None, &None]);
        assert_eq!(tracked.status, Status::Delivered);
    }

    #[test]
    fn a_parcel_stands_where_the_carrier_says_else_by_its_events() {
        let event = json!({"code": "PU", "stamp": "2026-11-24"});
        let status = |now: &str, before: &str| {
            let parcel = json!({"scans": [event], "now": now, "before": before});
            HISTORY.of("1", &parcel).status
        };
        assert_eq!(status("ZZ", "OK"), Status::Delivered);
        assert_eq!(status("ZZ", "ZZ"), Status::PickedUp);
    }

    #[test]
    fn xml_reads_as_json_does() {
        let parcel = "<p><scans><code>PU</code><stamp>2026-11-24</stamp></scans><now>OK</now></p>";
        let parcel = Element::read(parcel.as_bytes()).expect("well-formed");
        let tracked = HISTORY.of("1", &parcel);
        let wanted = [("PU", Status::PickedUp, "2026-11-24T00:00:00")];
        assert_eq!(told(&tracked), wanted);
        assert_eq!(tracked.status, Status::Delivered);
    }
}
