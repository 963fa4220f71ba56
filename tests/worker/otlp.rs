//! Spans at a collector: a real HTTP receiver takes what a real run exports, and reads the protobuf by
//! itself, so that it is the standard's format that is proven and not our library's.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use carrier_sdk::stub::StubFault;

use super::orders::{PAID, order_for};
use super::promises;
use super::telling::{shops, traced};
use super::world::World;

/// Bodies that arrived.
type Arrived = Arc<Mutex<Vec<Bytes>>>;

/// A collector on a port of its own.
async fn collector() -> (String, Arrived) {
    let arrived = Arrived::default();
    let keep = Arc::clone(&arrived);
    let take = async move |headers: HeaderMap, body: Bytes| {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        keep.lock().expect("no panic before").push(body);
    };
    let router = Router::new().route("/v1/traces", post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), arrived)
}

/// A field of a protobuf message.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a byte");
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    value
}

/// The fields of a message: number and value.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let length = match tag & 7 {
            0 => {
                found.push((tag >> 3, Field::Number(varint(&mut bytes))));
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut bytes)).expect("a length"),
            5 => 4,
            other => panic!("wire type {other}"),
        };
        let (value, rest) = bytes.split_at(length);
        bytes = rest;
        found.push((tag >> 3, Field::Bytes(value)));
    }
    found
}

/// The values of a field that is bytes, text or a message.
fn all(message: &[u8], number: u64) -> Vec<&[u8]> {
    let all = fields(message).into_iter();
    let wanted = all.filter_map(|(found, value)| match value {
        Field::Bytes(bytes) if found == number => Some(bytes),
        _ => None,
    });
    wanted.collect()
}

