//! What makes two messages of one key the same order: everything but when it was paid and its
//! revision. Intake compares hashes; people are told the paths that differ, never the values.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Order;

/// Fields that do not make another order.
const NOT_CONTENT: [&str; 2] = ["paid_at", "revision"];

impl Order {
    /// SHA-256 of the content in hexadecimal, the same for the same content in any spelling.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut canonical = Vec::new();
        write_canonical(&content(self), &mut canonical);
        let mut hash = String::with_capacity(64);
        for byte in Sha256::digest(canonical) {
            // Writing to a String cannot fail.
            write!(hash, "{byte:02x}").ok();
        }
        hash
    }
}

/// JSON paths at which the two contents differ, sorted; empty when they are the same.
#[must_use]
pub fn differences(old: &Order, new: &Order) -> Vec<String> {
    let mut paths = Vec::new();
    compare("$", &content(old), &content(new), &mut paths);
    paths.sort();
    paths
}

fn content(order: &Order) -> Value {
    let mut value = serde_json::to_value(order).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        for name in NOT_CONTENT {
            fields.remove(name);
        }
    }
    value
}

/// Sorted fields, no blanks, and nothing that is absent: an optional field added to orders in a
/// later version must not make every order of an earlier one look changed.
fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            let mut present: Vec<_> = fields
                .iter()
                .filter(|(_, value)| !is_absent(value))
                .collect();
            present.sort_by_key(|(name, _)| name.as_str());
            out.push(b'{');
            for (name, value) in present {
                write_plain(name, out);
                out.push(b':');
                write_canonical(value, out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(values) => {
            out.push(b'[');
            for value in values {
                write_canonical(value, out);
                out.push(b',');
            }
            out.push(b']');
        }
        plain => write_plain(plain, out),
    }
}

fn write_plain(value: &impl Serialize, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    serde_json::to_writer(out, value).ok();
}

fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn compare(path: &str, old: &Value, new: &Value, paths: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                let other = after.get(name).unwrap_or(&Value::Null);
                compare(&format!("{path}.{name}"), value, other, paths);
            }
            let added = after.keys().filter(|name| !before.contains_key(*name));
            paths.extend(added.map(|name| format!("{path}.{name}")));
        }
        (Value::Array(before), Value::Array(after)) => {
            for place in 0..before.len().max(after.len()) {
                let value = before.get(place).unwrap_or(&Value::Null);
                let other = after.get(place).unwrap_or(&Value::Null);
                compare(&format!("{path}[{place}]"), value, other, paths);
            }
        }
        _ if old != new => paths.push(path.to_owned()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::sample::order;

    #[test]
    fn another_time_of_payment_or_revision_is_the_same_content() {
        let mut other = order();
        other.paid_at = None;
        other.revision = 7;
        assert_eq!(order().content_hash(), other.content_hash());
        assert!(differences(&order(), &other).is_empty());
    }

    #[test]
    fn any_other_change_is_another_content_and_is_told_by_path_only() {
        let mut other = order();
        other.recipient.city = "Lyon".into();
        other.parcels.push(other.parcels[0].clone());
        other.account = Some("dhl".into());
        assert_ne!(order().content_hash(), other.content_hash());
        assert_eq!(
            differences(&order(), &other),
            ["$.account", "$.parcels[1]", "$.recipient.city"]
        );
    }

    #[test]
    fn an_order_kept_as_json_and_read_again_has_the_same_hash() {
        let kept = serde_json::to_string(&order()).expect("JSON");
        let read: Order = serde_json::from_str(&kept).expect("an order");
        assert!(read == order());
        assert_eq!(read.content_hash(), order().content_hash());
    }

    #[test]
    fn the_hash_stays_what_earlier_versions_kept() {
        let mut canonical = Vec::new();
        write_canonical(
            &serde_json::json!({"b": [1, null], "a": {"x": null}, "c": [], "d": "\""}),
            &mut canonical,
        );
        assert_eq!(
            String::from_utf8(canonical).expect("text"),
            r#"{"a":{},"b":[1,null,],"d":"\"",}"#
        );
    }
}
