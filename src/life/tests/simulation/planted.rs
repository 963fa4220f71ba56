//! The simulation notices: each bug planted in the life machine makes it fail.

use super::run;
use crate::sabotage::{Bug, with};

/// Orders simulated at most until a planted bug must have been noticed.
const ENOUGH: u32 = 3_300;

/// Whether some world of some first account fails with this bug.
fn is_noticed(bug: Bug) -> bool {
    (0..super::ACCOUNTS.len()).any(|first| with(bug, || run(first, ENOUGH, 0, 7).is_err()))
}

#[test]
fn a_time_out_that_counts_as_a_no_is_noticed() {
    assert!(is_noticed(Bug::RetryOnTimeout));
}

#[test]
fn a_no_of_an_attempt_that_lost_its_lease_is_noticed() {
    assert!(is_noticed(Bug::IgnoreTheFence));
}

#[test]
fn a_late_result_that_is_thrown_away_is_noticed() {
    assert!(is_noticed(Bug::DropALateResult));
}

#[test]
fn an_absence_believed_before_the_settling_time_is_noticed() {
    assert!(is_noticed(Bug::SkipTheSettleTime));
}

#[test]
fn a_single_absence_taken_for_proof_is_noticed() {
    assert!(is_noticed(Bug::OneAbsentAnswerIsProof));
}

#[test]
fn a_reference_that_is_used_again_is_noticed() {
    assert!(is_noticed(Bug::ReuseTheReference));
}

#[test]
fn a_wish_that_is_forgotten_is_noticed() {
    assert!(is_noticed(Bug::ForgetTheWish));
}
