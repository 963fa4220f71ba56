//! What each event says beside its envelope, field by field as `schemas/` declares it.
//!
//! All of it comes from the order's life, which holds no personal data. Written out here rather than
//! derived from the life's own types: those may change with the ledger, these are a contract.

use carrier_sdk::WhoActs;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Teller;
use crate::life::{Announcement, Booking, Life, Numbers, ParcelNumbers, Reason};

/// What every event of an order says, and what this one adds.
pub(super) fn of_order(teller: &Teller, told: &Announcement, life: &Life) -> Value {
    let booking = match told {
        Announcement::Booked { n } | Announcement::Stray { n, .. } => life.booking(*n),
        _ => life.current().or(life.bookings.last()),
    };
    let environment = booking.map_or(&life.environment, |booking| &booking.environment);
    let mut data = json!({
        "shop": life.key.shop, "order_id": life.key.order_id, "part": life.key.part,
        "revision": life.revision, "booking_no": booking.map(|booking| booking.n),
        "environment": named(environment),
    });
    if let (Value::Object(data), Value::Object(more)) =
        (&mut data, details(teller, told, life, booking))
    {
        data.extend(more);
    }
    data
}

fn details(teller: &Teller, told: &Announcement, life: &Life, booking: Option<&Booking>) -> Value {
    match told {
        Announcement::Accepted {
            ship_on,
            book_by,
            feasible,
            ignored_fields,
        } => json!({
            "ship_on": ship_on, "book_by": book_by, "deliver_by": life.deliver_by,
            "feasible": feasible, "ignored_fields": ignored_fields,
        }),
        Announcement::Booked { .. } => {
            booking.map_or(Value::Null, |booking| booked(teller, booking, life))
        }
        Announcement::Rejected { reasons } => {
            json!({"reasons": reasons.iter().map(reason).collect::<Vec<Value>>()})
        }
        Announcement::Parked => parked(life),
        Announcement::AtRisk { cause } => json!({
            "cause": cause.name(), "book_by": life.book_by, "deliver_by": life.deliver_by,
            "decide_by": life.book_by.or(life.deliver_by),
        }),
        Announcement::Cancelled { reason } => json!({"reason": reason}),
        Announcement::CancelRefused { reason } => json!({"reason": reason}),
        Announcement::Conflict { revision, paths } => {
            json!({"revision_received": revision, "paths": paths})
        }
        Announcement::Stray { voided, reason, .. } => {
            booking.map_or(Value::Null, |booking| stray(booking, *voided, reason))
        }
    }
}

fn booked(teller: &Teller, booking: &Booking, life: &Life) -> Value {
    let Some(numbers) = &booking.numbers else {
        return Value::Null;
    };
    let parcels: Vec<Value> = numbers
        .parcels
        .iter()
        .enumerate()
        .map(|(position, parcel)| labelled(teller, life, position, parcel))
        .collect();
    // A booking that was thought lost may turn out to exist after the one made in its place.
    let others = life.bookings.iter().filter(|other| other.n != booking.n);
    let replaces: Vec<&str> = others
        .filter_map(|other| other.numbers.as_ref())
        .flat_map(tracking_numbers)
        .collect();
    let mut data = json!({
        "shipment_id": numbers.shipment_id, "carrier": booking.carrier, "account": booking.account,
        "product": {"code": booking.product.code, "name": booking.product.name},
        "carrier_reference": booking.reference, "tracking_number": numbers.tracking_number,
        "tracking_url": numbers.tracking_url, "parcels": parcels,
        "hand_over_at": without_zone(&booking.hand_over_at), "booked_at": booking.booked_at,
        "deliver_by": life.deliver_by, "estimated_delivery": numbers.estimated_delivery,
        "replaces": replaces,
    });
    if let (Value::Object(data), Some((amount, currency))) = (&mut data, &numbers.charge) {
        let charge = json!({"amount": amount, "currency": currency});
        data.insert("charge".to_owned(), charge);
    }
    data
}

fn labelled(teller: &Teller, life: &Life, position: usize, parcel: &ParcelNumbers) -> Value {
    let label = parcel.label.as_ref().map(|label| {
        json!({
            "id": label.id, "format": label.format, "bytes": label.bytes,
            "sha256": label.sha256, "href": teller.label_link(&label.id),
        })
    });
    json!({
        "id": life.parcel_ids.get(position), "index": position + 1,
        "tracking_number": parcel.tracking_number, "label": label,
    })
}

fn parked(life: &Life) -> Value {
    let Some(park) = &life.park else {
        return Value::Null;
    };
    json!({
        "why": {"code": park.why.code, "message": park.why.message},
        "who_acts": park.why.who_acts, "decide_by": park.decide_by, "choices": park.choices,
        "carrier_reference": life.current().map(|booking| &booking.reference),
    })
}

fn stray(booking: &Booking, voided: bool, why: &str) -> Value {
    json!({
        "reason": why, "voided": voided, "account": booking.account,
        "carrier_reference": booking.reference,
        "tracking_numbers": booking.numbers.as_ref().map(tracking_numbers).unwrap_or_default(),
    })
}

fn reason(reason: &Reason) -> Value {
    let mut data = json!({
        "account": named(&reason.account), "code": reason.code, "message": reason.message,
        "who_acts": reason.who_acts,
    });
    if let (Value::Object(data), Some(field)) = (&mut data, &reason.field) {
        data.insert("field".to_owned(), json!(field));
    }
    data
}

/// What an account's pause (with a reason) or its end says.
pub(super) fn of_account(
    account: &str,
    why: Option<&Reason>,
    waiting: u64,
    since: Timestamp,
    environment: &str,
) -> Value {
    json!({
        "account": account, "environment": environment, "since": since, "orders_waiting": waiting,
        "why": why.map(|why| json!({"code": why.code, "message": why.message})),
        "who_acts": why.map_or(WhoActs::Nobody, |why| why.who_acts),
    })
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

/// RFC 9557 (`...+01:00[Europe/Paris]`) as RFC 3339.
fn without_zone(zoned: &str) -> &str {
    zoned.split_once('[').map_or(zoned, |(plain, _)| plain)
}
