//! Carriers at their worst: each accepts the booking and spoils, withholds or drowns its answer. What
//! cannot be read is looked up; it is never booked twice, and never fills the memory.

use std::time::Duration;

use carrier_sdk::stub::{Mode, Proxy, StubFault};
use serde_json::{Value, json};

use super::orders::{With, order_for};
use super::setup::Carrier;
use super::world::World;

/// Asked without a token: a line that fails fails at the booking.
const CARRIERS: [(&str, Carrier); 2] = [("chronopost", Carrier::Chronopost), ("dhl", Carrier::Dhl)];
/// Gives tokens, and prints a label again.
const REPRINTING: (&str, Carrier) = ("gls", Carrier::Gls);

/// Most memory a worker may ever take here: answers of 100 MiB are read up to 8.
const MOST_MIB: u64 = 120;

/// The end that an accepted booking without a readable answer must come to.
async fn ends_well(world: &World, account: &str, carrier: Carrier) {
    let bookings = || world.bookings(account);
    let live = || {
        bookings()
            .iter()
            .filter(|booking| booking.is_live())
            .count()
    };
    match carrier {
        // It can void: the booking found, whose label nobody has, is replaced.
        Carrier::Chronopost => {
            let booked = world.told(account, "booked").await;
            assert!(bookings().len() > 1, "{account}");
            let live_ones = bookings().into_iter().filter(|booking| booking.is_live());
            let numbers: Vec<String> = live_ones.map(|booking| booking.tracking_number).collect();
            assert_eq!(
                [booked.event["data"]["tracking_number"].clone()],
                *numbers,
                "{account}"
            );
        }
        // It can neither void nor print again: a person is asked, with the reference at hand.
        Carrier::Dhl => {
            let parked = world.told(account, "parked").await;
            let data = &parked.event["data"];
            assert_eq!(data["why"]["code"], "label_missing", "{data}");
            assert_eq!(data["carrier_reference"], account, "{data}");
            assert_eq!(bookings().len(), 1, "{account}");
        }
        // It prints again: the booking found is completed, and nobody is asked.
        Carrier::Gls => {
            let booked = world.told(account, "booked").await;
            assert_eq!(world.story(account), ["accepted", "booked"], "{account}");
            let parcels = booked.event["data"]["parcels"].as_array().cloned();
            let parcels = parcels.unwrap_or_default();
            let whole = |parcel: &Value| parcel["label"]["bytes"].as_u64() > Some(0);
            assert!(
                !parcels.is_empty() && parcels.iter().all(whole),
                "{booked:?}"
            );
            assert_eq!(bookings().len(), 1, "{account}");
        }
        // In steps: the crash suite plays it.
        Carrier::Tnt => unreachable!("not among the carriers of this test"),
    }
    assert_eq!(live(), 1, "{account}");
}

