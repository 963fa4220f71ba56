//! Requests on their way: what a carrier makes of them, what a worker hears, what the ledger is told.

use std::time::Duration;

use jiff::Timestamp;

use super::Simulation;
use crate::life::tests::carriers::{Booked, label};
use crate::life::tests::world::{AGAIN, Errand, MUTE, PROOF, reason};
use crate::life::{
    Action, Answered, Event, Life, Looked, LookedUp, Outcome, Relabelled, VoidOutcome, Voided,
    later,
};

/// How a carrier takes a request.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// Does it; a booking is known to look-ups so many seconds later.
    Well { lag: u32 },
    /// Books without labels.
    Bare { lag: u32 },
    /// Books a parcel too many.
    Miscounted { lag: u32 },
    /// Books, and no look-up ever knows.
    Hidden,
    /// Too busy.
    Busy,
    /// A clear no.
    Refused,
    /// Credentials.
    Denied,
}

/// A booking may reach its carrier so long after the lease: less than the settling time.
const IN_THE_WIRE: Duration = Duration::from_secs(150);
/// How soon a carrier whose absence is proof knows a booking: with the former, less than settling.
const PROOF_LAG: u32 = 20;

/// A request on its way, or its answer.
pub struct Flight {
    errand: Errand,
    account: String,
    reference: String,
    number: Option<String>,
    /// The carrier had it.
    arrived: bool,
    /// What its worker will hear; none: nothing, or not yet.
    answer: Option<Event>,
    /// Its worker no longer listens.
    deaf: bool,
}

impl Flight {
    /// The request for this errand.
    pub fn of(errand: Errand, life: &Life) -> Self {
        let booking = life.booking(errand.action.booking()).expect("its booking");
        let number = match errand.action {
            Action::Void { parcel, .. } => {
                let numbers = booking.numbers_to_void(true);
                Some(numbers[parcel].to_owned())
            }
            _ => None,
        };
        Self {
            account: booking.account.clone(),
            reference: booking.reference.clone(),
            number,
            arrived: false,
            answer: None,
            deaf: false,
            errand,
        }
    }

    fn may_arrive(&self, now: Timestamp) -> bool {
        let last = match self.errand.action {
            Action::Book { .. } => later(self.errand.until, IN_THE_WIRE),
            _ => self.errand.until,
        };
        !self.arrived && now < last
    }

    fn booked(&self, outcome: Outcome) -> Event {
        let (n, fence) = (self.errand.action.booking(), self.errand.fence);
        Event::Answered(Answered {
            n,
            fence,
            outcome,
            again_in: AGAIN,
        })
    }

    fn looked(&self, result: Looked) -> Event {
        let (n, fence) = (self.errand.action.booking(), self.errand.fence);
        Event::LookedUp(LookedUp {
            n,
            fence,
            result,
            again_in: AGAIN,
        })
    }

    fn voided(&self, parcel: usize, outcome: VoidOutcome) -> Event {
        let (n, fence) = (self.errand.action.booking(), self.errand.fence);
        Event::Voided(Voided {
            n,
            fence,
            parcel,
            outcome,
            again_in: AGAIN,
        })
    }

    fn labelled(&self, parcel: usize, done: bool) -> Event {
        let (n, fence) = (self.errand.action.booking(), self.errand.fence);
        let label = if done {
            Ok(label(&format!("{}/{parcel}", self.reference)))
        } else {
            Err(reason(&self.account, "no_label"))
        };
        Event::Relabelled(Relabelled {
            n,
            fence,
            parcel,
            label,
            again_in: AGAIN,
        })
    }

    /// What its worker records when it hears nothing.
    fn silence(&self) -> Event {
        let why = reason(&self.account, "no_answer");
        match self.errand.action {
            Action::Book { .. } => self.booked(Outcome::Unknown(why)),
            Action::LookUp { .. } => self.looked(Looked::Failed(why)),
            Action::Void { parcel, .. } => self.voided(parcel, VoidOutcome::Unanswered),
            Action::Relabel { parcel, .. } => self.labelled(parcel, false),
        }
    }

    /// What its worker records when nothing left it.
    fn unsent(&self) -> Event {
        let why = reason(&self.account, "no_connection");
        match self.errand.action {
            Action::Book { .. } => self.booked(Outcome::NoEffect(why)),
            Action::Void { parcel, .. } => self.voided(parcel, VoidOutcome::NotSent),
            Action::LookUp { .. } | Action::Relabel { .. } => self.silence(),
        }
    }
}

