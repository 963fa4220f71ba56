//! Answers that no carrier documents: garbage must leave a booking in doubt, and a read must fail.
//!
//! The dangerous mistakes are a garbled yes read as a no (booked twice), and a garbled look-up read
//! as "not found" (booked twice as well).

use super::attempt::name_of;
use super::garbage::{Garbage, garbage};
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::request::Response;
use crate::step::{Step, VoidAnswer};

/// Statuses that say nothing about whether a booking was made.
const AMBIGUOUS: [u16; 9] = [200, 201, 202, 204, 302, 500, 502, 503, 504];
const REFUSING: [u16; 5] = [400, 401, 404, 422, 429];

/// Every garbled answer to a booking is in doubt when its status allows a booking, and is never a
/// booking; every garbled answer to a read is a fault, never a finding and never an absence.
/// An empty 2xx may be a void's yes: some carriers answer so.
///
/// # Errors
/// Everything that does not hold.
pub fn hostile_answers_never_panic_and_never_book(carrier: &dyn Carrier) -> Verdict {
    let mut failures = Failures::default();
    for Garbage {
        what,
        content_type,
        body,
    } in garbage()
    {
        for status in AMBIGUOUS.into_iter().chain(REFUSING) {
            let answer = Response {
                content_type: content_type.map(str::to_owned),
                ..Response::new(status, body.clone())
            };
            let case = format!("{what} with status {status}");
            booking(carrier, &answer, &case, &mut failures);
            reads(carrier, &answer, &case, &mut failures);
        }
    }
    failures.verdict()
}

/// Every beginning of a good booking answer is in doubt: half an answer may be a whole booking.
///
/// # Errors
/// Everything that does not hold, and an answer that is no booking to begin with.
pub fn cut_answers_never_book(carrier: &dyn Carrier, good: &Response) -> Verdict {
    let mut failures = Failures::default();
    let whole = good.body.trim_ascii_end();
    let booked = matches!(carrier.read_booking(None, good), Step::Done(_));
    failures.check(booked, || "the whole answer is no booking".to_owned());
    let step = (whole.len() / 500).max(1);
    for size in (0..whole.len()).step_by(step) {
        let answer = Response {
            body: whole.get(..size).unwrap_or_default().to_vec(),
            ..good.clone()
        };
        let case = format!("a good answer cut after {size} bytes");
        booking(carrier, &answer, &case, &mut failures);
    }
    failures.verdict()
}

fn booking(carrier: &dyn Carrier, answer: &Response, case: &str, failures: &mut Failures) {
    let step = carrier.read_booking(None, answer);
    if AMBIGUOUS.contains(&answer.status) {
        failures.check(matches!(step, Step::Unknown(_)), || {
            format!("book: {case} must be in doubt, it is {}", name_of(&step))
        });
    } else {
        failures.check(!matches!(step, Step::Done(_) | Step::Then(_)), || {
            format!("book: {case} is {}", name_of(&step))
        });
    }
}

fn reads(carrier: &dyn Carrier, answer: &Response, case: &str, failures: &mut Failures) {
    if let Some(finding) = carrier.finding() {
        let fault = finding.read_found(answer).is_err();
        failures.check(fault, || format!("find: {case} must be a fault"));
    }
    if let Some(tracking) = carrier.tracking() {
        let fault = tracking.read_tracking(answer).is_err();
        failures.check(fault, || format!("track: {case} must be a fault"));
    }
    if let Some(relabelling) = carrier.relabelling() {
        let fault = relabelling.read_label(answer).is_err();
        failures.check(fault, || format!("label: {case} must be a fault"));
    }
    if let Some(voiding) = carrier.voiding() {
        let silent_yes = answer.is_success() && answer.body.is_empty();
        let told = AMBIGUOUS.contains(&answer.status) && !silent_yes;
        let outcome = voiding.read_void(answer);
        failures.check(!told || matches!(outcome, VoidAnswer::Failed(_)), || {
            format!("void: {case} must be a failure, it is {outcome:?}")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin};
    use super::*;

    #[test]
    fn a_carrier_that_doubts_garbage_passes() {
        let good = Example::good();
        hostile_answers_never_panic_and_never_book(&good).expect("garbage");
        cut_answers_never_book(&good, &Example::booked("EX1")).expect("cuts");
    }

    #[test]
    fn garbage_read_as_an_answer_is_found() {
        for (sin, said) in [
            (Sin::BooksOnAnySuccess, "it is booked"),
            (Sin::RefusesWhatItCannotRead, "it is refused"),
            (Sin::FindsNothingInGarbage, "find: "),
            (Sin::VoidsOnAnySuccess, "void: "),
        ] {
            let verdict = hostile_answers_never_panic_and_never_book(&Example::with(sin));
            let lines = verdict.expect_err("a sin").lines().join("\n");
            assert!(lines.contains(said), "{sin:?}: {lines}");
        }
    }

    #[test]
    fn a_cut_answer_read_as_a_no_is_found() {
        let sinner = Example::with(Sin::RefusesWhatItCannotRead);
        assert!(cut_answers_never_book(&sinner, &Example::booked("EX1")).is_err());
        let nothing = Response::new(200, "{}");
        assert!(cut_answers_never_book(&Example::good(), &nothing).is_err());
    }
}
