//! Every event against its JSON Schema and its committed example.

use std::collections::BTreeSet;
use std::fs;

use carrier_sdk::{LabelFormat, WhoActs};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::Rendered;
use super::sample::{self, account_events, announcements, life_of, moment, teller};
use super::{body, json as parse, render, schemas};
use crate::config::Environment;
use crate::life::{Announcement, RiskCause};

/// Set it to write the examples anew.
const WRITE: &str = "DILIGENCE_WRITE_EXAMPLES";

/// One of each kind.
fn rendered() -> Vec<Rendered> {
    let orders = announcements();
    let mut all: Vec<Rendered> = orders
        .iter()
        .zip(1..)
        .map(|(told, n)| render(told, n))
        .collect();
    all.extend(account_events());
    all
}

fn schema(kind: &str) -> Value {
    let path = schemas(&format!("{kind}.v1.json"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(&text)
}

/// The schema as we keep it ourselves: consumers ignore what is not declared, we never send it.
fn closed(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let declares = fields.get("properties").is_some_and(Value::is_object);
            let mut fields: serde_json::Map<String, Value> = fields
                .into_iter()
                .map(|(name, inner)| (name, closed(inner)))
                .collect();
            if declares {
                fields.insert("additionalProperties".into(), Value::Bool(false));
            }
            Value::Object(fields)
        }
        Value::Array(list) => list.into_iter().map(closed).collect(),
        plain => plain,
    }
}

fn complaints(event: &Value) -> Vec<String> {
    let kind = event["type"]
        .as_str()
        .and_then(|kind| kind.strip_suffix(".v1"));
    let schema = closed(schema(kind.expect("a type with its version")));
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(&schema).expect("a schema");
    let errors = validator.iter_errors(event);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn every_event_is_what_its_schema_says_and_nothing_more() {
    for rendered in rendered() {
        assert_eq!(
            complaints(&parse(&rendered.body)),
            [""; 0],
            "{}",
            rendered.routing_key
        );
    }
}

#[test]
fn bare_events_are_what_their_schemas_say() {
    let mut odd = vec![
        sample::rejected_before_any_account(),
        Announcement::Accepted {
            ship_on: None,
            book_by: None,
            feasible: false,
            ignored_fields: Vec::new(),
        },
        Announcement::Cancelled { reason: None },
        Announcement::Booked { n: 1 },
    ];
    odd.extend(announcements());
    for told in odd {
        let mut life = life_of(&told);
        life.deliver_by = None;
        life.book_by = None;
        life.key.shop = String::new();
        life.revision = 0;
        life.parcel_ids.truncate(1);
        for booking in &mut life.bookings {
            booking.booked_at = Some(moment("2026-11-23T16:05:00Z"));
            if let Some(numbers) = &mut booking.numbers {
                numbers.charge = None;
                numbers.tracking_url = None;
                numbers.parcels[1].label = None;
            }
        }
        if life.bookings.is_empty() {
            life.environment = String::new();
        }
        let event = parse(
            &teller()
                .render(&told, &life, 1, moment("2026-11-23T16:05:00Z"))
                .body,
        );
        assert_eq!(complaints(&event), [""; 0], "{event:#}");
    }
}

#[test]
fn an_undeclared_field_and_a_missing_one_would_be_noticed() {
    let mut event = body(&Announcement::Booked { n: 2 });
    event["data"]["parcels"][0]["label"]["content"] = json!("JVBERi0=");
    assert_eq!(complaints(&event).len(), 1);
    let mut event = body(&Announcement::Booked { n: 2 });
    event["data"]
        .as_object_mut()
        .expect("an object")
        .remove("replaces");
    assert_eq!(complaints(&event).len(), 1);
}

#[test]
fn every_type_has_a_schema_and_an_example_and_every_schema_and_example_has_a_type() {
    let told = rendered().into_iter().map(|rendered| rendered.routing_key);
    let kinds: BTreeSet<String> = told
        .chain(["order.paid", "order.cancelled"].map(str::to_owned))
        .collect();
    let named = |folder: &str, ending: &str| -> BTreeSet<String> {
        let files = fs::read_dir(schemas(folder)).expect("a folder");
        let names = files.map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        });
        names
            .filter_map(|name| name.strip_suffix(ending).map(str::to_owned))
            .collect()
    };
    assert_eq!(named(".", ".v1.json"), kinds);
    assert_eq!(named("examples", ".json"), kinds);
}

#[test]
fn the_examples_are_what_is_rendered() {
    for rendered in rendered() {
        let path = schemas(&format!("examples/{}.json", rendered.routing_key));
        let event = parse(&rendered.body);
        if std::env::var_os(WRITE).is_some() {
            fs::write(&path, in_reading_order(&event)).expect("written");
        }
        let kept = fs::read_to_string(&path)
            .map(|text| parse(&text))
            .unwrap_or_default();
        assert_eq!(
            kept,
            event,
            "{} is not what is rendered: run again with {WRITE}=1",
            path.display()
        );
    }
}

