//! Compares a reading with what is expected of it: a subset, in the notation of `expected.json`.
//!
//! Objects: each key listed must match, others are free. Arrays: same length and order.
//! `{"one_of": [...]}` allows any of these; `{"matches": "regex"}` is found anywhere in a string.
//! Everything else is equal or wrong.

use regex::Regex;
use serde_json::{Map, Value};

/// Where `actual` is not what is `expected`, one line each: the path and what stands there.
pub(super) fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(expected, actual, "$", &mut found);
    found
}

fn compare(expected: &Value, actual: &Value, path: &str, found: &mut Vec<String>) {
    match expected {
        Value::Object(object) => match (sole(object, "one_of"), sole(object, "matches")) {
            (Some(Value::Array(allowed)), _) => {
                let any = allowed
                    .iter()
                    .any(|one| differences(one, actual).is_empty());
                if !any {
                    found.push(format!("{path}: {actual} is none of {allowed:?}"));
                }
            }
            (_, Some(Value::String(pattern))) => match_text(pattern, actual, path, found),
            _ => compare_objects(object, actual, path, found),
        },
        Value::Array(elements) => compare_arrays(elements, actual, path, found),
        _ if expected == actual => {}
        _ => found.push(format!("{path}: expected {expected}, read {actual}")),
    }
}

fn sole<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|_| object.len() == 1)
}

fn match_text(pattern: &str, actual: &Value, path: &str, found: &mut Vec<String>) {
    let Ok(regex) = Regex::new(pattern) else {
        found.push(format!("{path}: {pattern:?} is no regular expression"));
        return;
    };
    if !actual.as_str().is_some_and(|text| regex.is_match(text)) {
        found.push(format!("{path}: expected /{pattern}/, read {actual}"));
    }
}

fn compare_objects(
    expected: &Map<String, Value>,
    actual: &Value,
    path: &str,
    found: &mut Vec<String>,
) {
    let Value::Object(actual) = actual else {
        found.push(format!("{path}: expected an object, read {actual}"));
        return;
    };
    for (key, value) in expected {
        match actual.get(key) {
            Some(actual) => compare(value, actual, &format!("{path}.{key}"), found),
            None => found.push(format!("{path}.{key}: expected {value}, it is missing")),
        }
    }
}

fn compare_arrays(expected: &[Value], actual: &Value, path: &str, found: &mut Vec<String>) {
    let Value::Array(actual) = actual else {
        found.push(format!("{path}: expected an array, read {actual}"));
        return;
    };
    let (wanted, given) = (expected.len(), actual.len());
    if wanted != given {
        found.push(format!("{path}: expected {wanted} elements, read {given}"));
        return;
    }
    for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
        compare(expected, actual, &format!("{path}[{index}]"), found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_may_hold_more_than_is_listed_and_nothing_less() {
        let actual =
            json!({"outcome": "booked", "parcels": [{"tracking_number": "1", "label": {}}]});
        let expected = json!({"parcels": [{"tracking_number": "1"}]});
        assert!(differences(&expected, &actual).is_empty());
        assert_eq!(differences(&actual, &expected).len(), 2);
    }

    #[test]
    fn an_array_has_the_same_length_and_order() {
        assert!(differences(&json!([1, 2]), &json!([1, 2])).is_empty());
        for wrong in [
            json!([2, 1]),
            json!([1]),
            json!([1, 2, 3]),
            json!({}),
            json!(null),
        ] {
            assert!(!differences(&json!([1, 2]), &wrong).is_empty(), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_no_number_and_null_is_not_missing() {
        assert!(!differences(&json!("33"), &json!(33)).is_empty());
        assert!(!differences(&json!({"code": null}), &json!({})).is_empty());
        assert!(differences(&json!({"code": null}), &json!({"code": null})).is_empty());
    }

    #[test]
    fn one_of_allows_each_and_nothing_else() {
        let expected = json!({"status": {"one_of": ["delivered", {"matches": "^ret"}]}});
        assert!(differences(&expected, &json!({"status": "delivered"})).is_empty());
        assert!(differences(&expected, &json!({"status": "returned"})).is_empty());
        assert!(!differences(&expected, &json!({"status": "in_transit"})).is_empty());
    }

    #[test]
    fn a_regular_expression_is_found_anywhere_in_a_string_only() {
        let expected = json!({"matches": "UNAUTHORIZED\\.USAGE"});
        assert!(differences(&expected, &json!("x UNAUTHORIZED.USAGE y")).is_empty());
        assert!(!differences(&expected, &json!("UNAUTHORIZED-USAGE")).is_empty());
        assert!(!differences(&json!({"matches": "1"}), &json!(1)).is_empty());
        assert!(!differences(&json!({"matches": "("}), &json!("(")).is_empty());
    }

    #[test]
    fn the_place_of_a_difference_is_named() {
        let found = differences(&json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}));
        assert_eq!(found, ["$.a[0].b: expected 1, read 2"]);
    }
}
