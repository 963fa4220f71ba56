//! Geodis against the conformance kit, the answers on file and its own facts.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::path::Path;

use carrier_geodis::faults::FAULTS;
use carrier_geodis::{Geodis, stub};
use carrier_sdk::kit::{self, catalogue};
use carrier_sdk::{Carrier, Contract, Fault, Intent, LabelFormat, Response, ServiceOption};
use serde_json::{Value, json};

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&Geodis, stub::answer);
    certificate.verdict().expect("a certificate");
}

/// A fault in Geodis's words: of the call, or of the shipment in it; always with the status 200.
fn in_its_words(row: &Fault) -> Response {
    let told = match row.code {
        "" => json!({"ok": false, "texteErreur": row.text, "contenu": null}),
        field => json!({"ok": true, "contenu": {
            "nbEnvoisEnregistres": 0,
            "listRetoursEnvois": [{"index": 0, field: "La commune est inconnue"}],
        }}),
    };
    Response::new(200, told.to_string())
}

#[test]
fn every_fault_is_read_as_its_row_says() {
    kit::faults_are_read_as_declared(&Geodis, FAULTS, in_its_words).expect("faults");
}

#[test]
fn a_cut_answer_never_books() {
    let good = include_bytes!("../fixtures/booked.json");
    let good = Response::new(200, good.as_slice());
    kit::cut_answers_never_book(&Geodis, &good).expect("cut answers");
}

#[test]
fn the_answers_on_file_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&Geodis, &folder).expect("as expected");
    assert!(count >= 25, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    let count = kit::samples_from_environment(&Geodis).expect("as expected");
    assert_eq!(count > 0, std::env::var_os("DILIGENCE_SAMPLES").is_some());
}

fn intent(settings: &[(&str, &str)]) -> Intent {
    let settings = [&[("agency", "012345")], settings].concat();
    let mut intent = catalogue()[0].intent(&Contract::of("123456", &settings), "MES");
    intent.label_format = LabelFormat::Zpl;
    intent
}

fn written(intent: &Intent) -> Value {
    let request = Geodis.book(intent).expect("bookable");
    serde_json::from_str(&request.body.masked()).expect("JSON")
}

fn refused_fields(intent: &Intent) -> Vec<String> {
    Geodis.book(intent).expect_err("refused").fields()
}

#[test]
fn a_booking_is_written_in_geodis_s_words() {
    let mut intent = intent(&[]);
    intent.shipment.instructions = Some("Code 4512".to_owned());
    intent.shipment.consignee.phone = Some("+33612345678".to_owned());
    let golden: Value =
        serde_json::from_str(include_str!("../fixtures/requests/book.json")).expect("JSON");
    assert_eq!(written(&intent), golden);
}

#[test]
fn an_order_s_saturday_goes_before_the_account_s_appointment() {
    let option = |intent: &Intent| written(intent)["listEnvois"][0]["optionLivraison"].clone();
    assert_eq!(option(&intent(&[])), Value::Null);
    let mut intent = intent(&[("appointment", "RDW")]);
    assert_eq!(option(&intent), "RDW");
    let options = &mut intent.shipment.options;
    options.insert(ServiceOption::SaturdayDelivery);
    assert_eq!(option(&intent), "SAT");
}

#[test]
fn a_wrong_setting_and_a_missing_agency_are_refused_by_name() {
    let wrong = intent(&[("validation", "never")]);
    assert_eq!(refused_fields(&wrong), ["account.validation"]);
    let mut intent = intent(&[]);
    intent.contract = Contract::of("123456", &[]);
    assert_eq!(refused_fields(&intent), ["account.agency"]);
    let now = self::intent(&[("validation", "now")]);
    assert_eq!(written(&now)["validationEnvoi"], true);
}
