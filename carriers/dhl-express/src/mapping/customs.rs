//! The export declaration of goods that cross a customs border, from the order's items.
//!
//! Not here: the invoice that travels along. The shop's own papers are not DHL's to write.

use carrier_sdk::{Check, Item, Money, Shipment, text};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::wire;

/// Who pays what on the way, as DHL knows it.
pub(super) const INCOTERMS: [&str; 16] = [
    "EXW", "FCA", "CPT", "CIP", "DPU", "DAP", "DDP", "FAS", "FOB", "CFR", "CIF", "DAF", "DAT",
    "DDU", "DEQ", "DES",
];

/// What is declared.
pub(super) struct Declared {
    pub description: String,
    pub value: Money,
    pub export: Value,
}

/// The declaration; what an item lacks for it is refused by name.
pub(super) fn declare(check: &mut Check, shipment: &Shipment) -> Declared {
    let items = &shipment.items;
    if items.is_empty() {
        check.refuse("items", "are missing, and customs needs them");
    }
    let lines: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(index, item)| line(check, index, item))
        .collect();
    let value = shipment.declared_value.clone().or_else(|| total(items));
    if value.is_none() {
        check.refuse("declared_value", "is missing, and the items add up to none");
    }
    let value = value.unwrap_or_else(|| Money {
        amount: Decimal::ZERO,
        currency: String::new(),
    });
    let mut prices = items.iter().filter_map(|item| item.unit_price.as_ref());
    if prices.any(|price| price.currency != value.currency) {
        check.refuse("items", "are priced in another currency than is declared");
    }
    Declared {
        description: summary(items),
        value,
        export: json!({
            "lineItems": lines,
            "exportReasonType": "permanent",
            "shipmentType": "commercial",
        }),
    }
}

fn line(check: &mut Check, index: usize, item: &Item) -> Value {
    let field = |name: &str| format!("items[{index}].{name}");
    let mut needed = |name: &str, given: bool| {
        if !given {
            check.refuse(field(name), "is missing, and customs needs it");
        }
    };
    needed("unit_price", item.unit_price.is_some());
    needed("origin_country", item.origin_country.is_some());
    needed("weight_g", item.weight_g.is_some());
    needed("quantity", item.quantity > 0);
    // of the whole line: DHL does not multiply
    let grams = u64::from(item.weight_g.unwrap_or_default()) * u64::from(item.quantity);
    let commodity = item.hs_code.as_deref().map(
        |code| json!([{"typeCode": "outbound", "value": check.needed(&field("hs_code"), code, 18)}]),
    );
    json!({
        "number": index + 1,
        "description": check.needed(&field("description"), &item.description, 512),
        "price": item.unit_price.as_ref().map(|price| wire::decimal(price.amount)),
        "quantity": {"value": item.quantity, "unitOfMeasurement": "PCS"},
        "commodityCodes": commodity,
        "manufacturerCountry": item.origin_country,
        "weight": {"netValue": wire::kilograms(grams)},
    })
}

fn total(items: &[Item]) -> Option<Money> {
    let mut total = Decimal::ZERO;
    for item in items {
        let price = item.unit_price.as_ref()?.amount;
        total = total.checked_add(price.checked_mul(item.quantity.into())?)?;
    }
    let currency = items.first()?.unit_price.as_ref()?.currency.clone();
    Some(Money {
        amount: total,
        currency,
    })
}

/// The first item, or as many words of it as fit: the declaration's lines say everything in full.
fn summary(items: &[Item]) -> String {
    let first: Vec<_> = items
        .iter()
        .take(1)
        .map(|item| item.description.clone())
        .collect();
    let lines = text::lines("items", &first, 70, usize::MAX).unwrap_or_default();
    lines.into_iter().next().unwrap_or_default()
}
