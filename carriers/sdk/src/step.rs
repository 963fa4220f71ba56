//! What a carrier's answer tells us: booked, no effect, refused, one more step, or unknown.
//!
//! [`Why`] can only be made by [`crate::judge`], so what a failed booking means is decided by the
//! SDK from the carrier's fault table, and "ambiguous" always ends as [`Step::Unknown`].

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::faults::WhoActs;
use crate::label::{Label, LabelFormat};
use crate::shipment::{Money, Span};

/// The outcome of one step of a booking.
#[derive(Debug)]
pub enum Step<T> {
    /// The carrier booked it.
    Done(T),
    /// Proven: nothing was booked, and trying again later may work.
    NoEffect(Why),
    /// A clear no: nothing was booked.
    Refused(Why),
    /// One more request is needed, made by [`crate::Continue`]; the memo is durable before it leaves.
    Then(Memo),
    /// It may have been booked. Never to be sent again before it is found out.
    Unknown(Evidence),
}

impl<T> Step<T> {
    /// One more request, whose answer is read as this step.
    #[must_use]
    pub fn then(step: &str, value: impl Into<String>) -> Self {
        Self::Then(Memo {
            step: step.to_owned(),
            value: value.into(),
        })
    }

    /// It may have been booked, for a reason of ours: an answer that contradicts itself.
    #[must_use]
    pub fn in_doubt(code: Option<&str>, message: &str) -> Self {
        Self::Unknown(Evidence {
            code: code.map(str::to_owned),
            message: message.to_owned(),
        })
    }
}

/// What a multi-step carrier remembers between two steps. `Debug` shows the step alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memo {
    /// The carrier's own name of the step that is to be read next.
    pub step: String,
    /// What that step needs (an access key), never a secret of ours.
    pub value: String,
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memo({}, {} bytes)", self.step, self.value.len())
    }
}

/// A booking the carrier made.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// The shipment's number, followed by the public.
    pub tracking_number: String,
    /// The carrier's internal id where it differs.
    pub shipment_id: Option<String>,
    /// Where the public follows it, when the answer says so.
    pub tracking_url: Option<String>,
    /// One per parcel, in the order of the request.
    pub parcels: Vec<BookedParcel>,
    /// What it costs, when told.
    pub charge: Option<Money>,
    /// The carrier's estimate, as it wrote it (ISO 8601 where possible).
    pub estimated_delivery: Option<String>,
}

impl Booking {
    /// A booking of which nothing more is known than its numbers and labels.
    #[must_use]
    pub fn new(tracking_number: impl Into<String>, parcels: Vec<BookedParcel>) -> Self {
        Self {
            tracking_number: tracking_number.into(),
            shipment_id: None,
            tracking_url: None,
            parcels,
            charge: None,
            estimated_delivery: None,
        }
    }

    /// A booking as an answer tells it, by [`FoundShipment::told`]. A label for the whole shipment stands
    /// on the first parcel, where that has none of its own.
    #[must_use]
    pub fn told(
        named: Option<String>,
        parcels: impl IntoIterator<Item = ToldParcel>,
        whole: Option<Label>,
    ) -> Option<Self> {
        let told = FoundShipment::told(named, parcels)?;
        let mut booking = Self::new(told.tracking_number, told.parcels);
        if let Some(first) = booking.parcels.first_mut() {
            first.label = first.label.take().or(whole);
        }
        Some(booking)
    }
}

/// A parcel as an answer tells it: its own number and its label, where it has them.
pub type ToldParcel = (Option<String>, Option<Label>);

/// One booked parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct BookedParcel {
    /// Its own number, else the shipment's.
    pub tracking_number: String,
    /// Its label, when the answer holds one that can be decoded.
    pub label: Option<Label>,
}

impl BookedParcel {
    /// A parcel, with its label when there is one.
    #[must_use]
    pub fn new(tracking_number: impl Into<String>, label: Option<Label>) -> Self {
        Self {
            tracking_number: tracking_number.into(),
            label,
        }
    }
}

/// Why a carrier did not do what it was asked. Made only by [`crate::judge`]. `Debug` shows none of the
/// carrier's words.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Why {
    /// The carrier's code; the HTTP status is none.
    pub code: Option<String>,
    /// The carrier's own words. May quote the order: never logged, masked before it is shown.
    pub message: String,
    /// The same in our words, from the fault table.
    pub meaning: Option<&'static str>,
    /// What kind of no it is.
    pub cause: Cause,
    /// Who can do something about it.
    pub who_acts: WhoActs,
    /// Our field that is at fault, when the fault table knows.
    pub field: Option<&'static str>,
    /// How long the carrier asks us to wait.
    pub retry_after: Option<Duration>,
}

impl fmt::Debug for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cause, meaning, said) = (self.cause, self.meaning, self.message.len());
        let (who_acts, field, wait) = (self.who_acts, self.field, self.retry_after);
        write!(
            f,
            "Why({cause:?}, {meaning:?}, {said} bytes said, {who_acts:?}, {field:?}, {wait:?})"
        )
    }
}

/// The kind of a carrier's no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// This shipment or request was refused.
    Rejected,
    /// Credentials, contract or account.
    Unauthorized,
    /// Too many requests; not processed.
    Throttled,
    /// Not processed, worth trying again; or a read that failed.
    Unavailable,
    /// The carrier knows no such thing.
    NotFound,
}

