//! From what came back to what it means for the order: the events that dispatch records.

use std::time::Duration;

use carrier_sdk::faults::row_for;
use carrier_sdk::{
    BookedParcel, Booking, Cause, FoundShipment, Label, Memo, Response, Step, VoidAnswer, WhoActs,
    Why,
};

use super::prepare::Prepared;
use super::steps::Walked;
use super::{Dispatch, evidence, reasons};
use crate::accounts::Account;
use crate::carrier_http::{NotSent, Obstacle, Sent};
use crate::labels;
use crate::ledger::Kept;
use crate::life::{
    Action, Answered, Event, Life, Looked, LookedUp, Numbers, Outcome, ParcelNumbers, Relabelled,
    VoidOutcome, Voided,
};
use crate::metrics::Metrics;
use crate::order::Order;

impl Dispatch {
    /// What an action came to, as an event, with what is kept beside it.
    pub(super) fn outcome(
        &self,
        action: Action,
        life: &Life,
        order: Option<&Order>,
        prepared: &Prepared,
        walked: Walked,
    ) -> (Event, Kept) {
        let mut kept = Kept::default();
        if let Some(answer) = walked.sent.answer() {
            kept.answer = Some(evidence::of(answer));
        }
        let (n, fence) = (action.booking(), life.fence);
        let booking = life.booking(n);
        let name = booking.map_or("", |booking| booking.account.as_str());
        let Some(account) = self.parts.accounts.get(name) else {
            return (self.without_account(action, life, name), kept);
        };
        let reading = Reading {
            name,
            account,
            order,
            prepared,
            metrics: &self.parts.metrics,
        };
        let failures = booking.map_or(0, |booking| booking.failures);
        let event = match action {
            Action::Book { .. } => {
                let (outcome, wait) = reading.booking(walked, &mut kept);
                let again_in = self.parts.retry.delay(life.tries + 1, wait);
                Event::Answered(Answered {
                    n,
                    fence,
                    outcome,
                    again_in,
                })
            }
            Action::LookUp { .. } => Event::LookedUp(LookedUp {
                n,
                fence,
                result: reading.look_up(booking, walked, &mut kept),
                again_in: self.parts.retry.delay(failures + 1, None),
            }),
            Action::Relabel { parcel, .. } => Event::Relabelled(Relabelled {
                n,
                fence,
                parcel,
                label: reading.label(walked.sent, parcel, &mut kept),
                again_in: self.parts.retry.delay(failures + 1, None),
            }),
            Action::Void { parcel, .. } => Event::Voided(Voided {
                n,
                fence,
                parcel,
                outcome: reading.void(walked.sent),
                again_in: self
                    .parts
                    .retry
                    .delay(booking.map_or(1, |booking| booking.void_tries + 1), None),
            }),
        };
        (event, kept)
    }

    /// The account was taken out of the configuration between two starts. Nothing was sent.
    fn without_account(&self, action: Action, life: &Life, name: &str) -> Event {
        let why = reasons::plain(
            name,
            "no_account",
            "it is no longer in the configuration",
            WhoActs::Operator,
        );
        let (n, fence) = (action.booking(), life.fence);
        let again_in = self.parts.retry.max;
        match action {
            Action::Book { .. } => Event::Answered(Answered {
                n,
                fence,
                outcome: Outcome::NoEffect(why),
                again_in,
            }),
            Action::LookUp { .. } => Event::LookedUp(LookedUp {
                n,
                fence,
                result: Looked::Denied(why),
                again_in,
            }),
            Action::Relabel { parcel, .. } => Event::Relabelled(Relabelled {
                n,
                fence,
                parcel,
                label: Err(why),
                again_in,
            }),
            Action::Void { parcel, .. } => Event::Voided(Voided {
                n,
                fence,
                parcel,
                outcome: VoidOutcome::Refused(why),
                again_in,
            }),
        }
    }
}

/// Reads answers for one account and one order.
struct Reading<'a> {
    name: &'a str,
    account: &'a Account,
    order: Option<&'a Order>,
    prepared: &'a Prepared,
    metrics: &'a Metrics,
}

