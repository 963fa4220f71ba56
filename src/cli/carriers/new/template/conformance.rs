//! Template Title against the conformance kit and the answers on file.

#![allow(clippy::expect_used, reason = "a test may fail")]

use std::path::Path;

use carrier_sdk::kit;
use carrier_template_name::{TemplateType, stub};

#[test]
fn the_kit_certifies_it() {
    let certificate = kit::certify(&TemplateType, stub::answer);
    certificate.verdict().expect("a certificate");
}

#[test]
fn the_answers_on_file_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let count = kit::samples(&TemplateType, &folder).expect("as expected");
    assert!(count >= 5, "{count}");
}

#[test]
fn recorded_answers_are_read_as_expected_where_they_are_at_hand() {
    kit::samples_from_environment(&TemplateType).expect("as expected");
}
