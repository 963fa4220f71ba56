//! What a carrier said, kept whatever the life machine makes of it (rule 4): outcomes, numbers,
//! labels and raw answers. Nothing here depends on a decision.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Batch;
use crate::ledger::Change;
use crate::ledger::rows::Cell;
use crate::life::{Decision, Event, Life, Looked, Numbers, Outcome, VoidOutcome};
use crate::order::Key;

/// A row of `outcomes` in the making.
struct Said<'a> {
    action: &'static str,
    n: u32,
    fence: u64,
    outcome: &'static str,
    detail: Value,
    numbers: &'a [Numbers],
}

impl Batch<'_> {
    pub(super) fn keep_evidence(&mut self, change: &Change, before: &Life) {
        let key = change.key.to_string();
        let said = said(&change.event);
        let by_hand = by_hand(&change.event);
        let current = before.current().map_or(0, |booking| booking.n);
        let booking = said.as_ref().map_or(current, |said| said.n);
        let numbers = said.as_ref().map_or(by_hand, |said| said.numbers);
        self.keep_numbers(&change.key, booking, numbers);
        let mut places = change.kept.places.iter().cloned();
        for (known, parcel, label) in &change.kept.labels {
            let place = places.next();
            let inside = place
                .as_ref()
                .map_or_else(|| label.bytes.clone(), |_| Bytes::new());
            self.writes.labels.push(vec![
                known.id.as_str().into(),
                key.as_str().into(),
                booking.into(),
                (*parcel).into(),
                label.format.name().into(),
                known.sha256.as_str().into(),
                Cell::Bytes(inside),
                self.erase_after.into(),
                place.into(),
            ]);
        }
        if let Some(answer) = &change.kept.answer {
            let fence = said.as_ref().map(|said| said.fence);
            self.writes.answers.push(vec![
                key.as_str().into(),
                fence.map_or(Cell::Number(None), Cell::from),
                self.now.into(),
                i64::from(answer.status).into(),
                answer.content_type.clone().into(),
                Cell::Bytes(answer.body.clone().into()),
                self.erase_after.into(),
            ]);
        }
        if let Some(said) = said {
            let detail = (!said.detail.is_null()).then(|| said.detail.to_string());
            self.writes.outcomes.push(vec![
                key.into(),
                said.fence.into(),
                said.action.into(),
                said.n.into(),
                said.outcome.into(),
                detail.into(),
                self.now.into(),
            ]);
        }
    }

    fn keep_numbers(&mut self, key: &Key, n: u32, numbers: &[Numbers]) {
        let mut all: Vec<&str> = Vec::new();
        for numbers in numbers {
            let parcels = numbers.parcels.iter();
            let parcels = parcels.map(|parcel| parcel.tracking_number.as_str());
            for number in parcels.chain([numbers.tracking_number.as_str()]) {
                if !number.is_empty() && !all.contains(&number) {
                    all.push(number);
                }
            }
        }
        let rows = all
            .into_iter()
            .map(|number| vec![number.into(), key.to_string().into(), n.into()]);
        self.writes.numbers.extend(rows);
    }
}

/// Numbers that a person told.
fn by_hand(event: &Event) -> &[Numbers] {
    match event {
        Event::Decided(decided) => match &decided.decision {
            Decision::Booked(numbers) => std::slice::from_ref(numbers),
            _ => &[],
        },
        _ => &[],
    }
}

fn said(event: &Event) -> Option<Said<'_>> {
    match event {
        Event::Answered(answered) => {
            let (detail, numbers) = booking_detail(&answered.outcome);
            Some(Said {
                action: "book",
                n: answered.n,
                fence: answered.fence,
                outcome: answered.outcome.name(),
                detail,
                numbers,
            })
        }
        Event::LookedUp(looked) => {
            let (detail, numbers) = look_detail(&looked.result);
            Some(Said {
                action: "look_up",
                n: looked.n,
                fence: looked.fence,
                outcome: looked.result.name(),
                detail,
                numbers,
            })
        }
        Event::Relabelled(relabelled) => {
            let detail = match &relabelled.label {
                Ok(label) => json!({"parcel": relabelled.parcel, "label": label}),
                Err(why) => json!({"parcel": relabelled.parcel, "why": why}),
            };
            Some(Said {
                action: "relabel",
                n: relabelled.n,
                fence: relabelled.fence,
                outcome: relabelled.name(),
                detail,
                numbers: &[],
            })
        }
        Event::Voided(voided) => {
            let why = match &voided.outcome {
                VoidOutcome::Refused(why) => Some(why),
                _ => None,
            };
            Some(Said {
                action: "void",
                n: voided.n,
                fence: voided.fence,
                outcome: voided.outcome.name(),
                detail: json!({"parcel": voided.parcel, "why": why}),
                numbers: &[],
            })
        }
        Event::Received(_)
        | Event::CancelWished { .. }
        | Event::Claim(_)
        | Event::Advanced(_)
        | Event::Decided(_) => None,
    }
}

fn booking_detail(outcome: &Outcome) -> (Value, &[Numbers]) {
    match outcome {
        Outcome::Booked(numbers) => (json!(numbers), std::slice::from_ref(numbers)),
        Outcome::NoEffect(why)
        | Outcome::Refused(why)
        | Outcome::Unauthorized(why)
        | Outcome::Unknown(why) => (json!(why), &[]),
    }
}

fn look_detail(looked: &Looked) -> (Value, &[Numbers]) {
    match looked {
        Looked::Found(found) => (json!(found), found.as_slice()),
        Looked::Absent => (Value::Null, &[]),
        Looked::Failed(why) | Looked::Denied(why) => (json!(why), &[]),
    }
}
