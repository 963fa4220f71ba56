//! A carrier's JSON, read leniently: no single field is trusted, and one of the wrong type is absent.
//!
//! Rigid types would lose a booked number over a field nobody needs. A path goes down by member names
//! and places in lists: `output/transactionShipments/0/masterTrackingNumber`; an empty one stays. For a
//! text `a|b` is the first of them that says something.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::request::Response;
use crate::told::names;

/// The longest thing that is taken for a parcel's number.
const NUMBER_MAX: usize = 40;

/// Most values in one document: an honest answer has some thousands, and a small one takes eighty
/// times its size in memory.
const VALUES_MAX: usize = 1 << 16;

/// The answer, when it is a JSON object.
#[must_use]
pub fn object(answer: &Response) -> Option<Value> {
    object_in(&answer.body)
}

/// The same, from bytes: a part of an answer.
#[must_use]
pub fn object_in(bytes: &[u8]) -> Option<Value> {
    value_in(bytes).filter(Value::is_object)
}

/// Bytes of a document that are looked at together.
const STRIDE: usize = 128;

/// Any JSON. One with an absurd number of values is not read.
#[must_use]
pub fn value_in(bytes: &[u8]) -> Option<Value> {
    if is_absurd(bytes) {
        return None;
    }
    serde_json::from_slice(bytes).ok()
}

/// Whether this JSON has more values than anything honest. Does not read it.
#[must_use]
pub fn is_absurd(bytes: &[u8]) -> bool {
    // most documents have fewer such letters even with those in texts: counting those is fast, in
    // strides so short that a byte counts them and many are compared at once
    let apart = |byte: &u8| u8::from(matches!(byte, b',' | b'[' | b'{'));
    let in_stride = |stride: &[u8]| usize::from(stride.iter().map(apart).sum::<u8>());
    bytes.chunks(STRIDE).map(in_stride).sum::<usize>() > VALUES_MAX
        && marks_outside_texts(bytes) > VALUES_MAX
}

fn marks_outside_texts(bytes: &[u8]) -> usize {
    let mut marks = 0;
    let (mut within, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = within,
            b'"' => within = !within,
            b',' | b'[' | b'{' if !within => marks += 1,
            _ => {}
        }
    }
    marks
}

/// What stands at this path.
#[must_use]
pub fn at<'value>(value: &'value Value, path: &str) -> Option<&'value Value> {
    let steps = path.split('/').filter(|step| !step.is_empty());
    steps
        .into_iter()
        .try_fold(value, |value, step| match value {
            Value::Array(values) => values.get(step.parse::<usize>().ok()?),
            value => value.get(step),
        })
}

/// Trimmed text; carriers write numbers both ways. An empty text is absent.
#[must_use]
pub fn text<'value>(value: &'value Value, path: &str) -> Option<Cow<'value, str>> {
    names(path).find_map(|path| text_at(value, path))
}

fn text_at<'value>(value: &'value Value, path: &str) -> Option<Cow<'value, str>> {
    match at(value, path)? {
        Value::String(text) => {
            Some(text.trim().into()).filter(|text: &Cow<'_, str>| !text.is_empty())
        }
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// A list; a single object stands for a list of one, as carriers' libraries often write it.
#[must_use]
pub fn list<'value>(value: &'value Value, path: &str) -> &'value [Value] {
    match at(value, path) {
        Some(Value::Array(values)) => values,
        Some(object @ Value::Object(_)) => std::slice::from_ref(object),
        _ => &[],
    }
}

/// Every text at a path that goes through lists by `*`: `response/errors/*/message`.
#[must_use]
pub fn texts<'value>(value: &'value Value, path: &str) -> Vec<Cow<'value, str>> {
    let there = names(path).map(|path| match path.rsplit_once('*') {
        None => text_at(value, path).into_iter().collect(),
        Some((before, after)) => {
            let members = each(value, before).into_iter();
            members
                .filter_map(|member| text_at(member, after))
                .collect()
        }
    });
    let mut there = there.filter(|texts: &Vec<_>| !texts.is_empty());
    there.next().unwrap_or_default()
}

/// Every member of the lists at a path that goes through lists by `*`: `shipment/*/package`.
#[must_use]
pub fn each<'value>(value: &'value Value, path: &str) -> Vec<&'value Value> {
    let listed = names(path).map(|path| each_at(value, path));
    let mut listed = listed.filter(|members: &Vec<_>| !members.is_empty());
    listed.next().unwrap_or_default()
}

