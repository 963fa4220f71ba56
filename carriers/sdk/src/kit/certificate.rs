//! The certificate of a carrier: every check of the kit by name and what came of it, how far the
//! adapter is proven, what it can do and what a doubt costs with it.

use serde::Serialize;

use super::{Failures, Verdict};
use crate::ability::{beyond_booking, price_of_doubt};
use crate::carrier::Carrier;
use crate::faults::Fault;
use crate::proof::Proof;
use crate::shipment::Contract;
use crate::stub::Stub;

/// What was checked of one carrier.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate {
    /// Its name in configuration.
    pub carrier: &'static str,
    /// The name people use.
    pub title: &'static str,
    /// How far it is proven, and by what.
    pub proof: Proof,
    /// Whether every check holds that there is something to check for.
    pub passed: bool,
    /// What it can do beyond booking.
    pub can: Vec<&'static str>,
    /// What becomes of a booking whose answer was lost.
    pub doubt: String,
    /// What was checked, in the order in which a parcel meets it.
    pub checks: Vec<Checked>,
    /// Its error atlas: what its table lists.
    pub atlas: &'static [Fault],
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// What must hold.
    pub what: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "why", rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not; each way in which it does not.
    Fails(Vec<String>),
    /// The carrier cannot do this: there is nothing to check.
    NothingToCheck(&'static str),
}

impl Certificate {
    /// Nothing, or every failure of every check, for a carrier's test to `unwrap`.
    ///
    /// # Errors
    /// Every failure, behind the name of its check.
    pub fn verdict(&self) -> Verdict {
        let mut failures = Failures::default();
        for Checked { what, outcome } in &self.checks {
            if let Outcome::Fails(lines) = outcome {
                lines
                    .iter()
                    .for_each(|line| failures.add(format!("{what}: {line}")));
            }
        }
        failures.verdict()
    }
}

/// What the checks are about.
struct Subject<'kit> {
    carrier: &'kit dyn Carrier,
    stub: Stub,
    contract: Contract,
}

/// A check: what must hold, what the carrier must be able to do, and how it is looked at.
type Check = (&'static str, Needs, fn(&Subject<'_>) -> Verdict);

#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    Finding,
    Voiding,
    Relabelling,
    Tracking,
}

#[rustfmt::skip]
const CHECKS: &[Check] = &[
    ("every product and option changes the request, and any other is refused", Needs::Nothing,
        |of| super::every_product_and_option_changes_the_request_or_is_refused(of.carrier, &of.contract)),
    ("every label format is asked for in its own way, and any other is refused", Needs::Nothing,
        |of| super::every_label_format_changes_the_request(of.carrier, &of.contract)),
    ("people, places, weights, parcels and goods change the request", Needs::Nothing,
        |of| super::what_decides_the_parcel_changes_the_request(of.carrier, &of.contract)),
    ("number and weight of parcels are kept within the profile's limits", Needs::Nothing,
        |of| super::the_limits_of_the_profile_are_kept(of.carrier, &of.contract)),
    ("a text that does not fit is refused with its field, never cut", Needs::Nothing,
        |of| super::text_that_does_not_fit_is_refused_with_its_field(of.carrier, &of.contract)),
    ("long and odd addresses of many countries arrive whole or are refused", Needs::Nothing,
        |of| super::odd_addresses_arrive_whole_or_are_refused_by_field(of.carrier, of.stub)),
    ("our reference is sent whole", Needs::Nothing,
        |of| super::the_reference_is_sent(of.carrier, &of.contract)),
    ("no request, dry run or error holds a secret, and no order can place one", Needs::Nothing,
        |of| super::no_secret_leaks(of.carrier, of.stub)),
    ("the stub reads what is sent and books what was meant", Needs::Nothing,
        |of| super::the_stub_books_what_was_meant(of.carrier, of.stub)),
    ("garbage books, finds and voids nothing", Needs::Nothing,
        |of| super::hostile_answers_never_panic_and_never_book(of.carrier)),
    ("a good answer that is spoilt or cut is never a no", Needs::Nothing,
        |of| super::a_good_answer_that_is_spoilt_is_never_a_no(of.carrier, of.stub)),
    ("a broken, empty or halved label costs the label only", Needs::Nothing,
        |of| super::a_broken_label_costs_the_label_only(of.carrier, of.stub)),
    ("a number that comes twice counts once", Needs::Nothing,
        |of| super::no_number_counts_twice(of.carrier, of.stub)),
    ("lost answers are in doubt and found again; busy and refused are told apart", Needs::Nothing,
        |of| super::what_goes_wrong_is_read_as_what_it_is(of.carrier, of.stub)),
    ("every fault of the atlas is read as it is declared", Needs::Nothing,
        |of| super::every_fault_of_the_atlas_is_read_as_declared(of.carrier, of.stub)),
    ("a code that nobody listed is kept to be counted, and not guessed", Needs::Nothing,
        |of| super::a_code_that_nobody_listed_is_kept_and_not_guessed(of.carrier, of.stub)),
    ("a booking is found by its reference", Needs::Finding,
        |of| super::a_booking_is_found_by_its_reference(of.carrier, of.stub)),
    ("a void takes back what was booked, and says so only then", Needs::Voiding,
        |of| super::a_void_takes_back_what_was_booked(of.carrier, of.stub)),
    ("a label is given again", Needs::Relabelling,
        |of| super::a_label_is_given_again(of.carrier, of.stub)),
    ("events are put in order, and an unknown status ends no journey", Needs::Tracking,
        |of| super::events_are_put_in_order_and_unknown_ones_end_nothing(of.carrier, of.stub)),
];