impl Simulation {
    /// One of the flights that fit, the youngest first.
    fn flight(&self, which: usize, wanted: impl Fn(&Flight) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.flights.len())
            .rev()
            .filter(|index| wanted(&self.flights[*index]))
            .collect();
        fitting.get(which % fitting.len().max(1)).copied()
    }

    pub(super) fn arrives(&mut self, which: usize, how: How) {
        let now = self.world.now;
        let Some(index) = self.flight(which, |flight| flight.may_arrive(now)) else {
            return;
        };
        let flight = &self.flights[index];
        let answer = match flight.errand.action {
            Action::Book { .. } => self.carrier_books(index, how),
            Action::LookUp { .. } => {
                let found = self.carrier_finds(index, how);
                self.flights[index].looked(found)
            }
            Action::Void { parcel, .. } => self.carrier_voids(index, parcel, how),
            Action::Relabel { parcel, .. } => {
                flight.labelled(parcel, matches!(how, How::Well { .. }))
            }
        };
        let flight = &mut self.flights[index];
        flight.arrived = true;
        flight.answer = Some(answer);
    }

    fn carrier_books(&mut self, index: usize, how: How) -> Event {
        let flight = &self.flights[index];
        let why = reason(&flight.account, "no");
        let (how, lag) = match how {
            How::Busy => return flight.booked(Outcome::NoEffect(why)),
            How::Refused => return flight.booked(Outcome::Refused(why)),
            How::Denied => return flight.booked(Outcome::Unauthorized(why)),
            How::Well { lag } => (Booked::Labelled, Some(lag)),
            How::Bare { lag } => (Booked::Bare, Some(lag)),
            How::Miscounted { lag } => (Booked::Miscounted, Some(lag)),
            How::Hidden => (Booked::Labelled, None),
        };
        let lag = match lag {
            lag if flight.account == PROOF => Some(lag.unwrap_or_default() % PROOF_LAG),
            lag => lag,
        };
        let visible_at = lag.map_or(Timestamp::MAX, |lag| {
            later(self.world.now, Duration::from_secs(u64::from(lag)))
        });
        let parcels = self.world.parcels;
        let numbers =
            self.world
                .carriers
                .book(&flight.account, &flight.reference, parcels, how, visible_at);
        flight.booked(Outcome::Booked(numbers))
    }

    fn carrier_finds(&mut self, index: usize, how: How) -> Looked {
        let flight = &self.flights[index];
        let why = reason(&flight.account, "no");
        match how {
            How::Busy | How::Refused => return Looked::Failed(why),
            How::Denied => return Looked::Denied(why),
            How::Miscounted { .. } if self.may_lie(index) => return Looked::Absent,
            _ => {}
        }
        let flight = &self.flights[index];
        let found = self
            .world
            .carriers
            .find(&flight.account, &flight.reference, self.world.now);
        if found.is_empty() && flight.account == MUTE {
            // It was asked for the result of a step: that is there, or it is not there yet.
            Looked::Failed(why)
        } else if found.is_empty() {
            Looked::Absent
        } else {
            Looked::Found(found)
        }
    }

    /// A look-up may be answered by a copy of the index that is behind: not twice in a row, for that is
    /// why two answers are asked for.
    fn may_lie(&mut self, index: usize) -> bool {
        let flight = &self.flights[index];
        let lied = flight.account != MUTE && self.lied_about.as_ref() != Some(&flight.reference);
        self.lied_about = lied.then(|| flight.reference.clone());
        lied
    }

    fn carrier_voids(&mut self, index: usize, parcel: usize, how: How) -> Event {
        let flight = &self.flights[index];
        let why = reason(&flight.account, "no");
        let number = flight.number.clone().expect("a number");
        let mut of_it = self.world.carriers.shipments.iter();
        let gone = of_it.any(|shipment| shipment.voided.contains(&number));
        let outcome = match how {
            How::Busy => VoidOutcome::NotSent,
            How::Denied => VoidOutcome::Refused(why),
            // Whoever picked it up knows that it was not voided.
            How::Refused if !gone => VoidOutcome::TooLate,
            _ => self
                .world
                .carriers
                .void(&flight.account, &number, self.world.now),
        };
        self.flights[index].voided(parcel, outcome)
    }

    pub(super) fn answered(&mut self, which: usize, twice: bool) {
        let heard = |flight: &Flight| flight.answer.is_some() && !flight.deaf;
        let Some(index) = self.flight(which, heard) else {
            return;
        };
        if let Some(event) = self.flights.remove(index).answer {
            if twice {
                self.world.happens(event.clone());
            }
            self.world.happens(event);
        }
    }

    pub(super) fn advances(&mut self, which: usize, reads: bool) {
        let books =
            |flight: &Flight| !flight.deaf && matches!(flight.errand.action, Action::Book { .. });
        if let Some(index) = self.flight(which, books) {
            let errand = self.flights[index].errand.clone();
            self.world.advance(&errand, reads);
        }
    }

    pub(super) fn lost(&mut self, which: usize) {
        let Some(index) = self.flight(which, |flight| !flight.deaf) else {
            return;
        };
        self.flights[index].deaf = true;
        let event = self.flights[index].silence();
        self.world.happens(event);
    }

    pub(super) fn dies(&mut self, which: usize) {
        if let Some(index) = self.flight(which, |flight| !flight.deaf) {
            self.flights[index].deaf = true;
        }
    }

    pub(super) fn not_sent(&mut self, which: usize) {
        let Some(index) = self.flight(which, |flight| !flight.deaf && !flight.arrived) else {
            return;
        };
        let event = self.flights.remove(index).unsent();
        self.world.happens(event);
    }
}
