//! A paid order, as it arrives on the bus and as it is kept. Past this door only these types travel.
//!
//! Decoding (with the JSON path and the reason of every fault) is in `order/decode.rs`, what makes
//! two orders the same in `order/content.rs`; nothing here talks to the bus or the ledger.

#[cfg(test)]
mod agreement;
mod content;
mod decode;
mod fields;
mod json;
#[cfg(test)]
pub mod sample;
mod shipment;
mod values;

pub use content::differences;
pub use decode::{Decoded, Malformed, Message, decode};
pub use shipment::shipper;

use std::collections::BTreeSet;
use std::fmt;

use carrier_sdk::{PartyKind, ServiceOption};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Identifies an order for ever: shop, order id, part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The shop; empty when there is only one.
    pub shop: String,
    /// `[A-Za-z0-9_.-]{1,32}`, as is the shop when it has a name.
    pub order_id: String,
    /// 1 unless an order is shipped in parts.
    pub part: u32,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.shop, self.order_id, self.part)
    }
}

/// A paid order.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Shop, order id and part.
    #[serde(flatten)]
    pub key: Key,
    /// Rises when the shop corrects the order.
    pub revision: u32,
    /// When the shop was paid. Not part of the content that makes a duplicate.
    pub paid_at: Option<Timestamp>,
    /// What the shop sold: `express`.
    pub service: String,
    /// Options sold with it.
    pub options: BTreeSet<ServiceOption>,
    /// The promise to the buyer.
    pub deliver_by: Option<Timestamp>,
    /// The day the parcel must leave, when the shop fixes it.
    pub ship_on: Option<Date>,
    /// Last moment to have a label, when the shop fixes it.
    pub book_by: Option<Timestamp>,
    /// Site the parcels leave from.
    pub ship_from: String,
    /// Account to book with, when the shop fixes it.
    pub account: Option<String>,
    /// Printed on the label; the order id unless given.
    pub label_reference: String,
    /// Personal data.
    pub recipient: Recipient,
    /// At least one.
    pub parcels: Vec<OrderParcel>,
    /// Value of the goods.
    pub declared_value: Option<Amount>,
    /// The articles.
    pub items: Vec<OrderItem>,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({}, revision {})", self.key, self.revision)
    }
}

/// Who receives the parcels. All of it is personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Recipient {
    pub name: String,
    pub company: Option<String>,
    #[serde(rename = "type")]
    pub kind: PartyKind,
    pub street: Vec<String>,
    pub postal_code: String,
    pub city: String,
    pub province: Option<String>,
    pub country: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub instructions: Option<String>,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({}, masked)", self.country)
    }
}

/// One parcel of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderParcel {
    /// Unique within the order; its position (from 1) unless given.
    pub id: String,
    /// More than 0.
    pub weight_g: u32,
    /// `estimated` or `measured`.
    pub weight_source: Option<WeightSource>,
    /// All three sizes or none.
    pub length_mm: Option<u32>,
    /// Width.
    pub width_mm: Option<u32>,
    /// Height.
    pub height_mm: Option<u32>,
}

/// Where a weight comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum WeightSource {
    Estimated,
    Measured,
}

/// An amount of money: a decimal string and an ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// Exact and without trailing zeros; written as a string in JSON.
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
    /// `EUR`.
    pub currency: String,
}

/// One article of an order. What people buy is personal: `Debug` shows the quantity only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct OrderItem {
    pub sku: Option<String>,
    pub description: String,
    pub quantity: u32,
    pub unit_price: Option<Decimal>,
    pub currency: Option<String>,
    pub weight_g: Option<u32>,
    pub hs_code: Option<String>,
    pub origin_country: Option<String>,
    /// The id of the parcel it lies in.
    pub parcel: Option<String>,
}

impl fmt::Debug for OrderItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderItem({}, masked)", self.quantity)
    }
}

/// `order.cancelled`: a wish, acted on when the order's state allows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// The order it is about.
    #[serde(flatten)]
    pub key: Key,
    /// Why, in the shop's words.
    pub reason: Option<String>,
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cancellation({})", self.key)
    }
}
