//! What is known after each step: which answers go on, which end a booking, which leave it in doubt.

use carrier_sdk::request::Response;
use carrier_sdk::{Booking, Carrier, Cause, LabelFormat, Memo, Step};
use carrier_tnt::Tnt;

use super::intents::fixture;

fn memo(step: &str, value: &str) -> Memo {
    Memo {
        step: step.to_owned(),
        value: value.to_owned(),
    }
}

/// The step after the key.
fn to_result(answer: &Response) -> Step<Booking> {
    Tnt.read_booking(Some(&memo("GET_RESULT", "000123456")), answer)
}

/// The step after the result.
fn to_label(answer: &Response) -> Step<Booking> {
    Tnt.read_booking(
        Some(&memo("GET_LABEL", "000123456 GE000000101FR 2")),
        answer,
    )
}

fn answered(name: &str) -> Response {
    Response::new(200, fixture(&format!("answers/{name}")))
}

#[test]
fn a_key_is_nothing_but_a_key() {
    for (text, key) in [
        ("COMPLETE:000123456\r\n", Some("000123456")),
        ("Complete : 42", Some("42")),
        ("000123456", None),
        ("COMPLETE:", None),
        ("COMPLETE:12a", None),
        ("COMPLETE:123456789012345678901", None),
        ("ERROR:123", None),
        ("<a>COMPLETE:123</a>", None),
    ] {
        match (Tnt.read_booking(None, &Response::new(200, text)), key) {
            (Step::Then(next), Some(key)) => assert_eq!(next, memo("GET_RESULT", key), "{text}"),
            (Step::Unknown(_), None) => {}
            (step, _) => panic!("{text}: {step:?}"),
        }
    }
}

#[test]
fn the_result_leads_to_the_label_with_what_is_known_so_far() {
    for (name, known) in [
        ("result.xml", "000123456 GE000000101FR 2"),
        (
            "result-of-another-reference.xml",
            "000123456 GE000000102FR 0",
        ),
    ] {
        let Step::Then(next) = to_result(&answered(name)) else {
            panic!("{name}");
        };
        assert_eq!(next, memo("GET_LABEL", known));
    }
}

#[test]
fn the_result_may_be_a_clear_no() {
    let Step::Refused(why) = to_result(&answered("refused.xml")) else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Rejected);
    assert!(why.meaning.is_some(), "listed: it ends the doubt");
}

#[test]
fn a_result_that_is_not_there_leaves_it_in_doubt() {
    for name in [
        "runtime-error.xml",
        "runtime-error-login.xml",
        "parse-error.xml",
        "refused-postcode.xml",
        "doubt-not-shipped.xml",
        "doubt-no-number.xml",
        "error-of-tnt.xml",
        "label.xml",
        "key.txt",
    ] {
        let step = to_result(&answered(name));
        assert!(matches!(step, Step::Unknown(_)), "{name}: {step:?}");
    }
}

#[test]
fn the_label_stands_on_the_first_of_all_parcels_under_one_number() {
    let answer = answered("label.xml");
    let Step::Done(booking) = to_label(&answer) else {
        panic!("not booked");
    };
    assert_eq!(booking.tracking_number, "GE000000101FR");
    let [first, second] = booking.parcels.as_slice() else {
        panic!("{} parcels", booking.parcels.len());
    };
    let label = first.label.as_ref().expect("a label");
    assert_eq!(label.format, LabelFormat::Xml);
    assert_eq!(label.bytes, answer.body);
    assert!(label.is_whole());
    assert_eq!(second.tracking_number, "GE000000101FR");
    assert!(second.label.is_none());
}

#[test]
fn how_many_parcels_a_label_is_for_may_be_unknown() {
    let memo = memo("GET_LABEL", "000123456 GE000000101FR 0");
    let Step::Done(booking) = Tnt.read_booking(Some(&memo), &answered("label.xml")) else {
        panic!("not booked");
    };
    assert_eq!(booking.parcels.len(), 1);
}

#[test]
fn a_label_that_is_refused_is_a_booking_without_one() {
    let Step::Done(booking) = to_label(&answered("label-refused.xml")) else {
        panic!("not booked");
    };
    assert_eq!(booking.parcels.len(), 2);
    assert!(booking.parcels.iter().all(|parcel| parcel.label.is_none()));
}

#[test]
fn what_is_no_label_of_the_consignment_is_asked_for_again() {
    let page = "<html><body>GE000000101FR</body></html>".to_owned();
    let another = fixture("answers/label.xml").replace("000000101", "000000109");
    let cut = fixture("answers/label.xml").replace("</labelResponse>", "");
    let bodies = [page, another, cut, String::new()];
    let answers = bodies.map(|body| Response::new(200, body));
    let documents = [
        "result.xml",
        "parse-error.xml",
        "runtime-error.xml",
        "key.txt",
    ]
    .map(answered);
    let down = Response::new(503, fixture("answers/label.xml"));
    for answer in answers.iter().chain(&documents).chain([&down]) {
        let step = to_label(answer);
        assert!(matches!(step, Step::Unknown(_)), "{}", answer.text());
    }
}
