//! What each event says beside its envelope, field by field as `schemas/` declares it.
//!
//! All of it comes from the order's life, which holds no personal data. Written out here rather than
//! derived from the life's own types: those may change with the ledger, these are a contract.

mod booked;

use carrier_sdk::WhoActs;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::Teller;
use crate::life::{Announcement, Booking, Life, Numbers, Reason};
use booked::Booked;

/// What every event of an order says, and what this one adds.
#[derive(Serialize)]
pub(super) struct OfOrder<'a> {
    shop: &'a str,
    order_id: &'a str,
    part: u32,
    revision: u32,
    booking_no: Option<u32>,
    environment: Option<&'a str>,
    #[serde(flatten)]
    details: Option<Details<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Details<'a> {
    Accepted {
        ship_on: Option<Date>,
        book_by: Option<Timestamp>,
        deliver_by: Option<Timestamp>,
        feasible: bool,
        ignored_fields: &'a [String],
    },
    Booked(Box<Booked<'a>>),
    Rejected {
        reasons: Vec<Refused<'a>>,
    },
    Parked(Parked<'a>),
    AtRisk {
        cause: &'static str,
        book_by: Option<Timestamp>,
        deliver_by: Option<Timestamp>,
        decide_by: Option<Timestamp>,
    },
    Reasoned {
        reason: Option<&'a str>,
    },
    Conflict {
        revision_received: u32,
        paths: &'a [String],
    },
    Stray(Stray<'a>),
}

#[derive(Serialize)]
struct Refused<'a> {
    account: Option<&'a str>,
    #[serde(flatten)]
    why: Why<'a>,
    who_acts: WhoActs,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

#[derive(Serialize)]
struct Why<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Parked<'a> {
    why: Why<'a>,
    who_acts: WhoActs,
    decide_by: Option<Timestamp>,
    choices: &'a [String],
    carrier_reference: Option<&'a str>,
}

#[derive(Serialize)]
struct Stray<'a> {
    reason: &'a str,
    voided: bool,
    account: &'a str,
    carrier_reference: &'a str,
    tracking_numbers: Vec<&'a str>,
}

/// What an account's pause (with a reason) or its end says.
#[derive(Serialize)]
pub(super) struct OfAccount<'a> {
    account: &'a str,
    environment: &'a str,
    since: Timestamp,
    orders_waiting: u64,
    why: Option<Why<'a>>,
    who_acts: WhoActs,
}

impl<'a> OfOrder<'a> {
    pub(super) fn new(teller: &Teller, told: &'a Announcement, life: &'a Life) -> Self {
        let booking = match told {
            Announcement::Booked { n } | Announcement::Stray { n, .. } => life.booking(*n),
            _ => life.current().or(life.bookings.last()),
        };
        let environment = booking.map_or(&life.environment, |booking| &booking.environment);
        Self {
            shop: &life.key.shop,
            order_id: &life.key.order_id,
            part: life.key.part,
            revision: life.revision,
            booking_no: booking.map(|booking| booking.n),
            environment: named(environment),
            details: Details::of(teller, told, life, booking),
        }
    }
}

impl<'a> Details<'a> {
    fn of(
        teller: &Teller,
        told: &'a Announcement,
        life: &'a Life,
        booking: Option<&'a Booking>,
    ) -> Option<Self> {
        Some(match told {
            Announcement::Accepted {
                ship_on,
                book_by,
                feasible,
                ignored_fields,
            } => Self::Accepted {
                ship_on: *ship_on,
                book_by: *book_by,
                deliver_by: life.deliver_by,
                feasible: *feasible,
                ignored_fields,
            },
            Announcement::Booked { .. } => {
                Self::Booked(Box::new(Booked::new(teller, booking?, life)?))
            }
            Announcement::Rejected { reasons } => Self::Rejected {
                reasons: reasons.iter().map(Refused::new).collect(),
            },
            Announcement::Parked => Self::Parked(Parked::new(life)?),
            Announcement::AtRisk { cause } => Self::AtRisk {
                cause: cause.name(),
                book_by: life.book_by,
                deliver_by: life.deliver_by,
                decide_by: life.book_by.or(life.deliver_by),
            },
            Announcement::Cancelled { reason } => Self::Reasoned {
                reason: reason.as_deref(),
            },
            Announcement::CancelRefused { reason } => Self::Reasoned {
                reason: Some(reason),
            },
            Announcement::Conflict { revision, paths } => Self::Conflict {
                revision_received: *revision,
                paths,
            },
            Announcement::Stray { voided, reason, .. } => {
                Self::Stray(Stray::new(booking?, *voided, reason))
            }
        })
    }
}

impl<'a> Refused<'a> {
    fn new(reason: &'a Reason) -> Self {
        Self {
            account: named(&reason.account),
            why: Why::new(reason),
            who_acts: reason.who_acts,
            field: reason.field.as_deref(),
        }
    }
}

impl<'a> Why<'a> {
    fn new(reason: &'a Reason) -> Self {
        Self {
            code: &reason.code,
            message: &reason.message,
        }
    }
}

impl<'a> Parked<'a> {
    fn new(life: &'a Life) -> Option<Self> {
        let park = life.park.as_ref()?;
        let current = life.current();
        Some(Self {
            why: Why::new(&park.why),
            who_acts: park.why.who_acts,
            decide_by: park.decide_by,
            choices: &park.choices,
            carrier_reference: current.map(|booking| booking.reference.as_str()),
        })
    }
}

impl<'a> Stray<'a> {
    fn new(booking: &'a Booking, voided: bool, reason: &'a str) -> Self {
        let numbers = booking.numbers.as_ref();
        Self {
            reason,
            voided,
            account: &booking.account,
            carrier_reference: &booking.reference,
            tracking_numbers: numbers.map(tracking_numbers).unwrap_or_default(),
        }
    }
}

impl<'a> OfAccount<'a> {
    pub(super) fn new(
        account: &'a str,
        why: Option<&'a Reason>,
        orders_waiting: u64,
        since: Timestamp,
        environment: &'a str,
    ) -> Self {
        Self {
            account,
            environment,
            since,
            orders_waiting,
            why: why.map(Why::new),
            who_acts: why.map_or(WhoActs::Nobody, |why| why.who_acts),
        }
    }
}

/// The shipment's number and its parcels', each once.
fn tracking_numbers(numbers: &Numbers) -> Vec<&str> {
    let mut all = vec![numbers.tracking_number.as_str()];
    for parcel in &numbers.parcels {
        if !all.contains(&parcel.tracking_number.as_str()) {
            all.push(&parcel.tracking_number);
        }
    }
    all
}

/// A name, unless it is empty: then nothing was chosen or reached.
fn named(name: &str) -> Option<&str> {
    (!name.is_empty()).then_some(name)
}
