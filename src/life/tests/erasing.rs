//! Personal data may be erased once nobody needs it any more, and not before.

use super::carriers::Booked;
use super::world::{Errand, FINDS, VOIDS, World, reason};
use crate::life::{Action, Decision, Outcome, State, Verdict};

const DAY: u64 = 86_400;

fn refused(world: &mut World) -> String {
    let before = world.life().clone();
    let verdict = world.decide(Decision::Erase);
    assert_eq!(world.life(), &before, "nothing changed");
    match verdict {
        Verdict::Refused(why) => why,
        other => panic!("{other:?}"),
    }
}

/// What the order still asks of its carrier, done truly.
fn does(world: &mut World, errand: &Errand) {
    match errand.action {
        Action::LookUp { .. } => world.look(errand),
        Action::Void { .. } => world.void(errand),
        other => panic!("{other:?} is not asked for here"),
    }
}

#[test]
fn an_order_under_way_keeps_its_personal_data() {
    let mut world = World::with_order(&[FINDS]);
    assert!(refused(&mut world).contains("the order is waiting"));
    let errand = world.next_errand();
    assert!(refused(&mut world).contains("the order is booking"));
    world.answer(&errand, Outcome::Unknown(reason(FINDS, "time-out")));
    assert!(refused(&mut world).contains("the order is in_doubt"));
    while world.state() != State::Parked {
        if let Some(look) = world.claim_when_due() {
            world.look(&look);
        }
    }
    assert!(refused(&mut world).contains("decide first"));
}

#[test]
fn a_booked_order_is_erased_once_its_parcel_has_left() {
    let mut world = World::with_order(&[FINDS]);
    let errand = world.next_errand();
    world.book(&errand);
    assert!(refused(&mut world).contains("has not left yet"));
    world.pass(DAY);
    let before = world.life().clone();
    assert_eq!(world.decide(Decision::Erase), Verdict::Applied);
    assert_eq!(world.life(), &before, "what it was and is stays known");
    assert_eq!(
        world.decide(Decision::Erase),
        Verdict::Applied,
        "as often as wanted"
    );
}

#[test]
fn an_order_that_a_carrier_is_still_asked_about_is_not_erased() {
    let mut world = World::with_order(&[VOIDS]);
    let errand = world.next_errand();
    world.accept(&errand, Booked::Labelled);
    world.answer(&errand, Outcome::Unknown(reason(VOIDS, "time-out")));
    world.cancel();
    while world.state() != State::Cancelled {
        let errand = world.next_errand();
        does(&mut world, &errand);
    }
    assert!(refused(&mut world).contains("is still asked about a booking"));
    while world.life().due_at().is_some() {
        if let Some(errand) = world.claim_when_due() {
            does(&mut world, &errand);
        }
    }
    assert_eq!(world.decide(Decision::Erase), Verdict::Applied);
}
