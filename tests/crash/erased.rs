//! The place `erased`: who erases dies when the ledger is done and the rest is not. Whoever comes next
//! does the rest. Its orders are old ones, so it is played apart from the scenes.

use super::orders::order_for;
use super::place::Kind;
use super::world::World;

const TRAP: &str = "DILIGENCE_CRASH_AT";

/// An order that was booked and whose truck has left, without a worker.
async fn an_old_order(ledger: Kind) -> World {
    let mut world = World::on(ledger).await;
    world.start_worker();
    world.publish(&order_for("chronopost", "OLD")).await;
    world.told("OLD", "booked").await;
    assert_eq!(world.sigterm().await, Some(0));
    let left =
        r#"UPDATE orders SET life = REPLACE(life, '"hand_over_at":"20', '"hand_over_at":"19')"#;
    world.place.run(left).await;
    world
}

/// How much of it is kept, in the print folder and elsewhere.
fn kept(world: &World) -> (usize, usize) {
    let (_, said) = world.run(&["privacy", "show", "fr/OLD", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let items = shown["items"].as_array().expect("items");
    let printed = items.iter().filter(|item| item["place"] == "print folder");
    let printed = printed.count();
    (printed, items.len() - printed)
}

/// A person's command that dies leaves the label in the print folder; the same command ends it.
pub async fn by_a_person(ledger: Kind) {
    let mut world = an_old_order(ledger).await;
    let words = [
        "privacy",
        "erase",
        "fr/OLD",
        "--reason",
        "the buyer asked for it",
    ];
    world.environment.push((TRAP, "erased:1".into()));
    assert_eq!(
        world.start_command(&words).ended().await,
        None,
        "{}",
        world.log()
    );
    world.environment.clear();
    assert_eq!(kept(&world), (1, 0));
    let (code, said) = world.run(&words);
    assert_eq!(code, 0, "{said}");
    assert_eq!(kept(&world), (0, 0));
    world.finish().await;
}

/// A worker that dies after a batch; the next one goes on.
pub async fn by_the_worker(ledger: Kind) {
    let mut world = an_old_order(ledger).await;
    for table in ["order_bodies", "answers", "labels"] {
        let over = format!("UPDATE {table} SET erase_after = 1");
        world.place.run(&over).await;
    }
    world.environment.push((TRAP, "erased:1".into()));
    world.start_worker();
    assert_eq!(world.ended().await, None, "{}", world.log());
    world.environment.clear();
    world.start_worker();
    assert_eq!(world.state("OLD"), "booked");
    assert_eq!(kept(&world).1, 0);
    world.finish().await;
}
