//! What customs want to know of the goods, from the order's items, as plain values. What an item
//! lacks is refused by field. How a carrier writes it, and the invoice, are not here.

use rust_decimal::Decimal;

use crate::check::Check;
use crate::shipment::{Item, Money, Shipment, kilograms};
use crate::text;

/// Who pays what on the way (Incoterms, with those that carriers still know); the usual one first.
pub const INCOTERMS: [&str; 16] = [
    "DAP", "EXW", "FCA", "CPT", "CIP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF", "DAF", "DAT",
    "DDU", "DEQ", "DES",
];

/// What is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// One for each item.
    pub lines: Vec<Line>,
    /// The order's declared value, else the sum of the items.
    pub value: Money,
}

/// An item as customs see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// What it is.
    pub description: String,
    /// How many.
    pub quantity: u32,
    /// Price of one, in the declaration's currency.
    pub unit_price: Decimal,
    /// Weight of all of the line, in grams.
    pub weight_g: u64,
    /// Harmonised System code.
    pub hs_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub origin_country: String,
}

impl Line {
    /// What all of it weighs, in kilograms.
    #[must_use]
    pub fn kilograms(&self) -> Decimal {
        kilograms(self.weight_g)
    }

    /// What all of it is worth; `None` where that is absurd.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        self.unit_price.checked_mul(self.quantity.into())
    }
}

/// The declaration of these goods. A description has at most so many characters.
pub fn declare(check: &mut Check, shipment: &Shipment, description_max: usize) -> Declaration {
    let items = &shipment.items;
    check.require(
        !items.is_empty(),
        "items",
        "are missing, and customs needs them",
    );
    let lines = items.iter().zip(1..);
    let lines = lines
        .map(|(item, number)| line(check, number, item, description_max))
        .collect();
    let value = shipment.declared_value.clone().or_else(|| total(items));
    let message = "is missing, and the items add up to none";
    check.require(value.is_some(), "declared_value", message);
    let value = value.unwrap_or_else(|| Money {
        amount: Decimal::ZERO,
        currency: String::new(),
    });
    let mut prices = items.iter().filter_map(|item| item.unit_price.as_ref());
    let one_currency = prices.all(|price| price.currency == value.currency);
    let message = "are priced in another currency than is declared";
    check.require(one_currency, "items", message);
    Declaration { lines, value }
}

fn line(check: &mut Check, number: usize, item: &Item, description_max: usize) -> Line {
    let field = |name: &str| format!("items[{}].{name}", number - 1);
    let mut needed = |name: &str, given: bool| {
        check.require(given, &field(name), "is missing, and customs needs it");
    };
    needed("unit_price", item.unit_price.is_some());
    needed("origin_country", item.origin_country.is_some());
    needed("weight_g", item.weight_g.is_some());
    needed("quantity", item.quantity > 0);
    let code = item.hs_code.as_deref();
    let price = item.unit_price.as_ref();
    Line {
        number,
        description: check.needed(&field("description"), &item.description, description_max),
        quantity: item.quantity,
        unit_price: price.map_or(Decimal::ZERO, |price| price.amount),
        weight_g: u64::from(item.weight_g.unwrap_or_default()) * u64::from(item.quantity),
        hs_code: code.map(|code| check.needed(&field("hs_code"), code, 18)),
        origin_country: item.origin_country.clone().unwrap_or_default(),
    }
}

/// The value of all items, when each has a price.
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

/// What is in the shipment, in one field: the first item, or as many words of it as fit. The lines
/// of the declaration say everything in full.
#[must_use]
pub fn summary(items: &[Item], max: usize) -> String {
    let first: Vec<String> = items
        .iter()
        .take(1)
        .map(|item| item.description.clone())
        .collect();
    let lines = text::lines("items", &first, max, usize::MAX).unwrap_or_default();
    lines.into_iter().next().unwrap_or_default()
}

/// All articles with their quantities, in a few lines; they are refused when they need more.
pub fn articles(check: &mut Check, items: &[Item], max: usize, count: usize) -> Vec<String> {
    check.require(
        !items.is_empty(),
        "items",
        "are missing, and customs needs them",
    );
    let articles = items.iter();
    let articles: Vec<String> = articles
        .map(|item| format!("{} x {}", item.quantity, item.description))
        .collect();
    check.keep(text::lines("items", &articles, max, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item {
            sku: None,
            description: "Chemise en coton".to_owned(),
            quantity: 2,
            unit_price: Some(Money {
                amount: Decimal::new(4_000, 2),
                currency: "EUR".to_owned(),
            }),
            weight_g: Some(250),
            hs_code: None,
            origin_country: Some("PT".to_owned()),
            parcel: None,
        }
    }

    #[test]
    fn the_first_item_stands_for_all_in_one_field_and_all_stand_in_a_few_lines() {
        assert_eq!(summary(&[item(), item()], 12), "Chemise en");
        assert_eq!(summary(&[], 12), "");
        let mut check = Check::default();
        let lines = articles(&mut check, &[item()], 12, 2);
        assert_eq!(lines, ["2 x Chemise", "en coton"]);
        articles(&mut check, &[item(), item()], 12, 2);
        assert_eq!(check.done().expect_err("too long").fields(), ["items"]);
    }

    #[test]
    fn a_line_weighs_all_of_its_pieces() {
        let mut check = Check::default();
        let line = line(&mut check, 1, &item(), 20);
        assert_eq!((line.weight_g, line.quantity), (500, 2));
        check.done().expect("nothing lacks");
    }
}
