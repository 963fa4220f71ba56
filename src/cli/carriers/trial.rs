//! `carriers try`: what would become of orders with an account, without sending anything.
//!
//! Each order goes through routing and the carrier's mapping as in the worker. Refusals are counted
//! by field and reason; one request can be shown, its secrets as `***`.

mod bench;
mod shown;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::super::config::Source;
use super::super::ending::{Ending, Failure};
use super::super::messages::{self, Message};
use super::super::table::Row;
use super::super::{Form, output};
use crate::config;
use crate::order::{self, Order};
use bench::{Bench, Reason};
use shown::Shown;

const EXAMPLE: &str = include_str!("../../../schemas/examples/order.paid.json");

/// How many orders a refusal names.
const NAMED: usize = 3;

/// `diligence carriers try ...`
#[derive(Args)]
pub struct Arguments {
    /// An account of the configuration; or a carrier, with or without one
    #[arg(value_name = "CARRIER|ACCOUNT")]
    name: String,
    /// Orders, one JSON object a line (`-`: standard input); without it the documented example
    #[arg(long, value_name = "FILE")]
    orders: Option<PathBuf>,
    /// Print the request of the first order that is not refused, with masked data
    #[arg(long)]
    show: bool,
    /// Print it with the consignee's own data
    #[arg(long)]
    show_personal: bool,
    #[command(flatten)]
    form: Form,
}

/// Runs it. Orders that would be refused are what it is for, and no failure.
///
/// # Errors
/// When there is no such account or carrier, or the orders cannot be read.
pub fn run(arguments: &Arguments, source: &Source) -> Result<Ending, Failure> {
    let bench = Bench::of(&arguments.name, source)?;
    let messages = match &arguments.orders {
        Some(path) => messages::read(path)?,
        None => vec![Message::document(EXAMPLE)],
    };
    let mut tally = Tally::default();
    let bar = output::progress(messages.len());
    for message in &messages {
        tally.add(&bench, message, Timestamp::now());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut report = tally.report(&bench);
    if arguments.show || arguments.show_personal {
        let first = tally.taken.as_ref();
        let shown = first.map(|order| Shown::of(&bench, order, arguments.show_personal));
        report.request = shown.transpose()?;
    }
    report.print(arguments.form)?;
    Ok(Ending::Done)
}

/// What became of the orders.
#[derive(Default)]
struct Tally {
    orders: usize,
    refused: usize,
    not_orders: usize,
    /// The first that would be sent.
    taken: Option<Order>,
    refusals: BTreeMap<Reason, Vec<String>>,
}

impl Tally {
    fn add(&mut self, bench: &Bench, message: &Message, now: Timestamp) {
        let decoded = message.decode(config::Bus::default().max_message_bytes);
        let (key, reasons) = match decoded {
            Ok(order::Message::Cancelled(_)) => {
                self.not_orders += 1;
                return;
            }
            Ok(order::Message::Paid(decoded)) => {
                let order = decoded.order;
                let key = order.key.to_string();
                match bench.request(&order, now) {
                    Ok(_) => {
                        self.orders += 1;
                        self.taken.get_or_insert(order);
                        return;
                    }
                    Err(reasons) => (key, reasons),
                }
            }
            Err(malformed) => (format!("line {}", message.line), vec![malformed.into()]),
        };
        self.orders += 1;
        self.refused += 1;
        for reason in reasons {
            self.refusals.entry(reason).or_default().push(key.clone());
        }
    }

    fn report(&self, bench: &Bench) -> Report {
        let grouped = self.refusals.iter().map(|(reason, keys)| Refused {
            field: reason.field.clone(),
            reason: reason.text.clone(),
            orders: keys.len(),
            first: keys.iter().take(NAMED).cloned().collect(),
        });
        let mut refusals: Vec<Refused> = grouped.collect();
        refusals.sort_by_key(|refused| std::cmp::Reverse(refused.orders));
        Report {
            account: bench.describe(),
            orders: self.orders,
            refused: self.refused,
            not_orders: self.not_orders,
            refusals,
            request: None,
        }
    }
}

/// What `carriers try` tells.
#[derive(Serialize)]
struct Report {
    account: String,
    orders: usize,
    refused: usize,
    not_orders: usize,
    refusals: Vec<Refused>,
    request: Option<Shown>,
}

impl Report {
    fn print(&self, form: Form) -> Result<(), Failure> {
        if form.json {
            return output::json(self);
        }
        output::table(&self.refusals)?;
        let (refused, orders) = (self.refused, self.orders);
        let verdict = format!("{}: {refused} of {orders} would be refused.", self.account);
        output::line(&verdict)?;
        if self.not_orders > 0 {
            output::line(&format!("Cancellations, not tried: {}.", self.not_orders))?;
        }
        match &self.request {
            Some(shown) => output::line(&format!("\n{shown}")),
            None => Ok(()),
        }
    }
}

/// Orders refused for one reason.
#[derive(Serialize)]
struct Refused {
    field: String,
    reason: String,
    orders: usize,
    first: Vec<String>,
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
            self.orders.to_string(),
            self.first.join("\n"),
        ]
    }
}
