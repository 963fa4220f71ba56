//! The tests of the bus notice: each bug planted in it makes one of them fail.

use super::{consuming, publishing};
use crate::sabotage::{Bug, is_noticed_by};

#[test]
fn an_acknowledgement_before_the_commit_is_noticed() {
    let test =
        consuming::what_must_wait_is_given_back_and_nobody_consumes_until_the_ledger_is_ready;
    assert!(is_noticed_by(Bug::AcknowledgeBeforeCommit, test));
}

#[test]
fn an_acknowledgement_past_a_gap_is_noticed() {
    let test = consuming::nothing_is_acknowledged_past_a_gap_when_the_channel_breaks;
    assert!(is_noticed_by(Bug::AcknowledgePastAGap, test));
}

#[test]
fn a_returned_event_taken_for_confirmed_is_noticed() {
    let test = publishing::a_thousand_events_at_once_and_no_returned_one_passes_for_sent;
    assert!(is_noticed_by(Bug::ReturnedIsConfirmed, test));
}
