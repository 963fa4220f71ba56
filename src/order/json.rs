//! JSON text into a tree, refusing what other readers guess about. Knows nothing of orders.
//!
//! serde_json alone keeps the last of two fields of one name: with two recipients in one order,
//! which one is paid for is a guess, and we do not guess.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The tree of this text, or what is wrong with it and where; never with values.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    if carrier_sdk::json::is_absurd(text.as_bytes()) {
        return Err("the JSON has more values than any order".to_owned());
    }
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) => Ok(value),
        Err(error) => Err(format!(
            "{} (line {}, column {})",
            fault(&error),
            error.line(),
            error.column()
        )),
    }
}

fn fault(error: &serde_json::Error) -> &'static str {
    if error.is_data() {
        "the JSON names a field twice"
    } else if error.to_string().starts_with("recursion limit exceeded") {
        "the JSON is nested deeper than any order"
    } else if error.is_eof() {
        "the JSON ends too early"
    } else {
        "the body is not JSON"
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree).map(Strict)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a field twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_named_twice_is_refused_without_saying_its_value() {
        let reason = parse(r#"{"name":"Zoé","name":"Max"}"#).expect_err("twice");
        assert!(
            reason.starts_with("the JSON names a field twice"),
            "{reason}"
        );
        assert!(!reason.contains("Max"));
    }

    #[test]
    fn ten_thousand_levels_are_refused_and_do_not_exhaust_the_stack() {
        let reason = parse(&"[".repeat(10_000)).expect_err("deep");
        assert!(reason.contains("nested deeper"), "{reason}");
    }

    #[test]
    fn an_absurd_number_of_values_is_refused_before_it_takes_memory() {
        let many = format!("[{}]", "{\"a\":0},".repeat(100_000));
        let reason = parse(&many).expect_err("many");
        assert_eq!(reason, "the JSON has more values than any order");
    }

    #[test]
    fn what_is_not_json_is_located() {
        assert!(parse("{").expect_err("short").contains("ends too early"));
        let reason = parse("<xml/>").expect_err("xml");
        assert_eq!(reason, "the body is not JSON (line 1, column 1)");
    }
}
