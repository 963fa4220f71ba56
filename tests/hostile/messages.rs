//! Messages of the shop: the documented ones, spoilt. They decode or are refused with a reason, and
//! neither a reason nor `Debug` repeats what stood in them.

use diligence::attacked::{Message, decode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::changes::{changed, changes};

pub const PAID: &str = include_str!("../../schemas/examples/order.paid.json");
const CANCELLED: &str = include_str!("../../schemas/examples/order.cancelled.json");

/// Words of the example that are somebody's, and a string that changes put nowhere.
const PERSONAL: [&str; 5] = ["Lefèvre", "rue de la", "zoe@", "33612345678", "4512"];

/// The documented messages, bare and in a CloudEvent.
fn messages() -> Vec<String> {
    let enveloped = |kind: &str, body: &str| {
        let data: Value = serde_json::from_str(body).expect("JSON");
        json!({"specversion": "1.0", "id": "1", "source": "shop", "type": kind, "data": data,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
        .to_string()
    };
    vec![
        PAID.to_owned(),
        CANCELLED.to_owned(),
        enveloped("order.paid", PAID),
        enveloped("order.cancelled.v1", CANCELLED),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_spoilt_message_decodes_or_is_refused_without_a_word_of_it(
        chosen in any::<prop::sample::Index>(),
        kind in prop::sample::select(vec![None, Some("order.paid"), Some("order.cancelled"), Some("?")]),
        key in prop::sample::select(vec!["order.paid", "order.cancelled", ""]),
        changes in changes(),
    ) {
        let all = messages();
        let bodies: Vec<&[u8]> = all.iter().map(String::as_bytes).collect();
        let body = changed(bodies[chosen.index(bodies.len())], &changes, &bodies);
        let decoded = decode(kind, key, &body, 1 << 20);
        let mut said = format!("{decoded:?}");
        match &decoded {
            Ok(Message::Paid(paid)) => {
                prop_assert!(!paid.order.parcels.is_empty());
                prop_assert!(!paid.order.key.order_id.is_empty());
                said.push_str(&paid.ignored_fields.concat());
            }
            Ok(Message::Cancelled(wish)) => prop_assert!(!wish.key.order_id.is_empty()),
            Err(malformed) => {
                prop_assert!(!malformed.reason.is_empty());
                said.push_str(&malformed.to_string());
            }
        }
        let told = PERSONAL.iter().find(|word| said.contains(**word));
        prop_assert_eq!(told, None, "{}", said);
    }
}
