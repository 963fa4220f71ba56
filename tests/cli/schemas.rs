//! `schemas`: what is embedded, and what becomes of messages at the door.

use serde_json::json;

use super::{ORDER, folder, run};

#[test]
fn a_schema_is_listed_and_printed_by_its_name() {
    let empty = folder(&[]);
    run(empty.path(), &["schemas"])
        .ended(0)
        .says("order.cancelled.v1");
    let printed = run(empty.path(), &["schemas", "order.paid"])
        .ended(0)
        .json();
    assert_eq!(printed["title"], "order.paid");
    run(empty.path(), &["schemas", "order.lost"])
        .ended(2)
        .says("known: order.paid.v1");
}

#[test]
fn a_message_that_is_no_order_is_located_without_its_values() {
    let good = serde_json::from_str::<serde_json::Value>(ORDER).expect("the example");
    let mut bad = good.clone();
    bad["recipient"]["country"] = "Francovia".into();
    let mut odd = good.clone();
    odd["gift_wrap"] = "Happy birthday".into();
    let cancelled = json!({"type": "order.cancelled", "order_id": "FR-3"});
    let lines = [good, bad, odd, cancelled]
        .map(|line| line.to_string())
        .join("\n");
    let folder = folder(&[("messages.ndjson", &lines)]);
    let told = run(folder.path(), &["schemas", "check", "messages.ndjson"]).ended(1);
    told.says("$.recipient.country")
        .says("$.gift_wrap")
        .says("understood: 3; for the dead queue: 1");
    told.never_says("Francovia").never_says("Happy");
    let told = run(
        folder.path(),
        &["schemas", "check", "--json", "messages.ndjson"],
    )
    .ended(1);
    assert_eq!(told.json()[1]["path"], "$.recipient.country");
    assert_eq!(told.json()[2]["ignored_fields"], json!(["$.gift_wrap"]));
    assert_eq!(told.json()[3]["kind"], "order.cancelled");
}

#[test]
fn a_document_over_several_lines_is_one_message() {
    let folder = folder(&[("order.json", ORDER), ("none.json", "\n")]);
    let told = run(folder.path(), &["schemas", "check", "order.json"]).ended(0);
    told.says("understood: 1; for the dead queue: 0");
    run(folder.path(), &["schemas", "check", "none.json"])
        .ended(2)
        .says("holds no message");
}
