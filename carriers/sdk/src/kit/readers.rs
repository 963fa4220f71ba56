//! Every reader of a carrier at once, for answers made to break them (`tests/hostile_answers.rs`,
//! `fuzz/`): whatever comes, nothing panics, and what is read can be kept and printed.

use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::json::parcel_number;
use crate::label::Label;
use crate::request::Response;
use crate::shipment::Contract;
use crate::step::{BookedParcel, Memo, Step};
use crate::token::Token;

/// Most steps that one booking takes.
const STEPS_MAX: usize = 8;

/// A carrier's readers: of bookings with each step that it remembers, look-ups, voids, labels, tracking.
pub struct Readers<'carrier> {
    carrier: &'carrier dyn Carrier,
    memos: Vec<Option<Memo>>,
}

impl<'carrier> Readers<'carrier> {
    /// The readers, with the steps that these answers lead to.
    #[must_use]
    pub fn new(carrier: &'carrier dyn Carrier, known: &[Response]) -> Self {
        let mut readers = Self {
            carrier,
            memos: vec![None],
        };
        let mut next = 0;
        while next < readers.memos.len() && next < STEPS_MAX {
            for answer in known {
                let memo = readers.memos.get(next).cloned().flatten();
                if let Step::Then(memo) = carrier.read_booking(memo.as_ref(), answer) {
                    readers.remember(memo);
                }
            }
            next += 1;
        }
        readers
    }

    fn remember(&mut self, memo: Memo) {
        let mut known = self.memos.iter().flatten();
        if !known.any(|known| known.step == memo.step) {
            self.memos.push(Some(memo));
        }
    }

    /// Reads the answer in every way.
    ///
    /// # Errors
    /// What was read and can be no number, or no label.
    pub fn read(&self, answer: &Response) -> Verdict {
        let mut failures = Failures::default();
        for memo in &self.memos {
            self.read_booking(memo.as_ref(), answer, &mut failures);
        }
        if let Some(Ok(found)) = self.carrier.finding().map(|find| find.read_found(answer)) {
            for shipment in &found {
                number("find", &shipment.tracking_number, &mut failures);
                parcels("find", &shipment.parcels, &mut failures);
            }
        }
        if let Some(Ok(label)) = self
            .carrier
            .relabelling()
            .map(|again| again.read_label(answer))
        {
            has_content("label", &label, &mut failures);
        }
        drop(Token::read(&answer.body));
        // what these say is told to people and counted: that they live is enough
        drop(
            self.carrier
                .tracking()
                .map(|track| track.read_tracking(answer)),
        );
        drop(self.carrier.voiding().map(|void| void.read_void(answer)));
        failures.verdict()
    }

    fn read_booking(&self, memo: Option<&Memo>, answer: &Response, failures: &mut Failures) {
        match self.carrier.read_booking(memo, answer) {
            Step::Done(booking) => {
                number("book", &booking.tracking_number, failures);
                failures.check(!booking.parcels.is_empty(), || {
                    "book: a booking of no parcel".to_owned()
                });
                parcels("book", &booking.parcels, failures);
            }
            Step::Then(memo) => {
                let continuing = self.carrier.continuing();
                failures.check(continuing.is_some(), || {
                    "book: a further step that the carrier does not have".to_owned()
                });
                // the memo is the carrier's own text: a request must be made of it all the same
                drop(continuing.map(|steps| steps.next(&Contract::default(), &memo)));
            }
            Step::NoEffect(_) | Step::Refused(_) | Step::Unknown(_) => {}
        }
    }
}

fn parcels(operation: &str, parcels: &[BookedParcel], failures: &mut Failures) {
    for parcel in parcels {
        number(operation, &parcel.tracking_number, failures);
        if let Some(label) = &parcel.label {
            has_content(operation, label, failures);
        }
    }
}

fn number(operation: &str, number: &str, failures: &mut Failures) {
    failures.check(parcel_number(number).is_some(), || {
        format!("{operation}: {} bytes that are no number", number.len())
    });
}

fn has_content(operation: &str, label: &Label, failures: &mut Failures) {
    failures.check(!label.bytes.is_empty(), || {
        format!("{operation}: a label without content")
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin};
    use super::*;

    #[test]
    fn a_good_carrier_reads_its_own_answer_and_garbage() {
        let carrier = Example::good();
        let booked = Example::booked("EX1");
        let readers = Readers::new(&carrier, std::slice::from_ref(&booked));
        readers.read(&booked).expect("its own");
        readers.read(&Response::new(200, "\u{1}")).expect("garbage");
    }

    #[test]
    fn a_booking_of_nothing_is_found() {
        let carrier = Example::with(Sin::BooksOnAnySuccess);
        let readers = Readers::new(&carrier, &[]);
        let verdict = readers.read(&Response::new(200, "<html>"));
        let lines = verdict.expect_err("a sin").lines().join("\n");
        assert!(lines.contains("book: "), "{lines}");
    }
}
