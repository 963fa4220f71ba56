//! A carrier's desk on the bench: draws what goes wrong with a request, books, finds and voids under
//! the carrier's own name. What is said, the carrier's stub says.

use serde_json::json;

use super::answer::{Answer, LabelKind, Refused, Reply, reply};
use super::asked::{Asked, is_password};
use super::bench::Bench;
use super::faults::StubFault;
use super::ledger::{NewBooking, StubBooking, StubVoid};
use crate::profile::Profile;

/// One carrier at a bench.
#[derive(Clone, Copy)]
pub struct Desk<'bench> {
    bench: &'bench Bench,
    carrier: &'static str,
}

impl<'bench> Desk<'bench> {
    /// The desk of the carrier with this profile.
    #[must_use]
    pub fn new(bench: &'bench Bench, profile: &Profile) -> Self {
        Self {
            bench,
            carrier: profile.name,
        }
    }

    /// The reply to a booking under this reference. `accept` looks at the request, books with
    /// [`Desk::accept`] and is called only when the fault in force accepts; `refuse` puts a no into
    /// the carrier's words.
    pub fn book(
        &self,
        reference: &str,
        accept: impl FnOnce(LabelKind) -> Answer,
        refuse: &dyn Fn(Refused<'_>) -> Answer,
    ) -> Reply {
        let faults = &self.bench.faults;
        let fault = faults.draw(self.carrier, "book", Some(reference));
        reply(self.bench, fault, accept, refuse)
    }

    /// The reply to another operation: `find`, `void`, `label` or `track`. A fault that accepts calls
    /// `answer` (so a void is done) and spoils what it says.
    pub fn answer(
        &self,
        operation: &str,
        reference: Option<&str>,
        answer: impl FnOnce() -> Answer,
        refuse: &dyn Fn(Refused<'_>) -> Answer,
    ) -> Reply {
        let fault = self.bench.faults.draw(self.carrier, operation, reference);
        reply(self.bench, fault, |_| answer(), refuse)
    }

    /// The reply to a further step of a booking. `answer` is told how its label is to be.
    pub fn step(
        &self,
        operation: &str,
        reference: Option<&str>,
        answer: impl FnOnce(LabelKind) -> Answer,
        refuse: &dyn Fn(Refused<'_>) -> Answer,
    ) -> Reply {
        let fault = self.bench.faults.draw(self.carrier, operation, reference);
        reply(self.bench, fault, answer, refuse)
    }

    /// The reply to a request that is none of the carrier's: no fault is drawn.
    pub fn puzzled(&self, said: Answer) -> Reply {
        let again = said.clone();
        reply(self.bench, StubFault::None, |_| said, &|_| again.clone())
    }

    /// Books. `number` turns a serial into the carrier's shape; the shipment's number is its first
    /// parcel's.
    pub fn accept(
        &self,
        (account, reference): (&str, &str),
        product: &str,
        parcels: usize,
        number: impl Fn(u64) -> String,
    ) -> StubBooking {
        let new = self.new_booking((account, reference), product, parcels);
        self.bench.ledger.accept(new, number)
    }

    /// Books with a carrier whose shipment has a number besides its parcels'.
    pub fn accept_with_parcels(
        &self,
        (account, reference): (&str, &str),
        product: &str,
        parcels: usize,
        shipment: impl Fn(u64) -> String,
        parcel: impl Fn(u64) -> String,
    ) -> StubBooking {
        let new = self.new_booking((account, reference), product, parcels);
        let ledger = &self.bench.ledger;
        ledger.accept_with_parcels(new, shipment, parcel)
    }

    fn new_booking<'text>(
        &self,
        (account, reference): (&'text str, &'text str),
        product: &'text str,
        parcels: usize,
    ) -> NewBooking<'text> {
        NewBooking {
            carrier: self.carrier,
            account,
            reference,
            product,
            parcels,
        }
    }

    /// What a look-up by our reference shows.
    #[must_use]
    pub fn find(&self, account: &str, reference: &str) -> Vec<StubBooking> {
        self.bench.ledger.find(self.carrier, account, reference)
    }

    /// The booking that has this number.
    #[must_use]
    pub fn by_number(&self, number: &str) -> Option<StubBooking> {
        self.bench.ledger.by_number(self.carrier, number)
    }

    /// Voids a number: the whole shipment by the shipment's, else one parcel.
    #[must_use]
    pub fn void(&self, number: &str) -> StubVoid {
        self.bench.ledger.void(self.carrier, number)
    }
}

/// The answer of a token endpoint (OAuth2 client credentials): a token for four hours, its seconds
/// written as a text, as some carriers do. The secret `wrong` is the wrong one.
#[must_use]
pub fn token(asked: &Asked) -> Answer {
    let id = asked.form("client_id");
    let in_form = !id.is_empty() && is_password(&asked.form("client_secret"));
    if !in_form && asked.basic().is_none() {
        return Answer::json(401, &json!({"error": "invalid_client"}));
    }
    let body = json!({"access_token": "stub-token", "token_type": "Bearer", "expires_in": "14399"});
    Answer::json(200, &body)
}
