//! What holds after every step, whatever happened before it.

use super::carriers::Carriers;
use crate::life::{
    Action, Announcement, Answered, Booking, Event, Life, Numbers, Outcome, Standing, State,
    Transition, Verdict,
};

/// Checks a step against the rules that always hold.
pub fn check(before: Option<&Life>, step: &Transition, told: &[Announcement], carriers: &Carriers) {
    a_request_leaves_only_when_no_other_may_have(before, step);
    somebody_acts(&step.life);
    bookings_fit_the_state(&step.life);
    the_bus_knows_the_end(step, told, carriers);
    every_shipment_is_known(&step.life, carriers);
    what_changed_nothing_says_so(before, step);
    references_are_used_once(&step.life);
    a_wish_ends_as_it_must(before, step);
}

fn references_are_used_once(life: &Life) {
    for (index, booking) in life.bookings.iter().enumerate() {
        let again =
            life.bookings.iter().skip(index + 1).find(|other| {
                other.account == booking.account && other.reference == booking.reference
            });
        assert!(again.is_none(), "a reference is used twice: {again:?}");
    }
}

/// Nothing that was heard is dropped: numbers, however late they come, and wishes.
pub fn what_was_heard_is_known(event: &Event, step: &Transition) {
    match event {
        Event::Answered(Answered {
            outcome: Outcome::Booked(numbers),
            ..
        }) => {
            let mut known = step
                .life
                .bookings
                .iter()
                .filter_map(|one| one.numbers.as_ref());
            assert!(
                known.any(|known| known.same_as(numbers)),
                "the carrier told {numbers:?}, and nobody knows it"
            );
        }
        Event::CancelWished { .. } if step.verdict == Verdict::Applied => {
            let kept = step.life.cancel.is_some() || step.life.state == State::Cancelled;
            let refused = |told: &Announcement| matches!(told, Announcement::CancelRefused { .. });
            assert!(
                kept || step.announcements.iter().any(refused),
                "a wish to cancel was heard, and nobody knows it"
            );
        }
        _ => {}
    }
}

/// A wish to cancel is kept until it is fulfilled, refused aloud, or overruled by a person.
fn a_wish_ends_as_it_must(before: Option<&Life>, step: &Transition) {
    let wished = before.is_some_and(|life| life.cancel.is_some());
    let kept = step.life.cancel.is_some() || step.life.state == State::Cancelled;
    let refused = |told: &Announcement| matches!(told, Announcement::CancelRefused { .. });
    assert!(
        !wished || kept || step.announcements.iter().any(refused),
        "a wish to cancel is gone, and nobody was told"
    );
}

fn a_request_leaves_only_when_no_other_may_have(before: Option<&Life>, step: &Transition) {
    let Some(Action::Book { n }) = step.action else {
        return;
    };
    let others = before.iter().flat_map(|life| &life.bookings);
    let open = [Standing::Intended, Standing::InDoubt, Standing::Live];
    let rival = others
        .into_iter()
        .find(|other| open.contains(&other.standing));
    assert!(
        rival.is_none(),
        "booking {n} is sent while another may exist: {rival:?}"
    );
    let again = before.and_then(|life| life.booking(n));
    let proven = again.is_none_or(|booking| booking.standing == Standing::Dead);
    assert!(proven, "booking {n} is sent again without proof");
    let running = before.and_then(|life| life.running.as_ref());
    assert!(
        running.is_none_or(
            |running| running.until <= step.life.running.as_ref().expect("running").since
        )
    );
}

fn somebody_acts(life: &Life) {
    let by_itself = [
        State::Waiting,
        State::Booking,
        State::InDoubt,
        State::Unlabelled,
        State::Voiding,
    ];
    if by_itself.contains(&life.state) {
        assert!(
            life.due_at().is_some(),
            "{:?}, and nobody will ever act",
            life.state
        );
    }
    let parked = life.park.as_ref().map(|park| park.choices.len());
    assert_eq!(
        life.state == State::Parked,
        parked.is_some(),
        "{:?} with {parked:?}",
        life.state
    );
    assert_ne!(parked, Some(0), "parked without a choice");
    let chased = life.extras().all(|_| life.due_at().is_some());
    assert!(chased, "an extra that nobody chases");
}

