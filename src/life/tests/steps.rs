//! A booking of several steps: what its last memo is worth when its worker hears no more.

use carrier_sdk::Memo;

use super::carriers::Booked;
use super::world::{Errand, FINDS, LEASE, MUTE, World, reason};
use crate::life::{Action, Advanced, Event, Looked, Outcome, Progress, Standing, State, Verdict};

impl World {
    /// The first step of a booking is answered, and another one follows.
    pub fn advance(&mut self, errand: &Errand, repeatable: bool) -> Verdict {
        let memo = Memo {
            step: "result".into(),
            value: "42".into(),
        };
        let advanced = Event::Advanced(Advanced {
            n: errand.action.booking(),
            fence: errand.fence,
            progress: Progress { memo, repeatable },
        });
        self.happens(advanced).verdict
    }
}

/// A worker that died after the first step of two.
fn after_a_death(account: &'static str, repeatable: bool) -> World {
    let mut world = World::with_order(&[account]);
    let errand = world.next_errand();
    world.advance(&errand, repeatable);
    world.pass(LEASE);
    assert!(world.claim().is_none());
    assert_eq!(world.state(), State::InDoubt);
    world
}

#[test]
fn the_result_of_a_step_is_asked_for_again_where_the_carrier_knows_no_reference() {
    let mut world = after_a_death(MUTE, true);
    let look = world.next_errand();
    assert_eq!(look.action, Action::LookUp { n: 1 });
    let numbers = world.accept(&look, Booked::Labelled);
    world.looked(&look, Looked::Found(vec![numbers]));
    assert_eq!(world.state(), State::Booked);
}

#[test]
fn a_step_that_books_is_never_sent_a_second_time() {
    let mut world = after_a_death(MUTE, false);
    assert!(world.booking(1).step_to_ask().is_none());
    assert!(world.claim_when_due().is_none());
    assert_eq!(world.state(), State::Parked);
}

#[test]
fn a_result_that_cannot_be_had_gives_way_to_the_look_up_by_reference() {
    let mut world = after_a_death(FINDS, true);
    for _ in 0..5 {
        assert!(world.booking(1).step_to_ask().is_some());
        let look = world.next_errand();
        world.looked(&look, Looked::Failed(reason(FINDS, "not_yet")));
    }
    assert!(world.booking(1).step_to_ask().is_none());
    assert_eq!(world.next_errand().action, Action::LookUp { n: 1 });
}

#[test]
fn a_memo_that_comes_after_the_lease_is_kept_and_its_worker_sees_that_it_must_stop() {
    let mut world = World::with_order(&[MUTE]);
    let errand = world.next_errand();
    world.pass(LEASE);
    world.claim();
    assert_eq!(world.advance(&errand, true), Verdict::Applied);
    let booking = world.booking(1);
    assert!(!booking.is_under_way(world.life()));
    assert!(booking.step_to_ask().is_some());
}

#[test]
fn the_memo_of_an_older_attempt_changes_nothing() {
    let mut world = World::with_order(&[MUTE]);
    let first = world.next_errand();
    world.answer(&first, Outcome::NoEffect(reason(MUTE, "busy")));
    let second = world.next_errand();
    assert_eq!(world.advance(&first, true), Verdict::Absorbed);
    assert_eq!(world.advance(&second, true), Verdict::Applied);
    assert_eq!(world.booking(1).standing, Standing::Intended);
}
