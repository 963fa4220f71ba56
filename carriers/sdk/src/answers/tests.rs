//! The rules of reading: which words count, what is in doubt, what is an absence.

use serde_json::json;

use super::*;
use crate::faults::{Meaning, WhoActs};
use crate::json::number;
use crate::step::Cause;

const ANSWERS: Answers = Answers {
    of: "Example",
    faults: &[
        Fault::code("7", Meaning::Rejected, WhoActs::Shop, "a field"),
        Fault::code("8", Meaning::NotFound, WhoActs::Nobody, "not known"),
    ],
    places: &[("", "code", "words|title"), ("errors/*", "code", "words")],
    ..Answers::USUAL
};

fn answer(status: u16, body: &Value) -> Response {
    Response::new(status, body.to_string())
}

fn said(body: &Value) -> (Option<String>, String) {
    let said = ANSWERS.said(&answer(400, body), body);
    (said.code, said.message)
}

fn booked(status: u16, body: &Value) -> Step<Booking> {
    ANSWERS
        .read(&answer(status, body))
        .booking(|told| Some(Booking::new(number(told, "number")?, vec![])))
}

#[test]
fn the_place_that_tells_most_counts() {
    let listed = json!({"title": "no", "errors": [{"code": 7, "words": "a"}, {"words": "b"}]});
    assert_eq!(said(&listed), (Some("7".to_owned()), "a; b".to_owned()));
    let words = json!({"title": "no", "errors": [{"code": 7}]});
    assert_eq!(said(&words), (None, "no".to_owned()));
    let code = json!({"errors": [{"code": 7}]});
    assert_eq!(said(&code), (Some("7".to_owned()), String::new()));
    assert!(said(&json!({})).1.contains("not an answer of Example"));
}

#[test]
fn a_number_is_a_booking_and_beside_a_no_a_doubt() {
    let yes = json!({"number": "1"});
    assert!(matches!(booked(201, &yes), Step::Done(_)));
    assert!(matches!(booked(400, &yes), Step::Unknown(_)));
    let no = json!({"code": 7, "words": "no"});
    assert!(matches!(booked(200, &no), Step::Refused(_)));
    assert!(matches!(booked(200, &json!({})), Step::Unknown(_)));
    assert!(matches!(booked(200, &json!("1")), Step::Unknown(_)));
}

#[test]
fn only_a_listed_absence_is_one_and_only_where_it_is_asked_for() {
    let absent = answer(404, &json!({"code": 8, "words": "none"}));
    assert_eq!(ANSWERS.read(&absent).known(|_| Ok(vec![()])), Ok(vec![]));
    let why = ANSWERS.read(&absent).told(|_| Ok(())).expect_err("a fault");
    assert_eq!(why.cause, Cause::NotFound);
    let lost = answer(404, &json!({"words": "page not found"}));
    assert!(ANSWERS.read(&lost).known::<()>(|_| Ok(vec![])).is_err());
}

#[test]
fn of_several_the_known_count_then_the_first_that_is_no_absence() {
    let answer = answer(200, &json!({}));
    let known = |told: &[Result<u8, &str>]| {
        let said = |code: &&str| Said::new(&answer, Some(code), "?");
        let told = told.iter().map(|one| one.as_ref().copied().map_err(said));
        let told: Vec<_> = told.collect();
        ANSWERS
            .read_in(&answer, Ok(json!({})))
            .known(|_| ANSWERS.known_among(&answer, told))
    };
    assert_eq!(known(&[Err("7"), Ok(1), Ok(2)]), Ok(vec![1, 2]));
    let why = known(&[Err("8"), Err("7"), Err("9")]).expect_err("a fault");
    assert_eq!(why.code.as_deref(), Some("7"));
    assert_eq!(known(&[Err("8")]), Ok(vec![]));
    assert!(known(&[]).is_err());
}

#[test]
fn what_is_listed_is_known_by_its_number_and_one_fault_spoils_the_list() {
    let listed = |body: &Value| {
        let answer = answer(200, body);
        ANSWERS
            .read(&answer)
            .listed(("all", "number"), |number, _| number)
    };
    let known = json!({"number": "1", "title": "a parcel's own"});
    let absent = json!({"code": 8, "words": "none", "number": "2"});
    assert_eq!(
        listed(&json!({"all": [known, absent]})),
        Ok(vec!["1".to_owned()])
    );
    assert_eq!(listed(&json!({"all": []})), Ok(vec![]));
    for spoilt in [
        json!({}),
        json!({"code": 7}),
        json!({"code": 7, "number": "1"}),
    ] {
        assert!(
            listed(&json!({"all": [known, spoilt]})).is_err(),
            "{spoilt}"
        );
    }
    for none in [json!({}), json!({"all": "none"}), json!({"all": null})] {
        assert!(listed(&none).is_err(), "{none}");
    }
}

#[test]
fn a_void_is_what_the_answer_says_of_it_or_a_failure() {
    let void = |status, body: &Value| {
        ANSWERS
            .read(&answer(status, body))
            .void(|told| told.get("done").map(|_| VoidAnswer::Voided))
    };
    assert_eq!(void(200, &json!({"done": 1})), VoidAnswer::Voided);
    assert!(matches!(
        void(500, &json!({"done": 1})),
        VoidAnswer::Failed(_)
    ));
    assert!(matches!(void(200, &json!({})), VoidAnswer::Failed(_)));
    assert_eq!(void(400, &json!({"code": 8})), VoidAnswer::NotFound);
}
