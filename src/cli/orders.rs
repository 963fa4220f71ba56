//! `orders find|list|show`: where every order stands, and one order's timeline in plain words.
//!
//! Personal data is shown by neither: the order's content stays in the ledger.

mod find;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::table::Row;
use super::{Form, gateway, output};
use crate::ledger::{Filter, KeptLabel, Note, OrderRow};
use crate::life::{Booking, Life, State};
use crate::order::Key;

/// `diligence orders ...`
#[derive(Subcommand)]
pub enum Command {
    /// Find orders by key, tracking number, carrier reference or phone
    Find(find::Find),
    /// List orders, newest change first
    List(List),
    /// Show one order: state, bookings, labels, timeline
    Show {
        /// `shop/order_id/part`, `shop/order_id` or `order_id`
        #[arg(value_parser = key)]
        key: Key,
        #[command(flatten)]
        form: Form,
    },
}

/// What to list.
#[derive(Args)]
pub struct List {
    /// Only orders in this state; may be given several times
    #[arg(long, value_parser = state, value_name = "STATE")]
    state: Vec<State>,
    /// Only orders whose key, reference or tracking number contains this
    #[arg(long)]
    text: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    form: Form,
}

fn state(name: &str) -> Result<State, String> {
    let mut all = State::ALL.into_iter();
    all.find(|state| state.name() == name)
        .ok_or_else(|| format!("one of {}", State::ALL.map(State::name).join(", ")))
}

/// A key as people write it.
pub fn key(text: &str) -> Result<Key, String> {
    let wrong = || "write shop/order_id/part, shop/order_id or order_id".to_owned();
    let parts: Vec<&str> = text.split('/').collect();
    let (shop, order_id, part) = match parts.as_slice() {
        [order_id] => ("", *order_id, 1),
        [shop, order_id] => (*shop, *order_id, 1),
        [shop, order_id, part] => (*shop, *order_id, part.parse().map_err(|_| wrong())?),
        _ => return Err(wrong()),
    };
    Ok(Key {
        shop: shop.to_owned(),
        order_id: order_id.to_owned(),
        part,
    })
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be read, or the order is not known.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    match command {
        Command::Find(find) => find.run(source).await,
        Command::List(list) => list.run(source).await,
        Command::Show { key, form } => show(source, &key, form).await,
    }
}

impl List {
    async fn run(self, source: &Source) -> Result<Ending, Failure> {
        let gateway = gateway::open_to_read(source).await?;
        let filter = Filter {
            states: self.state,
            text: self.text,
            limit: self.limit,
            ..Filter::default()
        };
        let found = gateway.ledger.list(filter).await?;
        let rows: Vec<Line> = found.iter().map(Line::of).collect();
        output::rows(self.form, &rows)?;
        Ok(Ending::Done)
    }
}

/// One order of the list.
#[derive(Serialize)]
struct Line {
    key: String,
    state: &'static str,
    since: Timestamp,
    account: Option<String>,
    tracking_number: Option<String>,
    why: String,
}

impl Line {
    fn of(row: &OrderRow) -> Self {
        let life = &row.life;
        let booking = life.current().or(life.bookings.last());
        Self {
            key: life.key.to_string(),
            state: life.state.name(),
            since: row.changed_at,
            account: booking.map(|booking| booking.account.clone()),
            tracking_number: booking.and_then(tracking_number),
            why: why(life),
        }
    }
}

impl Row for Line {
    const HEADINGS: &'static [&'static str] = &[
        "Order",
        "State",
        "Since",
        "Account",
        "Tracking number",
        "Why",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.key.clone(),
            self.state.to_owned(),
            moment(self.since),
            self.account.clone().unwrap_or_default(),
            self.tracking_number.clone().unwrap_or_default(),
            self.why.clone(),
        ]
    }
}

/// To the second: nobody on call reads more.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn tracking_number(booking: &Booking) -> Option<String> {
    let numbers = booking.numbers.as_ref()?;
    Some(numbers.tracking_number.clone())
}

/// Why it is where it is, when that is not plain.
pub fn why(life: &Life) -> String {
    match (&life.park, life.refusals.last()) {
        (Some(park), _) => park.why.in_plain_words(),
        (None, Some(refusal)) => refusal.in_plain_words(),
        (None, None) => String::new(),
    }
}

async fn show(source: &Source, key: &Key, form: Form) -> Result<Ending, Failure> {
    let gateway = gateway::open_to_read(source).await?;
    let Some(due) = gateway.ledger.order(key).await? else {
        return Err(Failure::failed(format!(
            "no order {key} is known; `orders find TEXT` finds it by a part of its key, a number or a phone"
        )));
    };
    let notes = gateway.ledger.notes(key).await?;
    let labels = gateway.ledger.labels(key).await?;
    if form.json {
        let timeline: Vec<_> = notes
            .iter()
            .map(|note| json!({"at": note.at, "text": note.text}))
            .collect();
        output::json(&json!({"order": due.life, "timeline": timeline}))?;
    } else {
        output::line(&portrait(&due.life, &labels, &notes))?;
    }
    Ok(Ending::Done)
}

/// Everything a person on call asks about an order, without whom it goes to.
fn portrait(life: &Life, labels: &[KeptLabel], notes: &[Note]) -> String {
    let mut lines = vec![format!("{}: {}", life.key, life.state.name())];
    lines.extend(
        life.deliver_by
            .map(|by| format!("  promised by {}", moment(by))),
    );
    lines.extend(life.bookings.iter().map(booking));
    lines.extend(labels.iter().map(|kept| {
        let (format, size) = (kept.label.format, kept.label.bytes.len());
        let (parcel, n, id) = (kept.parcel + 1, kept.n, &kept.id);
        format!("  label of parcel {parcel}, booking {n}: {format}, {size} bytes, id {id}")
    }));
    if let Some(park) = &life.park {
        lines.push(format!(
            "  waits for a person: {}",
            park.why.in_plain_words()
        ));
        lines.push(format!("  can be decided: {}", park.choices.join(", ")));
    }
    lines.extend(
        notes
            .iter()
            .map(|note| format!("  {}  {}", moment(note.at), note.text)),
    );
    lines.join("\n")
}

fn booking(booking: &Booking) -> String {
    let (n, account, carrier) = (booking.n, &booking.account, &booking.carrier);
    let (product, environment) = (&booking.product.code, &booking.environment);
    let number =
        tracking_number(booking).map_or_else(String::new, |number| format!(", number {number}"));
    format!(
        "  booking {n}: {}, {account} ({carrier} {product}, {environment}), reference {}{number}",
        booking.standing.name(),
        booking.reference,
    )
}