fn first(message: &[u8], number: u64) -> &[u8] {
    all(message, number).first().copied().unwrap_or_default()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[derive(Debug, Clone)]
struct Span {
    trace: String,
    id: String,
    parent: String,
    name: String,
    facts: BTreeMap<String, String>,
}

/// ExportTraceServiceRequest 1 -> ResourceSpans 2 -> ScopeSpans 2 -> Span.
fn spans(requests: &[Bytes]) -> Vec<Span> {
    let resources = requests.iter().flat_map(|request| all(request, 1));
    let scopes = resources.flat_map(|resource| all(resource, 2));
    let spans = scopes.flat_map(|scope| all(scope, 2));
    let read = spans.map(|span| Span {
        trace: hexadecimal(first(span, 1)),
        id: hexadecimal(first(span, 2)),
        parent: hexadecimal(first(span, 4)),
        name: text(first(span, 5)),
        facts: all(span, 9).into_iter().map(fact).collect(),
    });
    read.collect()
}

/// KeyValue: key 1, value 2; of AnyValue text is 1, an integer 3.
fn fact(pair: &[u8]) -> (String, String) {
    let value = fields(first(pair, 2)).into_iter().next();
    let value = match value {
        Some((1, Field::Bytes(word))) => text(word),
        Some((3, Field::Number(number))) => number.to_string(),
        _ => panic!("neither text nor a number"),
    };
    (text(first(pair, 1)), value)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn otlp_spans_of_an_order_arrive_in_the_shops_trace_and_hold_nothing_personal() {
    let (endpoint, arrived) = collector().await;
    let mut world = World::new().await;
    world.environment = vec![("DILIGENCE__TELEMETRY__OTLP_ENDPOINT", endpoint)];
    world.fault("book", "OTLP-1", Some(1), StubFault::AcceptThenEmpty);
    world.start_worker();
    let send = async |order_id: &str, flags: &str| {
        let body = order_for("chronopost", order_id).to_string();
        let properties = traced(&shops(flags));
        world
            .broker
            .publish(PAID, body.as_bytes(), properties)
            .await;
    };
    send("OTLP-1", "01").await;
    send("OTLP-UNSAMPLED", "00").await;
    world.publish(&order_for("dhl", "OTLP-OWN")).await;
    for order_id in ["OTLP-1", "OTLP-UNSAMPLED", "OTLP-OWN"] {
        world.told(order_id, "booked").await;
    }
    // The end of the worker sends what is left.
    assert_eq!(world.sigterm().await, Some(0));

    let requests = arrived.lock().expect("no panic before").clone();
    for request in &requests {
        promises::discreet("a span", &String::from_utf8_lossy(request));
    }
    let all = spans(&requests);
    let of = |order_id: &str| -> Vec<Span> {
        let key = format!("fr/{order_id}/1");
        let own = all.iter().filter(|span| span.facts["diligence.key"] == key);
        own.cloned().collect()
    };
    assert!(
        of("OTLP-UNSAMPLED").is_empty(),
        "the shop does not record it"
    );
    whole(&world, &of("OTLP-1"), "OTLP-1", Some(&shops("01")));
    whole(&world, &of("OTLP-OWN"), "OTLP-OWN", None);
    let lost = of("OTLP-1");
    let outcomes = lost.iter().filter(|span| span.name == "book");
    let outcomes: Vec<&str> = outcomes
        .map(|span| &*span.facts["diligence.outcome"])
        .collect();
    assert!(outcomes.contains(&"unknown"), "{outcomes:?}");
    assert!(lost.iter().any(|span| span.name == "look_up"), "{lost:#?}");
    world.finish().await;
}

/// One trace: taken under the shop's span, then actions with their requests, and every event.
fn whole(world: &World, spans: &[Span], order_id: &str, came_with: Option<&str>) {
    let by_id: HashMap<&str, &Span> = spans.iter().map(|span| (&*span.id, span)).collect();
    let named = |name: &str| -> Vec<&Span> {
        spans
            .iter()
            .filter(|span| span.name.starts_with(name))
            .collect()
    };
    let [taking] = named("take")[..] else {
        panic!("taken once: {spans:#?}")
    };
    let parts: Vec<&str> = came_with.unwrap_or_default().split('-').collect();
    if let [_, trace, span, _] = parts[..] {
        assert_eq!([&*taking.trace, &*taking.parent], [trace, span]);
    } else {
        assert_eq!(taking.parent, "");
    }
    assert!(
        spans.iter().all(|span| span.trace == taking.trace),
        "{spans:#?}"
    );
    let actions = [
        named("book"),
        named("look_up"),
        named("void"),
        named("relabel"),
    ]
    .concat();
    assert!(
        actions.iter().all(|action| action.parent == taking.id),
        "{spans:#?}"
    );
    let asked = named("ask ");
    assert!(!asked.is_empty(), "{spans:#?}");
    for request in asked {
        let action = by_id[&*request.parent];
        for fact in [
            "diligence.account",
            "diligence.operation",
            "diligence.attempt",
        ] {
            assert_eq!(request.facts[fact], action.facts[fact]);
        }
        assert!(
            request.facts.contains_key("diligence.outcome"),
            "{request:?}"
        );
    }
    for event in world.events(order_id) {
        let told = event.traceparent.expect("a header");
        assert!(told.ends_with("-01"), "it is recorded: {told}");
        let span = told.split('-').nth(2).expect("a span");
        assert_eq!(by_id[span].parent, taking.id);
        assert_eq!(
            by_id[span].name,
            format!(
                "tell {}",
                event.event["type"]
                    .as_str()
                    .expect("a type")
                    .trim_end_matches(".v1")
            )
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn otlp_without_a_collector_holds_no_order_up_and_the_end_does_not_wait_for_it() {
    // It takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let mut world = World::new().await;
    world.environment = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"))];
    world.start_worker();
    for number in 0..20 {
        world
            .publish(&order_for("dhl", &format!("DEAF-{number}")))
            .await;
    }
    let ends = world.all_end(20).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(world.sigterm().await, Some(0));
    let log = world.log();
    let complaints = log
        .lines()
        .filter(|line| line.contains("WARN the collector"));
    assert!(
        (1..=2).contains(&complaints.count()),
        "it is said, and not for every batch: {log}"
    );
    world.finish().await;
}