/// The envelope first, then what it brings: an example is read by people.
fn in_reading_order(event: &Value) -> String {
    let data = format!("{:#}", event["data"]).replace('\n', "\n  ");
    let envelope = [
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "datacontenttype",
        "sequence",
        "traceparent",
    ];
    // An account's event has no trace.
    let there = envelope.iter().filter(|name| !event[**name].is_null());
    let lines = there.map(|name| format!("  \"{name}\": {},\n", event[*name]));
    let lines: String = lines.collect();
    format!("{{\n{lines}  \"data\": {data}\n}}\n")
}

#[test]
fn every_order_event_wears_the_same_envelope_and_speaks_of_its_order_alike() {
    const TOLD_OF_A_BOOKING: [&str; 2] = ["shipment.booked", "shipment.stray"];
    let common = |kind: &str| {
        let schema = schema(kind);
        let envelope = schema["properties"].as_object().expect("fields").clone();
        let data = &schema["properties"]["data"]["properties"];
        let order = [
            "shop",
            "order_id",
            "part",
            "revision",
            "booking_no",
            "environment",
        ];
        let order = order.map(|name| data[name].clone()).to_vec();
        let envelope: Vec<Value> = envelope
            .into_iter()
            .filter(|(name, _)| !["type", "data"].contains(&name.as_str()))
            .map(|(_, field)| field)
            .collect();
        (envelope, order)
    };
    for told in announcements() {
        let (first, kind) = (common("shipment.accepted"), told.kind());
        let (envelope, mut order) = common(kind);
        if TOLD_OF_A_BOOKING.contains(&kind) {
            // Here these two are never null.
            order.splice(4.., first.1[4..].iter().cloned());
        }
        assert_eq!((envelope, order), first, "{kind}");
    }
}

/// The names serde knows of an enum, from its own complaint about one it does not.
fn names_of<T: DeserializeOwned>() -> Vec<Value> {
    let error = serde_json::from_value::<T>(json!("?"))
        .err()
        .expect("no such name");
    let text = error.to_string();
    let (_, known) = text
        .split_once("expected")
        .expect("the names that are known");
    known
        .split('`')
        .skip(1)
        .step_by(2)
        .map(Value::from)
        .collect()
}

#[test]
fn the_schemas_know_every_word_of_the_code() {
    let at = |kind: &str, pointer: &str| schema(kind).pointer(pointer).cloned().expect("a list");
    for kind in ["shipment.rejected", "shipment.parked", "account.paused"] {
        assert_eq!(
            at(kind, "/$defs/who_acts/enum"),
            json!(names_of::<WhoActs>()),
            "{kind}"
        );
    }
    let causes = at("shipment.at_risk", "/properties/data/properties/cause/enum");
    assert_eq!(causes, json!(names_of::<RiskCause>()));
    let formats = at("shipment.booked", "/$defs/label/properties/format/enum");
    assert_eq!(formats, json!(names_of::<LabelFormat>()));
    let environments = at(
        "account.paused",
        "/properties/data/properties/environment/enum",
    );
    assert_eq!(environments, json!(names_of::<Environment>()));
}

#[test]
fn a_risk_is_told_by_the_name_that_serde_knows() {
    for cause in names_of::<RiskCause>() {
        let parsed: RiskCause = serde_json::from_value(cause.clone()).expect("a cause");
        assert_eq!(
            body(&Announcement::AtRisk { cause: parsed })["data"]["cause"],
            cause
        );
    }
}

#[test]
fn no_field_of_any_event_can_hold_personal_data() {
    const PERSONAL: [&str; 10] = [
        "recipient",
        "consignee",
        "company",
        "street",
        "postal_code",
        "city",
        "email",
        "phone",
        "instructions",
        "content",
    ];
    fn fields(schema: &Value, found: &mut Vec<String>) {
        if let Some(declared) = schema["properties"].as_object() {
            found.extend(declared.keys().cloned());
        }
        let inner: Vec<&Value> = match schema {
            Value::Object(fields) => fields.values().collect(),
            Value::Array(list) => list.iter().collect(),
            _ => Vec::new(),
        };
        inner.into_iter().for_each(|inner| fields(inner, found));
    }
    for rendered in rendered() {
        let mut found = Vec::new();
        fields(&schema(&rendered.routing_key), &mut found);
        let personal: Vec<&String> = found
            .iter()
            .filter(|name| PERSONAL.contains(&name.as_str()))
            .collect();
        assert!(
            personal.is_empty(),
            "{}: {personal:?}",
            rendered.routing_key
        );
        assert!(found.len() > 9, "{found:?}");
    }
}
