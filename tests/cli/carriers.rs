//! `carriers`: reading answers and trying orders, without a network.

use serde_json::{Value, json};

use super::{EXAMPLE, ORDER, Said, folder, program, run, said};

const BOOKED: &[u8] = include_bytes!("../../carriers/dhl-express/fixtures/booked-one-parcel.json");

fn read(operation: &str, status: &str, body: &[u8]) -> Said {
    let empty = folder(&[]);
    let mut command = program(empty.path());
    command.args([
        "carriers",
        "read",
        "dhl-express",
        operation,
        "--status",
        status,
        "-",
    ]);
    command.write_stdin(body);
    said(&mut command)
}

#[test]
fn a_recorded_answer_is_read_without_a_configuration() {
    let reading = read("book", "201", BOOKED).ended(0).json();
    assert_eq!(reading["outcome"], "booked");
    assert!(
        reading["parcels"][0]["label"]["bytes"].is_u64(),
        "{reading}"
    );
}

#[test]
fn a_truncated_answer_leaves_a_booking_in_doubt_and_a_look_up_unavailable() {
    let half = &BOOKED[..BOOKED.len() / 2];
    assert_eq!(
        read("book", "201", half).ended(0).json()["outcome"],
        "in_doubt"
    );
    assert_eq!(
        read("find", "200", half).ended(0).json()["outcome"],
        "unavailable"
    );
}

#[test]
fn what_cannot_be_read_is_said_with_what_can() {
    read("token", "200", b"{}")
        .ended(2)
        .says("no operation token; it has: book, find");
    read("label", "200", b"{}")
        .ended(2)
        .says("no operation label");
    let empty = folder(&[]);
    let arguments = ["carriers", "read", "dhl", "book", "--status", "200", "-"];
    run(empty.path(), &arguments)
        .ended(2)
        .says("known: chronopost, ")
        .says("dhl-express");
    let arguments = [
        "carriers",
        "read",
        "dhl-express",
        "book",
        "--status",
        "200",
        "gone.json",
    ];
    run(empty.path(), &arguments)
        .ended(2)
        .says("gone.json cannot be read");
}

#[test]
fn the_list_says_what_a_doubt_costs_for_people_and_for_machines() {
    let empty = folder(&[]);
    run(empty.path(), &["carriers", "list"])
        .ended(0)
        .says("Chrono 13")
        .says("doubt");
    let listed = run(empty.path(), &["carriers", "list", "--json"])
        .ended(0)
        .json();
    let chronopost = &listed[0];
    assert_eq!(chronopost["name"], "chronopost");
    assert_eq!(chronopost["can"], json!(["find", "void", "track"]));
    assert_eq!(chronopost["absence"], json!({"means": "evidence"}));
    assert!(
        chronopost["doubt"]
            .to_string()
            .contains("tracking_password")
    );
}

/// The example order with other values.
fn order(change: impl Fn(&mut Value)) -> String {
    let mut order: Value = serde_json::from_str(ORDER).expect("the example");
    change(&mut order);
    order.to_string()
}

#[test]
fn orders_are_tried_and_refusals_counted_by_field_and_reason() {
    let orders = [
        order(|_| {}),
        order(|order| order["recipient"]["name"] = "Bartholomäus ".repeat(20).into()),
        order(|order| {
            order["order_id"] = "FR-2".into();
            order["recipient"]["name"] = "Bartholomäus ".repeat(20).into();
        }),
        order(|order| order["ship_from"] = "nowhere".into()),
        order(|order| order["parcels"][0]["weight_g"] = "heavy".into()),
        json!({"type": "order.cancelled", "order_id": "FR-3"}).to_string(),
    ];
    let folder = folder(&[
        ("diligence.toml", EXAMPLE),
        ("orders.ndjson", &orders.join("\n")),
    ]);
    let arguments = ["carriers", "try", "chronopost", "--orders", "orders.ndjson"];
    let told = run(folder.path(), &[&arguments[..], &["--json"]].concat()).ended(0);
    let report = told.json();
    let counts = ["orders", "refused", "not_orders"].map(|key| report[key].as_u64());
    assert_eq!(counts, [Some(5), Some(4), Some(1)]);
    let first = &report["refusals"][0];
    assert_eq!(first["field"], "recipient.name", "{report}");
    assert_eq!(first["orders"], json!(["fr/FR-2026-000123/1", "fr/FR-2/1"]));
    assert_eq!(
        report["products"],
        json!([{"code": "01", "name": "Chrono 13", "orders": 1}])
    );
    told.says("parcels[0].weight_g")
        .says("no site of this name")
        .never_says("Barth");
    let told = run(folder.path(), &arguments).ended(0);
    told.says("account chronopost (test): 4 of 5 would be refused")
        .never_says("Barth");
}

#[test]
fn a_shown_request_holds_no_secret_and_personal_data_only_when_asked() {
    let secret = "tres-secret-4711";
    let config = EXAMPLE.replace("\"255562\"", &format!("\"{secret}\""));
    let folder = folder(&[("diligence.toml", &config)]);
    let told = run(folder.path(), &["carriers", "try", "chronopost", "--show"]).ended(0);
    told.says("POST http://127.0.0.1:9001/shipping-cxf/ShippingServiceWS");
    told.says("<password>***</password>")
        .says("Xxx Xxxxxxx")
        .says("FR-2026-000123");
    for personal in [secret, "Lef", "Paix", "75002", "zoe@", "612345678", "4512"] {
        told.never_says(personal);
    }
    let arguments = ["carriers", "try", "dhl", "--show-personal", "--json"];
    let told = run(folder.path(), &arguments).ended(0);
    told.says("Zoé Lefèvre")
        .says("Basic ***")
        .never_says(secret);
}

