//! `shipment.booked` never lacks a label.

use super::carriers::{Booked, bare, label};
use super::world::{Errand, MUTE, PROOF, VOIDS, World, reason};
use crate::life::{Action, Decision, Looked, Numbers, Outcome, Standing, State, Verdict};

/// A booking that exists and has no label.
fn unlabelled(account: &'static str) -> World {
    let mut world = World::with_order(&[account]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Bare);
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(
        (world.state(), world.kinds()),
        (State::Unlabelled, vec!["accepted"])
    );
    world
}

fn no_label(world: &mut World) -> Errand {
    let errand = world.next_errand();
    assert_eq!(errand.action, Action::Relabel { n: 1, parcel: 0 });
    world.relabelled(&errand, Err(reason(PROOF, "no_label")));
    errand
}

#[test]
fn a_missing_label_is_fetched_before_the_booking_is_announced() {
    let mut world = unlabelled(PROOF);
    let errand = world.next_errand();
    world.relabelled(&errand, Ok(label("proof-1")));
    assert_eq!(world.kinds(), ["accepted", "booked"]);
}

#[test]
fn a_label_that_cannot_be_fetched_is_asked_for_three_times_then_of_a_person() {
    let mut world = unlabelled(PROOF);
    for _ in 0..3 {
        no_label(&mut world);
    }
    assert!(world.claim_when_due().is_none());
    assert_eq!(world.parked_for(), "label_missing");
    world.decide(Decision::Retry);
    let errand = world.next_errand();
    world.relabelled(&errand, Ok(label("proof-1")));
    assert_eq!(world.kinds(), ["accepted", "parked", "booked"]);
}

#[test]
fn a_label_that_comes_when_the_order_is_parked_ends_the_wait() {
    let mut world = unlabelled(PROOF);
    let frozen = world.next_errand();
    for _ in 0..3 {
        no_label(&mut world);
    }
    world.claim_when_due();
    assert_eq!(world.state(), State::Parked);
    world.relabelled(&frozen, Ok(label("proof-1")));
    assert_eq!(world.kinds(), ["accepted", "parked", "booked"]);
}

#[test]
fn a_label_request_whose_worker_died_is_made_again() {
    let mut world = unlabelled(PROOF);
    world.next_errand();
    assert_eq!(
        world.next_errand().action,
        Action::Relabel { n: 1, parcel: 0 }
    );
}

#[test]
fn a_booking_whose_label_is_lost_is_voided_and_made_anew() {
    let mut world = unlabelled(VOIDS);
    let void = world.next_errand();
    world.void(&void);
    let again = world.next_errand();
    assert_eq!(again.action, Action::Book { n: 2 });
    world.book(&again);
    assert_eq!(world.kinds(), ["accepted", "booked"]);
    assert_eq!(world.carriers.live().count(), 1);
}

#[test]
fn a_carrier_that_never_gives_a_label_is_not_booked_for_ever() {
    let mut world = unlabelled(VOIDS);
    while world.state() != State::Parked {
        let Some(errand) = world.claim_when_due() else {
            continue;
        };
        match errand.action {
            Action::Book { .. } => {
                let numbers = world.accept(&errand, Booked::Bare);
                world.answer(&errand, Outcome::Booked(numbers));
            }
            _ => world.void(&errand),
        }
    }
    assert_eq!(
        (world.parked_for(), world.life().bookings.len()),
        ("label_missing", 3)
    );
}

#[test]
fn a_carrier_that_can_do_neither_leaves_it_to_a_person() {
    let mut world = unlabelled(MUTE);
    assert!(world.claim_when_due().is_none());
    assert_eq!(world.parked_for(), "label_missing");
    let bare = world.carriers.shipments[0].numbers.clone();
    let refused = world.decide(Decision::Booked(bare));
    assert_eq!(
        refused,
        Verdict::Refused("a booked order needs its label: add --label FILE".into())
    );
}

#[test]
fn an_answer_that_comes_after_the_look_up_brings_its_label() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Labelled);
    world.claim_when_due();
    let look = world.next_errand();
    world.looked(&look, Looked::Found(vec![bare(numbers.clone())]));
    assert_eq!(world.state(), State::Unlabelled);
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(world.kinds(), ["accepted", "booked"]);
}

#[test]
fn more_numbers_than_parcels_are_for_a_person() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Miscounted);
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(
        (world.parked_for(), world.kinds()),
        ("parcel_count", vec!["accepted", "parked"])
    );
    assert_eq!(world.booking(1).standing, Standing::Live);
}

#[test]
fn a_shipment_found_without_its_parcels_can_be_labelled() {
    let mut world = World::new(&[PROOF]);
    world.parcels = 2;
    world.receive(1, "first");
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Bare);
    world.answer(&errand, Outcome::Unknown(reason(PROOF, "time-out")));
    let look = world.next_errand();
    let found = Numbers {
        parcels: Vec::new(),
        ..numbers
    };
    world.looked(&look, Looked::Found(vec![found]));
    let errand = world.next_errand();
    assert_eq!(errand.action, Action::Relabel { n: 1, parcel: 0 });
    world.relabelled(&errand, Ok(label("both")));
    assert_eq!(world.state(), State::Booked);
}
