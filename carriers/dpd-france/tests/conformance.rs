//! DPD France against the conformance kit, the recorded answers and its own facts.

#[cfg(test)]
#[path = "conformance/intents.rs"]
mod intents;
#[cfg(test)]
#[path = "conformance/over_http.rs"]
mod over_http;
#[cfg(test)]
#[path = "conformance/requests.rs"]
mod requests;

use std::path::Path;

use carrier_dpd_france::DpdFrance;
use carrier_dpd_france::faults::FAULTS;
use carrier_sdk::request::Response;
use carrier_sdk::stub::Answer;
use carrier_sdk::xml::{branch, leaf};
use carrier_sdk::{Fault, kit};

use intents::fixture;

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&DpdFrance, carrier_dpd_france::stub::answer);
    certificate.verdict().expect("a certificate");
}

/// A fault in DPD's words: a SOAP fault in a 500, its code in the detail.
fn in_its_words(row: &Fault) -> Response {
    let code = row.code.replace('*', "Something");
    let error = [leaf("ErrorId", code), leaf("ErrorMessage", row.text)];
    let error = (!row.code.is_empty()).then(|| branch("Error", error));
    let fault = [
        leaf("faultcode", "soap:Server"),
        leaf("faultstring", row.text),
        branch("detail", error),
    ];
    Response::new(500, Answer::soap(500, branch("s:Fault", fault)).body)
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&DpdFrance, FAULTS, in_its_words).expect("faults");
}

#[test]
fn a_cut_answer_never_books() {
    let good = Response::new(200, fixture("answers/booked.xml"));
    kit::cut_answers_never_book(&DpdFrance, &good).expect("cut answers");
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&DpdFrance, &folder).expect("as expected");
    assert!(count > 15, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&DpdFrance).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}
