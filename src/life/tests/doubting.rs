//! In doubt: found out, never guessed, never blindly sent again.

use super::carriers::Booked;
use super::world::{FINDS, LEASE, MUTE, PROOF, VOIDS, World, reason};
use crate::life::{Action, Looked, Outcome, Standing, State, later};
use std::time::Duration;

/// An order of whose first booking nothing is known.
fn in_doubt(account: &'static str) -> World {
    let mut world = World::with_order(&[account]);
    let errand = world.next_errand();
    world.answer(&errand, Outcome::Unknown(reason(account, "time-out")));
    assert_eq!(world.state(), State::InDoubt);
    world
}

#[test]
fn a_timeout_after_sending_is_looked_up_before_booking_again() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Unknown(reason(PROOF, "time-out")));
    let look = world.next_errand();
    assert_eq!(look.action, Action::LookUp { n: 1 });
    world.look(&look);
    assert_eq!(world.state(), State::Unlabelled);
    assert_eq!(world.booking(1).standing, Standing::Live);
}

#[test]
fn a_booking_found_after_a_crash_is_in_doubt() {
    let mut world = World::with_order(&[PROOF]);
    world.next_errand();
    world.pass(LEASE - 1);
    assert!(world.claim().is_none(), "its worker may still be at it");
    assert_eq!(world.state(), State::Booking);
    world.pass(1);
    assert!(world.claim().is_none());
    assert_eq!(world.state(), State::InDoubt);
    assert_eq!(world.booking(1).standing, Standing::InDoubt);
}

#[test]
fn absence_counts_only_after_the_lease_and_the_settling_time() {
    let mut world = in_doubt(PROOF);
    let settled = later(world.booking(1).sent_to, Duration::from_secs(180));
    let early = world.next_errand();
    assert!(world.now < settled);
    world.look(&early);
    assert_eq!(world.booking(1).absent, 0);
    assert_eq!(
        world.life().due_at(),
        Some(settled),
        "the next look is one that counts"
    );
    let counted = world.next_errand();
    world.look(&counted);
    assert_eq!(world.booking(1).absent, 1);
}

#[test]
fn an_answer_counts_by_when_it_was_asked() {
    let mut world = in_doubt(PROOF);
    let look = world.next_errand();
    world.now = world.booking(1).settle_at.expect("a time");
    let before = look.until;
    assert!(before < world.now, "asked before, answered after");
    world.look(&look);
    assert_eq!(world.booking(1).absent, 0);
}

#[test]
fn two_absent_answers_a_gap_apart_prove_absence_where_the_carrier_says_so() {
    let mut world = in_doubt(PROOF);
    let early = world.next_errand();
    world.look(&early);
    let first = world.next_errand();
    world.look(&first);
    assert_eq!(world.state(), State::InDoubt);
    let asked = world.now;
    let second = world.next_errand();
    assert_eq!(world.now, later(asked, world.policy.gap));
    world.look(&second);
    assert_eq!(world.state(), State::Waiting);
    let again = world.next_errand();
    assert_eq!(again.action, Action::Book { n: 1 });
    assert_eq!(world.life().bookings.len(), 1, "the same reference");
    world.book(&again);
    assert_eq!(world.kinds(), ["accepted", "booked"]);
}

#[test]
fn absence_is_evidence_and_parks_unless_the_profile_makes_it_proof() {
    let mut world = in_doubt(FINDS);
    while world.state() == State::InDoubt {
        let look = world.next_errand();
        world.look(&look);
    }
    assert_eq!(
        (world.state(), world.parked_for()),
        (State::Parked, "in_doubt")
    );
    assert_eq!(world.booking(1).standing, Standing::InDoubt);
    assert_eq!(
        world.life().park.as_ref().expect("parked").choices,
        ["retry", "rebook", "booked", "cancel"]
    );
}

#[test]
fn what_the_policy_books_anew_is_told_as_a_stray_first() {
    let mut world = World::with_order(&[FINDS]);
    world.rebooks(FINDS);
    let errand = world.next_errand();
    world.accept(&errand, Booked::Labelled);
    world.carriers.shipments[0].visible_at = jiff::Timestamp::MAX;
    world.answer(&errand, Outcome::Unknown(reason(FINDS, "time-out")));
    while world.state() == State::InDoubt {
        let look = world.next_errand();
        world.look(&look);
    }
    assert_eq!(world.booking(1).standing, Standing::Stray);
    let errand = world.next_errand();
    assert_eq!(errand.action, Action::Book { n: 2 });
    assert_eq!(world.booking(2).reference, "FR-1.2");
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "stray", "booked"]);
}

#[test]
fn a_carrier_that_cannot_be_asked_leaves_the_doubt_to_a_person() {
    let mut world = in_doubt(MUTE);
    assert!(world.claim_when_due().is_none());
    assert_eq!(world.parked_for(), "in_doubt");
    assert_eq!(world.kinds(), ["accepted", "parked"]);
}

#[test]
fn a_carrier_that_cannot_be_asked_is_booked_anew_only_after_settling() {
    let mut world = in_doubt(MUTE);
    world.rebooks(MUTE);
    let settled = world.booking(1).settle_at.expect("a time");
    let again = world.next_errand();
    assert_eq!(again.action, Action::Book { n: 2 });
    assert!(world.now >= settled);
}