fn each_at<'value>(value: &'value Value, path: &str) -> Vec<&'value Value> {
    match path.trim_end_matches(['/', '*']).rsplit_once('*') {
        None => list(value, path.trim_end_matches(['/', '*']))
            .iter()
            .collect(),
        Some((before, after)) => {
            let members = each(value, before).into_iter();
            members.flat_map(|member| list(member, after)).collect()
        }
    }
}

/// A shipment's or parcel's number: letters and digits, nothing else is one.
#[must_use]
pub fn number(value: &Value, path: &str) -> Option<String> {
    names(path).find_map(|path| parcel_number(&text_at(value, path)?))
}

/// The text, when it can be a shipment's or a parcel's number.
pub(crate) fn parcel_number(text: &str) -> Option<String> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    (plain && text.len() <= NUMBER_MAX).then(|| text.to_owned())
}

/// Drops members that are null, for carriers that refuse a key without a value.
#[must_use]
pub fn without_nulls(mut value: Value) -> Value {
    drop_nulls(&mut value);
    value
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// An exact amount as a JSON number. As a text it is written by `to_string()`.
#[must_use]
pub fn decimal(amount: Decimal) -> Value {
    serde_json::from_str(&amount.normalize().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_of_the_wrong_type_is_absent() {
        let value = json!({"a": {"b": [{"c": " x "}, {"c": 7}, {"c": []}, {"c": " "}]}, "n": null});
        assert_eq!(text(&value, "a/b/0/c").as_deref(), Some("x"));
        assert_eq!(text(&value, "a/b/1/c").as_deref(), Some("7"));
        for absent in ["a/b/2/c", "a/b/3/c", "a/b/4/c", "a/b/x/c", "a/0", "n", "z"] {
            assert_eq!(text(&value, absent), None, "{absent}");
        }
    }

    #[test]
    fn texts_are_gathered_through_lists() {
        let value = json!({"e": [{"m": "a"}, {"x": 1}, {"m": "b"}], "t": ["c", 4, null]});
        assert_eq!(texts(&value, "e/*/m"), ["a", "b"]);
        assert_eq!(texts(&value, "t/*"), ["c", "4"]);
        assert!(texts(&value, "n/*/m").is_empty());
    }

    #[test]
    fn one_thing_may_have_several_names() {
        let value =
            json!({"a": " ", "b": "x", "e": [{"m": 1}], "f": [{"g": [{"h": 1}]}, {"g": {}}]});
        assert_eq!(text(&value, "a|b").as_deref(), Some("x"));
        assert_eq!(number(&value, "e|z|b").as_deref(), Some("x"));
        assert_eq!(texts(&value, "z/*/m|e/*/m"), ["1"]);
        assert_eq!(each(&value, "f/*/g").len(), 2);
        assert_eq!(texts(&value, "f/*/g/*/h"), ["1"]);
    }

    #[test]
    fn one_object_is_a_list_of_one() {
        let value = json!({"many": [1, 2], "one": {"a": 1}, "none": "x"});
        assert_eq!(list(&value, "many").len(), 2);
        assert_eq!(list(&value, "one"), [json!({"a": 1})]);
        assert!(list(&value, "none").is_empty());
    }

    #[test]
    fn a_number_holds_letters_and_digits_only() {
        let value = json!({"good": "1Z999", "digits": 42, "page": "<p>", "long": "1".repeat(41)});
        assert_eq!(number(&value, "good").as_deref(), Some("1Z999"));
        assert_eq!(number(&value, "digits").as_deref(), Some("42"));
        assert_eq!(number(&value, "page"), None);
        assert_eq!(number(&value, "long"), None);
    }

    #[test]
    fn an_absurd_number_of_values_is_not_read_and_a_long_text_is() {
        let many = format!("{{\"a\":[{}0]}}", "0,".repeat(VALUES_MAX));
        assert_eq!(object_in(many.as_bytes()), None);
        let text = format!("{{\"zpl\":\"\\\"{}\"}}", "^FO10,10:[".repeat(VALUES_MAX));
        assert!(object_in(text.as_bytes()).is_some());
    }

    #[test]
    fn amounts_stay_exact_and_nulls_are_dropped() {
        let value = json!({"a": decimal(Decimal::new(92_350, 3)), "b": [{"c": null}], "d": null});
        assert_eq!(without_nulls(value).to_string(), r#"{"a":92.35,"b":[{}]}"#);
    }
}
