//! `privacy show|erase`, and what is erased when its time is over: of one order everything that says
//! whom it goes to is gone, wherever it was, and what accounts need stays.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use lapin::BasicProperties;
use serde_json::{Value, json};

use carrier_sdk::stub::StubFault;

use super::orders::{PAID, With, order_for};
use super::world::World;

/// In no other order.
const NAME: &str = "Quitterie Wrenbury";

fn show(world: &World, order_id: &str) -> Vec<Value> {
    let (code, said) = world.run(&["privacy", "show", &format!("fr/{order_id}"), "--json"]);
    assert_eq!(code, 0, "{said}");
    let shown: Value = serde_json::from_str(&said).expect("JSON");
    shown["items"].as_array().expect("items").clone()
}

fn places(items: &[Value]) -> Vec<&str> {
    let mut places: Vec<&str> = items
        .iter()
        .filter_map(|item| item["place"].as_str())
        .collect();
    places.dedup();
    places
}

fn erase(world: &World, order_id: &str) -> (i32, String) {
    let key = format!("fr/{order_id}");
    let why = ["--reason", "the buyer asked for it", "--actor", "ana"];
    world.run(&[&["privacy", "erase", &key], &why[..]].concat())
}

/// The truck of every booking has left long ago.
async fn all_have_left(world: &World) {
    let long_ago =
        r#"UPDATE orders SET life = REPLACE(life, '"hand_over_at":"20', '"hand_over_at":"19')"#;
    world.place.run(long_ago).await;
}

/// Files of the test's folder, whose bytes hold this.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path)
            .unwrap_or_default()
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

/// One order is booked and named by a message that nobody could read; so is another one.
async fn two_orders(world: &mut World) {
    world.start_worker();
    for order_id in ["GONE", "STAYS"] {
        let order = order_for("chronopost", order_id);
        let order = match order_id {
            "GONE" => order.with("/recipient/name", json!(NAME)),
            _ => order,
        };
        world.publish(&order).await;
        world.told(order_id, "booked").await;
        let odd = order.with("/parcels", json!("two")).to_string();
        let properties = BasicProperties::default();
        world.broker.publish(PAID, odd.as_bytes(), properties).await;
    }
    let queue = &world.broker.names.dead_queue;
    world
        .wait_until("the dead messages", async || {
            world.broker.count(queue).await == 2
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_erased_wherever_it_was_beside_the_running_worker() {
    let mut world = World::new().await;
    two_orders(&mut world).await;
    let kept = show(&world, "GONE");
    assert_eq!(places(&kept), ["ledger", "print folder", "dead queue"]);
    let naming = kept.iter().filter(|item| item.to_string().contains(NAME));
    assert!(
        naming.count() >= 2,
        "its content, and the message: {kept:?}"
    );

    let (code, said) = erase(&world, "GONE");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("has not left yet") && said.contains("erase after that"),
        "{said}"
    );
    assert_eq!(show(&world, "GONE"), kept, "nothing was touched");

    all_have_left(&world).await;
    let (code, said) = erase(&world, "GONE");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("1 files of the print folder, 1 dead messages"),
        "{said}"
    );
    assert_eq!(show(&world, "GONE"), Vec::<Value>::new());
    assert_eq!(files_with(world.folder.path(), NAME), Vec::<PathBuf>::new());
    let other = show(&world, "STAYS");
    assert_eq!(places(&other), ["ledger", "print folder", "dead queue"]);

    what_accounts_need_stays(&world).await;
    assert_eq!(erase(&world, "GONE").0, 0, "once more harms nothing");
    world.finish().await;
}

async fn what_accounts_need_stays(world: &World) {
    let (_, said) = world.run(&["orders", "show", "fr/GONE"]);
    let number = &world.bookings("GONE")[0].tracking_number;
    assert!(said.contains(&format!("number {number}")), "{said}");
    assert!(
        said.contains("decided by ana: the buyer asked for it"),
        "{said}"
    );
    let (_, said) = world.run(&["dead", "history"]);
    assert!(said.contains("ana: the buyer asked for it"), "{said}");
    // The shop sends it again: it is known, and not booked anew.
    let order = order_for("chronopost", "GONE").with("/recipient/name", json!(NAME));
    world.publish(&order).await;
    let queue = &world.broker.names.orders_queue;
    world
        .wait_until("the message to be taken", async || {
            world.broker.count(queue).await == 0
        })
        .await;
    world.publish(&order_for("chronopost", "AFTER")).await;
    world.told("AFTER", "booked").await;
    assert_eq!(world.bookings("GONE").len(), 1);
    assert_eq!(show(world, "GONE"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_open_is_not_erased_and_one_that_was_cancelled_is() {
    let mut world = World::new().await;
    world.fault("book", "PARKED", Some(1), StubFault::NoLabel);
    world.start_worker();
    world.publish(&order_for("dhl", "PARKED")).await;
    world.told("PARKED", "parked").await;
    let (code, said) = erase(&world, "PARKED");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("decide first (`diligence parked list`)"),
        "{said}"
    );
    let cancel = [
        "parked",
        "cancel",
        "fr/PARKED",
        "--reason",
        "not wanted any more",
    ];
    let (code, said) = world.run(&cancel);
    assert_eq!(code, 0, "{said}");
    world.told("PARKED", "cancelled").await;
    let (code, said) = erase(&world, "PARKED");
    assert_eq!(code, 0, "{said}");
    assert_eq!(show(&world, "PARKED"), Vec::<Value>::new());
    let (code, said) = erase(&world, "NEVER-CAME");
    assert!(code == 0 && said.contains("erased 0 entries"), "{said}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_its_time_is_erased_by_the_worker_itself() {
    let mut world = World::new().await;
    world.start_worker();
    world.publish(&order_for("chronopost", "OLD")).await;
    world.told("OLD", "booked").await;
    assert_eq!(world.sigterm().await, Some(0));
    for table in ["order_bodies", "answers", "labels"] {
        let over = format!("UPDATE {table} SET erase_after = 1");
        world.place.run(&over).await;
    }
    let printed = show(&world, "OLD")
        .into_iter()
        .find(|item| item["place"] == "print folder");
    let printed = printed.expect("a label")["what"]
        .as_str()
        .expect("a path")
        .to_owned();
    let file = File::open(world.path(&printed)).expect("a label");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("set");
    world.start_worker();
    world
        .wait_until("the housekeeping", async || show(&world, "OLD").is_empty())
        .await;
    world
        .wait_until("a word about it", async || {
            world
                .log()
                .contains("personal data was erased, its time was over")
        })
        .await;
    assert_eq!(world.state("OLD"), "booked");
    world.finish().await;
}
