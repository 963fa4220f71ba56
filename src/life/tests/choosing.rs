//! Which account, which truck, how long to wait, and when to say that it is at risk.

use std::time::Duration;

use super::world::{FINDS, MUTE, PROOF, VOIDS, World, at, key, reason};
use crate::life::claim::reference;
use crate::life::{Action, Announcement, Line, Outcome, RiskCause, State, later};

fn busy(account: &str) -> Outcome {
    Outcome::NoEffect(reason(account, "busy"))
}

/// Tries that have no effect, until one is made with this account.
fn until_tried_with(world: &mut World, account: &str) {
    for _ in 0..10_000 {
        let errand = world.next_errand();
        let tried = world.booking(errand.action.booking()).account.clone();
        if tried == account {
            return;
        }
        world.answer(&errand, busy(&tried));
    }
    panic!("{account} was never tried");
}

#[test]
fn the_same_booking_is_sent_again_only_after_proof() {
    let mut world = World::with_order(&[PROOF]);
    let first = world.next_errand();
    world.answer(&first, busy(PROOF));
    let again = world.next_errand();
    assert_eq!(
        (again.action, again.fence),
        (Action::Book { n: 1 }, first.fence + 1)
    );
    world.answer(&again, Outcome::Unknown(reason(PROOF, "time-out")));
    assert_eq!(world.next_errand().action, Action::LookUp { n: 1 });
}

#[test]
fn a_revision_that_came_after_the_order_was_read_is_read_before_it_is_booked() {
    let mut world = World::with_order(&[PROOF]);
    world.receive(2, "another address");
    assert!(world.claim_having_read(1).is_none());
    assert_eq!(world.state(), State::Waiting);
    assert!(world.life().bookings.is_empty());
    let errand = world.next_errand();
    assert_eq!(world.booking(errand.action.booking()).revision, 2);
}

#[test]
fn a_request_sent_again_names_the_truck_it_can_still_catch() {
    let mut world = World::with_order(&[PROOF]);
    let first = world.next_errand();
    world.answer(&first, busy(PROOF));
    world.pass(200);
    let plan = world.plan(world.now);
    let again = world.next_errand();
    let booking = world.booking(again.action.booking());
    assert_eq!(booking.hand_over_at, plan.candidates[0].hand_over_at);
    assert_eq!(booking.book_by, plan.candidates[0].book_by);
}

#[test]
fn another_day_is_another_booking() {
    let mut world = World::with_order(&[PROOF]);
    let first = world.next_errand();
    world.answer(&first, busy(PROOF));
    world.pass(10 * 3_600);
    let next = world.next_errand();
    assert_eq!(next.action, Action::Book { n: 2 });
    assert_ne!(world.booking(1).ship_on, world.booking(2).ship_on);
}

#[test]
fn a_clear_no_takes_the_next_account_and_the_last_no_rejects() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    for account in [PROOF, VOIDS] {
        let errand = world.next_errand();
        assert_eq!(world.booking(errand.action.booking()).account, account);
        world.answer(&errand, Outcome::Refused(reason(account, "address")));
    }
    assert!(world.claim_when_due().is_none());
    assert_eq!(
        (world.state(), world.life().due_at()),
        (State::Rejected, None)
    );
    let Some(Announcement::Rejected { reasons }) = world.told.last() else {
        panic!("rejected")
    };
    assert_eq!(reasons.len(), 2);
}

#[test]
fn at_the_margin_the_next_account_is_taken() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    until_tried_with(&mut world, VOIDS);
    let margin = at("2026-11-23T16:15:00Z");
    assert!(
        world.now >= margin && world.now < at("2026-11-23T16:16:00Z"),
        "at {}",
        world.now
    );
}

#[test]
fn a_paused_account_is_passed_over_at_once() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    world.lines.insert(PROOF, Line::Paused);
    let start = world.now;
    let errand = world.next_errand();
    assert_eq!(
        (
            world.now,
            world.booking(errand.action.booking()).account.as_str()
        ),
        (start, VOIDS)
    );
}

#[test]
fn an_account_that_is_full_for_today_is_passed_over_and_taken_again_tomorrow() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    world.lines.insert(PROOF, Line::Full);
    let start = world.now;
    let errand = world.next_errand();
    let account = &world.booking(errand.action.booking()).account;
    assert_eq!((world.now, account.as_str()), (start, VOIDS));

    let mut alone = World::with_order(&[PROOF]);
    alone.lines.insert(PROOF, Line::Full);
    assert!(alone.claim().is_none());
    assert_eq!(alone.kinds(), ["accepted", "at_risk"]);
    alone.pass(15 * 3_600);
    alone.lines.clear();
    assert_eq!(alone.next_errand().action, Action::Book { n: 1 });
}

