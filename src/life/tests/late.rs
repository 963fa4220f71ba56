//! Look-ups long after: every attempt that was ever in doubt, whatever became of the order.

use std::time::Duration;

use super::carriers::Booked;
use super::world::{FINDS, PROOF, VOIDS, World, reason};
use crate::life::{Action, Announcement, Looked, Outcome, Standing, State, later};

/// A booking in doubt that the carrier hides until that many seconds after now, and that the
/// policy replaced by a second one.
fn replaced(account: &'static str, hidden: u64) -> World {
    let mut world = World::with_order(&[account]);
    world.rebooks(account);
    let errand = world.next_errand();
    world.accept(&errand, Booked::Labelled);
    world.carriers.shipments[0].visible_at = later(world.now, Duration::from_secs(hidden));
    world.answer(&errand, Outcome::Unknown(reason(account, "time-out")));
    while world.state() == State::InDoubt {
        let look = world.next_errand();
        world.look(&look);
    }
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.state(), State::Booked);
    world
}

#[test]
fn an_attempt_in_doubt_is_looked_up_again_after_an_hour_and_a_day() {
    let mut world = replaced(FINDS, 1_000_000);
    let sent_to = world.booking(1).sent_to;
    for delay in [3_600, 86_400] {
        let look = world.next_errand();
        assert_eq!(look.action, Action::LookUp { n: 1 });
        assert_eq!(world.now, later(sent_to, Duration::from_secs(delay)));
        world.look(&look);
    }
    assert_eq!(world.life().due_at(), None);
}

#[test]
fn an_extra_booking_that_shows_after_an_hour_is_taken_back() {
    let mut world = replaced(VOIDS, 3_000);
    let look = world.next_errand();
    world.look(&look);
    assert_eq!(world.booking(1).standing, Standing::Extra);
    let void = world.next_errand();
    assert_eq!(void.action, Action::Void { n: 1, parcel: 0 });
    world.void(&void);
    let taken_back = |told: &Announcement| {
        matches!(
            told,
            Announcement::Stray {
                n: 1,
                voided: true,
                ..
            }
        )
    };
    assert!(world.told.last().is_some_and(taken_back));
    assert_eq!(
        (world.state(), world.carriers.live().count()),
        (State::Booked, 1)
    );
}

#[test]
fn an_extra_booking_that_shows_after_a_day_is_a_stray_where_the_carrier_cannot_void() {
    let mut world = replaced(FINDS, 40_000);
    for _ in 0..2 {
        let look = world.next_errand();
        world.look(&look);
    }
    while world.life().due_at().is_some() {
        assert!(world.claim_when_due().is_none());
    }
    assert_eq!(world.booking(1).standing, Standing::Stray);
    assert_eq!(
        world
            .booking(1)
            .numbers
            .as_ref()
            .expect("numbers")
            .tracking_number,
        "finds-1"
    );
    assert_eq!(world.kinds(), ["accepted", "stray", "booked", "stray"]);
}

#[test]
fn a_late_hit_on_a_cancelled_order_is_taken_back() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.cancel();
    world.accept(&errand, Booked::Labelled);
    world.carriers.shipments[0].visible_at = later(world.now, Duration::from_secs(2_000));
    world.rebooks(VOIDS);
    world.answer(&errand, Outcome::Unknown(reason(VOIDS, "time-out")));
    while world.state() != State::Cancelled {
        let look = world.next_errand();
        world.look(&look);
    }
    let look = world.next_errand();
    world.look(&look);
    let void = world.next_errand();
    world.void(&void);
    assert_eq!(world.kinds(), ["accepted", "stray", "cancelled", "stray"]);
    assert_eq!(world.carriers.live().count(), 0);
}

#[test]
fn a_late_look_up_that_fails_is_made_again_but_not_at_once() {
    let mut world = replaced(VOIDS, 3_000);
    let look = world.next_errand();
    let first = world.now;
    world.looked(&look, Looked::Failed(reason(VOIDS, "503")));
    let look = world.next_errand();
    assert_eq!(look.action, Action::LookUp { n: 1 });
    assert!(world.now >= later(first, Duration::from_secs(600)));
    world.look(&look);
    assert_eq!(world.booking(1).standing, Standing::Extra);
}

#[test]
fn a_late_look_up_whose_worker_died_is_made_again() {
    let mut world = replaced(VOIDS, 3_000);
    world.next_errand();
    let again = world.next_errand();
    assert_eq!(again.action, Action::LookUp { n: 1 });
}

#[test]
fn a_late_look_up_does_not_count_as_a_step_of_the_ladder() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.answer(&errand, Outcome::Unknown(reason(PROOF, "time-out")));
    let hour = later(world.booking(1).sent_to, Duration::from_secs(3_600));
    let first = world.next_errand();
    world.looked(&first, Looked::Failed(reason(PROOF, "503")));
    while later(world.now, Duration::from_secs(30)) < hour {
        let look = world.next_errand();
        world.looked(&look, Looked::Failed(reason(PROOF, "503")));
    }
    let counted = world.next_errand();
    world.look(&counted);
    assert_eq!(world.booking(1).absent, 1);
    let late = world.next_errand();
    assert!(
        world.life().next_at.is_some_and(|at| at > world.now),
        "the ladder is not due"
    );
    world.look(&late);
    assert_eq!(
        (world.booking(1).absent, world.state()),
        (1, State::InDoubt)
    );
}

#[test]
fn another_shipment_found_under_the_reference_in_force_is_told_and_left_alone() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Unknown(reason(VOIDS, "time-out")));
    world.answer(&errand, Outcome::Booked(numbers));
    world.accept(&errand, Booked::Labelled);
    let look = world.next_errand();
    world.look(&look);
    assert_eq!(world.booking(2).standing, Standing::Stray);
    assert_eq!(world.kinds(), ["accepted", "booked", "stray"]);
    let look = world.next_errand();
    world.look(&look);
    assert_eq!(world.kinds().len(), 3, "it is told once");
    assert_eq!(world.life().due_at(), None);
}

#[test]
fn a_booking_that_was_voided_and_is_still_found_is_not_revived() {
    let mut world = replaced(VOIDS, 3_000);
    let look = world.next_errand();
    world.look(&look);
    let void = world.next_errand();
    world.void(&void);
    let look = world.next_errand();
    world.look(&look);
    assert_eq!(world.booking(1).standing, Standing::Voided);
    assert_eq!(world.life().due_at(), None);
}
