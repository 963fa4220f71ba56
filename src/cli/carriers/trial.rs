//! `carriers try`: what would become of orders with an account, without sending anything.
//!
//! Each order goes through routing and the carrier's mapping as in the worker (`src/shadow.rs`). What is
//! told can be mailed: fields, reasons and order ids, and a request only with masked data.

mod bench;
mod report;
mod shown;
mod wording;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::super::config::Source;
use super::super::ending::{Ending, Failure};
use super::super::messages::{self, Message};
use super::super::{Form, output};
use crate::config;
use crate::order::{self, Order};
use crate::shadow::Reason;
use bench::Bench;
use report::{Changed, Comparison, Product, Refused, Report};
use shown::Shown;
use wording::Change;

const EXAMPLE: &str = include_str!("../../../schemas/examples/order.paid.json");

/// `diligence carriers try ...`
#[derive(Args)]
pub struct Arguments {
    /// An account of the configuration; or a carrier, with or without one
    #[arg(value_name = "CARRIER|ACCOUNT")]
    name: String,
    /// Orders, one JSON object a line (`-`: standard input); without it the documented example
    #[arg(long, value_name = "FILE")]
    orders: Option<PathBuf>,
    /// Another account or carrier to compare it with, order by order
    #[arg(long, value_name = "CARRIER|ACCOUNT")]
    against: Option<String>,
    /// Print the request of this order, with masked data; without an id, of the first that is taken
    #[arg(long, value_name = "ORDER_ID", num_args = 0..=1, default_missing_value = "")]
    show: Option<String>,
    /// Print it with the consignee's own data
    #[arg(long)]
    show_personal: bool,
    #[command(flatten)]
    form: Form,
}

/// Runs it. Orders that would be refused are what it is for, and no failure.
///
/// # Errors
/// When there is no such account, carrier or order, or the orders cannot be read.
pub fn run(arguments: &Arguments, source: &Source) -> Result<Ending, Failure> {
    let bench = Bench::of(&arguments.name, source)?;
    let other = arguments.against.as_deref();
    let other = other.map(|name| Bench::of(name, source)).transpose()?;
    let messages = match &arguments.orders {
        Some(path) => messages::read(path)?,
        None => vec![Message::document(EXAMPLE)],
    };
    let wanted = arguments.show.as_deref().unwrap_or_default();
    let mut tally = Tally::default();
    let mut other_tally = Tally::default();
    let bar = output::progress(messages.len());
    for message in &messages {
        let now = Timestamp::now();
        tally.add(&bench, message, wanted, now);
        if let Some(other) = &other {
            other_tally.add(other, message, wanted, now);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut report = tally.report(&bench);
    if arguments.show.is_some() || arguments.show_personal {
        let shown = tally.shown(&bench, wanted, arguments.show_personal);
        report.request = shown.transpose()?;
    }
    report.against = other.map(|other| Box::new(tally.compared(&other_tally, &other)));
    report.print(arguments.form)?;
    Ok(Ending::Done)
}

/// What became of the orders.
#[derive(Default)]
struct Tally {
    not_orders: usize,
    /// Each order's key, and whether it would be taken.
    orders: Vec<(String, bool)>,
    /// The one to be shown.
    chosen: Option<Order>,
    refusals: BTreeMap<Reason, Vec<String>>,
    products: BTreeMap<(String, String), usize>,
    texts: BTreeMap<(&'static str, Change), Vec<String>>,
}

impl Tally {
    /// `wanted` is the id of the order to be shown; empty: the first that is taken.
    fn add(&mut self, bench: &Bench, message: &Message, wanted: &str, now: Timestamp) {
        let decoded = message.decode(config::Bus::default().max_message_bytes);
        match decoded {
            Ok(order::Message::Cancelled(_)) => self.not_orders += 1,
            Ok(order::Message::Paid(decoded)) => self.order(bench, &decoded.order, wanted, now),
            Err(malformed) => {
                let key = format!("line {}", message.line);
                self.refused(key, vec![malformed.into()]);
            }
        }
    }

    fn order(&mut self, bench: &Bench, order: &Order, wanted: &str, now: Timestamp) {
        let key = order.key.to_string();
        let named = key == wanted || order.key.order_id == wanted;
        if named {
            self.chosen.get_or_insert_with(|| order.clone());
        }
        let mapped = match bench.mapped(order, now) {
            Ok(mapped) => mapped,
            Err(reasons) => return self.refused(key, reasons),
        };
        if wanted.is_empty() {
            self.chosen.get_or_insert_with(|| order.clone());
        }
        for text in wording::changes(order, &mapped.request) {
            self.texts.entry(text).or_default().push(key.clone());
        }
        *self.products.entry(mapped.product).or_default() += 1;
        self.orders.push((key, true));
    }

    fn refused(&mut self, key: String, reasons: Vec<Reason>) {
        for reason in reasons {
            self.refusals.entry(reason).or_default().push(key.clone());
        }
        self.orders.push((key, false));
    }

    /// The request to be shown; none where no order is taken.
    fn shown(&self, bench: &Bench, wanted: &str, personal: bool) -> Option<Result<Shown, Failure>> {
        match (&self.chosen, wanted) {
            (Some(order), _) => Some(Shown::of(bench, order, personal)),
            (None, "") => None,
            (None, id) => {
                let text = format!("no order {id} is among them, so its request cannot be shown");
                Some(Err(Failure::usage(text)))
            }
        }
    }

    fn compared(&self, other: &Self, bench: &Bench) -> Comparison {
        let pairs = || self.orders.iter().zip(&other.orders);
        let keys = |first: bool, second: bool| {
            let alike = pairs().filter(move |(one, two)| one.1 == first && two.1 == second);
            alike.map(|(one, _)| one.0.clone()).collect::<Vec<_>>()
        };
        Comparison {
            both: keys(true, true).len(),
            only_first: keys(true, false),
            only_other: keys(false, true),
            neither: keys(false, false),
            other: other.report(bench),
        }
    }

    fn report(&self, bench: &Bench) -> Report {
        let refusals = self.refusals.iter().map(|(reason, orders)| Refused {
            field: reason.field.clone(),
            reason: reason.text.clone(),
            orders: orders.clone(),
        });
        let mut refusals: Vec<Refused> = refusals.collect();
        refusals.sort_by_key(|refused| std::cmp::Reverse(refused.orders.len()));
        let texts = self.texts.iter().map(|((field, change), orders)| Changed {
            field,
            change: *change,
            orders: orders.clone(),
        });
        let products = self.products.iter().map(|((code, name), orders)| Product {
            code: code.clone(),
            name: name.clone(),
            orders: *orders,
        });
        Report {
            account: bench.describe(),
            orders: self.orders.len(),
            refused: self.orders.iter().filter(|(_, taken)| !taken).count(),
            not_orders: self.not_orders,
            refusals,
            products: products.collect(),
            texts: texts.collect(),
            request: None,
            against: None,
        }
    }
}
