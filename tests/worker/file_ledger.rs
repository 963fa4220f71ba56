//! A ledger that cannot be written: read-only, locked, no room. Said in clear words; nothing is
//! booked that could not be recorded, nothing is lost, and after the remedy every order ends.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::suite::night::{self, alarm};
use crate::suite::orders::order;
use crate::suite::place;
use crate::suite::pressure::rests;
use crate::suite::world::World;

fn orders(prefix: &str, count: usize) -> Vec<Value> {
    (0..count)
        .map(|number| order(&format!("{prefix}-{number:03}")))
        .collect()
}

/// Everything is booked once, and nothing is left behind.
async fn all_is_well(mut world: World, orders: usize) {
    let ends = world.all_end(orders).await;
    assert!(ends.values().all(|end| end == "booked"), "{ends:?}");
    assert_eq!(world.sigterm().await, Some(0));
    assert_eq!(
        world.broker.count(&world.broker.names.orders_queue).await,
        0
    );
    world.finish().await;
}

/// Permissions bind root only without the capability to override them.
fn obeying_permissions() -> &'static str {
    let root = fs::metadata("/proc/self").expect("a process").uid() == 0;
    if root {
        "exec setpriv --bounding-set=-dac_override,-dac_read_search \"$@\""
    } else {
        "exec \"$@\""
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_ledger_is_named_and_the_orders_stay_in_the_queue() {
    let mut world = World::new().await;
    world.publish_all(&orders("BEFORE", 3)).await;
    world.start_worker();
    world.all_end(3).await;
    assert_eq!(world.sigterm().await, Some(0));

    fs::set_permissions(world.path("ledger.db"), Permissions::from_mode(0o400)).expect("set");
    world.publish_all(&orders("AFTER", 5)).await;
    world.start_worker_by(obeying_permissions());
    assert_eq!(world.ended().await, Some(1));
    let said = format!(
        "{} is read-only: make it and its folder writable",
        world.path("ledger.db").display()
    );
    assert!(world.log().contains(&said), "{}", world.log());
    assert_eq!(
        world.broker.count(&world.broker.names.orders_queue).await,
        5
    );

    fs::set_permissions(world.path("ledger.db"), Permissions::from_mode(0o600)).expect("set");
    world.start_worker();
    all_is_well(world, 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_worker_on_one_ledger_is_refused_and_the_first_goes_on() {
    let mut world = World::new().await;
    world.publish_all(&orders("FIRST", 2)).await;
    world.start_worker();
    world.all_end(2).await;
    let (code, said) = world.run(&["worker"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("another worker runs on") && said.contains("stop it first"),
        "{said}"
    );
    world.publish_all(&orders("SECOND", 2)).await;
    all_is_well(world, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_process_holds_the_ledger_orders_wait_and_then_all_end() {
    let mut world = World::new().await;
    world.publish_all(&orders("BEFORE", 2)).await;
    world.start_worker();
    world.all_end(2).await;
    let other = place::open(&world.setup.ledger_url);
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    world.publish_all(&orders("HELD", 10)).await;
    world
        .wait_until("a word about it", async || {
            world.log().contains("another process is writing to")
        })
        .await;
    assert_eq!(
        world.bench.ledger.bookings().len(),
        2,
        "nothing is booked unrecorded"
    );
    rests(&world, "a ledger that another process holds").await;
    other.execute_batch("ROLLBACK").expect("let go");
    drop(other);
    all_is_well(world, 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_headroom_orders_are_taken_and_nothing_is_booked() {
    let mut world = World::new().await;
    world.setup.headroom_mib = 1 << 40;
    world.publish_all(&orders("ROOM", 4)).await;
    world.start_worker();
    world
        .wait_until("a word about it", async || {
            world
                .log()
                .contains("are wanted before anything is booked: free some disk")
        })
        .await;
    world.told("ROOM-003", "accepted").await;
    assert_eq!(world.sigterm().await, Some(0));
    assert_eq!(world.bench.ledger.bookings().len(), 0);
    world.setup.headroom_mib = 1;
    world.start_worker();
    all_is_well(world, 4).await;
}

/// A file system of 8 MiB, for those who may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(place: &Path) -> Option<Self> {
        fs::create_dir(place).expect("a folder");
        let arguments = ["-t", "tmpfs", "-o", "size=8m", "tmpfs"];
        let mounted = Command::new("mount").args(arguments).arg(place).output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        mounted.then(|| Self(place.to_owned()))
    }

    /// Writes until there is no room for another byte.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = fs::File::create(&filler).expect("a file");
        while file.write_all(&[0; 4096]).is_ok() {}
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the worker may still be ending.
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_under_bookings_stops_everything_until_there_is_room() {
    let mut world = World::new().await;
    let Some(disk) = SmallDisk::mount(&world.path("disk")) else {
        println!("no right to mount: only the file-size limit is shown");
        return a_ledger_that_may_not_grow(world).await;
    };
    world.setup.ledger_url = format!("sqlite://{}", world.path("disk/ledger.db").display());
    world.setup.headroom_mib = 0;
    world.setup.in_flight = 8;
    world.bench.faults.base_delay(Duration::from_secs(1));
    world.publish_all(&orders("FULL", 30)).await;
    world.start_worker();
    world
        .wait_until("calls under way", async || {
            world.bench.ledger.bookings().len() == 8
        })
        .await;
    let filler = disk.fill();
    world.publish_all(&orders("MORE", 5)).await;
    world
        .wait_until("a word about it", async || {
            let log = world.log();
            log.contains("an outcome is not kept yet, nothing new is booked")
                && log.contains("is full: free some space")
        })
        .await;
    rests(&world, "a full disk").await;
    let booked = world.bench.ledger.bookings().len();
    fs::remove_file(filler).expect("removed");
    world.all_end(35).await;
    let bookings = world.bench.ledger.bookings();
    assert!(booked < bookings.len(), "it was stopped in the middle");
    assert_eq!(
        bookings.len(),
        35,
        "each outcome was kept in the end, nothing is booked anew"
    );
    all_is_well(world, 35).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_tells_of_a_full_disk_and_of_somebody_who_holds_the_ledger() {
    let mut world = World::new().await;
    let disk = SmallDisk::mount(&world.path("disk"));
    if disk.is_some() {
        world.setup.ledger_url = format!("sqlite://{}", world.path("disk/ledger.db").display());
    }
    world.start_worker();
    world.publish_all(&orders("NIGHT", 2)).await;
    world.all_end(2).await;
    night::all_is_well(&world).await;
    let Some(disk) = disk else {
        println!("no right to mount: a headroom that no disk has stands for a full one");
        world.setup.headroom_mib = 1 << 40;
        alarm(&world, "the ledger has no room").await;
        return world.finish().await;
    };
    let filler = disk.fill();
    let full = alarm(&world, "the ledger has no room: only 0 MiB are free").await;
    let folder = world.path("disk").display().to_string();
    assert_eq!(full["command"], format!("df -h {folder}"));
    fs::remove_file(filler).expect("removed");
    night::all_is_well(&world).await;

    let other = place::open(&world.setup.ledger_url);
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    let held = alarm(&world, "the ledger cannot be written: another process").await;
    assert_eq!(held["urgency"], "now");
    other.execute_batch("ROLLBACK").expect("let go");
    drop(other);
    night::all_is_well(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_file_that_may_not_grow_is_told_and_the_next_start_ends_all() {
    a_ledger_that_may_not_grow(World::new().await).await;
}

async fn a_ledger_that_may_not_grow(mut world: World) {
    world.publish_all(&orders("LIMIT", 60)).await;
    // In blocks of 512 bytes; the signal would end the worker before it could say anything.
    world.start_worker_by("trap '' XFSZ; ulimit -f 700; exec \"$@\"");
    world
        .wait_until("a word about it", async || {
            world.log().contains("ledger.db reports an error")
        })
        .await;
    world.kill_9();
    world.start_worker();
    let ends = world.all_end(60).await;
    for (order_id, end) in ends {
        let live = world
            .bookings(&order_id)
            .iter()
            .filter(|booking| booking.is_live())
            .count();
        // Killed before its request left: the carrier's silence is no proof.
        let expected = usize::from(end == "booked");
        assert_eq!(live, expected, "{order_id} is {end}");
    }
    world.finish().await;
}
