//! Chronopost against the conformance kit, the recorded answers and its own facts.

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

use carrier_chronopost::Chronopost;
use carrier_chronopost::faults::FAULTS;
use carrier_sdk::kit;
use carrier_sdk::request::Response;
use carrier_sdk::step::Step;
use carrier_sdk::stub::Answer;
use carrier_sdk::xml::{branch, leaf};
use carrier_sdk::{Carrier, Fault, Find, Void};

use intents::{contract, fixture};

#[test]
fn the_kit_certifies_it() {
    let (chronopost, contract) = (Chronopost, contract());
    kit::every_product_and_option_changes_the_request_or_is_refused(&chronopost, &contract)
        .expect("products and options");
    kit::every_label_format_changes_the_request(&chronopost, &contract).expect("label formats");
    kit::the_reference_is_sent(&chronopost, &contract).expect("reference");
    kit::no_secret_in_a_dry_run(&chronopost, &contract).expect("secrets");
    kit::text_that_does_not_fit_is_refused_with_its_field(&chronopost, &contract).expect("texts");
    kit::hostile_answers_never_panic_and_never_book(&chronopost).expect("hostile answers");
}

/// A fault in Chronopost's words: an error in a 200, or a SOAP fault when it has no code.
fn in_its_words(row: &Fault) -> Response {
    let (status, said) = match row.code {
        "" => {
            let fault = [leaf("faultcode", "s:Server"), leaf("faultstring", row.text)];
            (500, branch("s:Fault", fault))
        }
        code => {
            let error = [leaf("errorCode", code), leaf("errorMessage", row.text)];
            let told = branch("c:shippingMultiParcelV5Response", [branch("return", error)]);
            let namespace = "http://cxf.shipping.soap.chronopost.fr/";
            (200, told.with("xmlns:c", namespace))
        }
    };
    Response::new(status, Answer::soap(status, said).body)
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Chronopost, FAULTS, in_its_words).expect("faults");
}

#[test]
fn a_cut_answer_never_books() {
    for name in ["booked.xml", "booked-two-parcels.xml"] {
        let good = Response::new(200, fixture(&format!("answers/{name}")));
        kit::cut_answers_never_book(&Chronopost, &good).expect("cut answers");
    }
}

#[test]
fn our_answers_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Chronopost, &folder).expect("as expected");
    assert!(count > 30, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Chronopost).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}

#[test]
fn all_parcels_under_a_reference_are_one_shipment() {
    let answer = Response::new(200, fixture("answers/found.xml"));
    let found = Chronopost.read_found(&answer).expect("found");
    let [shipment] = found.as_slice() else {
        panic!("{} shipments", found.len());
    };
    let numbers: Vec<&str> = shipment
        .parcels
        .iter()
        .map(|parcel| parcel.tracking_number.as_str())
        .collect();
    assert_eq!(numbers, ["XS000000201FR", "XS000000202FR"]);
    assert!(shipment.parcels.iter().all(|parcel| parcel.label.is_none()));
}

#[test]
fn the_answer_to_another_question_is_believed_by_nobody() {
    let voided = Response::new(200, fixture("answers/voided.xml"));
    let nothing = Response::new(200, fixture("answers/found-nothing.xml"));
    let booked = Response::new(200, fixture("answers/booked.xml"));
    assert!(Chronopost.read_found(&voided).is_err());
    assert!(matches!(
        Chronopost.read_void(&nothing),
        carrier_sdk::VoidAnswer::Failed(_)
    ));
    assert!(Chronopost.read_found(&booked).is_err());
    let step = Chronopost.read_booking(None, &voided);
    assert!(matches!(step, Step::Unknown(_)));
}
