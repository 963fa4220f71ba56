//! A carrier that practises on its own stub, over real HTTP: for what its tests want to see beyond the
//! kit, which asks every carrier the same without a network.

use std::io;

use jiff::{Timestamp, ToSpan};

use super::{Bench, FaultRule, Stub, StubFault, StubServer};
use crate::carrier::{Carrier, Find, Relabel, Track, Void};
use crate::label::{Label, LabelFormat};
use crate::request::{Request, Response};
use crate::shipment::{Contract, Intent, Span};
use crate::step::{Booking, FoundShipment, Memo, Search, Step, VoidAnswer, Why};
use crate::tracking::Status;

/// A carrier, its stub on a server, and the contract that look-ups are made under.
pub struct Practice<C> {
    carrier: C,
    contract: Contract,
    server: StubServer,
    base: &'static str,
    secret: Option<(&'static str, &'static str)>,
}

impl<C: Carrier> Practice<C> {
    /// A fresh stub: it has no bookings.
    ///
    /// # Errors
    /// When there is no port for it.
    pub async fn of(carrier: C, stub: Stub, contract: Contract) -> io::Result<Self> {
        Ok(Self {
            carrier,
            contract,
            server: StubServer::start(Bench::in_memory(), None, vec![stub]).await?,
            base: "",
            secret: None,
        })
    }

    /// Requests go below this path.
    #[must_use]
    pub fn below(mut self, base: &'static str) -> Self {
        self.base = base;
        self
    }

    /// One secret is another one than `demo`.
    #[must_use]
    pub fn with_secret(mut self, name: &'static str, value: &'static str) -> Self {
        self.secret = Some((name, value));
        self
    }

    /// The stub's ledger and faults.
    pub fn bench(&self) -> &Bench {
        self.server.bench()
    }

    /// How many bookings the stub has accepted.
    pub fn booked(&self) -> usize {
        self.bench().ledger.bookings().len()
    }

    /// The next request goes wrong so.
    pub fn fault(&self, fault: StubFault) {
        self.bench().faults.add(FaultRule::once(fault));
    }

    /// The next request for this operation goes wrong so.
    pub fn fault_of(&self, operation: &str, fault: StubFault) {
        self.bench().faults.add(FaultRule {
            operation: Some(operation.to_owned()),
            ..FaultRule::once(fault)
        });
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// When none comes.
    pub async fn ask(&self, request: &Request) -> io::Result<Response> {
        self.server
            .send(self.base, request, self.secret.as_slice())
            .await
    }

    /// What is read of the answer to the first request of a booking.
    ///
    /// # Errors
    /// When none comes, or the carrier's own mapping refuses the intent.
    pub async fn begin(&self, intent: &Intent) -> io::Result<Step<Booking>> {
        let request = self.carrier.book(intent).map_err(io::Error::other)?;
        let answer = self.ask(&request).await?;
        Ok(self.carrier.read_booking(None, &answer))
    }

    /// What is read of the answer to the step that a memo remembers.
    ///
    /// # Errors
    /// When none comes, or the carrier books in one step.
    pub async fn go_on(&self, memo: &Memo) -> io::Result<Step<Booking>> {
        let steps = self.carrier.continuing();
        let steps = steps.ok_or_else(|| io::Error::other("it books in one step"))?;
        let answer = self.ask(&steps.next(&self.contract, memo)).await?;
        Ok(self.carrier.read_booking(Some(memo), &answer))
    }

    /// The booking, through all the steps that it takes.
    ///
    /// # Errors
    /// What became of it instead.
    pub async fn book(&self, intent: &Intent) -> io::Result<Booking> {
        let mut step = self.begin(intent).await?;
        while let Step::Then(memo) = step {
            step = self.go_on(&memo).await?;
        }
        match step {
            Step::Done(booking) => Ok(booking),
            other => Err(io::Error::other(format!("not booked: {other:?}"))),
        }
    }
}

impl<C: Carrier + Find> Practice<C> {
    /// What is found under a reference, of bookings of the last minutes.
    ///
    /// # Errors
    /// When the look-up fails.
    pub async fn find(&self, reference: &str) -> io::Result<Vec<FoundShipment>> {
        self.find_under(&self.contract, reference).await
    }

    /// The same under another contract.
    ///
    /// # Errors
    /// When the look-up fails.
    pub async fn find_under(
        &self,
        contract: &Contract,
        reference: &str,
    ) -> io::Result<Vec<FoundShipment>> {
        let now = Timestamp::now();
        let formats = self.carrier.profile().label_formats;
        let search = Search {
            reference: reference.to_owned(),
            label_format: formats.first().copied().unwrap_or(LabelFormat::Pdf),
            sent: Span {
                from: now.checked_sub(5.minutes()).unwrap_or(now),
                to: now,
            },
        };
        let answer = self.ask(&self.carrier.find(contract, &search)).await?;
        self.carrier.read_found(&answer).map_err(failed)
    }
}

impl<C: Carrier + Void> Practice<C> {
    /// What became of a void.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn void(&self, number: &str) -> io::Result<VoidAnswer> {
        let answer = self.ask(&self.carrier.void(&self.contract, number)).await?;
        Ok(self.carrier.read_void(&answer))
    }
}

impl<C: Carrier + Relabel> Practice<C> {
    /// A label, fetched again.
    ///
    /// # Errors
    /// When no answer comes; why there is no label stands within.
    pub async fn label(&self, number: &str, format: LabelFormat) -> io::Result<Result<Label, Why>> {
        let request = self.carrier.relabel(&self.contract, number, format);
        Ok(self.carrier.read_label(&self.ask(&request).await?))
    }
}

impl<C: Carrier + Track> Practice<C> {
    /// Where those of these numbers are that the carrier knows.
    ///
    /// # Errors
    /// When no answer comes, or it tells nothing about parcels.
    pub async fn statuses(&self, numbers: &[&str]) -> io::Result<Vec<Status>> {
        let answer = self
            .ask(&self.carrier.track(&self.contract, numbers))
            .await?;
        let tracked = self.carrier.read_tracking(&answer).map_err(failed)?;
        Ok(tracked
            .into_iter()
            .map(|shipment| shipment.status)
            .collect())
    }
}

fn failed(why: Why) -> io::Error {
    io::Error::other(format!("{:?}: {}", why.cause, why.message))
}
