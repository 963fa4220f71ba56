//! The published JSON Schemas and the decoder say yes and no to the same messages.
//!
//! The schemas are kept by hand, for people; these tests keep them true.

use serde_json::{Value, json};

use super::decode;
use super::sample::{PAID, places};

const PAID_SCHEMA: &str = include_str!("../../schemas/order.paid.v1.json");
const CANCELLED_SCHEMA: &str = include_str!("../../schemas/order.cancelled.v1.json");
const CANCELLED: &str = include_str!("../../schemas/examples/order.cancelled.json");

/// What a schema cannot say, and says so in its description.
const BEYOND_SCHEMA: [&str; 3] = ["/recipient/phone", "/parcels/0/id", "/items/0/parcel"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn validator(schema: &str) -> jsonschema::Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&json(schema)).expect("a schema")
}

fn decodes(kind: &str, body: &Value) -> bool {
    decode(Some(kind), "", body.to_string().as_bytes(), 1_048_576).is_ok()
}

fn odd_values() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "\t\n",
        "x",
        "XX",
        "fr",
        "FR",
        "de",
        "EUR",
        "euro",
        "signature",
        "private",
        "business",
        "estimated",
        "1",
        "0",
        "129.90",
        "-1",
        "1e3",
        "12.1234567",
        "610910",
        "61091",
        "0612345678",
        "+33612345678",
        "a@b",
        "a@b@c",
        "a b@c",
        "../x",
        "a.b-c_d",
        "x\u{0}",
        "x\u{85}",
        "2026-11-24",
        "2026-02-30",
        "2026-11-24T18:00:00+01:00",
        "2026-11-24T18:00:00",
        "2026-02-30T18:00:00Z",
        "2026-11-24t18:00:00z",
        "2026-11-24T18:00:00.5Z",
        "🎁 שרה",
    ];
    let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    values.extend([2_000, 2_001].map(|length| json!("é".repeat(length))));
    values.extend([33, 65].map(|length| json!("x".repeat(length))));
    values.extend([json!(0), json!(1), json!(-1), json!(850.0), json!(1.5)]);
    values.extend([json!(4_294_967_295_u64), json!(4_294_967_296_u64)]);
    values.extend([json!(null), json!(true), json!([]), json!({})]);
    values.extend([
        json!(["x"]),
        json!(["", "x"]),
        json!([""]),
        json!(["signature"]),
        json!([1]),
    ]);
    values.extend([json!(vec!["x"; 10]), json!(vec!["x"; 11])]);
    values.extend([
        json!([{"weight_g": 1}]),
        json!([{"description": "x", "quantity": 1}]),
    ]);
    values.extend([
        json!({"amount": "1", "currency": "EUR"}),
        json!({"amount": "1"}),
    ]);
    values
}

/// Puts every odd value in every place, and takes every field away.
fn compare(kind: &str, schema: &str, example: &Value) -> usize {
    let validator = validator(schema);
    let mut refused = 0;
    for pointer in places(example) {
        let mut bodies: Vec<Value> = Vec::new();
        for odd in odd_values() {
            let mut body = example.clone();
            *body.pointer_mut(&pointer).expect("a place") = odd;
            bodies.push(body);
        }
        let mut without = example.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        if let Some(object) = without.pointer_mut(parent).and_then(Value::as_object_mut) {
            object.remove(name);
            bodies.push(without);
        }
        for body in bodies {
            let (by_schema, by_decoder) = (validator.is_valid(&body), decodes(kind, &body));
            refused += usize::from(!by_decoder);
            let more_is_known = by_schema && BEYOND_SCHEMA.contains(&pointer.as_str());
            assert!(
                by_schema == by_decoder || more_is_known,
                "{pointer} = {:?}: schema {by_schema}, decoder {by_decoder}",
                body.pointer(&pointer)
            );
        }
    }
    refused
}

#[test]
fn every_odd_value_in_every_place_of_an_order_is_judged_alike() {
    let refused = compare("order.paid", PAID_SCHEMA, &json(PAID));
    assert!(refused > 1_000, "{refused}");
}

#[test]
fn every_odd_value_in_every_place_of_a_cancellation_is_judged_alike() {
    let refused = compare("order.cancelled", CANCELLED_SCHEMA, &json(CANCELLED));
    assert!(refused > 50, "{refused}");
}

#[test]
fn the_examples_are_valid() {
    assert!(validator(PAID_SCHEMA).is_valid(&json(PAID)));
    assert!(validator(CANCELLED_SCHEMA).is_valid(&json(CANCELLED)));
}

#[test]
fn the_schema_knows_the_same_countries() {
    let validator = validator(PAID_SCHEMA);
    let mut body = json(PAID);
    for first in 'A'..='Z' {
        for second in 'A'..='Z' {
            let code = format!("{first}{second}");
            body["recipient"]["country"] = json!(code);
            let known = carrier_sdk::geography::is_country(&code);
            assert_eq!(validator.is_valid(&body), known, "{code}");
        }
    }
}

#[test]
fn the_schema_and_the_example_name_every_field_and_no_other() {
    let schema = json(PAID_SCHEMA);
    let example = json(PAID);
    for (properties, object) in [
        (&schema["properties"], &example),
        (
            &schema["$defs"]["recipient"]["properties"],
            &example["recipient"],
        ),
        (
            &schema["$defs"]["parcel"]["properties"],
            &example["parcels"][0],
        ),
        (&schema["$defs"]["item"]["properties"], &example["items"][0]),
    ] {
        let names = |value: &Value| {
            let mut names: Vec<String> =
                value.as_object().expect("fields").keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names(properties), names(object));
    }
}
