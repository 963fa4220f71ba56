//! GLS against the conformance kit, the recorded answers and its own facts.

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

use carrier_gls::Gls;
use carrier_gls::faults::FAULTS;
use carrier_sdk::{Carrier, Fault, Find, Response, Step, kit};
use serde_json::json;

use intents::fixture;

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Gls, carrier_gls::stub::answer);
    certificate.verdict().expect("a certificate");
}

/// A fault in GLS's words: one of the gateway, of a parcel, or a problem.
fn in_its_words(row: &Fault) -> Response {
    let code = row.code.replace('*', "Some");
    let body = match code.as_str() {
        "" => json!({"title": "Not Found", "detail": row.text}),
        code if code.starts_with("E_") => json!({"errorCode": code, "errorMessage": "sorry"}),
        code => json!({"fault": {"faultstring": "sorry", "detail": {"errorcode": code}}}),
    };
    Response::new(400, body.to_string())
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Gls, FAULTS, in_its_words).expect("faults");
}

#[test]
fn a_refusal_in_headers_is_read_with_its_words_whatever_the_body_is() {
    for body in ["", "{}", "<html></html>"] {
        let answer = Response::new(400, body)
            .with_header("Error", "INVALID_ZIP")
            .with_header("message", "the zip code is not one of the country");
        let Step::Refused(why) = Gls.read_booking(None, &answer) else {
            panic!("a clear no: {body:?}");
        };
        assert_eq!(why.code.as_deref(), Some("INVALID_ZIP"));
        assert!(why.message.contains("zip code"), "{why:?}");
    }
    let broken = Response::new(500, "").with_header("error", "INTERNAL");
    assert!(matches!(Gls.read_booking(None, &broken), Step::Unknown(_)));
}

#[test]
fn a_cut_answer_never_books() {
    for name in ["booked-one-parcel.json", "booked-three-parcels.json"] {
        let good = Response::new(200, fixture(name));
        kit::cut_answers_never_book(&Gls, &good).expect("cut answers");
    }
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Gls, &folder).expect("as expected");
    assert!(count > 40, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Gls).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}

#[test]
fn all_parcels_under_a_reference_are_one_shipment() {
    let answer = Response::new(200, fixture("found-two-parcels.json"));
    let found = Gls.read_found(&answer).expect("found");
    let [shipment] = found.as_slice() else {
        panic!("{} shipments", found.len());
    };
    assert_eq!(shipment.parcels.len(), 2);
}
