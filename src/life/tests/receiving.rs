//! Orders that arrive: new, again, corrected, contradicted.

use super::world::{MUTE, PROOF, VOIDS, World, at, reason};
use crate::life::{Announcement, Decision, Outcome, RiskCause, State, Verdict};

#[test]
fn a_new_order_is_accepted_and_waits_for_a_booking_at_once() {
    let world = World::with_order(&[PROOF]);
    assert_eq!(world.state(), State::Waiting);
    assert_eq!(world.life().due_at(), Some(world.now));
    assert_eq!(world.kinds(), ["accepted"]);
}

#[test]
fn the_same_order_again_is_absorbed_in_every_state() {
    let mut world = World::with_order(&[VOIDS]);
    assert_eq!(world.receive(1, "first"), Verdict::Absorbed);
    let errand = world.next_errand();
    assert_eq!(world.receive(1, "first"), Verdict::Absorbed);
    world.book(&errand);
    assert_eq!(world.receive(7, "first"), Verdict::Absorbed);
    world.cancel();
    assert_eq!(world.receive(1, "first"), Verdict::Absorbed);
    let errand = world.next_errand();
    world.void(&errand);
    assert_eq!(world.receive(1, "first"), Verdict::Absorbed);
    assert_eq!(world.kinds(), ["accepted", "booked", "cancelled"]);
}

#[test]
fn a_higher_revision_replaces_an_order_that_is_not_booked() {
    let mut world = World::with_order(&[PROOF]);
    assert_eq!(world.receive(2, "second"), Verdict::Applied);
    assert_eq!(
        (world.life().revision, world.life().content.as_str()),
        (2, "second")
    );
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.booking(1).revision, 2);
}

#[test]
fn other_content_without_a_higher_revision_is_a_conflict_told_once() {
    let mut world = World::with_order(&[PROOF]);
    let before = world.life().content.clone();
    assert_eq!(world.receive(1, "other"), Verdict::Conflict);
    assert_eq!(world.receive(1, "other"), Verdict::Conflict);
    assert_eq!(world.life().content, before);
    assert_eq!(world.kinds(), ["accepted", "conflict"]);
}

#[test]
fn a_revision_of_a_booked_order_is_a_conflict() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.receive(2, "second"), Verdict::Conflict);
    assert_eq!(world.state(), State::Booked);
    assert_eq!(world.kinds(), ["accepted", "booked", "conflict"]);
}

#[test]
fn a_revision_in_doubt_waits_until_settled() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    assert_eq!(world.receive(2, "second"), Verdict::Applied);
    assert_eq!(world.life().content, "first");
    world.answer(&errand, Outcome::NoEffect(reason(PROOF, "busy")));
    assert_eq!(world.life().content, "second");
    let errand = world.next_errand();
    assert_eq!(
        errand.action.booking(),
        2,
        "a changed revision is another booking"
    );
    world.book(&errand);
    assert_eq!(world.booking(2).revision, 2);
}

#[test]
fn a_revision_that_waited_for_a_booking_that_exists_is_a_conflict() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.receive(2, "second");
    world.book(&errand);
    assert_eq!(world.life().content, "first");
    assert_eq!(world.kinds(), ["accepted", "booked", "conflict"]);
}

#[test]
fn a_shop_that_returns_to_the_content_in_force_gets_that() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.receive(2, "second");
    assert_eq!(world.receive(3, "first"), Verdict::Applied);
    assert_eq!(
        world.receive(2, "second"),
        Verdict::Conflict,
        "the older one comes again"
    );
    world.answer(&errand, Outcome::NoEffect(reason(PROOF, "busy")));
    assert_eq!(
        (world.life().revision, world.life().content.as_str()),
        (3, "first")
    );
}

#[test]
fn a_revision_reopens_a_rejected_order_and_forgets_its_refusals() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.answer(&errand, Outcome::Refused(reason(PROOF, "address")));
    world.claim_when_due();
    assert_eq!(world.state(), State::Rejected);
    assert_eq!(world.life().due_at(), None);
    world.receive(2, "second");
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "rejected", "booked"]);
}

#[test]
fn a_revision_of_a_parked_order_whose_booking_exists_does_not_book_it_again() {
    let mut world = World::with_order(&[MUTE]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, super::carriers::Booked::Bare);
    world.answer(&errand, Outcome::Booked(numbers));
    world.claim_when_due();
    assert_eq!(world.parked_for(), "label_missing");
    world.receive(2, "second");
    assert_eq!(world.state(), State::Parked);
    assert_eq!(world.life().due_at(), None);
    let numbers = super::carriers::labelled(world.carriers.shipments[0].numbers.clone());
    world.decide(Decision::Booked(numbers));
    assert_eq!(world.kinds(), ["accepted", "parked", "booked", "conflict"]);
}

#[test]
fn an_order_too_late_for_its_promise_is_shipped_and_that_is_said() {
    let mut world = World::new(&[PROOF]);
    world.promise = Some(at("2026-11-23T18:00:00Z"));
    world.receive(1, "first");
    let risk = Announcement::AtRisk {
        cause: RiskCause::PromiseCannotBeKept,
    };
    assert!(world.told.contains(&risk));
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "at_risk", "booked"]);
}

#[test]
fn a_revision_that_waited_says_when_its_promise_is_lost() {
    let mut world = World::new(&[PROOF]);
    world.promise = Some(at("2026-11-24T18:00:00Z"));
    world.receive(1, "first");
    let errand = world.next_errand();
    world.promise = Some(at("2026-11-24T08:00:00Z"));
    world.receive(2, "second");
    world.answer(&errand, Outcome::NoEffect(reason(PROOF, "busy")));
    let risk = Announcement::AtRisk {
        cause: RiskCause::PromiseCannotBeKept,
    };
    assert_eq!(world.told.last(), Some(&risk));
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.state(), State::Booked);
}
