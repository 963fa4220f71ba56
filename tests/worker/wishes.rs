//! Cancellations and revisions through the bus: early, in time, too late, in doubt.

use carrier_sdk::stub::StubFault;
use serde_json::json;

use super::orders::{With, cancellation, order_for, refused};
use super::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_is_a_wish_that_is_granted_wherever_the_carrier_can() {
    let mut world = World::new().await;
    world.start_worker();
    world.cancel(&cancellation("EARLY")).await;
    // Two messages of one order may be taken in either order: several sessions write.
    world
        .wait_until("the early wish", async || {
            let (_, shown) = world.run(&["orders", "show", "fr/EARLY"]);
            shown.contains("a cancellation came before the order")
        })
        .await;
    world.publish(&order_for("chronopost", "EARLY")).await;
    world.publish(&order_for("chronopost", "BOOKED")).await;
    world.publish(&order_for("dhl", "UNABLE")).await;
    world.publish(&order_for("chronopost", "GONE")).await;
    for order_id in ["BOOKED", "UNABLE", "GONE"] {
        world.told(order_id, "booked").await;
    }
    world.bench.ledger.pick_up("GONE");
    for order_id in ["BOOKED", "UNABLE", "GONE"] {
        world.cancel(&cancellation(order_id)).await;
    }

    let early = world.told("EARLY", "cancelled").await;
    assert_eq!(
        early.event["data"]["reason"],
        "the buyer changed their mind"
    );
    assert_eq!(world.bookings("EARLY").len(), 0, "it was never booked");
    world.told("BOOKED", "cancelled").await;
    assert!(!world.bookings("BOOKED")[0].is_live(), "voided");
    let unable = world.told("UNABLE", "cancel_refused").await;
    assert_eq!(
        unable.event["data"]["reason"],
        "dhl-express cannot cancel a booking"
    );
    assert!(world.bookings("UNABLE")[0].is_live());
    let gone = world.told("GONE", "cancel_refused").await;
    assert_eq!(gone.event["data"]["reason"], "it was already picked up");
    assert!(world.bookings("GONE")[0].is_live());
    assert_eq!(
        world.bench.ledger.bookings().len(),
        3,
        "nothing was booked anew"
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_in_doubt_is_remembered_until_the_truth_is_known() {
    let mut world = World::new().await;
    world.fault(
        "book",
        "DOUBT",
        Some(1),
        StubFault::AcceptThenHang { ms: 60_000 },
    );
    world.fault("find", "DOUBT", None, StubFault::Down);
    world.start_worker();
    world.publish(&order_for("chronopost", "DOUBT")).await;
    world
        .wait_until("the doubt", async || world.state("DOUBT") == "in_doubt")
        .await;
    world.cancel(&cancellation("DOUBT")).await;
    world
        .wait_until("the wish", async || {
            let (_, shown) = world.run(&["orders", "show", "fr/DOUBT"]);
            shown.contains("to be cancelled as soon as it is known")
        })
        .await;
    assert_eq!(
        world.story("DOUBT"),
        ["accepted"],
        "nothing is promised before it is known"
    );
    world.bench.faults.clear();
    world.told("DOUBT", "cancelled").await;
    let bookings = world.bookings("DOUBT");
    assert_eq!(bookings.len(), 1, "it was not booked anew");
    assert!(!bookings[0].is_live(), "and what existed was voided");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revision_books_what_was_rejected_and_a_contradiction_is_told_once() {
    let mut world = World::new().await;
    world.start_worker();
    world.publish(&refused("MENDED")).await;
    world.told("MENDED", "rejected").await;
    let mended = refused("MENDED").with("/recipient/postal_code", json!("75002"));
    world.publish(&mended.with("/revision", json!(2))).await;
    let booked = world.told("MENDED", "booked").await;
    assert_eq!(booked.event["data"]["revision"], 2);
    assert_eq!(world.story("MENDED"), ["accepted", "rejected", "booked"]);

    let order = order_for("chronopost", "TWO-MINDS");
    world.publish(&order).await;
    world.told("TWO-MINDS", "booked").await;
    let other = order.clone().with("/recipient/city", json!("Rennes"));
    for again in [&other, &order, &other, &other] {
        world.publish(again).await;
    }
    let third = order.clone().with("/parcels/0/weight_g", json!(900));
    world.publish(&third).await;
    world
        .wait_until("both contradictions", async || {
            world.story("TWO-MINDS").len() == 4
        })
        .await;
    let events = world.events("TWO-MINDS");
    assert_eq!(
        world.story("TWO-MINDS"),
        ["accepted", "booked", "conflict", "conflict"]
    );
    assert_eq!(
        events[2].event["data"]["paths"],
        json!(["$.recipient.city"])
    );
    assert_eq!(
        events[3].event["data"]["paths"],
        json!(["$.parcels[0].weight_g"])
    );
    assert_eq!(world.bookings("TWO-MINDS").len(), 1);
    world.finish().await;
}
