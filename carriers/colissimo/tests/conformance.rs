//! Colissimo against the conformance kit, the recorded answers and its own facts.

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

use carrier_colissimo::Colissimo;
use carrier_colissimo::faults::FAULTS;
use carrier_sdk::stub::Answer;
use carrier_sdk::{Carrier, Fault, Response, kit};
use serde_json::json;

use intents::{contract, fixture, with_setting};

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Colissimo, carrier_colissimo::stub::answer);
    certificate.verdict().expect("a certificate");
    for contract in [contract(), with_setting("credentials", "api_key")] {
        kit::every_product_and_option_changes_the_request_or_is_refused(&Colissimo, &contract)
            .expect("products and options");
        kit::every_label_format_changes_the_request(&Colissimo, &contract).expect("label formats");
        kit::the_reference_is_sent(&Colissimo, &contract).expect("reference");
        kit::no_secret_in_a_dry_run(&Colissimo, &contract).expect("secrets");
        kit::text_that_does_not_fit_is_refused_with_its_field(&Colissimo, &contract)
            .expect("texts");
    }
    kit::hostile_answers_never_panic_and_never_book(&Colissimo).expect("hostile answers");
}

/// A fault in Colissimo's words: an error among the messages, in an answer of one part.
fn in_its_words(row: &Fault) -> Response {
    let code = row.code.replace('*', "99");
    let message = json!({"id": code, "type": "ERROR", "messageContent": row.text});
    let told = json!({"messages": [message]}).to_string();
    let part = ("application/json", "jsonInfos", told.as_bytes());
    let answer = Answer::multipart(200, &[part]);
    Response {
        content_type: Some(answer.content_type.to_owned()),
        ..Response::new(200, answer.body)
    }
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Colissimo, FAULTS, in_its_words).expect("faults");
}

#[test]
fn a_cut_answer_never_books() {
    let kind = "multipart/mixed; boundary=\"uuid:6b1f-42\"";
    let good = Response {
        content_type: Some(kind.to_owned()),
        ..Response::new(200, fixture("booked.multipart"))
    };
    kit::cut_answers_never_book(&Colissimo, &good).expect("cut answers");
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Colissimo, &folder).expect("as expected");
    assert!(count > 40, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Colissimo).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}

#[test]
fn colissimo_cannot_be_asked_takes_nothing_back_and_gives_no_label_twice() {
    assert!(Colissimo.finding().is_none());
    assert!(Colissimo.voiding().is_none());
    assert!(Colissimo.relabelling().is_none());
}
