//! What a transaction reads, decides and will write, as plain values: the part of every ledger that
//! is not a database. It executes the life machine and turns transitions into rows.
//!
//! One batch is one transaction that holds the lock on what it read, so several changes of one order
//! follow one another here without asking the database again.

mod evidence;
mod outgoing;

use std::collections::HashMap;

use jiff::Timestamp;

use super::rows::{Cell, micros};
use super::{Change, LedgerError, Pause, Recorded, Rules};
use crate::life::{Booking, Decision, Event, Life, State, Transition, Verdict, step};
use crate::order::{Key, Order, differences};

/// Rows to be inserted, by table.
#[derive(Default)]
pub struct Writes {
    /// Orders whose personal data goes, before anything new of them is written.
    pub erased: Vec<String>,
    pub orders: Vec<Vec<Cell>>,
    pub bodies: Vec<Vec<Cell>>,
    pub bookings: Vec<Vec<Cell>>,
    /// Of bookings that are there with the same account, product and reference.
    pub standings: Vec<Vec<Cell>>,
    pub numbers: Vec<Vec<Cell>>,
    pub attempts: Vec<Vec<Cell>>,
    pub outcomes: Vec<Vec<Cell>>,
    pub answers: Vec<Vec<Cell>>,
    pub labels: Vec<Vec<Cell>>,
    pub notes: Vec<Vec<Cell>>,
    pub outbox: Vec<Vec<Cell>>,
    pub print_jobs: Vec<Vec<Cell>>,
    /// Accounts that must stop.
    pub pauses: Vec<Pause>,
}

/// An order as the batch knows it.
struct Known {
    /// None: nothing is known of the key. An error: it cannot be read.
    life: Result<Option<Life>, String>,
    /// What the column says, which `resume` may have moved.
    due_at: Option<i64>,
    /// As they were read.
    bookings: Vec<Booking>,
    changed: bool,
}

/// A transaction in the making.
pub struct Batch<'a> {
    rules: &'a Rules,
    now: Timestamp,
    erase_after: i64,
    orders: HashMap<Key, Known>,
    /// Keys in the order they first changed, so that rows are written in the order of arrival.
    arrived: Vec<Key>,
    /// Contents by key and revision: read, or to be written.
    bodies: HashMap<(Key, u32), Body>,
    writes: Writes,
}

struct Body {
    text: String,
    new: bool,
}

impl<'a> Batch<'a> {
    /// An empty batch at this time.
    pub fn new(rules: &'a Rules, now: Timestamp) -> Self {
        let days = i64::from(rules.erase_after_days);
        Self {
            rules,
            now,
            erase_after: micros(now).saturating_add(days.saturating_mul(86_400_000_000)),
            orders: HashMap::new(),
            arrived: Vec::new(),
            bodies: HashMap::new(),
            writes: Writes::default(),
        }
    }

    /// What the database has of an order.
    pub fn read(&mut self, key: Key, life: &str, due_at: Option<i64>) {
        let life = serde_json::from_str::<Life>(life)
            .map_err(|error| format!("the order {key} ({error})"));
        let bookings = life
            .as_ref()
            .map_or_else(|_| Vec::new(), |life| life.bookings.clone());
        let standing = Known {
            life: life.map(Some),
            due_at,
            bookings,
            changed: false,
        };
        self.orders.insert(key, standing);
    }

    /// Whether the contents the database has of this order are needed to decide about it.
    pub fn needs_contents(&self, change: &Change) -> bool {
        let Event::Received(received) = &change.event else {
            return false;
        };
        let standing = self.orders.get(&change.key);
        let life = standing.and_then(|standing| standing.life.as_ref().ok()?.as_ref());
        life.is_some_and(|life| life.content != received.content)
    }

    /// A content the database has.
    pub fn read_content(&mut self, key: Key, revision: u32, text: String) {
        self.bodies
            .insert((key, revision), Body { text, new: false });
    }

    /// Lets the life machine decide about a change and notes what is to be written.
    pub fn decide(&mut self, change: &Change) -> Result<Recorded, LedgerError> {
        let standing = self.orders.remove(&change.key).unwrap_or(Known {
            life: Ok(None),
            due_at: None,
            bookings: Vec::new(),
            changed: false,
        });
        let (standing, answer) = self.decide_from(standing, change);
        self.orders.insert(change.key.clone(), standing);
        answer
    }

    fn decide_from(
        &mut self,
        mut standing: Known,
        change: &Change,
    ) -> (Known, Result<Recorded, LedgerError>) {
        let before = match std::mem::replace(&mut standing.life, Ok(None)) {
            Ok(life) => life,
            Err(reason) => {
                standing.life = Err(reason.clone());
                return (standing, Err(LedgerError::Unreadable(reason)));
            }
        };
        let event = self.with_differences(change, before.as_ref());
        let policy = &self.rules.policy;
        let mut transition = step(&change.key, before.clone(), event, self.now, policy);
        let known = before.is_some();
        let before = before.unwrap_or_else(|| Life::unknown(change.key.clone(), self.now));
        let was_unknown = before.state == State::Unknown;
        self.keep(change, &mut transition, &before);
        let due_at = transition.life.due_at().map(micros);
        // A claim that finds nothing to do must still put back what `resume` moved.
        let moved = known && due_at != standing.due_at;
        if transition.life != before || moved {
            if !standing.changed {
                self.arrived.push(change.key.clone());
            }
            standing.changed = true;
            standing.due_at = due_at;
            standing.life = Ok(Some(transition.life.clone()));
        } else {
            standing.life = Ok(known.then_some(before));
        }
        let recorded = Recorded {
            accepted: was_unknown && transition.life.state != State::Unknown,
            life: transition.life,
            action: transition.action,
            verdict: transition.verdict,
            notes: transition.notes,
        };
        (standing, Ok(recorded))
    }

