//! A bad day, at random from a seed: three workers that are killed and frozen, carriers with every
//! fault, a broker that restarts, dies or blocks, a database that dies, lines that reset, swallow and
//! drip, orders that come twice or are none. Then all is quiet, and the books must agree.
//!
//! `scripts/chaos` runs it; `DILIGENCE_CHAOS_SEED`, `_MINUTES` and `_CLUSTER` (three broker nodes) are
//! its options. Two minutes unless it says otherwise.

#![cfg(all(feature = "sabotage", feature = "stub", feature = "postgres"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code, // the world is made for all suites
    reason = "a test may stop at the first thing that is wrong"
)]

#[path = "worker/broker.rs"]
mod broker;
#[path = "worker/cluster.rs"]
mod cluster;
#[path = "chaos/nodes.rs"]
mod nodes;
#[path = "worker/orders.rs"]
mod orders;
#[path = "worker/place.rs"]
mod place;
#[path = "worker/process.rs"]
mod process;
#[path = "worker/promises.rs"]
mod promises;
#[path = "chaos/reckoning.rs"]
mod reckoning;
#[path = "worker/setup.rs"]
mod setup;
#[path = "chaos/shop.rs"]
mod shop;
#[path = "chaos/storm.rs"]
mod storm;
#[path = "worker/world.rs"]
mod world;

use std::time::Duration;

/// Where the ledgers of a world lie that does not say so.
const LEDGERS: place::Kind = place::Kind::Server;

fn option(name: &str) -> Option<u64> {
    let text = std::env::var(format!("DILIGENCE_CHAOS_{name}")).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {text}")),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_day_loses_no_order_and_books_none_twice() {
    let seed = option("SEED").unwrap_or_else(|| fastrand::u64(..10_000));
    let lasts = Duration::from_secs(60 * option("MINUTES").unwrap_or(2));
    let nodes = if option("CLUSTER").is_some() { 3 } else { 1 };
    println!(
        "chaos from seed {seed} for {} s, {nodes} broker nodes",
        lasts.as_secs()
    );
    let mut storm = storm::Storm::gather(seed, nodes).await;
    storm.rage(lasts).await;
    let day = storm.calm_down().await;
    reckoning::reckon(day).await;
}