#[test]
fn a_refusal_to_look_up_parks_and_pauses_no_account() {
    let mut world = in_doubt(PROOF);
    let look = world.next_errand();
    world.looked(&look, Looked::Denied(reason(PROOF, "401")));
    assert_eq!(world.state(), State::Parked);
    assert!(world.paused.is_empty());
}

#[test]
fn a_look_up_that_fails_is_repeated_until_a_person_must_act() {
    let mut world = in_doubt(PROOF);
    let cut_off = world.booking(1).book_by.expect("a cut-off");
    let mut looks = 0;
    while world.state() == State::InDoubt {
        let look = world.next_errand();
        world.looked(&look, Looked::Failed(reason(PROOF, "503")));
        looks += 1;
    }
    assert!(looks > 10);
    assert_eq!(world.state(), State::Parked);
    assert!(world.now < cut_off, "in time for a person");
}

#[test]
fn a_look_up_whose_worker_died_is_made_again() {
    let mut world = in_doubt(PROOF);
    world.next_errand();
    let again = world.next_errand();
    assert_eq!(again.action, Action::LookUp { n: 1 });
    world.look(&again);
    assert_eq!(world.state(), State::InDoubt);
    assert!(world.life().due_at().is_some());
}

#[test]
fn the_answer_to_an_earlier_look_up_proves_nothing() {
    let mut world = in_doubt(PROOF);
    let early = world.next_errand();
    world.look(&early);
    let frozen = world.next_errand();
    let second = world.next_errand();
    world.look(&second);
    world.look(&frozen);
    assert_eq!(world.booking(1).absent, 1);
    assert_eq!(world.state(), State::InDoubt);
}

#[test]
fn a_late_yes_from_a_worker_that_lost_its_lease_is_adopted() {
    let mut world = World::with_order(&[MUTE]);
    let errand = world.next_errand();
    while world.state() != State::Parked {
        world.claim_when_due();
    }
    world.pass(5_000);
    world.book(&errand);
    assert_eq!(world.state(), State::Booked);
    assert_eq!(world.kinds(), ["accepted", "parked", "booked"]);
}

#[test]
fn a_late_no_of_the_last_attempt_settles_the_doubt() {
    let mut world = World::with_order(&[MUTE]);
    let errand = world.next_errand();
    world.claim_when_due();
    assert_eq!(world.state(), State::InDoubt);
    world.answer(&errand, Outcome::NoEffect(reason(MUTE, "lease")));
    assert_eq!(world.state(), State::Waiting);
    assert_eq!(world.next_errand().action, Action::Book { n: 1 });
}

#[test]
fn a_no_to_an_earlier_attempt_says_nothing_about_the_last() {
    let mut world = World::with_order(&[PROOF]);
    let first = world.next_errand();
    while world.state() != State::Waiting {
        if let Some(look) = world.claim_when_due() {
            world.look(&look);
        }
    }
    let second = world.next_errand();
    assert_eq!(second.action, first.action);
    world.answer(&first, Outcome::NoEffect(reason(PROOF, "lease")));
    assert_eq!(world.state(), State::Booking);
    world.book(&second);
    assert_eq!(world.state(), State::Booked);
}

#[test]
fn several_shipments_under_one_reference_are_for_a_person() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.accept(&errand, Booked::Labelled);
    world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Unknown(reason(VOIDS, "time-out")));
    let look = world.next_errand();
    world.look(&look);
    assert_eq!(world.parked_for(), "several_found");
    let told = world.told.len();
    let late = world.next_errand();
    world.look(&late);
    assert_eq!(world.told.len(), told, "it is told once");
}

#[test]
fn after_a_restored_ledger_an_order_is_looked_up_before_it_is_booked() {
    let mut world = World::new(&[VOIDS]);
    world.restored = Some(world.now);
    world.receive(1, "first");
    let look = world.next_errand();
    assert_eq!(look.action, Action::LookUp { n: 1 });
    // What the lost ledger knew comes to light with this look-up.
    let now = world.now;
    world.carriers.book(VOIDS, "FR-1", 1, Booked::Labelled, now);
    world.look(&look);
    assert_eq!(
        world.state(),
        State::Unlabelled,
        "the old booking is adopted"
    );
}

#[test]
fn after_a_restored_ledger_what_the_carrier_does_not_know_is_booked() {
    let mut world = World::new(&[FINDS]);
    world.restored = Some(world.now);
    world.receive(1, "first");
    for _ in 0..2 {
        let look = world.next_errand();
        assert_eq!(look.action, Action::LookUp { n: 1 });
        world.look(&look);
    }
    let errand = world.next_errand();
    assert_eq!(errand.action, Action::Book { n: 1 });
    let numbers = world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(world.state(), State::Booked);
}

#[test]
fn after_a_restored_ledger_each_account_is_looked_at_once() {
    let mut world = World::new(&[MUTE]);
    world.rebooks(MUTE);
    world.restored = Some(world.now);
    world.receive(1, "first");
    let errand = world.next_errand();
    assert_eq!(errand.action, Action::Book { n: 2 });
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "stray", "booked"]);
}
