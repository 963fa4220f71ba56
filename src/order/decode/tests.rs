//! What decodes, what does not, and what is said about it.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::order::sample::{PAID, order, places};

fn example() -> Value {
    serde_json::from_str(PAID).expect("JSON")
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut body = example();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("a place");
    match parent {
        Value::Array(values) => values[name.parse::<usize>().expect("an index")] = value,
        object => object[name] = value,
    }
    body
}

fn decoded(body: &Value) -> Result<Decoded, Malformed> {
    match decode(None, "order.paid", body.to_string().as_bytes(), 1_048_576)? {
        Message::Paid(decoded) => Ok(*decoded),
        other => panic!("no order: {other:?}"),
    }
}

#[track_caller]
fn fault(body: &Value) -> (String, String) {
    let malformed = decoded(body).expect_err("malformed");
    (malformed.path.expect("a path"), malformed.reason)
}

#[track_caller]
fn fault_of_bytes(body: &[u8]) -> String {
    let malformed = decode(None, "order.paid", body, 1_048_576).expect_err("malformed");
    assert_eq!(malformed.path, None);
    malformed.reason
}

#[test]
fn the_documented_example_is_an_order_with_no_ignored_field() {
    let decoded = decoded(&example()).expect("an order");
    assert!(decoded.ignored_fields.is_empty());
    assert_eq!(decoded.order.key.to_string(), "fr/FR-2026-000123/1");
    assert_eq!(decoded.order.parcels[0].weight_g, 850);
}

#[test]
fn the_least_an_order_needs_is_enough() {
    let body = json!({"order_id": "7", "service": "express", "ship_from": "lille",
        "recipient": {"name": "Zoé", "street": ["1 rue X", ""], "postal_code": "75002", "city": "Paris", "country": "FR"},
        "parcels": [{"weight_g": 100}, {"weight_g": 200.0}]});
    let order = decoded(&body).expect("an order").order;
    assert_eq!(
        (order.key.shop.as_str(), order.key.part, order.revision),
        ("", 1, 1)
    );
    assert_eq!(order.label_reference, "7");
    assert_eq!(order.recipient.street, ["1 rue X"]);
    assert_eq!(order.parcels[1].id, "2");
    assert_eq!(order.parcels[1].weight_g, 200);
}

#[test]
fn the_kind_is_the_amqp_type_then_the_cloud_event_type_then_the_routing_key() {
    let bare = json!({"order_id": "7"}).to_string();
    let event =
        json!({"specversion": "1.0", "type": "order.cancelled", "id": "1", "source": "shop",
        "data": {"order_id": "7"}})
        .to_string();
    let kind = |amqp_type, key, body: &str| match decode(amqp_type, key, body.as_bytes(), 10_000) {
        Ok(Message::Cancelled(_)) => "cancelled".to_owned(),
        Ok(Message::Paid(_)) => "paid".to_owned(),
        Err(malformed) => malformed.path.unwrap_or(malformed.reason),
    };
    assert_eq!(kind(None, "order.cancelled", &bare), "cancelled");
    assert_eq!(kind(Some(""), "order.cancelled.v1", &bare), "cancelled");
    assert_eq!(
        kind(Some("order.cancelled"), "order.paid", &bare),
        "cancelled"
    );
    assert_eq!(kind(None, "order.paid", &event), "cancelled");
    assert_eq!(
        kind(Some("order.paid"), "order.cancelled", &event),
        "$.data.parcels"
    );
    assert!(kind(None, "order.packed", &bare).contains("neither order.paid nor"));
}

#[test]
fn a_cloud_event_without_readable_data_is_malformed() {
    for (event, path) in [
        (
            json!({"specversion": "0.3", "type": "order.paid", "data": {}}),
            "$.specversion",
        ),
        (json!({"specversion": "1.0", "data": {}}), "$.type"),
        (
            json!({"specversion": "1.0", "type": "order.paid", "data_base64": "e30="}),
            "$.data",
        ),
    ] {
        assert_eq!(fault(&event).0, path);
    }
    let whole = json!({"specversion": "1.0", "type": "order.paid", "data": example()});
    assert!(decoded(&whole).expect("an order").order == order());
}

