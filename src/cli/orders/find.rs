//! `orders find`: an order by whatever a caller has in hand: its key, a number on a parcel, our
//! reference at the carrier's, or a phone.
//!
//! A phone is looked up in the order's content and is never printed; how it was found is said.

use carrier_sdk::text::clean;
use clap::Args;
use serde::Serialize;

use super::{Line, Row};
use crate::cli::config::Source;
use crate::cli::ending::{Ending, Failure};
use crate::cli::{Form, gateway, output};
use crate::ledger::{Filter, Ledger};
use crate::life::Life;

/// What is looked for.
#[derive(Args)]
pub struct Find {
    /// All or part of a key, tracking number or carrier reference; or a phone, in any form
    text: String,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    form: Form,
}

/// An order and by what it was found.
#[derive(Serialize)]
struct Hit {
    #[serde(flatten)]
    line: Line,
    found_by: &'static str,
}

impl Row for Hit {
    const HEADINGS: &'static [&'static str] = &[
        "Order",
        "Found by",
        "State",
        "Since",
        "Account",
        "Tracking number",
        "Why",
    ];

    fn cells(&self) -> Vec<String> {
        let mut cells = self.line.cells();
        cells.insert(1, self.found_by.to_owned());
        cells
    }
}

impl Find {
    /// Runs it.
    ///
    /// # Errors
    /// When the ledger cannot be read, or nothing is found.
    pub async fn run(self, source: &Source) -> Result<Ending, Failure> {
        let gateway = gateway::open_to_read(source).await?;
        let hits = self.hits(gateway.ledger.as_ref()).await?;
        if hits.is_empty() && !self.form.json {
            return Err(Failure::failed(
                "no order has this in its key, numbers, references or phone; six digits of a phone at least",
            ));
        }
        output::rows(self.form, &hits)?;
        Ok(if hits.is_empty() {
            Ending::Attention
        } else {
            Ending::Done
        })
    }

    async fn hits(&self, ledger: &dyn Ledger) -> Result<Vec<Hit>, Failure> {
        let text = clean(&self.text);
        let filter = Filter {
            text: Some(text.trim().to_owned()),
            limit: self.limit,
            ..Filter::default()
        };
        let found = ledger.list(filter).await?;
        let hits = found.iter().map(|row| Hit {
            line: Line::of(row),
            found_by: found_by(&row.life, text.trim()),
        });
        Ok(hits.collect())
    }
}

/// What of the order holds the text; the phone, when nothing else does.
fn found_by(life: &Life, text: &str) -> &'static str {
    let text = text.to_lowercase();
    let holds = |value: &str| value.to_lowercase().contains(&text);
    if holds(&life.key.to_string()) {
        return "key";
    }
    for booking in &life.bookings {
        if holds(&booking.reference) {
            return "reference";
        }
        let numbers = booking.numbers.iter();
        let mut all = numbers.flat_map(|numbers| {
            let parcels = numbers.parcels.iter();
            let parcels = parcels.map(|parcel| &parcel.tracking_number);
            parcels.chain([&numbers.tracking_number])
        });
        if all.any(|number| holds(number)) {
            return "number";
        }
    }
    "phone"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::conformance::{Desk, order, received};
    use crate::ledger::sqlite::tests::File;

    async fn found(desk: &Desk, text: &str) -> Vec<String> {
        let find = Find {
            text: text.to_owned(),
            limit: 20,
            form: Form { json: false },
        };
        let hits = find.hits(desk.ledger.as_ref()).await.expect("read");
        let shown = |hit: &Hit| format!("{} by {}", hit.line.key, hit.found_by);
        hits.iter().map(shown).collect()
    }

    #[tokio::test]
    async fn an_order_is_found_by_whatever_the_caller_has_in_hand() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        desk.book("A-17", "XS000000017FR").await;
        desk.book("B-18", "XS000000018FR").await;
        assert_eq!(found(&desk, "a-17").await, ["fr/A-17/1 by key"]);
        assert_eq!(found(&desk, "xs000000018").await, ["fr/B-18/1 by number"]);
        assert_eq!(found(&desk, "  A-17 ").await, ["fr/A-17/1 by key"]);
        assert!(found(&desk, "C-19").await.is_empty());
    }

    #[tokio::test]
    async fn a_phone_finds_its_order_in_any_form_and_is_not_printed() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        let mut called = order("A-1");
        called.recipient.phone = Some("+33612345678".into());
        desk.one(received(&called, desk.now())).await;
        let mut other = order("A-2");
        other.recipient.phone = Some("+33698765432".into());
        desk.one(received(&other, desk.now())).await;
        for form in [
            "+33612345678",
            "06 12 34 56 78",
            "0033 6.12.34.56.78",
            "612345678",
        ] {
            assert_eq!(found(&desk, form).await, ["fr/A-1/1 by phone"], "{form}");
        }
        let find = Find {
            text: "0612345678".into(),
            limit: 20,
            form: Form { json: false },
        };
        let hits = find.hits(desk.ledger.as_ref()).await.expect("read");
        let printed = serde_json::to_string(&hits).expect("JSON") + &hits[0].cells().concat();
        assert!(!printed.contains("612345678"), "{printed}");
    }
}
