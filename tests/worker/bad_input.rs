//! What shops send by mistake: put aside with path and reason, or taken and answered in clear words.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use serde_json::{Value, json};

use super::broker::header;
use super::orders::{CANCELLED, PAID, With, in_hours, order, order_for};
use super::promises::discreet;
use super::world::World;

/// A malformed message: its name, its body, where the fault lies (empty: the whole), part of the reason.
type Bad = (&'static str, Vec<u8>, &'static str, &'static str);

fn bodies() -> Vec<Bad> {
    vec![
        (
            "not JSON",
            b"order 4711, please".to_vec(),
            "",
            "the body is not JSON",
        ),
        (
            "cut off",
            b"{\"order_id\": \"BAD".to_vec(),
            "",
            "ends too early",
        ),
        (
            "not UTF-8",
            b"{\"order_id\": \"\xe9t\xe9\"}".to_vec(),
            "",
            "not UTF-8",
        ),
        ("empty", Vec::new(), "", "ends too early"),
        (
            "large",
            vec![b' '; 20 << 20],
            "",
            "at most 1048576 are read",
        ),
        ("deep", "[".repeat(10_000).into_bytes(), "", "nested deeper"),
        ("a list", b"[]".to_vec(), "$", "must be an object"),
        (
            "twice",
            br#"{"order_id": "A", "order_id": "B"}"#.to_vec(),
            "",
            "names a field twice",
        ),
    ]
}

fn changed(
    name: &'static str,
    pointer: &str,
    value: Value,
    path: &'static str,
    reason: &'static str,
) -> Bad {
    let body = order("BAD").with(pointer, value).to_string();
    (name, body.into_bytes(), path, reason)
}

fn missing(name: &'static str, pointer: &str, path: &'static str) -> Bad {
    (
        name,
        order("BAD").without(pointer).to_string().into_bytes(),
        path,
        "missing",
    )
}

#[rustfmt::skip] // a table
fn fields() -> Vec<Bad> {
    vec![
        missing("no id", "/order_id", "$.order_id"),
        missing("no service", "/service", "$.service"),
        missing("no site", "/ship_from", "$.ship_from"),
        missing("no recipient", "/recipient", "$.recipient"),
        missing("no name", "/recipient/name", "$.recipient.name"),
        missing("no city", "/recipient/city", "$.recipient.city"),
        missing("no country", "/recipient/country", "$.recipient.country"),
        missing("no weight", "/parcels/0/weight_g", "$.parcels[0].weight_g"),
        missing("half a size", "/parcels/0/width_mm", "$.parcels[0].width_mm"),
        changed("no street", "/recipient/street", json!([" "]), "$.recipient.street", "not blank"),
        changed("no parcel", "/parcels", json!([]), "$.parcels", "at least one parcel"),
        changed("id as a path", "/order_id", json!("../x"), "$.order_id", "1 to 32 of"),
        changed("id as a number", "/order_id", json!(4711), "$.order_id", "a string"),
        changed("long id", "/order_id", json!("x".repeat(33)), "$.order_id", "1 to 32 of"),
        changed("no weight at all", "/parcels/0/weight_g", json!(0), "$.parcels[0].weight_g", "from 1 to"),
        changed("lighter than air", "/parcels/0/weight_g", json!(-5), "$.parcels[0].weight_g", "from 1 to"),
        changed("weight in words", "/parcels/0/weight_g", json!("850"), "$.parcels[0].weight_g", "whole number"),
        changed("country in words", "/recipient/country", json!("FRANCE"), "$.recipient.country", "alpha-2"),
        changed("no country's code", "/recipient/country", json!("XX"), "$.recipient.country", "alpha-2"),
        changed("letters in the phone", "/recipient/phone", json!("06 CALL ME 12"), "$.recipient.phone", "phone number"),
        changed("no e-mail", "/recipient/email", json!("zoe at home"), "$.recipient.email", "e-mail"),
        changed("street as a text", "/recipient/street", json!("12 rue X"), "$.recipient.street", "a list"),
        changed("parcels as an object", "/parcels", json!({}), "$.parcels", "a list"),
        changed("a day as a time", "/deliver_by", json!("2026-11-24"), "$.deliver_by", "a moment with its offset"),
        changed("no such day", "/ship_on", json!("2026-02-30"), "$.ship_on", "a day that exists"),
        changed("no such option", "/options", json!(["by_drone"]), "$.options[0]", "must be one of"),
        changed("half a revision", "/revision", json!(1.5), "$.revision", "whole number"),
        changed("binary amount", "/declared_value", json!({"amount": 12.9, "currency": "EUR"}), "$.declared_value.amount", "string"),
    ]
}

/// Properties as a shop's own tools set them.
fn properties(name: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert("x-shop".into(), AMQPValue::LongString("fr".into()));
    BasicProperties::default()
        .with_message_id(name.into())
        .with_correlation_id("cart-17".into())
        .with_app_id("shop".into())
        .with_content_type("application/json".into())
        .with_headers(headers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_malformed_message_is_put_aside_with_its_path_and_reason() {
    let mut world = World::new().await;
    let mut wanted = bodies();
    wanted.extend(fields());
    for (name, body, ..) in &wanted {
        world.broker.publish(PAID, body, properties(name)).await;
    }
    let strange = properties("kind").with_type("order.packed".into());
    let fine = order("FINE").to_string();
    world.broker.publish(PAID, fine.as_bytes(), strange).await;
    wanted.push((
        "kind",
        fine.clone().into_bytes(),
        "",
        "neither order.paid nor order.cancelled",
    ));
    let nobody = json!({"shop": "fr", "reason": "lost"})
        .to_string()
        .into_bytes();
    world
        .broker
        .publish(CANCELLED, &nobody, properties("whom"))
        .await;
    wanted.push(("whom", nobody, "$.order_id", "missing"));
    // After all of them: when it is booked, they were read.
    world.publish(&order("FINE")).await;
    world.start_worker();
    world.told("FINE", "booked").await;
    let all = world.dead(wanted.len()).await;
    assert_eq!(all.len(), wanted.len());
    for dead in all {
        let name = dead.properties.message_id().as_ref();
        let name = name.expect("kept").as_str();
        let (_, body, path, reason) = wanted.iter().find(|bad| bad.0 == name).expect("published");
        assert!(dead.reason.contains(reason), "{name}: {}", dead.reason);
        assert_eq!(dead.path.as_deref().unwrap_or_default(), *path, "{name}");
        assert!(dead.body == *body, "{name}: the body is kept as it was");
        let kept = [
            dead.properties.correlation_id(),
            dead.properties.app_id(),
            dead.properties.content_type(),
        ];
        let kept = kept.map(|text| text.as_ref().map(ShortString::as_str));
        assert_eq!(
            kept,
            ["cart-17", "shop", "application/json"].map(Some),
            "{name}"
        );
        assert_eq!(header(&dead.properties, "x-shop").as_deref(), Some("fr"));
        discreet("a reason", &dead.reason);
    }
    assert_eq!(world.bench.ledger.bookings().len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_strange_but_possible_is_taken_and_answered_in_clear_words() {
    let mut world = World::new().await;
    world.start_worker();
    let late = order("LATE").with("/deliver_by", json!(in_hours(-2)));
    world.publish(&late).await;
    world.told("LATE", "booked").await;
    assert_eq!(world.story("LATE"), ["accepted", "at_risk", "booked"]);
    assert_eq!(
        world.events("LATE")[0].event["data"]["feasible"],
        json!(false)
    );

    for (order_id, pointer, thing) in [
        ("SITE", "/ship_from", "site"),
        ("SERVICE", "/service", "service"),
        ("ACCOUNT", "/account", "account"),
    ] {
        world
            .publish(&order(order_id).with(pointer, json!("nowhere")))
            .await;
        let rejected = world.told(order_id, "rejected").await;
        let message = format!("no {thing} of this name is configured");
        assert_eq!(rejected.event["data"]["reasons"][0]["message"], message);
        assert_eq!(rejected.event["data"]["reasons"][0]["who_acts"], "shop");
    }

    let extra = order("EXTRA").with("/gift_wrap", json!(true));
    world.publish(&extra).await;
    world.told("EXTRA", "booked").await;
    assert_eq!(
        world.events("EXTRA")[0].event["data"]["ignored_fields"],
        json!(["$.gift_wrap"])
    );

    let names = [
        ("LONG", "Maximilian ".repeat(45)),
        ("EMOJI", "Zoé 🎁🎉".into()),
        ("RTL", "שרה לוי".into()),
    ];
    for account in ["chronopost", "dhl"] {
        for (name, text) in &names {
            let order_id = format!("{name}-{account}");
            world
                .publish(&order_for(account, &order_id).with("/recipient/name", json!(text)))
                .await;
            world
                .wait_until(&order_id, async || world.ends().contains_key(&order_id))
                .await;
            let end = world.events(&order_id).pop().expect("it ended");
            if end.kind() == "shipment.rejected" {
                let reason = &end.event["data"]["reasons"][0];
                assert_eq!(reason["field"], "recipient.name", "{reason}");
            }
            assert!(
                ["shipment.booked", "shipment.rejected"].contains(&end.kind()),
                "{}",
                end.event
            );
        }
    }
    let log = world.log();
    let told = ["Maximilian", "שרה", "🎁"]
        .into_iter()
        .find(|name| log.contains(name));
    assert_eq!(told, None, "{log}");
    world.finish().await;
}
