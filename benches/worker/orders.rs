//! Orders as a shop publishes them, all of the same size.

use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use serde_json::json;

pub const PAID: &str = "order.paid";

/// The id of the order with this number.
pub fn id(number: usize) -> String {
    format!("FR-2026-{number:08}")
}

/// The number of the order with this id.
pub fn number(id: &str) -> Option<usize> {
    id.strip_prefix("FR-2026-")?.parse().ok()
}

/// A paid order with this number.
pub fn paid(number: usize) -> anyhow::Result<Vec<u8>> {
    let now = Timestamp::now();
    let days = |days: u64| now.checked_add(Duration::from_secs(days * 86_400));
    let order = json!({
        "shop": "fr", "order_id": id(number), "part": 1, "revision": 1, "service": "express",
        "paid_at": now, "deliver_by": days(6).context("a date")?, "ship_from": "lille",
        "recipient": {
            "name": "Zoé Lefèvre", "type": "private", "street": ["12 rue de la Paix", "Bât. B"],
            "postal_code": "75002", "city": "Paris", "country": "FR", "email": "zoe@example.com",
            "phone": "+33612345678", "language": "fr", "instructions": "Code 4512",
        },
        "parcels": [{
            "id": "1", "weight_g": 850, "weight_source": "estimated",
            "length_mm": 350, "width_mm": 250, "height_mm": 80,
        }],
        "declared_value": {"amount": "129.90", "currency": "EUR"},
        "items": [{
            "sku": "TS-001", "description": "T-shirt coton", "quantity": 2, "unit_price": "29.95",
            "currency": "EUR", "weight_g": 180, "hs_code": "610910", "origin_country": "PT", "parcel": "1",
        }],
    });
    Ok(order.to_string().into_bytes())
}
