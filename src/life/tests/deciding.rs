//! What a person decides, and what may not be decided.

use super::carriers::{Booked, labelled};
use super::world::{FINDS, MUTE, PROOF, VOIDS, World, reason};
use crate::life::{Action, Decision, Outcome, Standing, State, Verdict};

/// An order parked in doubt; the carrier has its booking when `booked`.
fn parked_in_doubt(account: &'static str, booked: bool) -> World {
    let mut world = World::with_order(&[account]);
    let errand = world.next_errand();
    if booked {
        world.accept(&errand, Booked::Labelled);
        world.carriers.shipments[0].visible_at = jiff::Timestamp::MAX;
    }
    world.answer(&errand, Outcome::Unknown(reason(account, "time-out")));
    while world.state() != State::Parked {
        if let Some(look) = world.claim_when_due() {
            world.look(&look);
        }
    }
    world
}

fn abandon(reference: &str) -> Decision {
    Decision::Rebook {
        abandon: reference.into(),
    }
}

#[test]
fn retry_looks_up_again_and_sends_nothing_while_it_is_unresolved() {
    let mut world = parked_in_doubt(FINDS, true);
    world.decide(Decision::Retry);
    assert_eq!(world.state(), State::InDoubt);
    let look = world.next_errand();
    assert_eq!(look.action, Action::LookUp { n: 1 });
    world.carriers.shipments[0].visible_at = world.now;
    world.look(&look);
    assert_eq!(world.booking(1).standing, Standing::Live);
}

#[test]
fn retry_does_not_shorten_the_settling_time() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.answer(&errand, Outcome::Unknown(reason(PROOF, "time-out")));
    let settled = world.booking(1).settle_at;
    let look = world.next_errand();
    world.looked(&look, crate::life::Looked::Denied(reason(PROOF, "401")));
    world.decide(Decision::Retry);
    assert_eq!(world.booking(1).settle_at, settled);
}

#[test]
fn retry_ships_an_order_that_lost_its_promise() {
    let mut world = World::new(&[PROOF]);
    world.promise = Some(super::world::at("2026-11-24T18:00:00Z"));
    world.receive(1, "first");
    world.pass(10 * 3_600);
    world.claim();
    assert_eq!(world.parked_for(), "too_late");
    world.decide(Decision::Retry);
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.state(), State::Booked);
}

#[test]
fn rebook_names_what_it_gives_up_and_tells_it_as_a_stray() {
    let mut world = parked_in_doubt(MUTE, true);
    let refused = world.decide(abandon("FR-2"));
    assert_eq!(
        refused,
        Verdict::Refused("name the booking to be given up: --abandon FR-1".into())
    );
    world.decide(abandon("FR-1"));
    assert_eq!(world.booking(1).standing, Standing::Stray);
    let errand = world.next_errand();
    assert_eq!(errand.action, Action::Book { n: 2 });
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "parked", "stray", "booked"]);
}

#[test]
fn rebook_takes_back_a_booking_that_exists_where_it_can() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Miscounted);
    world.answer(&errand, Outcome::Booked(numbers));
    world.decide(abandon("FR-1"));
    for _ in 0..2 {
        let void = world.next_errand();
        assert_eq!(void.action.booking(), 1);
        world.void(&void);
    }
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "parked", "stray", "booked"]);
    assert_eq!(world.carriers.live().count(), 1);
}

#[test]
fn a_person_who_finds_it_booked_hands_in_numbers_and_labels() {
    let mut world = parked_in_doubt(MUTE, true);
    let numbers = labelled(world.carriers.shipments[0].numbers.clone());
    world.decide(Decision::Booked(numbers));
    assert_eq!(world.state(), State::Booked);
    assert_eq!(world.kinds(), ["accepted", "parked", "booked"]);
}

#[test]
fn a_person_cancels_what_may_exist_and_it_is_told_as_a_stray() {
    let mut world = parked_in_doubt(MUTE, true);
    world.decide(Decision::Cancel);
    assert_eq!(world.kinds(), ["accepted", "parked", "stray", "cancelled"]);
}

#[test]
fn a_person_cancels_one_of_several_shipments_and_the_order_ends() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.accept(&errand, Booked::Labelled);
    world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Unknown(reason(VOIDS, "time-out")));
    let look = world.next_errand();
    world.look(&look);
    world.decide(Decision::Cancel);
    assert_eq!(world.state(), State::Cancelled);
}

#[test]
fn nothing_is_decided_about_an_order_that_is_not_parked() {
    let mut world = World::with_order(&[PROOF]);
    for decision in [Decision::Retry, abandon("FR-1"), Decision::Cancel] {
        assert!(matches!(world.decide(decision), Verdict::Refused(_)));
    }
    assert_eq!(world.state(), State::Waiting);
}

#[test]
fn only_what_a_parked_order_offers_can_be_decided() {
    let mut world = World::with_order(&[MUTE]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Bare);
    world.answer(&errand, Outcome::Booked(numbers));
    world.claim_when_due();
    let refused = world.decide(Decision::Retry);
    let why = "the order is parked (label_missing): retry cannot help, only booked, rebook, cancel";
    assert_eq!(refused, Verdict::Refused(why.into()));
}

#[test]
fn a_void_that_failed_can_be_tried_again_or_given_up() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.book(&errand);
    world.cancel();
    world.next_errand();
    let again = world.next_errand();
    world.voided(&again, crate::life::VoidOutcome::TooLate);
    world.decide(Decision::Retry);
    assert_eq!(world.next_errand().action, Action::Void { n: 1, parcel: 0 });
    world.pass(200);
    let again = world.next_errand();
    world.voided(&again, crate::life::VoidOutcome::TooLate);
    world.decide(Decision::Cancel);
    assert_eq!(
        world.kinds(),
        [
            "accepted",
            "booked",
            "parked",
            "parked",
            "stray",
            "cancelled"
        ]
    );
}

#[test]
fn a_rejected_order_can_be_tried_again() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.answer(&errand, Outcome::Refused(reason(PROOF, "address")));
    world.claim_when_due();
    world.decide(Decision::Retry);
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "rejected", "booked"]);
}
