//! FedEx against what it must write and read: the kit, golden requests, answers of our own making in
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

use carrier_fedex::Fedex;
use carrier_fedex::faults::FAULTS;
use carrier_sdk::{Carrier, Fault, Find, Response, Step, Void, VoidAnswer, kit};
use serde_json::json;

fn fixture(status: u16, name: &str) -> Response {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    Response::new(status, std::fs::read(folder.join(name)).expect(name))
}

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Fedex, carrier_fedex::stub::answer);
    certificate.verdict().expect("a certificate");
}

/// A fault in FedEx's words.
fn in_its_words(row: &Fault) -> Response {
    let error = json!({"code": row.code, "message": "?"});
    Response::new(400, json!({"errors": [error]}).to_string())
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Fedex, FAULTS, in_its_words).expect("faults");
}

#[test]
fn half_an_answer_is_in_doubt() {
    for name in ["booked-one-piece.json", "booked-two-pieces.json"] {
        kit::cut_answers_never_book(&Fedex, &fixture(200, name)).expect("cut answers");
    }
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Fedex, &folder).expect("as expected");
    assert!(count > 30, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Fedex).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}

#[test]
fn all_pieces_under_a_reference_are_one_shipment() {
    let found = Fedex
        .read_found(&fixture(200, "tracked.json"))
        .expect("found");
    assert_eq!(found.len(), 1);
    let numbers = found[0].parcels.iter();
    let numbers: Vec<&str> = numbers
        .map(|parcel| parcel.tracking_number.as_str())
        .collect();
    assert_eq!(
        numbers,
        ["794900000021", "794900000032"],
        "one of them was used again"
    );
}

#[test]
fn fedex_gives_no_label_twice() {
    assert!(Fedex.relabelling().is_none());
}

#[test]
fn the_answer_to_another_question_is_believed_by_nobody() {
    let voided = fixture(200, "voided.json");
    let booked = fixture(200, "booked-one-piece.json");
    assert!(Fedex.read_found(&voided).is_err());
    assert!(Fedex.read_found(&booked).is_err());
    assert!(matches!(Fedex.read_void(&booked), VoidAnswer::Failed(_)));
    assert!(matches!(
        Fedex.read_booking(None, &voided),
        Step::Unknown(_)
    ));
}