/// What is known of an answer that leaves a booking in doubt. `Debug` shows none of the carrier's words.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The carrier's code, when there was one.
    pub code: Option<String>,
    /// The carrier's words, or ours about the broken answer.
    pub message: String,
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Evidence({} bytes said)", self.message.len())
    }
}

/// Why a shipment cannot even be written down for this carrier. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Refusal {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// A refusal for one reason.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            problems: vec![Problem::new(field, message)],
        }
    }

    /// The fields that do not fit, one for each problem.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let problems = self.problems.iter();
        problems.map(|problem| problem.field.clone()).collect()
    }
}

/// One field that does not fit, never with its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Problem {
    /// Path in the order: `recipient.street`.
    pub field: String,
    /// What is wrong and what the limit is.
    pub message: String,
}

impl Problem {
    /// A problem with one field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Our reference.
    pub reference: String,
    /// When the booking may have been sent.
    pub sent: Span,
    /// The format of its labels, for carriers that tell them with the booking.
    pub label_format: LabelFormat,
}

/// A shipment that the carrier knows under our reference.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundShipment {
    /// The shipment's number.
    pub tracking_number: String,
    /// Its parcels, when the look-up tells them, with the labels that it brings.
    pub parcels: Vec<BookedParcel>,
}

/// What became of a void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VoidAnswer {
    /// Taken back.
    Voided,
    /// Already picked up.
    TooLate,
    /// Not known to the carrier, or not yet.
    NotFound,
    /// The void was not done, or it is not known to be done: to be asked again.
    Failed(Why),
}

impl FoundShipment {
    /// A shipment by its own number, else by its first parcel's; `None` where nothing has a number. A
    /// parcel without one goes by the shipment's, and a shipment without parcels is one.
    #[must_use]
    pub fn told(
        named: Option<String>,
        parcels: impl IntoIterator<Item = ToldParcel>,
    ) -> Option<Self> {
        let mut parcels: Vec<ToldParcel> = parcels.into_iter().collect();
        let first = parcels.iter().find_map(|(number, _)| number.clone());
        let tracking_number = named.or(first)?;
        if parcels.is_empty() {
            parcels.push((None, None));
        }
        let parcel = |(number, label): ToldParcel| {
            BookedParcel::new(number.unwrap_or_else(|| tracking_number.clone()), label)
        };
        let parcels = parcels.into_iter().map(parcel).collect();
        Some(Self {
            tracking_number,
            parcels,
        })
    }

    /// Shipments of which the look-up tells the numbers alone; one that comes twice counts once.
    #[must_use]
    pub fn of_numbers(numbers: impl IntoIterator<Item = String>) -> Vec<Self> {
        let mut known = HashSet::new();
        let numbers = numbers.into_iter();
        let numbers = numbers.filter(|number| known.insert(number.clone()));
        numbers.map(Self::numbered).collect()
    }

    /// A shipment of which the look-up tells the number alone.
    #[must_use]
    pub fn numbered(tracking_number: String) -> Self {
        Self {
            tracking_number,
            parcels: Vec::new(),
        }
    }

    /// The parcels under a reference as one shipment, for carriers that list parcels and not bookings.
    /// Empty when there is none; a number that comes twice counts once.
    #[must_use]
    pub fn of_parcels(numbers: impl IntoIterator<Item = String>) -> Vec<Self> {
        let mut known = HashSet::new();
        let parcels: Vec<BookedParcel> = numbers
            .into_iter()
            .filter(|number| known.insert(number.clone()))
            .map(|number| BookedParcel::new(number, None))
            .collect();
        let first = parcels.first().map(|first| first.tracking_number.clone());
        let shipment = first.map(|tracking_number| Self {
            tracking_number,
            parcels,
        });
        shipment.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: &str) -> Option<String> {
        Some(number.to_owned())
    }

    fn numbers(booking: &Booking) -> Vec<&str> {
        let parcels = booking.parcels.iter();
        let parcels = parcels.map(|parcel| parcel.tracking_number.as_str());
        std::iter::once(booking.tracking_number.as_str())
            .chain(parcels)
            .collect()
    }

    #[test]
    fn a_booking_goes_by_its_own_number_else_by_its_first_parcels() {
        let parcels = || vec![(None, None), (number("2"), None)];
        let named = Booking::told(number("1"), parcels(), None).expect("numbered");
        assert_eq!(numbers(&named), ["1", "1", "2"]);
        let unnamed = Booking::told(None, parcels(), None).expect("numbered");
        assert_eq!(numbers(&unnamed), ["2", "2", "2"]);
        let alone = Booking::told(number("1"), vec![], None).expect("numbered");
        assert_eq!(numbers(&alone), ["1", "1"]);
        assert_eq!(Booking::told(None, vec![(None, None)], None), None);
    }

    #[test]
    fn a_label_for_the_whole_stands_on_the_first_parcel_unless_that_has_its_own() {
        let label = |letter: &str| Label::from_bytes(format!("^XA{letter}^XZ").into_bytes());
        let two = |own| vec![(number("1"), own), (number("2"), None)];
        let labels = |own| {
            let told = Booking::told(None, two(own), label("whole")).expect("numbered");
            told.parcels.into_iter().map(|parcel| parcel.label)
        };
        assert!(labels(None).eq([label("whole"), None]));
        assert!(labels(label("own")).eq([label("own"), None]));
    }
}
