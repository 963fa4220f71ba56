//! A fault table means what it says: every row, put into the carrier's own error answer, is read
//! as declared.

use super::attempt::name_of;
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::faults::{Fault, Meaning};
use crate::request::Response;
use crate::step::{Booking, Step, Why};

/// Reads each row of `table`, as `render` puts it into the carrier's words, as the answer to a
/// booking. A row that an earlier one hides is a failure too: it is dead. `render` puts some code of
/// the carrier's where the row takes many (`120*`).
///
/// # Errors
/// Everything that does not hold.
pub fn faults_are_read_as_declared(
    carrier: &dyn Carrier,
    table: &[Fault],
    render: fn(&Fault) -> Response,
) -> Verdict {
    let mut failures = Failures::default();
    failures.check(!table.is_empty(), || "the table is empty".to_owned());
    for row in table {
        let step = carrier.read_booking(None, &render(row));
        read_as_declared(row, step, &mut failures);
    }
    failures.verdict()
}

/// What was read of a fault is what its row declares.
pub(super) fn read_as_declared(row: &Fault, step: Step<Booking>, failures: &mut Failures) {
    let case = format!("fault {:?} with text {:?}", row.code, row.text);
    match (step, row.meaning) {
        (Step::Unknown(evidence), Meaning::Ambiguous | Meaning::TooLate) => {
            let code = evidence.code.as_deref();
            failures.check(is_code(row, code), || {
                format!("{case}: its code is read as {code:?}")
            });
        }
        (Step::NoEffect(why), Meaning::Throttled | Meaning::NotProcessed)
        | (Step::Refused(why), Meaning::Rejected | Meaning::Unauthorized | Meaning::NotFound) => {
            same(row, &why, &case, failures);
        }
        (step, meaning) => {
            let read = name_of(&step);
            failures.add(format!("{case}: declared {meaning:?}, read as {read}"));
        }
    }
}

fn is_code(row: &Fault, read: Option<&str>) -> bool {
    row.is_for(read.unwrap_or_default())
}

fn same(row: &Fault, why: &Why, case: &str, failures: &mut Failures) {
    failures.check(is_code(row, why.code.as_deref()), || {
        format!("{case}: its code is read as {:?}", why.code)
    });
    failures.check(why.meaning == Some(row.plain), || {
        format!("{case}: read by another row, or by none: {:?}", why.meaning)
    });
    failures.check(
        why.who_acts == row.who_acts && why.field == row.field,
        || format!("{case}: who acts or the field is lost"),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::example::{Example, FAULTS};
    use super::*;
    use crate::faults::WhoActs;

    fn render(row: &Fault) -> Response {
        let message = format!("sorry: {}", row.text);
        Response::new(
            400,
            json!({"error": row.code, "message": message}).to_string(),
        )
    }

    #[test]
    fn a_table_that_is_read_as_declared_passes() {
        faults_are_read_as_declared(&Example::good(), FAULTS, render).expect("faults");
    }

    #[test]
    fn a_row_that_is_read_otherwise_or_never_is_found() {
        let hidden = Fault {
            who_acts: WhoActs::Shop,
            ..FAULTS[0]
        };
        let other = Fault {
            meaning: Meaning::Ambiguous,
            ..FAULTS[0]
        };
        let unknown = Fault {
            code: "404-4",
            ..FAULTS[0]
        };
        for row in [hidden, other, unknown] {
            let verdict = faults_are_read_as_declared(&Example::good(), &[row], render);
            assert!(verdict.is_err(), "{row:?}");
        }
        assert!(faults_are_read_as_declared(&Example::good(), &[], render).is_err());
    }
}