fn bookings_fit_the_state(life: &Life) {
    let count = |standing| {
        life.bookings
            .iter()
            .filter(|booking| booking.standing == standing)
            .count()
    };
    let (live, doubted) = (count(Standing::Live), count(Standing::InDoubt));
    let sent = count(Standing::Intended);
    assert!(live <= 1, "two bookings in force");
    assert!(sent <= 1, "two requests under way");
    let fits = match life.state {
        State::Unknown => life.bookings.is_empty(),
        State::Waiting | State::Rejected | State::Cancelled => live + doubted + sent == 0,
        State::Booking => (live, doubted, sent) == (0, 0, 1),
        State::InDoubt => live + sent == 0 && doubted > 0,
        State::Booked => live == 1 && doubted == 0,
        State::Unlabelled | State::Voiding => live == 1,
        State::Parked => true,
    };
    assert!(
        fits,
        "{:?} with {live} live, {doubted} in doubt, {sent} sent",
        life.state
    );
}

fn the_bus_knows_the_end(step: &Transition, told: &[Announcement], carriers: &Carriers) {
    let life = &step.life;
    let mut view = told.iter().rev().find_map(ending).unwrap_or("");
    for announcement in &step.announcements {
        let after_the_end = matches!(
            announcement,
            Announcement::Stray { .. } | Announcement::Conflict { .. }
        );
        assert!(
            view != "cancelled" || after_the_end,
            "{announcement:?} after the end"
        );
        if let Announcement::Booked { n } = announcement {
            assert_ne!(view, "booked", "booked, and booked again");
            let booking = life.booking(*n).expect("the booking that was announced");
            let numbers = booking.numbers.as_ref().expect("its numbers");
            assert!(
                numbers.labelled() && booking.announced,
                "announced without a label"
            );
            assert!(
                carriers
                    .live()
                    .any(|shipment| shipment.numbers.same_as(numbers)),
                "announced, and the carrier has none"
            );
        }
        view = ending(announcement).unwrap_or(view);
    }
    let expected = match life.state {
        State::Booked => "booked",
        State::Cancelled => "cancelled",
        State::Rejected => "rejected",
        State::Parked => "parked",
        _ => view,
    };
    assert_eq!(view, expected, "the bus believes something else");
}

fn ending(announcement: &Announcement) -> Option<&'static str> {
    match announcement {
        Announcement::Booked { .. } => Some("booked"),
        Announcement::Rejected { .. } => Some("rejected"),
        Announcement::Parked => Some("parked"),
        Announcement::Cancelled { .. } => Some("cancelled"),
        _ => None,
    }
}

fn every_shipment_is_known(life: &Life, carriers: &Carriers) {
    for shipment in carriers.live() {
        let same_number = |numbers: &Numbers| numbers.same_as(&shipment.numbers);
        let by_number = |booking: &&Booking| booking.numbers.as_ref().is_some_and(same_number);
        let by_reference = |booking: &&Booking| {
            booking.account == shipment.account && booking.reference == shipment.reference
        };
        let known = life.bookings.iter().find(by_number);
        let known = known.or_else(|| life.bookings.iter().find(by_reference));
        let standing = known.map(|booking| booking.standing);
        let gone = matches!(standing, None | Some(Standing::Dead | Standing::Voided));
        assert!(
            !gone,
            "{shipment:?} exists, and the ledger holds it for {standing:?}"
        );
    }
}

fn what_changed_nothing_says_so(before: Option<&Life>, step: &Transition) {
    if matches!(step.verdict, Verdict::Absorbed | Verdict::Refused(_)) {
        assert!(
            before.is_none_or(|life| *life == step.life),
            "{:?}, yet it changed",
            step.verdict
        );
        assert!(
            step.announcements.is_empty(),
            "{:?}, yet it was told",
            step.verdict
        );
        assert!(step.action.is_none());
    }
}