/// One order for each carrier and each fault, which strikes its first booking.
async fn all_end_well(world: &mut World, faults: &[(&str, StubFault)]) {
    let stubs = world.stubs.address();
    let mut orders = Vec::new();
    for (name, fault) in faults {
        for (carrier_name, carrier) in CARRIERS.into_iter().chain([REPRINTING]) {
            // An account of its own, named as its order: no breaker of one stops another.
            let account = format!("{carrier_name}-{name}");
            world.setup.account(&account, carrier, stubs);
            world.fault("book", &account, Some(1), fault.clone());
            orders.push((account, carrier));
        }
    }
    world.start_worker();
    for (account, _) in &orders {
        world.publish(&order_for(account, account)).await;
    }
    for (account, carrier) in &orders {
        ends_well(world, account, *carrier).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_cannot_be_read_is_looked_up_and_nothing_is_booked_twice() {
    let faults = [
        ("html", StubFault::AcceptThenHtml),
        ("empty", StubFault::AcceptThenEmpty),
        ("half", StubFault::AcceptThenTruncate),
        ("deep", StubFault::Deep),
        ("broken", StubFault::AcceptThenBroken),
        ("silent", StubFault::AcceptThenHang { ms: 60_000 }),
        ("unlabelled", StubFault::NoLabel),
        ("scribbled", StubFault::BrokenLabel),
    ];
    let mut world = World::new().await;
    all_end_well(&mut world, &faults).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_a_hundred_megabytes_does_not_fill_the_memory() {
    let faults = [
        ("huge", StubFault::Huge { mib: 100 }),
        ("bomb", StubFault::GzipBomb { mib: 64 }),
    ];
    let mut world = World::new().await;
    // The stub needs a while to make them.
    world.setup.timeout_s = 20;
    world.setup.lease_s = 30;
    all_end_well(&mut world, &faults).await;
    let peak = world.peak_mib();
    println!("the worker took {peak} MiB at most");
    assert!(peak < MOST_MIB, "{peak} MiB");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_lost_on_the_line_is_looked_up_when_the_line_is_back() {
    let every = Duration::from_millis(200);
    let modes = [
        ("reset", Mode::ResetAfterRequest),
        ("swallowed", Mode::ForwardThenBlackhole),
        ("dripping", Mode::Drip { bytes: 8, every }),
        ("cut", Mode::CutAfter { bytes: 100 }),
    ];
    let mut world = World::new().await;
    let stubs = world.stubs.address();
    let mut orders = Vec::new();
    for (name, mode) in modes {
        for (carrier_name, carrier) in CARRIERS {
            let line = Proxy::start(stubs).await.expect("a port");
            line.set(mode).await.expect("set");
            let account = format!("{carrier_name}-{name}");
            world.setup.account(&account, carrier, line.addr());
            orders.push((account, carrier, line));
        }
    }
    world.start_worker();
    for (account, ..) in &orders {
        world.publish(&order_for(account, account)).await;
    }
    for (account, _, line) in &orders {
        world
            .wait_until(&format!("the doubt about {account}"), async || {
                world.state(account) == "in_doubt"
            })
            .await;
        world.told(account, "accepted").await; // and nothing after it that is not known
        assert_eq!(
            world.bookings(account).len(),
            1,
            "{account} is not sent again"
        );
        line.set(Mode::Pass).await.expect("set");
    }
    for (account, carrier, _) in &orders {
        ends_well(&world, account, *carrier).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_not_followed() {
    let mut world = World::new().await;
    world.start_worker();
    for (account, _) in CARRIERS {
        world.fault("book", account, None, StubFault::AcceptThenRedirect);
        world.publish(&order_for(account, account)).await;
    }
    world.all_end(CARRIERS.len()).await;
    for (account, _) in CARRIERS {
        assert_eq!(world.bookings(account).len(), 1, "{account}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_booking_of_two_parcels_is_completed_with_both_labels() {
    let mut world = World::new().await;
    let (account, carrier) = REPRINTING;
    let stubs = world.stubs.address();
    world.setup.account(account, carrier, stubs);
    world.fault("book", "PAIR", Some(1), StubFault::AcceptThenEmpty);
    // The first label is not to be had at once.
    world.fault("label", "PAIR", Some(1), StubFault::Broken);
    world.start_worker();
    let order = order_for(account, "PAIR");
    let both = json!([order["parcels"][0], {"id": "2", "weight_g": 1200}]);
    world.publish(&order.with("/parcels", both)).await;
    ends_well(&world, "PAIR", carrier).await;
    let booked = world.told("PAIR", "booked").await;
    let parcels = booked.event["data"]["parcels"].as_array().expect("parcels");
    let numbers: Vec<&str> = parcels
        .iter()
        .filter_map(|parcel| parcel["tracking_number"].as_str())
        .collect();
    assert_eq!(numbers, world.bookings("PAIR")[0].parcels, "in our order");
    let label = |parcel: usize| &parcels[parcel]["label"]["sha256"];
    assert_ne!(label(0), label(1), "each parcel has its own label");
    world.finish().await;
}
