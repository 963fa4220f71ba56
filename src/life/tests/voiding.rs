//! Voids: durable, finished before the next intent, never guessed.

use super::carriers::{Booked, labelled};
use super::world::{Errand, VOIDS, World, reason};
use crate::life::{Action, Decision, Outcome, Standing, State, VoidOutcome};

/// A booked order of so many parcels that is being cancelled, and its first void.
fn voiding(parcels: usize) -> (World, Errand) {
    let mut world = World::new(&[VOIDS]);
    world.parcels = parcels;
    world.receive(1, "first");
    let errand = world.next_errand();
    world.book(&errand);
    world.cancel();
    let void = world.next_errand();
    (world, void)
}

#[test]
fn a_void_is_finished_before_the_next_intent() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Bare);
    world.answer(&errand, Outcome::Booked(numbers));
    let void = world.next_errand();
    assert!(world.claim().is_none(), "the void is under way");
    world.voided(&void, VoidOutcome::NotSent);
    let void = world.next_errand();
    assert_eq!(void.action, Action::Void { n: 1, parcel: 0 });
    world.void(&void);
    assert_eq!(world.next_errand().action, Action::Book { n: 2 });
}

#[test]
fn each_parcel_is_voided_by_its_number() {
    let (mut world, first) = voiding(2);
    world.void(&first);
    assert_eq!(world.state(), State::Voiding);
    let second = world.next_errand();
    assert_eq!(second.action, Action::Void { n: 1, parcel: 1 });
    world.void(&second);
    assert_eq!(
        (world.state(), world.carriers.live().count()),
        (State::Cancelled, 0)
    );
}

#[test]
fn two_answers_about_one_parcel_do_not_void_two() {
    let (mut world, first) = voiding(2);
    let again = world.next_errand();
    assert_eq!(again.action, first.action, "its worker died");
    world.void(&again);
    world.voided(&first, VoidOutcome::Voided);
    assert_eq!(world.state(), State::Voiding);
    assert_eq!(world.next_errand().action, Action::Void { n: 1, parcel: 1 });
}

#[test]
fn an_unanswered_void_followed_by_not_found_parks() {
    let (mut world, void) = voiding(1);
    world.take_back(&void);
    world.voided(&void, VoidOutcome::Unanswered);
    let again = world.next_errand();
    world.void(&again);
    assert_eq!(
        (world.state(), world.parked_for()),
        (State::Parked, "void_failed")
    );
    assert_eq!(world.booking(1).standing, Standing::Live);
}

#[test]
fn a_void_whose_worker_died_followed_by_too_late_parks() {
    let (mut world, _) = voiding(1);
    let again = world.next_errand();
    world.voided(&again, VoidOutcome::TooLate);
    assert_eq!(world.parked_for(), "void_failed");
}

#[test]
fn a_void_that_comes_too_late_refuses_the_cancellation() {
    let (mut world, void) = voiding(1);
    world.voided(&void, VoidOutcome::TooLate);
    assert_eq!(world.state(), State::Booked);
    assert_eq!(world.kinds(), ["accepted", "booked", "cancel_refused"]);
    assert_eq!(world.life().due_at(), None);
}

#[test]
fn a_booking_the_carrier_does_not_know_yet_is_voided_when_it_does() {
    let (mut world, void) = voiding(1);
    world.voided(&void, VoidOutcome::NotFound);
    assert_eq!(world.state(), State::Voiding);
    let again = world.next_errand();
    world.void(&again);
    assert_eq!(world.state(), State::Cancelled);
}

#[test]
fn a_booking_the_carrier_never_knows_is_not_asked_about_for_ever() {
    let (mut world, mut void) = voiding(1);
    for _ in 0..7 {
        world.voided(&void, VoidOutcome::NotFound);
        void = world.next_errand();
    }
    world.voided(&void, VoidOutcome::NotFound);
    assert_eq!(world.kinds(), ["accepted", "booked", "cancel_refused"]);
}

#[test]
fn a_void_that_is_never_answered_ends_with_a_person() {
    let (mut world, mut void) = voiding(1);
    for _ in 0..11 {
        world.voided(&void, VoidOutcome::Unanswered);
        void = world.next_errand();
    }
    world.voided(&void, VoidOutcome::Unanswered);
    assert_eq!(world.parked_for(), "void_failed");
}

#[test]
fn a_void_that_cannot_be_sent_is_tried_until_the_order_is_out_of_time() {
    let (mut world, mut void) = voiding(1);
    let deadline = world.life().deadline;
    while world.state() == State::Voiding {
        world.pass(3_000);
        world.voided(&void, VoidOutcome::NotSent);
        if world.state() == State::Voiding {
            void = world.next_errand();
        }
    }
    assert!(world.now > deadline);
    assert_eq!(world.kinds(), ["accepted", "booked", "cancel_refused"]);
}

#[test]
fn one_of_two_parcels_voided_is_for_a_person() {
    let (mut world, first) = voiding(2);
    world.void(&first);
    let second = world.next_errand();
    world.voided(&second, VoidOutcome::TooLate);
    assert_eq!(world.parked_for(), "void_failed");
}

#[test]
fn a_void_that_worked_after_all_ends_the_wait() {
    let (mut world, frozen) = voiding(1);
    let again = world.next_errand();
    world.take_back(&frozen);
    world.void(&again);
    assert_eq!(world.parked_for(), "void_failed");
    world.voided(&frozen, VoidOutcome::Voided);
    assert_eq!(world.kinds(), ["accepted", "booked", "parked", "cancelled"]);
}

#[test]
fn a_void_that_worked_after_a_person_let_the_booking_stand_is_said() {
    let (mut world, frozen) = voiding(1);
    let again = world.next_errand();
    world.voided(&again, VoidOutcome::NotFound);
    world.decide(Decision::Booked(labelled(
        world.carriers.shipments[0].numbers.clone(),
    )));
    assert_eq!(
        world.kinds(),
        ["accepted", "booked", "parked", "booked", "cancel_refused"]
    );
    world.void(&frozen);
    assert_eq!(
        (world.state(), world.parked_for()),
        (State::Parked, "voided")
    );
    world.decide(Decision::Rebook {
        abandon: String::new(),
    });
    assert_eq!(world.next_errand().action, Action::Book { n: 2 });
}

#[test]
fn a_label_that_comes_while_its_booking_is_voided_does_not_revive_it() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Labelled);
    world.claim_when_due();
    let look = world.next_errand();
    world.look(&look);
    let void = world.next_errand();
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(world.state(), State::Voiding);
    world.void(&void);
    assert_eq!(world.next_errand().action, Action::Book { n: 2 });
}

#[test]
fn a_label_that_comes_before_a_void_is_refused_is_used() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Labelled);
    world.claim_when_due();
    let look = world.next_errand();
    world.look(&look);
    let void = world.next_errand();
    world.answer(&errand, Outcome::Booked(numbers));
    world.voided(&void, VoidOutcome::Refused(reason(VOIDS, "contract")));
    assert_eq!(world.kinds(), ["accepted", "booked"]);
}

#[test]
fn a_late_answer_to_a_void_moves_nothing() {
    let (mut world, frozen) = voiding(1);
    let again = world.next_errand();
    world.void(&again);
    let before = world.life().clone();
    for outcome in [
        VoidOutcome::NotSent,
        VoidOutcome::Unanswered,
        VoidOutcome::NotFound,
        VoidOutcome::TooLate,
    ] {
        world.voided(&frozen, outcome);
        assert_eq!(*world.life(), before);
    }
}
