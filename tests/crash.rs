//! The crash suite: the real worker dies, or freezes past its lease, at every place where it can
//! matter, is started again, and what is promised is checked against the carriers' own books, the
//! events and the ledger: no order lost, none booked twice by itself, no event missing.
//!
//! Every point of `src/sabotage/crash.rs` x {first pass, later pass} x six kinds of carrier x both
//! policies for doubts x both ledgers (a quarter of it on PostgreSQL, unless `DILIGENCE_CRASH_ALL`).
//! `DILIGENCE_CRASH_ONLY=claimed,voided` plays these points alone;
//! `docs/reliability.md` says what a run costs and what came of it.

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
#[path = "crash/case.rs"]
mod case;
#[path = "crash/erased.rs"]
mod erased;
#[path = "worker/orders.rs"]
mod orders;
#[path = "worker/place.rs"]
mod place;
#[path = "worker/process.rs"]
mod process;
#[path = "worker/promises.rs"]
mod promises;
#[path = "crash/scene.rs"]
mod scene;
#[path = "worker/setup.rs"]
mod setup;
#[path = "worker/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use case::Case;
use scene::Tally;

/// Worlds at a time: they mostly wait, for leases and settling times.
const AT_A_TIME: usize = 8;
/// One ledger's runs at a time: more worlds than that wear out the broker.
static TURN: Mutex<()> = Mutex::new(());

/// Plays one in a runtime of its own; why it failed.
fn play(case: Case) -> Result<Tally, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(scene::play(case))));
    played.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or(panic.downcast_ref::<&str>().map(ToString::to_string));
        format!("{case}: {}", text.unwrap_or_default())
    })
}

/// Plays all of them, several at a time.
fn play_all(cases: Vec<Case>) -> Vec<(Case, Result<Tally, String>)> {
    let (waiting, ended) = (Mutex::new(cases.into_iter()), Mutex::new(Vec::new()));
    let next = || waiting.lock().expect("no panic before").next();
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let played = play(case);
                    ended.lock().expect("no panic before").push((case, played));
                }
            });
        }
    });
    ended.into_inner().expect("no panic before")
}

fn nothing_is_lost_or_doubled(ledger: place::Kind) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let ended = play_all(Case::all(ledger));
    let wanted = ended.len();
    let (mut total, mut failed) = (Tally::default(), Vec::new());
    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    for (case, played) in ended {
        let hit = hits.entry(case.point).or_default();
        match played {
            Ok(tally) => {
                *hit += usize::from(tally.hit);
                total.add(&tally);
            }
            Err(why) => failed.push(why),
        }
    }
    println!("{ledger:?}: {wanted} runs, {total}");
    hits.iter()
        .for_each(|(point, hits)| println!("  {point}: hit in {hits} runs"));
    assert!(
        failed.is_empty(),
        "{} of {wanted} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
    let missed: Vec<_> = hits.iter().filter(|(_, hits)| **hits == 0).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}");
}

#[test]
fn a_crash_or_freeze_at_any_point_loses_and_doubles_nothing_on_sqlite() {
    nothing_is_lost_or_doubled(place::Kind::File);
}

#[test]
fn a_crash_or_freeze_at_any_point_loses_and_doubles_nothing_on_postgresql() {
    nothing_is_lost_or_doubled(place::Kind::Server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_dies_half_way_is_finished_by_whoever_comes_next() {
    for ledger in [place::Kind::File, place::Kind::Server] {
        erased::by_a_person(ledger).await;
        erased::by_the_worker(ledger).await;
    }
}

/// Where the ledgers of a world lie that does not say so.
const LEDGERS: place::Kind = place::Kind::File;