/// Looks at everything. Takes some seconds of work and no network.
#[must_use]
pub fn certify(carrier: &dyn Carrier, stub: Stub) -> Certificate {
    let subject = Subject {
        carrier,
        stub,
        contract: carrier.profile().specimen.contract(),
    };
    let checks: Vec<Checked> = CHECKS
        .iter()
        .map(|(what, needs, look)| Checked {
            what,
            outcome: match needs.lacking(carrier) {
                Some(lacking) => Outcome::NothingToCheck(lacking),
                None => match look(&subject) {
                    Ok(()) => Outcome::Holds,
                    Err(failures) => Outcome::Fails(failures.0),
                },
            },
        })
        .collect();
    let fails = |checked: &Checked| matches!(checked.outcome, Outcome::Fails(_));
    let profile = carrier.profile();
    Certificate {
        carrier: profile.name,
        title: profile.title,
        proof: profile.proof,
        passed: !checks.iter().any(fails),
        can: beyond_booking(carrier),
        doubt: price_of_doubt(carrier),
        checks,
        atlas: profile.faults,
    }
}

impl Needs {
    fn lacking(self, carrier: &dyn Carrier) -> Option<&'static str> {
        let (there, lacking) = match self {
            Self::Nothing => return None,
            Self::Finding => (
                carrier.finding().is_some(),
                "it has no look-up by reference",
            ),
            Self::Voiding => (carrier.voiding().is_some(), "it takes no booking back"),
            Self::Relabelling => (carrier.relabelling().is_some(), "it gives no label twice"),
            Self::Tracking => (carrier.tracking().is_some(), "its tracking is not read"),
        };
        (!there).then_some(lacking)
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin, deaf, stub};
    use super::*;

    #[test]
    fn a_carrier_without_sin_passes_and_what_it_lacks_is_told() {
        let certificate = certify(&Example::good(), stub);
        certificate.verdict().expect("everything holds");
        assert!(certificate.passed);
        let label = certificate
            .checks
            .iter()
            .find(|one| one.what.contains("label is given"));
        let outcome = label.map(|checked| &checked.outcome);
        assert!(
            matches!(outcome, Some(Outcome::NothingToCheck(_))),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_failure_is_told_under_the_name_of_its_check() {
        let certificate = certify(&Example::with(Sin::IgnoresOptions), stub);
        assert!(!certificate.passed);
        let failures = certificate.verdict().expect_err("a sin");
        let lines = failures.lines().join("\n");
        assert!(
            lines.contains("every product and option changes the request, and any"),
            "{lines}"
        );
    }

    #[test]
    fn each_sin_is_found_by_the_check_that_is_for_it() {
        for (sin, said) in [
            (Sin::ForgetsTheParcels, "the stub reads 1"),
            (Sin::RefusesSpoiltAnswers, "a good answer"),
            (
                Sin::BelievesBrokenLabels,
                "a broken label is read as a whole one",
            ),
            (Sin::LosesCodes, "nobody could count it"),
            (
                Sin::GuessesStatuses,
                "an unknown status is read as Delivered",
            ),
            (Sin::LooksForAnythingElse, "none of the booking's"),
            (Sin::IgnoresTheFormat, "is read as"),
        ] {
            let failures = certify(&Example::with(sin), stub).verdict();
            let lines = failures.expect_err("a sin").lines().join("\n");
            assert!(lines.contains(said), "{sin:?}: {lines}");
        }
    }

    #[test]
    fn a_stub_that_knows_nothing_of_its_carrier_fails_by_name() {
        let lines = certify(&Example::good(), deaf)
            .verdict()
            .expect_err("a deaf stub");
        assert!(
            lines.lines().join("\n").contains("does not know POST"),
            "{lines:?}"
        );
    }

    #[test]
    fn it_is_written_for_machines() {
        let json = serde_json::to_value(certify(&Example::good(), stub)).expect("JSON");
        assert_eq!(json["checks"][0]["outcome"], "holds");
        assert_eq!(json["proof"]["level"], "fixtures");
        assert_eq!(json["atlas"][0]["meaning"], "unauthorized");
    }
}
