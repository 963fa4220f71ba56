//! What must be true of the carriers' own ledger, at every moment and when all is quiet.

use crate::life::tests::carriers::Shipment;
use crate::life::tests::world::World;
use crate::life::{Announcement, Booking, Standing, State};

/// The booking a shipment was made for: by its number, else by its reference.
fn booking_of<'world>(world: &'world World, shipment: &Shipment) -> Option<&'world Booking> {
    let bookings = &world.life().bookings;
    let known = |booking: &&Booking| {
        booking
            .numbers
            .as_ref()
            .is_some_and(|numbers| numbers.same_as(&shipment.numbers))
    };
    let same = |booking: &&Booking| {
        booking.account == shipment.account && booking.reference == shipment.reference
    };
    bookings
        .iter()
        .find(known)
        .or_else(|| bookings.iter().find(same))
}

fn is_told_as_stray(world: &World, n: u32) -> bool {
    let told =
        |told: &Announcement| matches!(told, Announcement::Stray { n: stray, .. } if *stray == n);
    world.told.iter().any(told)
}

/// Two shipments of an order only when all but one are extras, or were told as strays.
pub fn no_second_shipment_is_unknown(world: &World) {
    let unsaid = world.carriers.live().filter(|shipment| {
        let booking = booking_of(world, shipment);
        booking.is_none_or(|booking| {
            booking.standing != Standing::Extra && !is_told_as_stray(world, booking.n)
        })
    });
    let unsaid: Vec<_> = unsaid.collect();
    assert!(
        unsaid.len() <= 1,
        "booked twice, and nobody was told: {unsaid:?}"
    );
}

/// The order has ended or a person was told, and every shipment is accounted for.
pub fn check(world: &World) {
    let life = world.life();
    let ended = life.state.is_final() || life.state == State::Parked;
    assert!(ended, "{:?} when all is quiet", life.state);
    assert!(life.running.is_none() && life.late.is_empty());
    assert_eq!(life.extras().count(), 0);
    if life.state != State::Parked {
        assert!(life.pending.is_none(), "a revision is forgotten");
    }
    if !matches!(life.state, State::Parked | State::Cancelled) {
        assert!(life.cancel.is_none(), "a wish to cancel is forgotten");
    }
    for shipment in world.carriers.live() {
        let booking = booking_of(world, shipment).expect("every shipment has a booking");
        let wanted = booking.standing == Standing::Live;
        let asked_about = life.state == State::Parked && booking.standing == Standing::InDoubt;
        let stray = booking.standing == Standing::Stray && is_told_as_stray(world, booking.n);
        assert!(
            wanted || asked_about || stray,
            "{shipment:?} is {:?}",
            booking.standing
        );
    }
    if life.state == State::Booked {
        let live = life.current().expect("the booking in force");
        let numbers = live.numbers.as_ref().expect("its numbers");
        assert!(
            world
                .carriers
                .live()
                .any(|shipment| shipment.numbers.same_as(numbers)),
            "booked, and the carrier has none"
        );
    }
}