#[test]
fn a_body_that_is_no_json_object_is_malformed_as_a_whole() {
    assert!(fault_of_bytes(b"").contains("ends too early"));
    assert!(fault_of_bytes(b"<order/>").contains("not JSON"));
    assert!(fault_of_bytes(b"{\"order_id\":\"\xff\"}").contains("not UTF-8"));
    assert!(fault_of_bytes("[".repeat(10_000).as_bytes()).contains("nested deeper"));
    assert!(fault_of_bytes(br#"{"part":1,"part":2}"#).contains("twice"));
    assert!(fault_of_bytes(&vec![b' '; 20_000_000]).contains("20000000 bytes, at most 1048576"));
    assert_eq!(fault(&json!([])).0, "$");
}

#[test]
fn every_impossible_value_is_located_and_never_repeated() {
    for (pointer, wrong) in [
        ("/order_id", json!("../secret")),
        ("/order_id", json!("")),
        ("/order_id", json!("x".repeat(33))),
        ("/order_id", json!(123)),
        ("/shop", json!("a/secret")),
        ("/part", json!(0)),
        ("/part", json!(-1)),
        ("/part", json!("1")),
        ("/revision", json!(1.5)),
        ("/paid_at", json!("2026-02-30T00:00:00Z")),
        ("/deliver_by", json!("2026-11-24T18:00:00")),
        ("/deliver_by", json!("2026-11-24 18:00:00Z")),
        ("/deliver_by", json!("2026-W48-2T18:00:00Z")),
        ("/deliver_by", json!("tomorrow secret")),
        ("/deliver_by", json!("é".repeat(12))),
        ("/ship_on", json!("2026-13-01")),
        ("/ship_on", json!("20261124")),
        ("/service", json!(null)),
        ("/service", json!("ex press")),
        ("/ship_from", json!("")),
        ("/account", json!(["secret"])),
        ("/options", json!("secret")),
        ("/label_reference", json!("x".repeat(2_001))),
        ("/recipient", json!("secret")),
        ("/recipient/name", json!("")),
        ("/recipient/name", json!("secret\u{0}")),
        ("/recipient/name", json!("secret\u{85}")),
        ("/recipient/type", json!("secret")),
        ("/recipient/street", json!([])),
        ("/recipient/street", json!(["", " \n"])),
        ("/recipient/street", json!("12 rue secret")),
        ("/recipient/postal_code", json!(75002)),
        ("/recipient/city", json!(null)),
        ("/recipient/country", json!("FRANCE")),
        ("/recipient/country", json!("fr")),
        ("/recipient/country", json!("XX")),
        ("/recipient/email", json!("secret")),
        ("/recipient/email", json!("a b@secret.example")),
        ("/recipient/phone", json!("0612secret")),
        ("/recipient/phone", json!("612345678")),
        ("/recipient/phone", json!("+33 6 12")),
        ("/recipient/phone", json!("+0612345678")),
        ("/recipient/language", json!("french")),
        ("/parcels", json!([])),
        ("/parcels", json!(null)),
        ("/parcels/0/weight_g", json!(0)),
        ("/parcels/0/weight_g", json!(-850)),
        ("/parcels/0/weight_g", json!(4_294_967_296_u64)),
        ("/parcels/0/weight_g", json!("850")),
        ("/parcels/0/weight_source", json!("secret")),
        ("/parcels/0/height_mm", json!(0)),
        ("/parcels/0/height_mm", json!(null)),
        ("/declared_value/amount", json!(129.9)),
        ("/declared_value/amount", json!("129,90")),
        ("/declared_value/amount", json!("-1")),
        ("/declared_value/amount", json!("1e3")),
        ("/declared_value/amount", json!(".5")),
        ("/declared_value/currency", json!("euro")),
        ("/items/0/description", json!(" ")),
        ("/items/0/quantity", json!(0)),
        ("/items/0/unit_price", json!("secret")),
        ("/items/0/currency", json!(null)),
        ("/items/0/hs_code", json!("6109.10")),
        ("/items/0/origin_country", json!("PRT")),
        ("/items/0/parcel", json!("2")),
    ] {
        let (path, reason) = fault(&changed(pointer, wrong.clone()));
        let wanted = format!("${}", pointer.replace("/0", "[0]").replace('/', "."));
        assert!(path.starts_with(&wanted), "{pointer} {wrong}: {path}");
        assert!(!reason.contains("secret"), "{pointer}: {reason}");
    }
}

#[test]
fn lists_are_bounded_and_their_elements_located() {
    let parcels: Vec<Value> = (0..1_000).map(|_| json!({"weight_g": 1})).collect();
    assert_eq!(fault(&changed("/parcels", json!(parcels))).0, "$.parcels");
    assert!(decoded(&changed("/parcels", json!(parcels[..999]))).is_ok());
    let twins = json!([{"id": "1", "weight_g": 1}, {"id": "1", "weight_g": 1}]);
    assert_eq!(fault(&changed("/parcels", twins)).0, "$.parcels[1].id");
    let by_position = json!([{"id": "2", "weight_g": 1}, {"weight_g": 1}]);
    assert_eq!(
        fault(&changed("/parcels", by_position)).0,
        "$.parcels[1].id"
    );
    let unknown = json!(["signature", "drone"]);
    let (path, reason) = fault(&changed("/options", unknown));
    assert_eq!(path, "$.options[1]");
    assert!(reason.contains("saturday_delivery"), "{reason}");
}

#[test]
fn what_is_odd_but_possible_is_accepted() {
    for (pointer, odd) in [
        ("/deliver_by", json!("2001-01-01T00:00:00Z")),
        ("/deliver_by", json!("2026-11-24T18:00:00.123-03:30")),
        ("/recipient/name", json!("🎁 שרה".repeat(100))),
        ("/recipient/name", json!("Zoé\tLefèvre\r\n")),
        ("/recipient/postal_code", json!("")),
        ("/recipient/phone", json!("")),
        ("/recipient/company", json!("")),
        ("/recipient/type", json!(null)),
        ("/parcels/0/weight_g", json!(4_294_967_295_u32)),
        ("/declared_value", json!(null)),
        ("/items", json!([])),
        ("/items/0/hs_code", json!("")),
    ] {
        assert!(decoded(&changed(pointer, odd)).is_ok(), "{pointer}");
    }
}

#[test]
fn phones_become_international_numbers() {
    let phone = |country: &str, given: &str| {
        let mut body = changed("/recipient/phone", json!(given));
        body["recipient"]["country"] = json!(country);
        decoded(&body).map(|decoded| decoded.order.recipient.phone)
    };
    let expected = Ok(Some("+33612345678".to_owned()));
    for given in [
        "06 12 34 56 78",
        "06.12-34.56.78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
    ] {
        assert_eq!(phone("FR", given), expected, "{given}");
    }
    assert!(phone("DE", "0612345678").is_err());
    assert_eq!(
        phone("DE", "+49 (30) 1234567"),
        Ok(Some("+49301234567".to_owned()))
    );
}

#[test]
fn unknown_fields_are_ignored_and_named() {
    let mut body = example();
    body["gift"] = json!(true);
    body["recipient"]["floor"] = json!(3);
    body["parcels"][0]["zoe@example.com"] = json!(1);
    let ignored = decoded(&body).expect("an order").ignored_fields;
    assert_eq!(
        ignored,
        [
            "$.parcels[0].[a name that is no plain word]",
            "$.recipient.floor",
            "$.gift"
        ]
    );
}

#[test]
fn amounts_are_exact_and_the_same_in_any_spelling() {
    let body = changed("/declared_value/amount", json!("123456789.123450"));
    let amount = decoded(&body).expect("an order").order.declared_value;
    assert_eq!(
        amount.expect("a value").amount.to_string(),
        "123456789.12345"
    );
    let short = changed("/declared_value/amount", json!("129.9"));
    let short = decoded(&short).expect("an order").order;
    assert_eq!(short.content_hash(), order().content_hash());
}

#[test]
fn debug_shows_no_personal_data() {
    let shown = format!("{:?}", decoded(&example()));
    for secret in ["Zoé", "Paix", "Paris", "zoe@", "336", "4512"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9:TZ.+-]{8,30}".prop_map(Value::from),
        Just(json!("é".repeat(2_001))),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn random_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode(None, "order.paid", &body, 1_048_576).is_err());
    }

    #[test]
    fn an_order_with_any_place_replaced_decodes_or_is_located(
        place in any::<prop::sample::Index>(), value in any_json(),
    ) {
        let all = places(&example());
        let pointer: &String = place.get(&all);
        let body = changed(pointer, value);
        match decoded(&body) {
            Ok(decoded) => {
                let kept = serde_json::to_string(&decoded.order).expect("JSON");
                let read: Order = serde_json::from_str(&kept).expect("reads what it kept");
                prop_assert!(read == decoded.order);
            }
            Err(malformed) => prop_assert!(malformed.path.is_some(), "{}", malformed),
        }
    }

    #[test]
    fn an_order_cut_off_anywhere_is_malformed(length in 0..PAID.trim_end().len()) {
        prop_assert!(decode(None, "order.paid", &PAID.as_bytes()[..length], 1_048_576).is_err());
    }

    #[test]
    fn an_order_with_any_byte_replaced_never_panics(
        place in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut body = PAID.as_bytes().to_vec();
        let place = place.index(body.len());
        body[place] = byte;
        if let Err(malformed) = decode(None, "order.paid", &body, 1_048_576) {
            prop_assert!(!malformed.reason.is_empty());
        }
    }
}