impl Reading<'_> {
    fn booking(&self, walked: Walked, kept: &mut Kept) -> (Outcome, Option<Duration>) {
        let further = walked.may_have_booked;
        let token_ended = matches!(walked.sent, Sent::TokenEnded(_));
        let answer = match (walked.sent, self.prepared) {
            (Sent::NotSent(_), Prepared::Refused(refusal)) => {
                return (
                    Outcome::Refused(reasons::of_refusal(self.name, refusal)),
                    None,
                );
            }
            (Sent::NotSent(problem), Prepared::Call { .. }) => {
                let outcome = self.not_sent(&problem);
                return (if further { doubted(outcome) } else { outcome }, None);
            }
            (Sent::InDoubt(lost), _) => {
                let why = reasons::plain(self.name, "no_answer", lost.to_string(), WhoActs::Nobody);
                return (Outcome::Unknown(why), None);
            }
            (Sent::Answered(answer) | Sent::TokenEnded(answer), _) => answer,
        };
        let step = self
            .account
            .carrier
            .read_booking(walked.memo.as_ref(), &answer);
        let wait = match &step {
            Step::NoEffect(why) => why.retry_after,
            _ => None,
        };
        let listed = matches!(&step, Step::Refused(why) if is_of_the_shipment(why));
        let outcome = match self.judged(step, answer.status, kept) {
            // the next try has a token of its own: the account's credentials are not in question yet
            Outcome::Unauthorized(_) if token_ended => Outcome::NoEffect(self.token_ended()),
            outcome => outcome,
        };
        (
            if further && !listed {
                doubted(outcome)
            } else {
                outcome
            },
            wait,
        )
    }

    fn judged(&self, step: Step<Booking>, status: u16, kept: &mut Kept) -> Outcome {
        match step {
            Step::Done(booking) => Outcome::Booked(numbers(booking, kept)),
            Step::NoEffect(why) => Outcome::NoEffect(self.reason(&why)),
            Step::Refused(why) if why.cause == Cause::Unauthorized => {
                Outcome::Unauthorized(self.reason(&why))
            }
            Step::Refused(why) => Outcome::Refused(self.reason(&why)),
            Step::Unknown(evidence) => {
                let atlas = self.account.carrier.profile().faults;
                let said = evidence.code.as_deref();
                let row = row_for(atlas, said.unwrap_or_default(), &evidence.message);
                self.count(said, row.is_some());
                let why = reasons::of_doubt(self.name, row, evidence, status, self.order);
                Outcome::Unknown(why)
            }
            Step::Then(memo) => {
                let message = format!("the carrier wants yet another step ({})", memo.step);
                let why = reasons::plain(self.name, "further_step", message, WhoActs::Operator);
                Outcome::Unknown(why)
            }
        }
    }

    fn not_sent(&self, problem: &NotSent) -> Outcome {
        let reason = reasons::of_not_sent(self.name, problem);
        match problem.obstacle {
            Obstacle::Unauthorized => Outcome::Unauthorized(reason),
            _ => Outcome::NoEffect(reason),
        }
    }

    fn token_ended(&self) -> crate::life::Reason {
        let message = "the carrier refused a token that it took before; another one is fetched";
        reasons::plain(self.name, "token_ended", message, WhoActs::Nobody)
    }

    /// Counts a code that the atlas does not list: somebody should look it up and add a row.
    fn count(&self, code: Option<&str>, listed: bool) {
        if code.is_some() && !listed {
            let carrier = self.account.carrier.profile().name;
            self.metrics.unlisted(carrier, self.name);
        }
    }

    fn reason(&self, why: &Why) -> crate::life::Reason {
        self.count(why.code.as_deref(), why.meaning.is_some());
        reasons::of_why(self.name, why, self.order)
    }

    /// The answer, or why there is none, for a call that only reads.
    fn read(&self, sent: Sent) -> Result<Response, crate::life::Reason> {
        match sent {
            Sent::Answered(answer) => Ok(answer),
            Sent::TokenEnded(_) => Err(self.token_ended()),
            Sent::NotSent(problem) => Err(reasons::of_not_sent(self.name, &problem)),
            Sent::InDoubt(lost) => Err(reasons::plain(
                self.name,
                "no_answer",
                lost.to_string(),
                WhoActs::Nobody,
            )),
        }
    }

    fn look_up(
        &self,
        booking: Option<&crate::life::Booking>,
        walked: Walked,
        kept: &mut Kept,
    ) -> Looked {
        let Walked { sent, memo, .. } = walked;
        if let Some(memo) = memo {
            return self.result_of_step(&memo, sent, kept);
        }
        let Some(finding) = self.account.carrier.finding() else {
            return Looked::Denied(reasons::plain(
                self.name,
                "no_look_up",
                "the carrier cannot be asked",
                WhoActs::Operator,
            ));
        };
        if let Prepared::Refused(refusal) = self.prepared {
            return Looked::Denied(reasons::of_refusal(self.name, refusal));
        }
        let answer = match self.read(sent) {
            Ok(answer) => answer,
            Err(why) => return Looked::Failed(why),
        };
        match finding.read_found(&answer) {
            Ok(found) if found.is_empty() => Looked::Absent,
            Ok(found) => {
                let known = booking.and_then(|booking| booking.numbers.as_ref());
                let labelled = known.is_some_and(Numbers::labelled);
                Looked::Found(found_numbers(found, labelled, kept))
            }
            Err(why) if matches!(why.cause, Cause::Unauthorized | Cause::Rejected) => {
                Looked::Denied(self.reason(&why))
            }
            Err(why) => Looked::Failed(self.reason(&why)),
        }
    }

    /// The answer to a step that was asked for again: a booking with its labels, or nothing yet.
    fn result_of_step(&self, memo: &Memo, sent: Sent, kept: &mut Kept) -> Looked {
        let answer = match self.read(sent) {
            Ok(answer) => answer,
            Err(why) => return Looked::Failed(why),
        };
        let step = self.account.carrier.read_booking(Some(memo), &answer);
        let listed = matches!(&step, Step::Refused(why) if is_of_the_shipment(why));
        match self.judged(step, answer.status, kept) {
            Outcome::Booked(numbers) => Looked::Found(vec![numbers]),
            Outcome::Refused(why) if listed => Looked::Denied(why),
            Outcome::NoEffect(why)
            | Outcome::Refused(why)
            | Outcome::Unauthorized(why)
            | Outcome::Unknown(why) => Looked::Failed(why),
        }
    }

    fn label(
        &self,
        sent: Sent,
        parcel: usize,
        kept: &mut Kept,
    ) -> Result<crate::life::LabelRef, crate::life::Reason> {
        let missing = || {
            reasons::plain(
                self.name,
                "no_label",
                "the carrier gave no whole label",
                WhoActs::Carrier,
            )
        };
        let relabelling = self.account.carrier.relabelling().ok_or_else(missing)?;
        let answer = self.read(sent)?;
        let label = relabelling
            .read_label(&answer)
            .map_err(|why| self.reason(&why))?;
        keep_label(label, parcel, kept).ok_or_else(missing)
    }

    fn void(&self, sent: Sent) -> VoidOutcome {
        let answer = match (sent, self.prepared, self.account.carrier.voiding()) {
            (Sent::NotSent(_), Prepared::Refused(refusal), _) => {
                return VoidOutcome::Refused(reasons::of_refusal(self.name, refusal));
            }
            (Sent::NotSent(_) | Sent::TokenEnded(_), _, _) => return VoidOutcome::NotSent,
            (Sent::InDoubt(_), _, _) | (_, _, None) => return VoidOutcome::Unanswered,
            (Sent::Answered(answer), _, Some(voiding)) => voiding.read_void(&answer),
        };
        match answer {
            VoidAnswer::Voided => VoidOutcome::Voided,
            VoidAnswer::TooLate => VoidOutcome::TooLate,
            VoidAnswer::NotFound => VoidOutcome::NotFound,
            VoidAnswer::Failed(why) => match why.cause {
                Cause::Rejected | Cause::Unauthorized => VoidOutcome::Refused(self.reason(&why)),
                Cause::Throttled => VoidOutcome::NotSent,
                Cause::Unavailable | Cause::NotFound => VoidOutcome::Unanswered,
            },
        }
    }
}

