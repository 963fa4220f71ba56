//! `schemas/asyncapi.yaml` names every message, and everything it names is there.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::schemas;
use crate::config;

fn document() -> Value {
    let text = fs::read_to_string(schemas("asyncapi.yaml")).expect("the document");
    serde_saphyr::from_str(&text).expect("YAML")
}

/// The texts of every field of this name, anywhere.
fn all<'document>(part: &'document Value, name: &str, found: &mut Vec<&'document str>) {
    match part {
        Value::Object(fields) => {
            found.extend(fields.get(name).and_then(Value::as_str));
            fields.values().for_each(|inner| all(inner, name, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| all(inner, name, found)),
        _ => {}
    }
}

fn references(document: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    all(document, "$ref", &mut found);
    found
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    for reference in references(&document) {
        let there = match reference.strip_prefix('#') {
            Some(pointer) => document.pointer(pointer).is_some(),
            None => schemas(reference).is_file(),
        };
        assert!(there, "{reference}");
    }
}

#[test]
fn every_schema_is_the_payload_of_a_message_with_its_example() {
    let document = document();
    let payloads = references(&document)
        .into_iter()
        .filter_map(|path| path.strip_prefix("./"));
    let files = fs::read_dir(schemas(".")).expect("a folder");
    let names = files.map(|file| {
        file.expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let kept: BTreeSet<String> = names.filter(|name| name.ends_with(".json")).collect();
    assert_eq!(
        payloads.map(str::to_owned).collect::<BTreeSet<String>>(),
        kept
    );

    for name in kept {
        let kind = name.strip_suffix(".v1.json").expect("a version");
        let message = &document["components"]["messages"][kind];
        assert_eq!(message["payload"]["$ref"], format!("./{name}"));
        assert_eq!(message["x-example"], format!("examples/{kind}.json"));
        assert!(
            schemas(&format!("examples/{kind}.json")).is_file(),
            "{kind}"
        );
    }
}

#[test]
fn a_channel_lists_the_messages_that_its_keys_name() {
    let document = document();
    for channel in ["orders", "shipments"] {
        let channel = &document["channels"][channel];
        let keys = channel["parameters"]["key"]["enum"]
            .as_array()
            .expect("keys");
        let keys: BTreeSet<&str> = keys.iter().filter_map(Value::as_str).collect();
        let messages = channel["messages"].as_object().expect("messages");
        assert_eq!(
            messages
                .keys()
                .map(String::as_str)
                .collect::<BTreeSet<&str>>(),
            keys
        );
        for key in keys {
            let reference = format!("#/components/messages/{key}");
            assert_eq!(messages[key]["$ref"], reference);
        }
    }
}

#[test]
fn exchanges_and_queues_have_the_names_of_the_defaults() {
    let (document, bus) = (document(), config::Bus::default());
    let channel = |name: &str| document["channels"][name].clone();
    let exchange = |name: &str| channel(name)["bindings"]["amqp"]["exchange"]["name"].clone();
    assert_eq!(exchange("orders"), bus.orders_exchange);
    assert_eq!(exchange("shipments"), bus.events_exchange);
    let dead = channel("dead");
    assert_eq!(dead["address"], bus.dead_queue);
    assert_eq!(dead["bindings"]["amqp"]["queue"]["name"], bus.dead_queue);
    let keys = channel("orders")["parameters"]["key"]["enum"].clone();
    assert_eq!(keys, serde_json::json!(bus.orders_keys));
    assert_eq!(
        document["defaultContentType"],
        crate::bus::EVENT_CONTENT_TYPE
    );
}
