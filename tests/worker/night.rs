//! What somebody on call is told: `status` beside a worker, each alarm really caused, the command it
//! names really there, and gone when the cause is gone.

use std::process::Command;

use carrier_sdk::stub::{FaultRule, Mode, StubFault};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use lapin::BasicProperties;
use serde_json::Value;

use super::orders::{PAID, order, order_for};
use super::promises;
use super::world::World;

/// What `status` says now, and its exit code. The screen must keep to its size and say no more than
/// it may.
fn look(world: &World) -> (i32, Value) {
    let (code, screen) = world.run(&["status"]);
    promises::discreet("status", &screen);
    assert!(screen.lines().count() <= 40, "{screen}");
    let wide = |line: &&str| line.chars().count() > 100 && !line.trim().starts_with('$');
    assert_eq!(screen.lines().find(wide), None, "{screen}");
    assert!(code == 0 || code == 1, "{screen}");
    let (code, said) = world.run(&["status", "--json"]);
    let said = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    (code, said)
}

fn find(said: &Value, what: &str) -> Option<Value> {
    let mut alarms = said["alarms"].as_array().expect("alarms").iter();
    let found = alarms.find(|alarm| alarm["what"].as_str().expect("words").contains(what));
    found.cloned()
}

/// Waits for the alarm that says this. Its command must be one that there is; the screen is printed
/// for `docs/operating.md`.
pub async fn alarm(world: &World, what: &str) -> Value {
    let mut found = Value::Null;
    world
        .wait_until(&format!("the alarm: {what}"), async || {
            found = find(&look(world).1, what).unwrap_or_default();
            !found.is_null()
        })
        .await;
    println!("{}", world.run(&["status"]).1);
    let command = found["command"].as_str().expect("a command");
    if let Some(words) = command.strip_prefix("diligence ") {
        let words: Vec<&str> = words.split(' ').chain(["--help"]).collect();
        let (code, said) = world.run(&words);
        assert_eq!(code, 0, "{command}: {said}");
    } else {
        let program = command.split(' ').next().expect("a word");
        let known = ["df", "ls", "fuser", "pg_isready"];
        assert!(known.contains(&program), "{command}");
    }
    found
}

/// What an alarm names, without the program.
fn words(alarm: &Value) -> Vec<&str> {
    let command = alarm["command"].as_str().expect("a command");
    command.split(' ').skip(1).collect()
}