#[test]
fn failed_authentication_pauses_the_account_and_not_the_order() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    let errand = world.next_errand();
    let before = world.now;
    world.answer(&errand, Outcome::Unauthorized(reason(PROOF, "401")));
    assert_eq!(world.paused, [PROOF]);
    assert_eq!(world.state(), State::Waiting);
    assert!(
        world.life().due_at() > Some(before),
        "the pause must be seen first"
    );
    world.lines.insert(PROOF, Line::Paused);
    let errand = world.next_errand();
    assert_eq!(world.booking(errand.action.booking()).account, VOIDS);
}

#[test]
fn a_resting_account_is_waited_for_until_the_margin() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    let until = later(world.now, Duration::from_secs(30));
    world.lines.insert(PROOF, Line::Resting(until));
    assert!(world.claim().is_none());
    assert_eq!(world.life().due_at(), Some(until));
    world
        .lines
        .insert(PROOF, Line::Resting(at("2026-11-23T20:00:00Z")));
    let errand = world.next_errand();
    assert_eq!(world.booking(errand.action.booking()).account, VOIDS);
    assert_eq!(world.now, at("2026-11-23T16:15:00Z"));
}

#[test]
fn when_every_account_is_paused_it_is_said_once_and_a_resumed_one_is_used() {
    let mut world = World::with_order(&[PROOF, VOIDS]);
    world
        .lines
        .extend([(PROOF, Line::Paused), (VOIDS, Line::Paused)]);
    for _ in 0..5 {
        assert!(world.claim_when_due().is_none());
    }
    let risk = Announcement::AtRisk {
        cause: RiskCause::AccountPaused,
    };
    assert_eq!(world.told.iter().filter(|told| **told == risk).count(), 1);
    world.lines.clear();
    assert!(world.claim().is_some(), "without waiting for the next look");
}

#[test]
fn risk_is_told_at_the_margin_while_something_can_still_be_done() {
    let mut world = World::with_order(&[PROOF]);
    while world.kinds() == ["accepted"] {
        let errand = world.next_errand();
        world.answer(&errand, busy(PROOF));
    }
    assert_eq!(world.kinds(), ["accepted", "at_risk"]);
    assert!(world.now < at("2026-11-23T16:30:00Z"));
}

#[test]
fn an_order_that_misses_its_truck_takes_the_next_one_if_the_promise_allows() {
    let mut world = World::new(&[PROOF]);
    world.promise = Some(at("2026-11-25T18:00:00Z"));
    world.receive(1, "first");
    while world.life().aimed_at.is_none_or(|day| day.day() == 23) {
        let errand = world.next_errand();
        world.answer(&errand, busy(PROOF));
    }
    assert_eq!(world.state(), State::Waiting);
    let errand = world.next_errand();
    world.book(&errand);
    assert_eq!(world.kinds(), ["accepted", "at_risk", "booked"]);
}

#[test]
fn an_order_that_no_truck_can_save_is_parked_in_time() {
    let mut world = World::new(&[PROOF]);
    world.promise = Some(at("2026-11-24T18:00:00Z"));
    world.receive(1, "first");
    while world.state() != State::Parked {
        if let Some(errand) = world.claim_when_due() {
            world.answer(&errand, busy(PROOF));
        }
    }
    assert_eq!(world.parked_for(), "too_late");
    assert!(
        world.now < at("2026-11-23T16:30:00Z"),
        "before the truck is missed"
    );
    assert_eq!(world.kinds(), ["accepted", "at_risk", "parked"]);
}

#[test]
fn an_order_without_a_promise_is_given_up_only_at_its_greatest_age() {
    let mut world = World::with_order(&[PROOF]);
    let deadline = world.life().deadline;
    while world.state() != State::Parked {
        if let Some(errand) = world.claim_when_due() {
            world.answer(&errand, busy(PROOF));
        }
    }
    assert!(world.now > deadline);
}

#[test]
fn a_reference_is_the_order_id_then_numbered_then_hashed() {
    assert_eq!(reference(&key(), 1, 35, false), "FR-1");
    assert_eq!(reference(&key(), 2, 35, false), "FR-1.2");
    let hashed = reference(&key(), 1, 35, true);
    assert_eq!(hashed.len(), 24);
    assert_ne!(hashed, reference(&key(), 2, 35, true));
    let short = reference(&key(), 2, 5, false);
    assert_eq!(
        (short.len(), short.contains('.')),
        (5, false),
        "too long for the carrier"
    );
    assert_eq!(reference(&key(), 1, 4, false), "FR-1");
}

#[test]
fn every_account_is_asked_until_the_cut_off() {
    let mut world = World::with_order(&[FINDS, MUTE]);
    until_tried_with(&mut world, MUTE);
    let running = world.life().running.clone().expect("under way");
    let errand = super::world::Errand {
        action: running.action,
        fence: world.life().fence,
        until: running.until,
    };
    world.answer(&errand, busy(MUTE));
    let more = world.next_errand();
    assert!(matches!(more.action, Action::Book { .. }));
    assert!(world.now < at("2026-11-23T16:30:00Z"));
}
