//! What must hold at the end of every test, whatever it was about: events are valid and in order,
//! nothing personal was said, no order has two live bookings.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use carrier_sdk::stub::StubBooking;
use serde_json::Value;

use super::broker::Told;
use super::orders::private;
use super::setup::{HTTP_TOKEN, SECRETS};
use super::world::World;

/// Checks all of it.
pub async fn check(world: &World) {
    world.broker.look(|told| {
        valid(told);
        in_order(told, world.has_many());
        let events = told.iter().map(|one| String::from_utf8_lossy(&one.body));
        for event in events {
            discreet("an event", &event);
        }
    });
    discreet("the log", &world.log());
    let bookings = world.bench.ledger.bookings();
    let strays = world.broker.look(strays);
    let twice = live_twice(&bookings, &strays);
    assert!(twice.is_empty(), "booked twice: {}", stories(world, &twice));
    let unrouted = world.broker.count(&world.broker.names.unrouted).await;
    assert_eq!(unrouted, 0, "every event had a listener");
}

/// Each event by the schema of its kind, which must exist.
fn valid(told: &[Told]) {
    let mut validators: HashMap<String, jsonschema::Validator> = HashMap::new();
    for one in told {
        let validator = validators
            .entry(one.kind().to_owned())
            .or_insert_with_key(|kind| schema(kind));
        let errors = validator
            .iter_errors(&one.event)
            .map(|error| error.to_string());
        let errors: Vec<String> = errors.collect();
        assert!(errors.is_empty(), "{errors:?}: {}", one.event);
        assert_eq!(
            one.event["id"],
            one.message_id.as_str(),
            "the message's id is the event's"
        );
        assert_eq!(
            one.traceparent.as_deref(),
            one.event["traceparent"].as_str(),
            "the message's span is the event's"
        );
    }
}

fn schema(kind: &str) -> jsonschema::Validator {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{kind}.v1.json"));
    let text = fs::read_to_string(&place).expect("every kind of event has a schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("a schema")
}

/// An order's events come in the order of their numbers, none is missing, repeats are identical. Of
/// several workers one that was frozen may repeat late what it was about to tell.
fn in_order(told: &[Told], late_repeats: bool) {
    let mut last: HashMap<&str, u64> = HashMap::new();
    let mut known: HashMap<&str, &[u8]> = HashMap::new();
    for one in told {
        let repeated = known.insert(&one.message_id, &one.body);
        let identical = repeated.is_none_or(|body| body == one.body);
        assert!(identical, "a repeat is identical: {}", one.event);
        if late_repeats && repeated.is_some() {
            continue;
        }
        let Some(sequence) = one.event["sequence"].as_str() else {
            continue;
        };
        let sequence: u64 = sequence.parse().expect("a number");
        let before = last.insert(one.subject(), sequence).unwrap_or(0);
        // An account's events are numbered by their time.
        let follows = match one.kind().starts_with("account.") {
            true => sequence > before,
            false => sequence == before + 1,
        };
        assert!(
            sequence == before || follows,
            "{} follows {before}: {}",
            sequence,
            one.event
        );
    }
}

/// No name, street, phone, e-mail or secret, in capitals or not, escaped or encoded.
pub fn discreet(place: &str, text: &str) {
    let lower = text.to_lowercase();
    let secrets = SECRETS
        .into_iter()
        .chain([HTTP_TOKEN, "guest:guest", "diligence:diligence"]);
    for secret in private().into_iter().chain(secrets) {
        let said = spellings(secret)
            .into_iter()
            .find(|one| lower.contains(one));
        if let Some(said) = said {
            let line = lower.lines().find(|line| line.contains(&said));
            panic!("{place} says {secret}: {}", line.unwrap_or_default());
        }
    }
}

/// A text as it may stand in another: itself, escaped as in JSON, percent-encoded, in base64 at any
/// place, and as a list of its bytes; all in small letters.
fn spellings(text: &str) -> Vec<String> {
    let escaped = text.chars().map(|letter| match letter.is_ascii() {
        true => letter.to_string(),
        false => format!("\\u{:04x}", u32::from(letter)),
    });
    let encoded = text.bytes().map(|byte| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02x}"),
    });
    let bytes: Vec<String> = text.bytes().map(|byte| byte.to_string()).collect();
    let base64 = (0..3).map(|before| {
        let moved = [&vec![0; before], text.as_bytes()].concat();
        let whole = STANDARD_NO_PAD.encode(&moved);
        // the letters at both ends depend on what stands beside
        let (start, end) = ((before * 8).div_ceil(6), moved.len() * 8 / 6);
        whole[start..end].to_owned()
    });
    let spelled = [
        text.to_owned(),
        escaped.collect(),
        encoded.collect(),
        bytes.join(", "),
    ];
    spelled
        .into_iter()
        .chain(base64)
        .map(|one| one.to_lowercase())
        .collect()
}

/// The order that a booking was made for: references of first bookings are plain, later ones end
/// in `.n`, and no order of these tests has a point in its name.
pub fn order_of(booking: &StubBooking) -> &str {
    let reference = booking.reference.as_str();
    reference
        .split_once('.')
        .map_or(reference, |(order_id, _)| order_id)
}

/// The references of bookings that were told as not wanted.
pub fn strays(told: &[Told]) -> HashSet<String> {
    let strays = told.iter().filter(|one| one.kind() == "shipment.stray");
    let references = strays.filter_map(|one| one.event["data"]["carrier_reference"].as_str());
    references.map(str::to_owned).collect()
}

/// Orders with more than one booking in force, but for those that were told as strays.
fn live_twice<'a>(
    bookings: &'a [StubBooking],
    strays: &HashSet<String>,
) -> Vec<(&'a str, Vec<&'a StubBooking>)> {
    let mut live: HashMap<&str, Vec<&StubBooking>> = HashMap::new();
    let unsaid = |booking: &&StubBooking| !strays.contains(&booking.reference);
    for booking in bookings
        .iter()
        .filter(|booking| booking.is_live())
        .filter(unsaid)
    {
        live.entry(order_of(booking)).or_default().push(booking);
    }
    live.into_iter().filter(|(_, own)| own.len() > 1).collect()
}

/// What the carriers hold of these orders, what the ledger says of them, and the log.
fn stories(world: &World, orders: &[(&str, Vec<&StubBooking>)]) -> String {
    let story = |(order_id, bookings): &(&str, Vec<&StubBooking>)| {
        let (_, shown) = world.run(&["orders", "show", &format!("fr/{order_id}")]);
        let log = world.log();
        let said: Vec<&str> = log.lines().filter(|line| line.contains(order_id)).collect();
        format!("{order_id}: {bookings:#?}\n{shown}\n{}\n", said.join("\n"))
    };
    orders.iter().map(story).collect()
}

#[test]
fn what_is_somebodys_is_found_in_every_spelling() {
    use base64::engine::general_purpose::STANDARD;
    let [name, ..] = private()[..] else {
        panic!("somebody lives somewhere")
    };
    let phone = "+33698765432";
    let said = [
        format!("for {} itself", name.to_uppercase()),
        STANDARD.encode(format!("x:{phone}")),
        STANDARD.encode(format!("xy:{phone}.")),
        STANDARD.encode(format!("xyz:{phone}..")),
        format!("?q={}", phone.replace('+', "%2B")),
        format!("{:?}", phone.as_bytes()),
        r"J\u00e9r\u00f4me Ottersbane".to_owned(),
    ];
    for text in said {
        let found = std::panic::catch_unwind(|| discreet("this", &text));
        assert!(found.is_err(), "{text}");
    }
    discreet("this", "nothing of anybody");
}