/// Waits until nobody is needed.
pub async fn all_is_well(world: &World) {
    world
        .wait_until("a quiet night", async || look(world).0 == 0)
        .await;
    let (_, screen) = world.run(&["status"]);
    assert!(screen.starts_with("All is well"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_night_without_a_worker_is_told_from_the_first_to_the_last() {
    let mut world = World::new().await;
    let missing = alarm(&world, "there is no ledger").await;
    assert_eq!(missing["command"], "diligence worker");
    world.start_worker();
    world.publish(&order("QUIET")).await;
    world.told("QUIET", "booked").await;
    all_is_well(&world).await;
    assert_eq!(world.sigterm().await, Some(0));
    let stopped = alarm(&world, "no worker is running").await;
    assert_eq!(stopped["urgency"], "now");
    assert!(stopped["since"].is_string(), "it said when it stopped");
    world.start_worker();
    all_is_well(&world).await;
    world.kill_9();
    let killed = alarm(&world, "no worker is running").await;
    assert!(killed["since"].as_str() > stopped["since"].as_str());
    world.start_worker();
    all_is_well(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_down_or_silent_is_told_and_the_ledger_all_the_same() {
    let mut world = World::new().await;
    let line = world.line_to_the_broker().await;
    world.start_worker();
    world.publish(&order("BEFORE")).await;
    world.told("BEFORE", "booked").await;
    for mode in [Mode::Refuse, Mode::Blackhole] {
        line.set(mode).await.expect("set");
        let down = alarm(&world, "the broker cannot be used").await;
        assert_eq!(down["command"], "diligence topology check");
        let (code, said) = look(&world);
        assert_eq!((code, &said["bus"]["state"]), (1, &"trouble".into()));
        assert_eq!(said["books"]["orders"]["booked"], 1, "{said}");
    }
    line.set(Mode::Pass).await.expect("set");
    all_is_well(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_account_is_told_and_the_command_that_is_named_mends_it() {
    let mut world = World::new().await;
    let refuse = |carrier: &str| FaultRule {
        carrier: Some(carrier.to_owned()),
        ..FaultRule::always(StubFault::Unauthorized)
    };
    world.start_worker();
    world.bench.faults.add(refuse("chronopost"));
    world.publish(&order("REFUSED")).await;
    world.told("REFUSED", "booked").await;
    let refused = alarm(&world, "account chronopost is paused").await;
    assert!(refused["since"].is_string(), "{refused}");
    world.bench.faults.clear();
    let (code, said) = world.run(&words(&refused));
    assert_eq!(code, 0, "{said}");
    all_is_well(&world).await;

    // This carrier can be asked: an account that is still refused is not let go.
    world.bench.faults.add(refuse("dhl-express"));
    world.publish(&order_for("dhl", "ASKED")).await;
    let refused = alarm(&world, "account dhl is paused").await;
    let (code, said) = world.run(&words(&refused));
    assert_eq!(code, 1, "it is still refused: {said}");
    world.bench.faults.clear();
    let (code, said) = world.run(&words(&refused));
    assert_eq!(code, 0, "{said}");
    world.told("ASKED", "booked").await;
    all_is_well(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doubt_is_told_and_wants_somebody_when_the_carrier_does_not_settle_it() {
    let mut world = World::new().await;
    let lost = StubFault::AcceptThenHang { ms: 60_000 };
    world.fault("book", "DOUBT", Some(1), lost);
    world.fault("find", "DOUBT", None, StubFault::Down);
    world.start_worker();
    world.publish(&order_for("chronopost", "DOUBT")).await;
    let young = alarm(&world, "bookings in doubt: 1").await;
    assert!(world.run(&words(&young)).1.contains("DOUBT"));
    world
        .wait_until("the doubt to be old", async || {
            let alarm = find(&look(&world).1, "bookings in doubt: 1").unwrap_or_default();
            alarm["urgency"] == "soon"
        })
        .await;
    world.bench.faults.clear();
    world.told("DOUBT", "booked").await;
    all_is_well(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_waits_for_a_person_is_told_with_who_acts() {
    let mut world = World::new().await;
    let lost = StubFault::AcceptThenHang { ms: 60_000 };
    world.fault("book", "FOG", Some(1), lost);
    let unknown = StubFault::LookupLag { ms: 86_400_000 };
    world.fault("find", "FOG", None, unknown);
    world.start_worker();
    world.publish(&order_for("dhl", "FOG")).await;
    world.told("FOG", "parked").await;
    let parked = alarm(&world, "orders that wait for a person: 1 (operator 1)").await;
    assert_eq!(parked["command"], "diligence parked list");
    let cancel = [
        "parked",
        "cancel",
        "fr/FOG",
        "--reason",
        "the buyer took another",
    ];
    let (code, said) = world.run(&cancel);
    assert_eq!(code, 0, "{said}");
    world
        .wait_until("nobody waited for", async || {
            find(&look(&world).1, "wait for a person").is_none()
        })
        .await;
    world.finish().await;
}

/// A time zone in which it is about ten in the morning, so that no hour of this test is another day.
fn morning() -> (String, TimeZone) {
    let hour = Timestamp::now().to_zoned_datetime(TimeZone::UTC).hour();
    let mut ahead = 10 - hour;
    if ahead < -12 {
        ahead += 24;
    }
    // In these names, what lies ahead of Greenwich has a minus.
    let name = format!("Etc/GMT{:+}", -ahead);
    let zone = TimeZone::fixed(Offset::from_hours(ahead).expect("an offset"));
    (name, zone)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_off_that_is_near_is_told_while_an_order_has_no_label() {
    let mut world = World::new().await;
    let (name, zone) = morning();
    let at = |minutes| {
        let then = Timestamp::now() + SignedDuration::from_mins(minutes);
        then.to_zoned_datetime(zone.clone())
            .strftime("%H:%M")
            .to_string()
    };
    let (cut_off, truck) = (at(90), at(120));
    world.setup.margin_s = 50 * 60;
    world.setup.site = format!(
        "time_zone = \"{name}\"\n\n[[sites.pickups]]\naccounts = [\"chronopost\", \"dhl\"]\n\
         days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]\n\
         cut_off = \"{cut_off}\"\ntruck = \"{truck}\"\n"
    );
    let busy = StubFault::Busy {
        retry_after_s: Some(1),
    };
    world.fault("book", "NEAR", None, busy);
    world.start_worker();
    world.publish(&order("NEAR-1")).await;
    let near = alarm(&world, &format!("{cut_off} at lille in ")).await;
    assert_eq!(near["urgency"], "now");
    let what = near["what"].as_str().expect("words");
    assert!(what.ends_with("orders without a label: 1"), "{what}");
    world.bench.faults.clear();
    world.told("NEAR-1", "booked").await;
    world
        .wait_until("the truck to be ready", async || {
            find(&look(&world).1, "cut-off").is_none()
        })
        .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_nobody_could_read_are_told() {
    let mut world = World::new().await;
    world.start_worker();
    for odd in [&b"?"[..], b"{\"order_id\": 7}"] {
        let properties = BasicProperties::default();
        world.broker.publish(PAID, odd, properties).await;
    }
    let dead = alarm(&world, "could not be read as orders: 2").await;
    assert_eq!(dead["command"], "diligence dead list");
    let (code, said) = world.run(&[
        "dead",
        "drop",
        "--all",
        "--reason",
        "the shop sends them again",
    ]);
    assert_eq!(code, 0, "{said}");
    all_is_well(&world).await;
    world.finish().await;
}

#[test]
fn without_a_configuration_status_is_a_fault_of_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("diligence"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DILIGENCE")) {
        command.env_remove(name);
    }
    let output = command.arg("status").current_dir(folder.path()).output();
    assert_eq!(output.expect("it runs").status.code(), Some(2));
}
