//! What the ledger tells of itself when it is measured: how many orders stand where, what is late,
//! what waits to be told. Aggregates only, and nothing of a single order.

use jiff::Timestamp;

use super::rows;
use crate::life::State;

/// The ledger's figures at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gauges {
    /// How many orders are in each state that has any.
    pub orders: Vec<(State, u64)>,
    /// Orders without a booking in force although their cut-off (else their deadline) has passed.
    pub late: u64,
    /// The next cut-off (else deadline) that an order without a booking in force has still to meet.
    pub next_cut_off: Option<Timestamp>,
    /// When the request was sent whose outcome has been in doubt the longest.
    pub in_doubt_since: Option<Timestamp>,
    /// Waybills that are ours, not wanted, and could not be taken back.
    pub strays: u64,
    /// Events that the bus has not confirmed.
    pub unsent: u64,
    /// When the oldest of them was committed.
    pub unsent_since: Option<Timestamp>,
    /// Labels to be put into the print folder, or taken out of it.
    pub unprinted: u64,
    /// When the oldest of them was committed.
    pub unprinted_since: Option<Timestamp>,
    /// Size of the ledger, in bytes.
    pub bytes: u64,
}

/// A row of `queries::GAUGES_OF_ORDERS`.
pub struct StateRow {
    /// The state.
    pub state: State,
    /// Orders in it.
    pub count: u64,
    /// Those whose cut-off has passed.
    pub late: u64,
    /// The next cut-off of the others, in microseconds.
    pub next_cut_off: Option<i64>,
}

impl Gauges {
    /// Counts the orders of one state in.
    pub fn count_in(&mut self, row: &StateRow) {
        self.orders.push((row.state, row.count));
        if wants_a_booking(row.state) {
            self.late += row.late;
            let next = row.next_cut_off.map(rows::moment);
            self.next_cut_off = self.next_cut_off.into_iter().chain(next).min();
        }
    }
}

/// A parked order misses its truck like any other.
fn wants_a_booking(state: State) -> bool {
    match state {
        State::Waiting | State::Booking | State::InDoubt | State::Unlabelled | State::Parked => {
            true
        }
        State::Unknown | State::Booked | State::Voiding | State::Cancelled | State::Rejected => {
            false
        }
    }
}