    /// The event as the life machine wants it: it has neither of the two contents.
    fn with_differences(&self, change: &Change, life: Option<&Life>) -> Event {
        let mut event = change.event.clone();
        if let (Event::Received(received), Some(life)) = (&mut event, life)
            && received.content != life.content
        {
            let known = self.bodies.get(&(change.key.clone(), life.revision));
            let known = known.map(|body| body.text.as_str());
            received.differences = paths_between(known, change.kept.order.as_deref());
        }
        event
    }

    fn keep(&mut self, change: &Change, transition: &mut Transition, before: &Life) {
        self.keep_evidence(change, before);
        if transition.verdict == Verdict::Applied {
            self.keep_content(change);
            self.erase(change);
        }
        self.keep_intent(transition);
        self.tell(transition, before);
        if let Some((account, why)) = transition.pause.take() {
            let mut bookings = transition.life.bookings.iter().rev();
            let environment = bookings.find(|booking| booking.account == account);
            let environment = environment.map_or_else(
                || transition.life.environment.clone(),
                |booking| booking.environment.clone(),
            );
            self.writes.pauses.push(Pause {
                account,
                why,
                environment,
            });
        }
    }

    fn keep_content(&mut self, change: &Change) {
        if let (Event::Received(received), Some(text)) = (&change.event, &change.kept.order) {
            let body = Body {
                text: text.clone(),
                new: true,
            };
            self.bodies
                .insert((change.key.clone(), received.revision), body);
        }
    }

    fn erase(&mut self, change: &Change) {
        if let Event::Decided(decided) = &change.event
            && matches!(decided.decision, Decision::Erase)
        {
            self.writes.erased.push(change.key.to_string());
        }
    }

    /// Those that are not in the ledger as they are now.
    fn keep_bookings(&mut self, key: &Key, life: &Life, known: &[Booking]) {
        for booking in &life.bookings {
            let old = known.iter().find(|old| old.n == booking.n);
            let rows = match old.filter(|old| same_place(old, booking)) {
                Some(old) if same_standing(old, booking) => continue,
                Some(_) => &mut self.writes.standings,
                None => &mut self.writes.bookings,
            };
            rows.push(booking_row(key, booking));
        }
    }

    /// All that is to be written.
    pub fn finish(mut self) -> Writes {
        for key in std::mem::take(&mut self.arrived) {
            if let Some(Known {
                life: Ok(Some(life)),
                due_at,
                bookings,
                ..
            }) = self.orders.remove(&key)
            {
                self.writes.orders.push(order_row(&life, due_at, self.now));
                self.keep_bookings(&key, &life, &bookings);
            }
        }
        for ((key, revision), body) in self.bodies {
            if body.new {
                self.writes.bodies.push(vec![
                    key.to_string().into(),
                    revision.into(),
                    body.text.into(),
                    self.erase_after.into(),
                ]);
            }
        }
        self.writes
    }
}

/// Where two contents differ; the root when one of them is not there to be compared.
fn paths_between(known: Option<&str>, came: Option<&str>) -> Vec<String> {
    let read = |text: Option<&str>| serde_json::from_str::<Order>(text?).ok();
    match (read(known), read(came)) {
        (Some(known), Some(came)) => differences(&known, &came),
        _ => vec!["$".to_owned()],
    }
}

fn order_row(life: &Life, due_at: Option<i64>, now: Timestamp) -> Vec<Cell> {
    vec![
        life.key.to_string().into(),
        life.state.name().into(),
        life.revision.into(),
        // A life has no map with keys that are not text: it always becomes JSON.
        serde_json::to_string(life).unwrap_or_default().into(),
        Cell::Number(due_at),
        life.book_by.unwrap_or(life.deadline).into(),
        now.into(),
        life.line().into(),
    ]
}

fn booking_row(key: &Key, booking: &Booking) -> Vec<Cell> {
    vec![
        key.to_string().into(),
        booking.n.into(),
        booking.account.as_str().into(),
        booking.product.code.as_str().into(),
        booking.reference.as_str().into(),
        booking.standing.name().into(),
        tracking_number(booking).map(str::to_owned).into(),
        booking.sent_from.into(),
    ]
}

fn same_place(old: &Booking, new: &Booking) -> bool {
    old.account == new.account
        && old.product.code == new.product.code
        && old.reference == new.reference
}

fn same_standing(old: &Booking, new: &Booking) -> bool {
    old.standing == new.standing && tracking_number(old) == tracking_number(new)
}

fn tracking_number(booking: &Booking) -> Option<&str> {
    let numbers = booking.numbers.as_ref()?;
    Some(numbers.tracking_number.as_str()).filter(|number| !number.is_empty())
}
