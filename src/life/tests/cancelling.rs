//! Wishes to cancel: durable, consulted at every exit, never a jump out of a state in flight.

use super::carriers::Booked;
use super::world::{FINDS, MUTE, PROOF, VOIDS, World, reason};
use crate::life::{Action, Decision, Event, Outcome, State, Verdict, VoidOutcome};

#[test]
fn a_cancellation_that_comes_before_its_order_cancels_it() {
    let mut world = World::new(&[PROOF]);
    assert_eq!(world.cancel(), Verdict::Applied);
    assert_eq!(
        (world.state(), world.life().due_at()),
        (State::Unknown, None)
    );
    assert_eq!(world.cancel(), Verdict::Absorbed);
    world.receive(1, "first");
    assert_eq!(world.state(), State::Cancelled);
    assert_eq!(world.kinds(), ["accepted", "cancelled"]);
}

#[test]
fn an_order_that_waits_is_cancelled_at_once() {
    let mut world = World::with_order(&[PROOF]);
    world.cancel();
    assert_eq!(
        (world.state(), world.life().due_at()),
        (State::Cancelled, None)
    );
    assert_eq!(world.cancel(), Verdict::Absorbed);
}

#[test]
fn a_wish_to_cancel_in_doubt_is_acted_on_when_settled() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.cancel();
    world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Unknown(reason(VOIDS, "time-out")));
    assert_eq!(world.state(), State::InDoubt);
    let look = world.next_errand();
    world.look(&look);
    assert_eq!(world.state(), State::Voiding);
    let void = world.next_errand();
    world.void(&void);
    assert_eq!(world.kinds(), ["accepted", "cancelled"]);
    assert_eq!(world.carriers.live().count(), 0);
}

#[test]
fn a_wish_to_cancel_is_fulfilled_when_the_booking_had_no_effect() {
    let mut world = World::with_order(&[PROOF]);
    let errand = world.next_errand();
    world.cancel();
    world.answer(&errand, Outcome::NoEffect(reason(PROOF, "busy")));
    assert_eq!(world.kinds(), ["accepted", "cancelled"]);
}

#[test]
fn what_the_carrier_cannot_void_is_booked_and_the_wish_refused() {
    let mut world = World::with_order(&[FINDS]);
    let errand = world.next_errand();
    world.cancel();
    world.book(&errand);
    assert_eq!(world.state(), State::Booked);
    assert_eq!(world.kinds(), ["accepted", "booked", "cancel_refused"]);
}

#[test]
fn a_booked_order_is_voided_where_the_carrier_can() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.book(&errand);
    world.cancel();
    let void = world.next_errand();
    assert_eq!(void.action, Action::Void { n: 1, parcel: 0 });
    world.void(&void);
    assert_eq!(world.kinds(), ["accepted", "booked", "cancelled"]);
}

#[test]
fn a_wish_that_was_refused_may_be_made_again() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.book(&errand);
    world.cancel();
    let void = world.next_errand();
    world.voided(&void, VoidOutcome::Refused(reason(VOIDS, "contract")));
    assert_eq!(world.state(), State::Booked);
    world.cancel();
    let void = world.next_errand();
    world.void(&void);
    assert_eq!(
        world.kinds(),
        ["accepted", "booked", "cancel_refused", "cancelled"]
    );
}

#[test]
fn a_wish_is_not_forgotten_when_the_worker_dies() {
    let mut world = World::with_order(&[MUTE]);
    world.next_errand();
    world.cancel();
    world.claim_when_due();
    world.claim_when_due();
    assert_eq!(world.parked_for(), "in_doubt");
    assert_eq!(
        world.decide(Decision::Rebook {
            abandon: "FR-1".into()
        }),
        refused("the shop wishes to cancel the order: decide cancel")
    );
    world.decide(Decision::Cancel);
    assert_eq!(world.kinds(), ["accepted", "parked", "stray", "cancelled"]);
}

fn refused(why: &str) -> Verdict {
    Verdict::Refused(why.into())
}

#[test]
fn an_unlabelled_booking_is_voided_at_once_when_the_shop_cancels() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Bare);
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(world.state(), State::Unlabelled);
    world.cancel();
    let void = world.next_errand();
    world.void(&void);
    assert_eq!(world.kinds(), ["accepted", "cancelled"]);
}

#[test]
fn a_booking_parked_for_its_numbers_is_voided_when_the_shop_cancels() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    let numbers = world.accept(&errand, Booked::Miscounted);
    world.answer(&errand, Outcome::Booked(numbers));
    assert_eq!(world.parked_for(), "parcel_count");
    world.cancel();
    for _ in 0..2 {
        let void = world.next_errand();
        world.void(&void);
    }
    assert_eq!(world.kinds(), ["accepted", "parked", "cancelled"]);
}

#[test]
fn no_risk_is_told_of_an_order_that_is_being_cancelled() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.cancel();
    let numbers = world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Booked(numbers));
    let void = world.next_errand();
    world.voided(&void, VoidOutcome::NotSent);
    world.pass(86_400);
    let void = world.next_errand();
    world.void(&void);
    assert_eq!(world.kinds(), ["accepted", "cancelled"]);
}

#[test]
fn a_cancelled_order_does_not_come_back() {
    let mut world = World::with_order(&[PROOF]);
    world.cancel();
    assert_eq!(world.receive(2, "second"), Verdict::Conflict);
    let claimed = world.claim();
    assert!(claimed.is_none());
    let wished = world.happens(Event::CancelWished { reason: None });
    assert_eq!(wished.verdict, Verdict::Absorbed);
    assert_eq!(world.state(), State::Cancelled);
}
