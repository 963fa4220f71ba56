//! TNT Express against the conformance kit, the recorded answers and its own facts.

#[cfg(test)]
#[path = "conformance/intents.rs"]
mod intents;
#[cfg(test)]
#[path = "conformance/over_http.rs"]
mod over_http;
#[cfg(test)]
#[path = "conformance/requests.rs"]
mod requests;
#[cfg(test)]
#[path = "conformance/steps.rs"]
mod steps;

use std::path::Path;

use carrier_sdk::request::Response;
use carrier_sdk::xml::{branch, leaf};
use carrier_sdk::{Fault, kit};
use carrier_tnt::Tnt;
use carrier_tnt::faults::{ELSE, FAULTS};

use intents::fixture;

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Tnt, carrier_tnt::stub::answer);
    certificate.verdict().expect("a certificate");
}

/// An error in a result.
fn in_a_result(row: &Fault) -> Response {
    let error = [leaf("CODE", "P1"), leaf("DESCRIPTION", row.text)];
    let document = branch("document", [branch("ERROR", error)]);
    Response::new(200, document.to_string())
}

/// A document in place of a result; a row that names none is of a runtime error.
fn in_place_of_a_result(row: &Fault) -> Response {
    let (name, reason) = row
        .text
        .split_once(": ")
        .unwrap_or(("runtime_error", row.text));
    Response::new(
        200,
        branch(name, [leaf("error_reason", reason)]).to_string(),
    )
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Tnt, FAULTS, in_a_result).expect("errors");
    let documents: Vec<Fault> = ELSE
        .iter()
        .filter(|row| row.code.is_empty())
        .copied()
        .collect();
    kit::faults_are_read_as_declared(&Tnt, &documents, in_place_of_a_result).expect("documents");
}

#[test]
fn a_cut_answer_never_books() {
    let good = Response::new(200, fixture("answers/result.xml"));
    kit::cut_answers_never_book(&Tnt, &good).expect("cut answers");
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Tnt, &folder).expect("as expected");
    assert!(count > 20, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Tnt).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}
