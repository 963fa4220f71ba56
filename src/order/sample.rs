//! The documented example order, for tests.

use super::Order;
use super::decode::{Message, decode};

/// `schemas/examples/order.paid.json`
pub const PAID: &str = include_str!("../../schemas/examples/order.paid.json");

/// The order in it.
pub fn order() -> Order {
    match decode(None, "order.paid", PAID.as_bytes(), 1_048_576) {
        Ok(Message::Paid(decoded)) => decoded.order,
        other => panic!("the example does not decode: {other:?}"),
    }
}
