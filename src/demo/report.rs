//! What the demo shows at the end: what happened to each order and why, and whether the carriers'
//! own books agree.

use std::collections::BTreeMap;

use carrier_sdk::stub::StubBooking;
use serde::Serialize;

use super::story::Role;
use crate::ledger::Ledger;
use crate::life::{Life, Standing, State};
use crate::order::Key;

/// One order's line.
#[derive(Serialize)]
pub struct Line {
    /// Order id.
    pub order_id: String,
    /// What it was meant to show.
    pub shows: String,
    /// Its state.
    pub state: String,
    /// Account that booked it.
    pub account: String,
    /// Tracking number.
    pub tracking: String,
    /// Why, when it is not simply booked.
    pub why: String,
}

/// Reads each order's end from the ledger.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn lines(ledger: &dyn Ledger, roles: &[Role]) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for role in roles {
        let Some(due) = ledger.order(&key(&role.order_id)).await? else {
            continue;
        };
        lines.push(line(role, &due.life));
    }
    Ok(lines)
}

/// The key of one of the demo's orders.
pub fn key(order_id: &str) -> Key {
    Key {
        shop: "fr".into(),
        order_id: order_id.into(),
        part: 1,
    }
}

fn line(role: &Role, life: &Life) -> Line {
    let booked = life
        .bookings
        .iter()
        .rfind(|booking| booking.announced && booking.standing == Standing::Live);
    let numbers = booked.and_then(|booking| booking.numbers.as_ref());
    Line {
        order_id: role.order_id.clone(),
        shows: role.shows.to_owned(),
        state: life.state.name().to_owned(),
        account: booked.map_or_else(String::new, |booking| booking.account.clone()),
        tracking: numbers.map_or_else(String::new, |numbers| numbers.tracking_number.clone()),
        why: why(life),
    }
}

fn why(life: &Life) -> String {
    if let Some(park) = &life.park {
        return format!("{}: {}", park.why.who_acts.name(), park.why.message);
    }
    let voided = life
        .bookings
        .iter()
        .any(|booking| booking.standing == Standing::Voided);
    match (voided, life.state, life.refusals.first()) {
        (true, State::Cancelled, _) => "its booking was voided".into(),
        (true, ..) => "(the first one was voided)".into(),
        (false, _, Some(refusal)) => refusal.message.clone(),
        (false, _, None) => String::new(),
    }
}

/// What the carriers' own books say.
#[derive(Serialize)]
pub struct Books {
    /// Bookings they accepted.
    pub accepted: usize,
    /// Of these, voided.
    pub voided: usize,
    /// Live ones of the order that has most: must be 1.
    pub most_live: usize,
    /// References of live bookings that our ledger does not stand by.
    pub strays: Vec<String>,
    /// Live bookings of orders that wait for a person.
    pub in_doubt: usize,
}

impl Books {
    /// Whether no order has two parcels, and every parcel is known.
    pub fn agree(&self) -> bool {
        self.most_live == 1 && self.strays.is_empty()
    }
}

/// Compares the carriers' books with ours.
pub fn books(bookings: &[StubBooking], lives: &BTreeMap<String, Life>) -> Books {
    let mut live: BTreeMap<&str, usize> = BTreeMap::new();
    let mut strays = Vec::new();
    let mut in_doubt = 0;
    for booking in bookings.iter().filter(|booking| booking.is_live()) {
        let order_id = booking.reference.split('.').next().unwrap_or_default();
        *live.entry(order_id).or_default() += 1;
        let ours = lives.get(order_id).and_then(|life| {
            life.bookings
                .iter()
                .find(|ours| ours.reference == booking.reference)
        });
        match ours.map(|ours| ours.standing) {
            Some(Standing::Live) => {}
            Some(Standing::InDoubt | Standing::Stray) => in_doubt += 1,
            _ => strays.push(booking.reference.clone()),
        }
    }
    Books {
        accepted: bookings.len(),
        voided: bookings.iter().filter(|booking| !booking.is_live()).count(),
        most_live: live.values().copied().max().unwrap_or_default(),
        strays,
        in_doubt,
    }
}
