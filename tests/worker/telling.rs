//! What is told of orders: log lines in both formats, through faults of every kind, and the trace that
//! each order belongs to, from the shop's message to every event.

use carrier_sdk::stub::StubFault;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use serde_json::{Value, json};

use super::orders::{PAID, cancellation, order, order_for, private, refused};
use super::promises;
use super::world::World;

const SHOPS_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SHOPS_SPAN: &str = "00f067aa0ba902b7";

/// A message's properties with this header.
pub fn traced(traceparent: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert(
        "traceparent".into(),
        AMQPValue::LongString(traceparent.into()),
    );
    BasicProperties::default().with_headers(headers)
}

/// The shop's own, with this flag.
pub fn shops(flags: &str) -> String {
    format!("00-{SHOPS_TRACE}-{SHOPS_SPAN}-{flags}")
}

/// A refusal that quotes the whole address, as some carriers do.
fn quoting(order: &Value) -> StubFault {
    let recipient = &order["recipient"];
    StubFault::Rejected {
        code: "8010".into(),
        message: format!(
            "consignee {} at {} unknown, {} {}",
            recipient["name"], recipient["street"][0], recipient["phone"], recipient["email"]
        ),
    }
}

/// A run with a duplicate, a conflict, no order at all, and an order for each kind of trouble.
async fn troubled(world: &mut World) -> Vec<&'static str> {
    let rejected = order_for("dhl", "TELL-REJECTED");
    world.fault("book", "TELL-REJECTED", None, quoting(&rejected));
    for (order_id, fault) in [
        (
            "TELL-BUSY",
            StubFault::Busy {
                retry_after_s: None,
            },
        ),
        ("TELL-DOWN", StubFault::Down),
        ("TELL-LOST", StubFault::AcceptThenEmpty),
    ] {
        world.fault("book", order_id, Some(1), fault);
    }
    world.publish(&rejected).await;
    let plain = ["TELL-GOOD", "TELL-BUSY", "TELL-DOWN", "TELL-LOST"];
    for order_id in plain {
        world.publish(&order_for("chronopost", order_id)).await;
    }
    world.publish(&refused("TELL-REFUSED")).await;
    let [_, street, ..] = private()[..] else {
        panic!("somebody lives somewhere")
    };
    let nonsense =
        format!("{{\"order_id\": \"TELL-NONE\", \"recipient\": {{\"street\": \"{street}\"}}");
    world
        .broker
        .publish(PAID, nonsense.as_bytes(), BasicProperties::default())
        .await;
    let all = [&plain[..], &["TELL-REJECTED", "TELL-REFUSED"]].concat();
    world.all_end(all.len()).await;
    world.publish(&order_for("chronopost", "TELL-GOOD")).await;
    world.publish(&order_for("dhl", "TELL-GOOD")).await;
    world.cancel(&cancellation("TELL-GOOD")).await;
    world.has_told("TELL-GOOD", "cancelled").await;
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orders_key_finds_its_whole_story_in_the_log_for_people() {
    let mut world = World::new().await;
    world.start_worker();
    let orders = troubled(&mut world).await;
    assert_eq!(world.sigterm().await, Some(0));
    let log = world.log();
    for order_id in orders {
        let key = format!("key=fr/{order_id}/1");
        let story: Vec<&str> = log.lines().filter(|line| line.contains(&key)).collect();
        let at = |words: &str| {
            let place = story.iter().position(|line| line.contains(words));
            place.unwrap_or_else(|| panic!("no {words} in {story:#?}"))
        };
        assert_eq!(at("accepted"), 0, "{story:#?}");
        let asked = at("operation=\"book\"");
        assert!(story[asked].contains("account="), "{}", story[asked]);
        let last_told = story
            .iter()
            .rposition(|line| line.contains("told: the bus"));
        assert!(last_told > Some(asked), "{story:#?}");
        assert!(last_told > Some(at("event=\"shipment.accepted\"")));
    }
    let dead = log
        .lines()
        .filter(|line| line.contains("not an order, put aside"));
    assert_eq!(dead.count(), 1, "{log}");
    promises::discreet("the log", &log);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_the_log_for_machines_is_json_with_its_fields_at_the_same_place() {
    let mut world = World::new().await;
    // As much as can be told.
    world.environment = vec![("RUST_LOG", "warn,lapin=off,diligence=trace".into())];
    world.start_worker_with(&["--log-format", "json"]);
    let orders = troubled(&mut world).await;
    assert_eq!(world.sigterm().await, Some(0));
    let log = world.log();
    let lines = log.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error} in {log}"));
    for line in &lines {
        assert!(
            line["message"].is_string() && line["level"].is_string(),
            "{line}"
        );
        assert!(line["timestamp"].is_string(), "{line}");
    }
    for order_id in orders {
        let key = format!("fr/{order_id}/1");
        let story: Vec<&Value> = lines.iter().filter(|line| line["key"] == key).collect();
        assert_eq!(story[0]["state"], "waiting", "{story:#?}");
        let booked = story.iter().find(|line| line["outcome"].is_string());
        let booked = booked.unwrap_or_else(|| panic!("no outcome in {story:#?}"));
        for field in ["operation", "account", "reference"] {
            assert!(booked[field].is_string(), "{field}: {booked}");
        }
        for field in ["booking", "attempt", "took_ms"] {
            assert!(booked[field].is_u64(), "{field}: {booked}");
        }
        let told = world.events(order_id);
        for event in &told {
            let line = story
                .iter()
                .find(|line| line["event_id"] == event.event["id"]);
            let line = line.unwrap_or_else(|| panic!("{} is not told", event.event));
            let traceparent = event.traceparent.as_deref().expect("a header");
            let trace_id = line["trace_id"].as_str().expect("a trace");
            assert!(traceparent.contains(trace_id), "{traceparent} {line}");
        }
        assert!(!told.is_empty(), "{order_id}");
    }
    promises::discreet("the log", &log);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_an_order_names_a_span_of_the_trace_it_came_with_even_after_a_kill() {
    let mut world = World::new().await;
    world.fault(
        "book",
        "TRACE-SHOP",
        Some(1),
        StubFault::AcceptThenHang { ms: 60_000 },
    );
    world.start_worker();
    let send = async |order_id: &str, properties: BasicProperties| {
        let body = order_for("chronopost", order_id).to_string();
        world
            .broker
            .publish(PAID, body.as_bytes(), properties)
            .await;
    };
    send("TRACE-SHOP", traced(&shops("01"))).await;
    world
        .wait_until("the request is on its way", async || {
            !world.bookings("TRACE-SHOP").is_empty()
        })
        .await;
    world.kill_9();
    world.start_worker();
    let send = async |order_id: &str, properties: BasicProperties| {
        let body = order_for("chronopost", order_id).to_string();
        world
            .broker
            .publish(PAID, body.as_bytes(), properties)
            .await;
    };
    let other = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01";
    send("TRACE-SHOP", traced(other)).await;
    send("TRACE-OWN", BasicProperties::default()).await;
    send("TRACE-ODD", traced("00-not-a-trace-01")).await;
    world.told("TRACE-SHOP", "booked").await;
    world.told("TRACE-OWN", "booked").await;
    world.told("TRACE-ODD", "booked").await;

    let ids = |order_id: &str| {
        let events = world.events(order_id);
        let told = events.iter().map(|told| {
            let text = told.traceparent.clone().expect("a header");
            let parts: Vec<&str> = text.split('-').collect();
            assert_eq!(
                [parts[0], parts[3]].join(" "),
                format!("00 {}", flags(order_id))
            );
            (parts[1].to_owned(), parts[2].to_owned())
        });
        let (traces, mut spans): (Vec<String>, Vec<String>) = told.unzip();
        assert!(
            traces.len() >= 2 && traces.iter().all(|trace| *trace == traces[0]),
            "{traces:?}"
        );
        spans.sort_unstable();
        let many = spans.len();
        spans.dedup();
        let repeats: std::collections::BTreeSet<&str> =
            events.iter().map(|told| told.message_id.as_str()).collect();
        assert!(
            spans.len() == repeats.len() && spans.len() <= many,
            "{spans:?}"
        );
        assert!(!spans.iter().any(|span| span == SHOPS_SPAN));
        traces[0].clone()
    };
    assert_eq!(ids("TRACE-SHOP"), SHOPS_TRACE);
    let (own, odd) = (ids("TRACE-OWN"), ids("TRACE-ODD"));
    assert_ne!(own, odd);
    world.finish().await;
}

/// Without a collector we record nothing, and say so of the traces that start here.
fn flags(order_id: &str) -> &'static str {
    if order_id == "TRACE-SHOP" { "01" } else { "00" }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cloud_events_attribute_is_as_good_as_the_header() {
    let mut world = World::new().await;
    world.start_worker();
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "shop", "type": "order.paid.v1",
        "traceparent": shops("00"), "data": order("TRACE-ATTRIBUTE"),
    });
    world.publish(&event).await;
    let booked = world.told("TRACE-ATTRIBUTE", "booked").await;
    let told = booked.traceparent.expect("a header");
    assert!(told.starts_with(&format!("00-{SHOPS_TRACE}-")), "{told}");
    assert!(told.ends_with("-00"), "it is not ours to record: {told}");
    world.finish().await;
}
