//! The error atlas in the stub's words: the stub says each fault as the carrier would, and it is read
//! as its row declares. A code that nobody lists is kept, so that it can be counted, and not guessed.

use super::attempt::{Bookable, first_bookable, name_of};
use super::counter::Counter;
use super::faults::read_as_declared;
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::faults::Fault;
use crate::step::{Step, Why};
use crate::stub::{Stub, StubFault};

/// A code of no carrier's.
const UNLISTED: &str = "987654";

/// Every row of [`Profile::faults`](crate::Profile), said by the stub in answer to a booking, is read as declared.
///
/// # Errors
/// Everything that does not hold.
pub fn every_fault_of_the_atlas_is_read_as_declared(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    let mut failures = Failures::default();
    let table = carrier.profile().faults;
    failures.check(!table.is_empty(), || {
        "Profile::faults has no table: one line in src/profile.rs".to_owned()
    });
    for row in table {
        let words = if row.text.is_empty() {
            "it says so"
        } else {
            row.text
        };
        match said(carrier, stub, &row.specimen_code(), words) {
            Ok(step) => read_as_declared(row, step, &mut failures),
            Err(problem) => failures.add(problem),
        }
    }
    failures.verdict()
}

/// A code that no row lists is read with itself, without a meaning unless the last row takes anything,
/// and never books.
///
/// # Errors
/// Everything that does not hold.
pub fn a_code_that_nobody_listed_is_kept_and_not_guessed(
    carrier: &dyn Carrier,
    stub: Stub,
) -> Verdict {
    let mut failures = Failures::default();
    match said(carrier, stub, UNLISTED, "something new") {
        Ok(Step::Unknown(evidence)) => kept(evidence.code.as_deref(), &mut failures),
        Ok(
            Step::Refused(Why { code, meaning, .. }) | Step::NoEffect(Why { code, meaning, .. }),
        ) => {
            kept(code.as_deref(), &mut failures);
            let declared = carrier.profile().faults.iter().any(Fault::takes_anything);
            failures.check(meaning.is_none() || declared, || {
                format!("code {UNLISTED} is read by a row that does not list it: {meaning:?}")
            });
        }
        Ok(step) => failures.add(format!("code {UNLISTED} is {}", name_of(&step))),
        Err(problem) => failures.add(problem),
    }
    failures.verdict()
}

fn kept(code: Option<&str>, failures: &mut Failures) {
    failures.check(code == Some(UNLISTED), || {
        format!("code {UNLISTED} is read as {code:?}, so nobody could count it")
    });
}

fn said(
    carrier: &dyn Carrier,
    stub: Stub,
    code: &str,
    message: &str,
) -> Result<Step<crate::step::Booking>, String> {
    let fault = StubFault::Rejected {
        code: code.to_owned(),
        message: message.to_owned(),
    };
    let counter = Counter::with_fault(carrier, stub, "book", fault);
    let Bookable { intent, .. } = first_bookable(carrier, &counter.contract)?;
    Ok(counter.book(&intent)?.step)
}

impl Fault {
    fn takes_anything(&self) -> bool {
        self.code.is_empty() && self.text.is_empty()
    }

    /// A code that the row takes: its own, with the open end filled.
    fn specimen_code(&self) -> String {
        self.code.replace('*', "0")
    }
}
