//! What `carriers try` tells: how many orders would be refused and why, by which products the others
//! would go, and what of their texts would change. Fields, reasons and order ids; nothing personal, so
//! that it can be mailed to the carrier.

use serde::Serialize;

use super::super::super::ending::Failure;
use super::super::super::table::Row;
use super::super::super::{Form, output};
use super::shown::Shown;
use super::wording::Change;

/// How many orders a row of a table names; JSON names them all.
const NAMED: usize = 3;

/// All of it, for one account.
#[derive(Serialize)]
pub struct Report {
    /// The account, its carrier and its environment.
    pub account: String,
    /// Orders tried.
    pub orders: usize,
    /// Of these, refused.
    pub refused: usize,
    /// Messages that are cancellations.
    pub not_orders: usize,
    /// Why, the most frequent reason first.
    pub refusals: Vec<Refused>,
    /// Products of the others.
    pub products: Vec<Product>,
    /// Texts of the others that would not be sent as they are.
    pub texts: Vec<Changed>,
    /// One request, when it is asked for.
    pub request: Option<Shown>,
    /// The same of another account, and how they differ.
    pub against: Option<Box<Comparison>>,
}

/// Orders refused for one reason.
#[derive(Serialize)]
pub struct Refused {
    /// Path in the order.
    pub field: String,
    /// Without any value.
    pub reason: String,
    /// Their keys.
    pub orders: Vec<String>,
}

/// Orders that would go by one product.
#[derive(Serialize)]
pub struct Product {
    /// The carrier's code.
    pub code: String,
    /// Its name for it.
    pub name: String,
    /// How many.
    pub orders: usize,
}

/// Orders of which a text changes.
#[derive(Serialize)]
pub struct Changed {
    /// Path in the order.
    pub field: &'static str,
    /// What becomes of it.
    pub change: Change,
    /// Their keys.
    pub orders: Vec<String>,
}

/// Two accounts, order by order.
#[derive(Serialize)]
pub struct Comparison {
    /// The other one.
    pub other: Report,
    /// Orders that both would take.
    pub both: usize,
    /// Keys of those that only the first would take.
    pub only_first: Vec<String>,
    /// Keys of those that only the other would take.
    pub only_other: Vec<String>,
    /// Keys of those that neither would take.
    pub neither: Vec<String>,
}

impl Report {
    /// As tables and lines, or as JSON.
    pub fn print(&self, form: Form) -> Result<(), Failure> {
        if form.json {
            return output::json(self);
        }
        self.tell()?;
        if let Some(comparison) = &self.against {
            output::line("")?;
            comparison.other.tell()?;
            output::line(&comparison.in_words())?;
        }
        match &self.request {
            Some(shown) => output::line(&format!("\n{shown}")),
            None => Ok(()),
        }
    }

    fn tell(&self) -> Result<(), Failure> {
        output::table(&self.refusals)?;
        output::table(&self.texts)?;
        let (refused, orders) = (self.refused, self.orders);
        output::line(&format!(
            "{}: {refused} of {orders} would be refused.",
            self.account
        ))?;
        let products = self.products.iter();
        let products: Vec<String> = products
            .map(|product| format!("{} {} ({})", product.code, product.name, product.orders))
            .collect();
        if !products.is_empty() {
            output::line(&format!("Products: {}.", products.join(", ")))?;
        }
        if self.not_orders > 0 {
            output::line(&format!("Cancellations, not tried: {}.", self.not_orders))?;
        }
        Ok(())
    }
}

impl Comparison {
    fn in_words(&self) -> String {
        let named = |keys: &[String]| match keys {
            [] => "none".to_owned(),
            keys => format!("{} ({})", keys.len(), first_of(keys).join(", ")),
        };
        format!(
            "Taken by both: {}. Only by the first: {}. Only by the other: {}. By neither: {}.",
            self.both,
            named(&self.only_first),
            named(&self.only_other),
            named(&self.neither)
        )
    }
}

/// The first keys, and that there are more.
fn first_of(keys: &[String]) -> Vec<&str> {
    let mut named: Vec<&str> = keys.iter().take(NAMED).map(String::as_str).collect();
    if keys.len() > NAMED {
        named.push("…");
    }
    named
}

impl Row for Refused {
    const HEADINGS: &'static [&'static str] = &[
        "Field",
        "Why it would be refused",
        "Orders",
        "First of them",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.field.clone(),
            self.reason.clone(),
            self.orders.len().to_string(),
            first_of(&self.orders).join("\n"),
        ]
    }
}

impl Row for Changed {
    const HEADINGS: &'static [&'static str] =
        &["Text", "What becomes of it", "Orders", "First of them"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.field.to_owned(),
            self.change.in_words().to_owned(),
            self.orders.len().to_string(),
            first_of(&self.orders).join("\n"),
        ]
    }
}
