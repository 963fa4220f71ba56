//! Events as they leave: CloudEvents 1.0 in structured JSON, their bytes fixed when committed.
//!
//! Rendered once, inside the ledger's transaction, so that a repeat is identical. No label bytes
//! and no personal data travel in an event.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::life::{Announcement, Booking, Life, Reason};
use crate::order::Key;

/// Names the namespace of event ids; fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b0c_8a52_51d9_4a5e_9f7e_d111_6e4c_e001);

/// What events say of their sender.
#[derive(Debug, Clone, Default)]
pub struct Teller {
    /// CloudEvents `source`.
    pub source: String,
    /// What label links start with; none: no links.
    pub public_url: Option<String>,
}

/// An event ready for the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// CloudEvents `id` and AMQP `message_id`: the same whenever the same thing is told.
    pub event_id: String,
    /// Type without version: `shipment.booked`.
    pub routing_key: String,
    /// The JSON text.
    pub body: String,
}

impl Teller {
    /// The event that tells this, as number `sequence` of the order.
    #[must_use]
    pub fn render(
        &self,
        told: &Announcement,
        life: &Life,
        sequence: u64,
        now: Timestamp,
    ) -> Rendered {
        let routing_key = told.kind();
        let kind = format!("{routing_key}.v1");
        let event_id = event_id(&life.key, &kind, sequence);
        let body = json!({
            "specversion": "1.0",
            "id": event_id,
            "source": self.source,
            "type": kind,
            "subject": life.key.to_string(),
            "time": now.to_string(),
            "datacontenttype": "application/json",
            "sequence": format!("{sequence:010}"),
            "data": self.data(told, life),
        });
        Rendered {
            event_id,
            routing_key: routing_key.to_owned(),
            body: body.to_string(),
        }
    }

    fn data(&self, told: &Announcement, life: &Life) -> Value {
        let booking = match told {
            Announcement::Booked { n } | Announcement::Stray { n, .. } => life.booking(*n),
            _ => life.current().or(life.bookings.last()),
        };
        let mut data = common(life, booking);
        let more = match told {
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
                booking.map_or(Value::Null, |booking| self.booked(booking, life))
            }
            Announcement::Rejected { reasons } => json!({"reasons": reasons}),
            Announcement::Parked => parked(life),
            Announcement::AtRisk { cause } => json!({
                "cause": cause, "book_by": life.book_by, "deliver_by": life.deliver_by,
                "decide_by": life.book_by.or(life.deliver_by),
            }),
            Announcement::Cancelled { reason } => json!({"reason": reason}),
            Announcement::CancelRefused { reason } => json!({"reason": reason}),
            Announcement::Conflict { revision, paths } => {
                json!({"revision_received": revision, "paths": paths})
            }
            Announcement::Stray { voided, reason, .. } => stray(booking, *voided, reason),
        };
        if let Value::Object(more) = more {
            data.extend(more);
        }
        Value::Object(data)
    }

    fn booked(&self, booking: &Booking, life: &Life) -> Value {
        let numbers = booking.numbers.clone().unwrap_or_default();
        let parcels: Vec<Value> = numbers.parcels.iter().enumerate().map(|(index, parcel)| {
            let label = parcel.label.as_ref().map(|label| json!({
                "id": label.id, "format": label.format, "bytes": label.bytes, "sha256": label.sha256,
                "href": self.public_url.as_ref().map(|url| format!("{}/v1/labels/{}", url.trim_end_matches('/'), label.id)),
            }));
            json!({
                "id": life.parcel_ids.get(index), "index": index + 1,
                "tracking_number": parcel.tracking_number, "label": label,
            })
        }).collect();
        let replaces: Vec<&str> = life
            .bookings
            .iter()
            .filter(|other| other.n < booking.n)
            .filter_map(|other| other.numbers.as_ref())
            .map(|numbers| numbers.tracking_number.as_str())
            .collect();
        json!({
            "shipment_id": numbers.shipment_id, "carrier": booking.carrier, "account": booking.account,
            "product": booking.product, "carrier_reference": booking.reference,
            "tracking_number": numbers.tracking_number, "tracking_url": numbers.tracking_url,
            "parcels": parcels, "hand_over_at": plain_time(&booking.hand_over_at), "booked_at": booking.booked_at,
            "deliver_by": life.deliver_by, "estimated_delivery": numbers.estimated_delivery,
            "charge": numbers.charge.map(|(amount, currency)| json!({"amount": amount, "currency": currency})),
            "replaces": replaces,
        })
    }
}

fn common(life: &Life, booking: Option<&Booking>) -> Map<String, Value> {
    let environment = booking.map_or(&life.environment, |booking| &booking.environment);
    let mut data = Map::new();
    data.insert("shop".into(), life.key.shop.clone().into());
    data.insert("order_id".into(), life.key.order_id.clone().into());
    data.insert("part".into(), life.key.part.into());
    data.insert("revision".into(), life.revision.into());
    data.insert("booking_no".into(), booking.map(|booking| booking.n).into());
    data.insert("environment".into(), environment.clone().into());
    data
}

fn parked(life: &Life) -> Value {
    let reference = life.current().map(|booking| booking.reference.clone());
    let Some(park) = &life.park else {
        return Value::Null;
    };
    json!({
        "why": {"code": park.why.code, "message": park.why.message},
        "who_acts": park.why.who_acts, "decide_by": park.decide_by,
        "choices": park.choices, "carrier_reference": reference,
    })
}

fn stray(booking: Option<&Booking>, voided: bool, reason: &str) -> Value {
    let numbers = booking.and_then(|booking| booking.numbers.as_ref());
    let tracking: Vec<&str> = numbers.map_or_else(Vec::new, |numbers| {
        let mut all = vec![numbers.tracking_number.as_str()];
        all.extend(
            numbers
                .parcels
                .iter()
                .map(|parcel| parcel.tracking_number.as_str()),
        );
        all.dedup();
        all
    });
    json!({
        "reason": reason, "voided": voided, "tracking_numbers": tracking,
        "account": booking.map(|booking| &booking.account),
        "carrier_reference": booking.map(|booking| &booking.reference),
    })
}

/// RFC 9557 (`...+01:00[Europe/Paris]`) as RFC 3339.
fn plain_time(zoned: &str) -> &str {
    zoned.split_once('[').map_or(zoned, |(plain, _)| plain)
}

fn event_id(key: &Key, kind: &str, sequence: u64) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{key}|{kind}|{sequence}").as_bytes()).to_string()
}

/// The event that an account stops or works again.
#[must_use]
pub fn account_event(
    teller: &Teller,
    account: &str,
    why: Option<&Reason>,
    waiting: u64,
    since: Timestamp,
    environment: &str,
) -> Rendered {
    let routing_key = if why.is_some() {
        "account.paused"
    } else {
        "account.resumed"
    };
    let kind = format!("{routing_key}.v1");
    let event_id =
        Uuid::new_v5(&NAMESPACE, format!("{account}|{kind}|{since}").as_bytes()).to_string();
    let body = json!({
        "specversion": "1.0", "id": event_id, "source": teller.source, "type": kind,
        "subject": account, "time": since.to_string(), "datacontenttype": "application/json",
        "data": {
            "account": account, "environment": environment, "since": since, "orders_waiting": waiting,
            "why": why.map(|why| json!({"code": why.code, "message": why.message})),
            "who_acts": why.map(|why| why.who_acts),
        },
    });
    Rendered {
        event_id,
        routing_key: routing_key.to_owned(),
        body: body.to_string(),
    }
}
