//! Two bookings of one order: one stays, the other goes, and none is forgotten.

use super::carriers::Booked;
use super::world::{Errand, FINDS, LEASE, PROOF, VOIDS, World, reason};
use crate::life::{Action, Announcement, Decision, Looked, Outcome, Standing, State};

/// A first booking given up in doubt, and a second one under way: the errands of both.
fn two_under_way(account: &'static str) -> (World, Errand, Errand) {
    let mut world = World::with_order(&[account]);
    world.rebooks(account);
    let first = world.next_errand();
    while world.life().bookings.len() < 2 {
        match world.claim_when_due() {
            Some(errand) if matches!(errand.action, Action::LookUp { .. }) => {
                world.looked(&errand, Looked::Absent)
            }
            Some(second) => return (world, first, second),
            None => {}
        }
    }
    unreachable!("the second booking is claimed in the loop")
}

#[test]
fn of_two_live_bookings_the_announced_one_stays_and_the_other_is_voided() {
    let (mut world, first, second) = two_under_way(VOIDS);
    world.book(&second);
    world.book(&first);
    assert_eq!(world.booking(2).standing, Standing::Live);
    assert_eq!(world.booking(1).standing, Standing::Extra);
    let void = world.next_errand();
    assert_eq!(void.action, Action::Void { n: 1, parcel: 0 });
    world.void(&void);
    assert_eq!(world.kinds(), ["accepted", "stray", "booked", "stray"]);
    let live: Vec<_> = world
        .carriers
        .live()
        .map(|shipment| shipment.reference.as_str())
        .collect();
    assert_eq!(live, ["FR-1.2"]);
}

#[test]
fn of_two_live_bookings_without_an_announcement_the_labelled_one_stays() {
    let (mut world, first, second) = two_under_way(VOIDS);
    let numbers = world.accept(&first, Booked::Bare);
    world.answer(&first, Outcome::Booked(numbers));
    assert_eq!(world.state(), State::Unlabelled);
    world.book(&second);
    assert_eq!(
        (world.state(), world.booking(1).standing),
        (State::Booked, Standing::Extra)
    );
    assert_eq!(
        world
            .told
            .iter()
            .filter(|told| **told == Announcement::Booked { n: 2 })
            .count(),
        1
    );
}

#[test]
fn a_no_to_one_booking_does_not_reopen_an_order_that_has_another() {
    let (mut world, first, second) = two_under_way(VOIDS);
    let numbers = world.accept(&first, Booked::Bare);
    world.answer(&first, Outcome::Booked(numbers));
    world.answer(&second, Outcome::NoEffect(reason(VOIDS, "busy")));
    assert_eq!(world.state(), State::Unlabelled);
    assert_eq!(world.booking(1).standing, Standing::Live);
}

#[test]
fn a_booking_in_doubt_beside_a_booked_one_is_told_as_a_stray_and_looked_up_later() {
    let (mut world, first, second) = two_under_way(VOIDS);
    world.book(&first);
    assert_eq!(world.state(), State::Booked);
    world.accept(&second, Booked::Labelled);
    world.pass(LEASE);
    world.claim();
    assert_eq!(world.booking(2).standing, Standing::Stray);
    world.pass(4_000);
    while world.booking(2).standing == Standing::Stray {
        let look = world.next_errand();
        world.look(&look);
    }
    let void = world.next_errand();
    assert_eq!(void.action.booking(), 2);
    world.void(&void);
    assert_eq!(world.carriers.live().count(), 1);
}

#[test]
fn after_a_void_what_is_still_in_doubt_is_found_out_before_the_next_intent() {
    let (mut world, first, second) = two_under_way(VOIDS);
    let numbers = world.accept(&first, Booked::Bare);
    world.answer(&first, Outcome::Booked(numbers));
    world.answer(&second, Outcome::Unknown(reason(VOIDS, "time-out")));
    let void = world.next_errand();
    assert_eq!(void.action, Action::Void { n: 1, parcel: 0 });
    world.void(&void);
    assert_eq!(world.state(), State::InDoubt);
    assert_eq!(world.next_errand().action, Action::LookUp { n: 2 });
}

#[test]
fn a_stray_that_cannot_be_voided_stays_one() {
    let (mut world, first, second) = two_under_way(FINDS);
    world.book(&second);
    world.book(&first);
    world.claim_when_due();
    assert_eq!(world.booking(1).standing, Standing::Stray);
    assert_eq!(world.kinds(), ["accepted", "stray", "booked", "stray"]);
}

#[test]
fn two_yeses_to_one_booking_are_two_shipments() {
    let mut world = World::with_order(&[PROOF]);
    let frozen = world.next_errand();
    while world.state() != State::Waiting {
        if let Some(look) = world.claim_when_due() {
            world.look(&look);
        }
    }
    let again = world.next_errand();
    assert_eq!(
        again.action, frozen.action,
        "absence was proven, and the proof was wrong"
    );
    world.book(&again);
    world.book(&frozen);
    assert_eq!(world.state(), State::Booked);
    assert_eq!(
        (
            world.booking(2).standing,
            world.booking(2).reference.as_str()
        ),
        (Standing::Extra, "FR-1#2")
    );
    world.claim_when_due();
    assert_eq!(world.kinds(), ["accepted", "booked", "stray"]);
}

#[test]
fn voiding_an_extra_does_not_stop_the_order_that_waits() {
    let (mut world, first, second) = two_under_way(VOIDS);
    world.book(&second);
    world.book(&first);
    world.cancel();
    let extra = world.next_errand();
    assert_eq!(extra.action.booking(), 1, "the extra goes first");
    world.void(&extra);
    let void = world.next_errand();
    assert_eq!(void.action.booking(), 2);
    world.void(&void);
    assert_eq!(
        (world.state(), world.carriers.live().count()),
        (State::Cancelled, 0)
    );
}

#[test]
fn a_person_who_cancels_while_a_booking_is_under_way_cancels_it_when_its_answer_is_known() {
    let (mut world, first, second) = two_under_way(VOIDS);
    let miscounted = world.accept(&first, Booked::Miscounted);
    world.answer(&first, Outcome::Booked(miscounted));
    assert_eq!(world.parked_for(), "parcel_count");
    world.policy.accounts.get_mut(VOIDS).expect("it").void = false;
    world.decide(Decision::Cancel);
    assert_eq!(world.state(), State::Booking, "the second one may exist");
    world.answer(&second, Outcome::NoEffect(reason(VOIDS, "busy")));
    assert_eq!(world.state(), State::Cancelled);
    assert_eq!(world.booking(1).standing, Standing::Stray);
}
