//! The documented example order, for tests.

use serde_json::Value;

use super::Order;
use super::decode::{Message, decode};

/// `schemas/examples/order.paid.json`
pub const PAID: &str = include_str!("../../schemas/examples/order.paid.json");

/// The order in it.
pub fn order() -> Order {
    match decode(None, "order.paid", PAID.as_bytes(), 1_048_576) {
        Ok(Message::Paid(decoded)) => decoded.order,
        other => panic!("the example does not decode: {other:?}"),
    }
}

/// Every place in a document, as a JSON pointer; inner places first.
pub fn places(document: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match document {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, one)| (name.clone(), one))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(n, one)| (n.to_string(), one))
            .collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (name, child) in children {
        found.extend(places(child).iter().map(|inner| format!("/{name}{inner}")));
        found.push(format!("/{name}"));
    }
    found
}
