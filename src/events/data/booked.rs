//! What `shipment.booked` says: the numbers, the parcels, and where their labels are.

use jiff::Timestamp;
use serde::Serialize;

use super::{Teller, tracking_numbers};
use crate::life::{Booking, LabelRef, Life, ParcelNumbers};

#[derive(Serialize)]
pub(super) struct Booked<'a> {
    shipment_id: Option<&'a str>,
    carrier: &'a str,
    account: &'a str,
    product: Product<'a>,
    carrier_reference: &'a str,
    tracking_number: &'a str,
    tracking_url: Option<&'a str>,
    parcels: Vec<Parcel<'a>>,
    hand_over_at: &'a str,
    booked_at: Option<Timestamp>,
    deliver_by: Option<Timestamp>,
    estimated_delivery: Option<&'a str>,
    /// A booking that was thought lost may turn out to exist after the one made in its place.
    replaces: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge: Option<Charge<'a>>,
}

#[derive(Serialize)]
struct Product<'a> {
    code: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Charge<'a> {
    amount: &'a str,
    currency: &'a str,
}

#[derive(Serialize)]
struct Parcel<'a> {
    id: Option<&'a str>,
    index: usize,
    tracking_number: &'a str,
    label: Option<Label<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    id: &'a str,
    format: &'a str,
    bytes: usize,
    sha256: &'a str,
    href: Option<String>,
}

impl<'a> Booked<'a> {
    pub(super) fn new(teller: &Teller, booking: &'a Booking, life: &'a Life) -> Option<Self> {
        let numbers = booking.numbers.as_ref()?;
        let parcels = numbers.parcels.iter().enumerate();
        let others = life.bookings.iter().filter(|other| other.n != booking.n);
        let charge = numbers.charge.as_ref();
        Some(Self {
            shipment_id: numbers.shipment_id.as_deref(),
            carrier: &booking.carrier,
            account: &booking.account,
            product: Product {
                code: &booking.product.code,
                name: &booking.product.name,
            },
            carrier_reference: &booking.reference,
            tracking_number: &numbers.tracking_number,
            tracking_url: numbers.tracking_url.as_deref(),
            parcels: parcels
                .map(|(position, parcel)| Parcel::new(teller, life, position, parcel))
                .collect(),
            hand_over_at: without_zone(&booking.hand_over_at),
            booked_at: booking.booked_at,
            deliver_by: life.deliver_by,
            estimated_delivery: numbers.estimated_delivery.as_deref(),
            replaces: others
                .filter_map(|other| other.numbers.as_ref())
                .flat_map(tracking_numbers)
                .collect(),
            charge: charge.map(|(amount, currency)| Charge { amount, currency }),
        })
    }
}

impl<'a> Parcel<'a> {
    fn new(teller: &Teller, life: &'a Life, position: usize, parcel: &'a ParcelNumbers) -> Self {
        let label = |label: &'a LabelRef| Label {
            id: &label.id,
            format: &label.format,
            bytes: label.bytes,
            sha256: &label.sha256,
            href: teller.label_link(&label.id),
        };
        Self {
            id: life.parcel_ids.get(position).map(String::as_str),
            index: position + 1,
            tracking_number: &parcel.tracking_number,
            label: parcel.label.as_ref().map(label),
        }
    }
}

/// RFC 9557 (`...+01:00[Europe/Paris]`) as RFC 3339.
fn without_zone(zoned: &str) -> &str {
    zoned.split_once('[').map_or(zoned, |(plain, _)| plain)
}
