//! UPS against what it must write and read: the kit, golden requests, answers of our own making in
//! `fixtures/`, the recorded ones where `DILIGENCE_SAMPLES` names them, and its stub over HTTP.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test may fail the test"
)]

#[path = "conformance/intents.rs"]
mod intents;
#[path = "conformance/over_http.rs"]
mod over_http;
#[path = "conformance/requests.rs"]
mod requests;

use std::path::Path;

use carrier_sdk::{Carrier, Fault, Find, LabelFormat, Relabel, Response, Step, kit};
use carrier_ups::Ups;
use carrier_ups::faults::FAULTS;
use serde_json::json;

/// An answer on file.
pub(crate) fn fixture(status: u16, name: &str) -> Response {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    Response::new(status, std::fs::read(folder.join(name)).expect(name))
}

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Ups, carrier_ups::stub::answer);
    certificate.verdict().expect("a certificate");
}

/// A fault in UPS's words. Its texts come without a code of the table.
fn in_its_words(row: &Fault) -> Response {
    let code = Some(row.code).filter(|code| !code.is_empty());
    let error = json!({"code": code, "message": format!("{}.", row.text)});
    let body = json!({"response": {"errors": [error]}});
    Response::new(400, body.to_string())
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Ups, FAULTS, in_its_words).expect("faults");
}

#[test]
fn half_an_answer_is_in_doubt() {
    for name in ["booked-one-package.json", "booked-two-packages.json"] {
        kit::cut_answers_never_book(&Ups, &fixture(200, name)).expect("cut answers");
    }
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Ups, &folder).expect("as expected");
    assert!(count > 30, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Ups).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}

#[test]
fn what_is_found_comes_with_the_label_of_each_package() {
    let found = Ups.read_found(&fixture(200, "recovered-two-packages.json"));
    let found = found.expect("found");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].tracking_number, "1Z9A8B7C6500000021");
    let [first, second] = found[0].parcels.as_slice() else {
        panic!("{} parcels", found[0].parcels.len());
    };
    let format = |label: &Option<carrier_sdk::Label>| label.as_ref().map(|label| label.format);
    assert_eq!(format(&first.label), Some(LabelFormat::Zpl));
    assert_eq!(second.label, None, "it cannot be decoded");
    assert_eq!(second.tracking_number, "1Z9A8B7C6500000032");
}

#[test]
fn of_several_labels_none_is_taken_for_the_package_that_was_asked_for() {
    assert!(
        Ups.read_label(&fixture(200, "recovered-two-packages.json"))
            .is_err()
    );
    let one = Ups.read_label(&fixture(200, "recovered-one-package.json"));
    assert!(one.expect("a label").is_whole());
}

#[test]
fn the_answer_to_another_question_is_believed_by_nobody() {
    let voided = fixture(200, "voided.json");
    let booked = fixture(200, "booked-one-package.json");
    assert!(Ups.read_found(&voided).is_err());
    assert!(Ups.read_found(&booked).is_err());
    assert!(Ups.read_label(&booked).is_err());
    assert!(matches!(Ups.read_booking(None, &voided), Step::Unknown(_)));
}
