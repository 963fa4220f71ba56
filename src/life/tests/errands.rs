//! Doing what the life machine asks for, and telling it what came of that: truly, or not.

use super::carriers::Booked;
use super::world::{AGAIN, Errand, World};
use crate::life::{
    Action, Answered, Event, LabelRef, Looked, LookedUp, Numbers, Outcome, Reason, Relabelled,
    VoidOutcome, Voided,
};

impl World {
    /// The answer to a booking request.
    pub fn answer(&mut self, errand: &Errand, outcome: Outcome) {
        let Action::Book { n } = errand.action else {
            panic!("{:?} is no booking", errand.action)
        };
        self.happens(Event::Answered(Answered {
            n,
            fence: errand.fence,
            outcome,
            again_in: AGAIN,
        }));
    }

    /// The carrier books it and answers.
    pub fn book(&mut self, errand: &Errand) {
        let numbers = self.accept(errand, Booked::Labelled);
        self.answer(errand, Outcome::Booked(numbers));
    }

    /// The carrier books it; nobody hears of it.
    pub fn accept(&mut self, errand: &Errand, how: Booked) -> Numbers {
        let booking = self.booking(errand.action.booking()).clone();
        self.carriers.book(
            &booking.account,
            &booking.reference,
            self.parcels,
            how,
            self.now,
        )
    }

    /// The answer to a look-up.
    pub fn looked(&mut self, errand: &Errand, result: Looked) {
        let Action::LookUp { n } = errand.action else {
            panic!("{:?} is no look-up", errand.action)
        };
        self.happens(Event::LookedUp(LookedUp {
            n,
            fence: errand.fence,
            result,
            again_in: AGAIN,
        }));
    }

    /// The carrier is looked up truly.
    pub fn look(&mut self, errand: &Errand) {
        let booking = self.booking(errand.action.booking());
        let found = self
            .carriers
            .find(&booking.account, &booking.reference, self.now);
        let result = if found.is_empty() {
            Looked::Absent
        } else {
            Looked::Found(found)
        };
        self.looked(errand, result);
    }

    /// The answer to a void.
    pub fn voided(&mut self, errand: &Errand, outcome: VoidOutcome) {
        let Action::Void { n, parcel } = errand.action else {
            panic!("{:?} is no void", errand.action)
        };
        self.happens(Event::Voided(Voided {
            n,
            fence: errand.fence,
            parcel,
            outcome,
            again_in: AGAIN,
        }));
    }

    /// The carrier voids truly.
    pub fn void(&mut self, errand: &Errand) {
        let outcome = self.take_back(errand);
        self.voided(errand, outcome);
    }

    /// The carrier voids; nobody hears of it.
    pub fn take_back(&mut self, errand: &Errand) -> VoidOutcome {
        let Action::Void { n, parcel } = errand.action else {
            panic!("{:?} is no void", errand.action)
        };
        let booking = self.booking(n);
        let per_parcel = self.policy.abilities(&booking.account).void_per_parcel;
        let number = booking.numbers_to_void(per_parcel)[parcel].to_owned();
        let account = booking.account.clone();
        self.carriers.void(&account, &number, self.now)
    }

    /// The answer to a label request.
    pub fn relabelled(&mut self, errand: &Errand, label: Result<LabelRef, Reason>) {
        let Action::Relabel { n, parcel } = errand.action else {
            panic!("{:?} is no label", errand.action)
        };
        self.happens(Event::Relabelled(Relabelled {
            n,
            fence: errand.fence,
            parcel,
            label,
            again_in: AGAIN,
        }));
    }
}
