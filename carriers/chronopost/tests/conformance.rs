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
use carrier_sdk::kit;
use carrier_sdk::request::Response;
use carrier_sdk::step::Step;
use carrier_sdk::{Carrier, Find, Void};

use intents::fixture;

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Chronopost, carrier_chronopost::stub::answer);
    certificate.verdict().expect("a certificate");
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