/// Whether a no is about the shipment: about the call that brought it, it would say nothing of the
/// step that booked.
fn is_of_the_shipment(why: &Why) -> bool {
    why.cause == Cause::Rejected && why.meaning.is_some()
}

/// After a step that books, a failure of a later one proves nothing.
fn doubted(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::NoEffect(why) | Outcome::Refused(why) | Outcome::Unauthorized(why) => {
            Outcome::Unknown(why)
        }
        known @ (Outcome::Booked(_) | Outcome::Unknown(_)) => known,
    }
}

/// The carrier's numbers, with each whole label moved into what is kept.
fn numbers(booking: Booking, kept: &mut Kept) -> Numbers {
    Numbers {
        parcels: parcels(booking.parcels, kept),
        tracking_number: booking.tracking_number,
        shipment_id: booking.shipment_id,
        tracking_url: booking.tracking_url,
        charge: booking
            .charge
            .map(|charge| (charge.amount.to_string(), charge.currency)),
        estimated_delivery: booking.estimated_delivery,
    }
}

/// The numbers of what was found, with its labels, unless the booking has them already. Of several
/// shipments no label is taken: which of them is the order's is not known yet.
fn found_numbers(mut found: Vec<FoundShipment>, labelled: bool, kept: &mut Kept) -> Vec<Numbers> {
    if labelled || found.len() > 1 {
        let parcels = found.iter_mut().flat_map(|shipment| &mut shipment.parcels);
        parcels.for_each(|parcel| parcel.label = None);
    }
    let numbers = |shipment: FoundShipment| Numbers {
        parcels: parcels(shipment.parcels, kept),
        tracking_number: shipment.tracking_number,
        ..Numbers::default()
    };
    found.into_iter().map(numbers).collect()
}

fn parcels(booked: Vec<BookedParcel>, kept: &mut Kept) -> Vec<ParcelNumbers> {
    let parcels = booked.into_iter().enumerate();
    let numbers = parcels.map(|(position, parcel)| ParcelNumbers {
        tracking_number: parcel.tracking_number,
        label: parcel
            .label
            .and_then(|label| keep_label(label, position, kept)),
    });
    numbers.collect()
}

/// Half a label is none.
fn keep_label(label: Label, position: usize, kept: &mut Kept) -> Option<crate::life::LabelRef> {
    if !label.is_whole() {
        return None;
    }
    let reference = labels::reference(&label);
    kept.labels.push((reference.clone(), position, label));
    Some(reference)
}
