//! Events, schemas and examples are one: what is rendered is what `schemas/` says and shows.

mod asyncapi;
mod contract;
mod sample;

use std::path::PathBuf;

use serde_json::Value;

use super::{Rendered, account_event};
use crate::life::Announcement;
use sample::{life_of, moment, teller};

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A file of `schemas/`.
fn schemas(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas")).join(name)
}

fn render(told: &Announcement, sequence: u64) -> Rendered {
    teller().render(
        told,
        &life_of(told),
        sequence,
        moment("2026-11-23T16:05:00Z"),
    )
}

fn body(told: &Announcement) -> Value {
    json(&render(told, 1).body)
}

#[test]
fn the_same_event_rendered_again_is_the_same_byte_for_byte() {
    for told in sample::announcements() {
        assert_eq!(render(&told, 7), render(&told, 7));
    }
}

#[test]
fn ids_are_for_ever_the_same() {
    let rendered = render(&Announcement::Parked, 3);
    assert_eq!(rendered.event_id, "f7ac3eca-d44e-58d2-a9f6-457c39494048");
    let since = moment("2026-11-23T15:40:00Z");
    let resumed = account_event(&teller(), "dhl", None, 0, since, "test");
    assert_eq!(resumed.event_id, "05b40afa-3ff4-5f09-b421-bdaf1665b894");
}

#[test]
fn an_id_belongs_to_one_order_one_type_and_one_sequence() {
    let told = Announcement::Parked;
    let id = render(&told, 3).event_id;
    assert_ne!(id, render(&told, 4).event_id);
    let other_type = Announcement::Cancelled { reason: None };
    assert_ne!(id, render(&other_type, 3).event_id);
    let mut life = life_of(&told);
    life.key.part = 2;
    let other_order = teller().render(&told, &life, 3, moment("2026-11-23T16:05:00Z"));
    assert_ne!(id, other_order.event_id);
}

#[test]
fn the_id_of_the_bus_is_the_id_of_the_event_and_the_key_is_its_type_without_version() {
    for told in sample::announcements() {
        let rendered = render(&told, 2);
        let event = json(&rendered.body);
        assert_eq!(event["id"], rendered.event_id);
        assert_eq!(event["type"], format!("{}.v1", rendered.routing_key));
    }
}

#[test]
fn sequences_rise_as_text_too() {
    let sequence = |number| {
        let event = json(&render(&Announcement::Parked, number).body);
        event["sequence"].as_str().expect("text").to_owned()
    };
    assert_eq!(sequence(9), "0000000009");
    assert!(sequence(9) < sequence(10));
    assert!(sequence(99) < sequence(100));
}

#[test]
fn sequences_of_an_account_rise_with_time() {
    let sequence = |since| {
        let rendered = account_event(&teller(), "dhl", None, 0, moment(since), "test");
        let event = json(&rendered.body);
        event["sequence"].as_str().expect("text").to_owned()
    };
    assert!(sequence("2026-11-23T15:40:00.000001Z") < sequence("2026-11-23T15:40:00.000002Z"));
    assert!(sequence("2001-09-09T01:46:39Z") < sequence("2001-09-09T01:46:40Z"));
}

#[test]
fn a_label_is_told_of_by_its_hash_and_length_and_a_link_only_where_there_is_an_address() {
    let told = Announcement::Booked { n: 2 };
    let label = body(&told)["data"]["parcels"][0]["label"].clone();
    let fields: Vec<&String> = label.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["bytes", "format", "href", "id", "sha256"]);

    let mut nowhere = teller();
    nowhere.public_url = None;
    let rendered = nowhere.render(&told, &life_of(&told), 1, moment("2026-11-23T16:05:00Z"));
    let label = json(&rendered.body)["data"]["parcels"][0]["label"].clone();
    assert!(label["href"].is_null());
    assert_eq!(label["id"], sample::LABEL_ID);
}

#[test]
fn a_booking_replaces_every_other_number_of_the_order_each_once() {
    let told = Announcement::Booked { n: 2 };
    assert_eq!(
        body(&told)["data"]["replaces"],
        serde_json::json!(["XY100000011FR", "XY100000025FR"])
    );
    // The first turns out to exist, labelled, after the second was made.
    let found = body(&Announcement::Booked { n: 1 });
    let replaced = found["data"]["replaces"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(
        replaced.contains(&serde_json::json!("1234567890")),
        "{replaced:?}"
    );
}

#[test]
fn what_was_never_reached_is_null_and_not_an_empty_name() {
    let told = sample::rejected_before_any_account();
    let mut life = life_of(&told);
    life.environment = String::new();
    life.bookings.clear();
    let rendered = teller().render(&told, &life, 2, moment("2026-11-23T16:05:00Z"));
    let data = json(&rendered.body)["data"].clone();
    assert!(data["reasons"][0]["account"].is_null());
    assert!(data["environment"].is_null());
    assert!(data["booking_no"].is_null());
}

#[test]
fn an_order_kept_before_there_were_traces_has_one_of_its_own() {
    let told = Announcement::Parked;
    let mut kept = serde_json::to_value(life_of(&told)).expect("JSON");
    assert!(kept.get("came_with").is_none(), "nothing is kept for it");
    let render = |life: &Value| {
        let life = serde_json::from_value(life.clone()).expect("a life");
        let event = teller().render(&told, &life, 3, moment("2026-11-23T16:05:00Z"));
        super::head(event.body.as_bytes()).and_then(|head| head.traceparent)
    };
    let own = render(&kept).expect("a span");
    assert_eq!(render(&kept), Some(own));
    let shops = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    kept["came_with"] = shops.into();
    let theirs = render(&kept).expect("a span").to_string();
    assert!(theirs.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    assert!(
        !theirs.contains("00f067aa0ba902b7") && theirs.ends_with("-00"),
        "{theirs}"
    );
}
