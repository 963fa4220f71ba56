//! Whether a message that nobody could read as an order is about a given order. Pure.

use serde_json::Value;

use crate::order::Key;

/// Whether it names this order. One that cannot be read at all does when the order's id stands in it
/// as a word of its own: of two wrongs, keeping what was to be erased is the greater.
pub fn concerns(body: &[u8], key: &Key) -> bool {
    let tree = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let order = tree.get("data").unwrap_or(&tree);
    match order.get("order_id").and_then(Value::as_str) {
        Some(order_id) => order_id == key.order_id && is_of_shop(order, key) && is_part(order, key),
        None => has_word(body, key.order_id.as_bytes()),
    }
}

/// A shop that is none may be any.
fn is_of_shop(order: &Value, key: &Key) -> bool {
    match order.get("shop") {
        None | Some(Value::Null) => key.shop.is_empty(),
        Some(shop) => shop.as_str().is_none_or(|shop| shop == key.shop),
    }
}

fn is_part(order: &Value, key: &Key) -> bool {
    match order.get("part") {
        None | Some(Value::Null) => key.part == 1,
        Some(part) => part.as_u64().is_none_or(|part| part == u64::from(key.part)),
    }
}

fn has_word(text: &[u8], word: &[u8]) -> bool {
    let of_a_name =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b));
    let mut places = text.windows(word.len().max(1)).enumerate();
    places.any(|(at, found)| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        found == word && !of_a_name(before) && !of_a_name(text.get(at + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(body: &str) -> bool {
        let key = Key {
            shop: "fr".into(),
            order_id: "FR-1".into(),
            part: 1,
        };
        concerns(body.as_bytes(), &key)
    }

    #[test]
    fn a_message_that_names_the_order_is_about_it_wherever_the_order_stands() {
        assert!(about(r#"{"shop":"fr","order_id":"FR-1","parcels":7}"#));
        assert!(about(
            r#"{"specversion":"1.0","data":{"shop":"fr","order_id":"FR-1"}}"#
        ));
        assert!(about(r#"{"shop":3,"order_id":"FR-1","part":"one"}"#));
    }

    #[test]
    fn another_order_shop_or_part_is_not() {
        assert!(!about(r#"{"shop":"fr","order_id":"FR-10"}"#));
        assert!(!about(r#"{"order_id":"FR-1"}"#));
        assert!(!about(r#"{"shop":"fr","order_id":"FR-1","part":2}"#));
        assert!(!about(
            r#"{"shop":"fr","order_id":"FR-2","items":["FR-1"]}"#
        ));
    }

    #[test]
    fn of_what_cannot_be_read_the_id_as_a_word_decides() {
        assert!(about(r#"{"shop":"fr","order_id":"FR-1","recipient":{"na"#));
        assert!(about("FR-1"));
        assert!(!about(r#"{"shop":"fr","order_id":"FR-10","recipi"#));
        assert!(!about("XFR-1 FR-1.2"));
        assert!(!about(""));
    }
}