#[test]
fn a_carrier_can_be_tried_before_there_is_a_contract() {
    let empty = folder(&[]);
    let told = run(empty.path(), &["carriers", "try", "dhl-express", "--show"]).ended(0);
    told.says("made-up account")
        .says("0 of 1 would be refused")
        .says("/shipments");
    let told = run(empty.path(), &["carriers", "try", "dhl"]).ended(2);
    told.says("neither an account of the configuration nor a carrier");
}

#[test]
fn a_certificate_names_what_was_checked_what_doubt_costs_and_how_far_it_is_proven() {
    let empty = folder(&[]);
    let told = run(empty.path(), &["carriers", "certify", "chronopost"]).ended(0);
    told.says("every fault of the atlas is read as it is declared")
        .says("Everything holds")
        .says("official description")
        .says("A doubt: A booking that is found is taken over");
    let arguments = ["carriers", "certify", "dhl-express", "--json"];
    let certificate = run(empty.path(), &arguments).ended(0).json();
    assert_eq!(certificate["passed"], true);
    assert_eq!(certificate["proof"]["level"], "description");
    let checks = certificate["checks"].as_array().expect("checks");
    let lacking = checks
        .iter()
        .filter(|one| one["outcome"] == "nothing_to_check");
    assert_eq!(
        lacking.count(),
        2,
        "DHL neither voids nor gives a label twice"
    );
    assert!(checks.len() >= 20, "{}", checks.len());
    run(empty.path(), &["carriers", "certify", "dhl"])
        .ended(2)
        .says("known: chronopost");
}

#[test]
fn a_live_account_and_an_unknown_one_are_never_certified_against() {
    let live = EXAMPLE.replace("environment = \"test\"", "environment = \"live\"");
    let live = live.replace("http://127.0.0.1:9001", "https://carrier.invalid");
    let folder = folder(&[("diligence.toml", &live)]);
    let arguments = ["carriers", "certify", "--against-account", "chronopost"];
    run(folder.path(), &arguments)
        .ended(2)
        .says("account chronopost is live");
    let arguments = ["carriers", "certify", "--against-account", "gls"];
    run(folder.path(), &arguments)
        .ended(2)
        .says("known: chronopost");
}

/// Three orders: one as it is, one that only DHL takes so heavy, one that nobody takes.
fn three_orders() -> String {
    let orders = [
        order(|_| {}),
        order(|order| {
            order["order_id"] = "FR-HEAVY".into();
            order["recipient"]["name"] = "Bartholomäus".into();
            order["parcels"][0]["weight_g"] = 40_000.into();
        }),
        order(|order| {
            order["order_id"] = "FR-NOBODY".into();
            order["recipient"]["city"] = "Wolfeschlegelsteinhausen".repeat(4).into();
        }),
    ];
    orders.join("\n")
}

#[test]
fn two_carriers_are_compared_order_by_order() {
    let folder = folder(&[
        ("diligence.toml", EXAMPLE),
        ("orders.ndjson", &three_orders()),
    ]);
    let arguments = [
        "carriers",
        "try",
        "chronopost",
        "--against",
        "dhl",
        "--orders",
        "orders.ndjson",
    ];
    let report = run(folder.path(), &[&arguments[..], &["--json"]].concat())
        .ended(0)
        .json();
    let compared = &report["against"];
    assert_eq!(compared["both"], 1, "{report}");
    assert_eq!(compared["only_first"], json!([]));
    assert_eq!(compared["only_other"], json!(["fr/FR-HEAVY/1"]));
    assert_eq!(compared["neither"], json!(["fr/FR-NOBODY/1"]));
    let told = run(folder.path(), &arguments).ended(0);
    told.says("Taken by both: 1.")
        .says("N Express Domestic (2)")
        .says("fr/FR-HEAVY/1");
    for personal in ["Barth", "Wolfe", "Lef", "Paix", "zoe@", "612345678", "4512"] {
        told.never_says(personal);
    }
}

#[test]
fn texts_that_a_carrier_does_not_send_as_they_are_are_told_by_field() {
    let folder = folder(&[("diligence.toml", EXAMPLE)]);
    let report = run(folder.path(), &["carriers", "try", "dhl", "--json"])
        .ended(0)
        .json();
    let texts = report["texts"].as_array().expect("texts");
    let lost = texts
        .iter()
        .find(|text| text["field"] == "recipient.instructions");
    assert_eq!(
        lost.map(|text| &text["change"]),
        Some(&json!("not_sent")),
        "{report}"
    );
    let names = texts
        .iter()
        .filter(|text| text["field"] == "recipient.name");
    assert_eq!(names.count(), 0, "{report}");
}

#[test]
fn the_request_of_a_named_order_is_shown_masked_and_an_unknown_one_is_told() {
    let folder = folder(&[
        ("diligence.toml", EXAMPLE),
        ("orders.ndjson", &three_orders()),
    ]);
    let try_dhl = |id: &str| {
        let arguments = [
            "carriers",
            "try",
            "dhl",
            "--orders",
            "orders.ndjson",
            "--show",
            id,
        ];
        run(folder.path(), &arguments)
    };
    let told = try_dhl("FR-HEAVY").ended(0);
    told.says("\"FR-HEAVY\"")
        .says("Basic ***")
        .never_says("Barth");
    try_dhl("FR-GONE")
        .ended(2)
        .says("no order FR-GONE is among them");
}
