//! `parked list|retry|rebook|booked|cancel`: what a person decides. Actor and reason are recorded.

use std::path::{Path, PathBuf};

use carrier_sdk::faults::row_for;
use carrier_sdk::{Label, WhoActs};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::{key, moment};
use super::table::Row;
use super::{Form, gateway, output};
use crate::accounts::Accounts;
use crate::labels;
use crate::ledger::{Change, Filter, Kept};
use crate::life::{Decided, Decision, Event, Life, Numbers, ParcelNumbers, State, Verdict};
use crate::order::Key;
use crate::worker::Gateway;

/// `diligence parked ...`
#[derive(Subcommand)]
pub enum Command {
    /// List them: why, who acts, until when, what can be decided
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Look up again, or try again where nothing is unresolved; never sends while in doubt
    Retry(Who),
    /// Give an unresolved booking up as a stray and book anew
    Rebook {
        #[command(flatten)]
        who: Who,
        /// The carrier reference given up, as `parked list` shows it
        #[arg(long, default_value = "", value_name = "REFERENCE")]
        abandon: String,
    },
    /// The carrier confirmed that it is booked, with this number
    Booked {
        #[command(flatten)]
        who: Who,
        /// The shipment's tracking number
        #[arg(long)]
        tracking: String,
        /// Label file; once, or once per parcel
        #[arg(long, value_name = "FILE")]
        label: Vec<PathBuf>,
    },
    /// Cancel the order
    Cancel(Who),
}

/// Which order, who decides, and why.
#[derive(Args)]
pub struct Who {
    /// `shop/order_id/part`, `shop/order_id` or `order_id`
    #[arg(value_parser = key)]
    pub key: Key,
    /// Why; kept in the order's timeline
    #[arg(long)]
    pub reason: String,
    /// Who decides
    #[arg(long, env = "USER", default_value = "operator")]
    pub actor: String,
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be read or written, or the order's state does not allow the decision.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let gateway = match command {
        Command::List { .. } => gateway::open_to_read(source).await?,
        _ => gateway::open(source).await?,
    };
    match command {
        Command::List { form } => list(&gateway, form).await,
        Command::Retry(who) => decide(&gateway, who, Decision::Retry, Kept::default()).await,
        Command::Cancel(who) => decide(&gateway, who, Decision::Cancel, Kept::default()).await,
        Command::Rebook { who, abandon } => {
            decide(&gateway, who, Decision::Rebook { abandon }, Kept::default()).await
        }
        Command::Booked {
            who,
            tracking,
            label,
        } => booked(&gateway, who, tracking, label).await,
    }
}

/// One order that waits.
#[derive(Serialize)]
struct Line {
    key: String,
    since: Timestamp,
    decide_by: Option<Timestamp>,
    who_acts: WhoActs,
    /// What that is, in words.
    action: &'static str,
    why: String,
    /// What the carrier's atlas says of its code.
    meaning: Option<&'static str>,
    carrier_reference: Option<String>,
    choices: Vec<String>,
}

impl Line {
    fn of(life: &Life, accounts: &Accounts) -> Option<Self> {
        let park = life.park.as_ref()?;
        let why = &park.why;
        let account = accounts.get(&why.account);
        let atlas = account.map_or(&[][..], |account| account.carrier.profile().faults);
        let row = row_for(atlas, &why.code, &why.message);
        Some(Self {
            action: why.who_acts.in_words(),
            meaning: row.map(|row| row.plain),
            key: life.key.to_string(),
            since: park.since,
            decide_by: park.decide_by,
            who_acts: park.why.who_acts,
            why: park.why.in_plain_words(),
            carrier_reference: life.current().map(|booking| booking.reference.clone()),
            choices: park.choices.clone(),
        })
    }
}

impl Line {
    /// Why, and what the code means where that is not in it already.
    fn in_both_words(&self) -> String {
        match self.meaning.filter(|meaning| !self.why.contains(meaning)) {
            Some(meaning) => format!("{}\n{meaning}", self.why),
            None => self.why.clone(),
        }
    }
}

impl Row for Line {
    const HEADINGS: &'static [&'static str] = &[
        "Order",
        "Decide by",
        "Who acts",
        "Why",
        "Reference",
        "Choices",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.key.clone(),
            self.decide_by.map(moment).unwrap_or_default(),
            self.action.to_owned(),
            self.in_both_words(),
            self.carrier_reference.clone().unwrap_or_default(),
            self.choices.join(" "),
        ]
    }
}

async fn list(gateway: &Gateway, form: Form) -> Result<Ending, Failure> {
    let filter = Filter {
        states: vec![State::Parked],
        limit: 1_000,
        ..Filter::default()
    };
    let found = gateway.ledger.list(filter).await?;
    let rows: Vec<Line> = found
        .iter()
        .filter_map(|row| Line::of(&row.life, &gateway.accounts))
        .collect();
    output::rows(form, &rows)?;
    Ok(if rows.is_empty() {
        Ending::Done
    } else {
        Ending::Attention
    })
}

async fn booked(
    gateway: &Gateway,
    who: Who,
    tracking: String,
    files: Vec<PathBuf>,
) -> Result<Ending, Failure> {
    let due = gateway.ledger.order(&who.key).await?;
    let parcels = due.map_or(1, |due| due.life.parcel_ids.len().max(1));
    let mut kept = Kept::default();
    let mut numbers = Numbers {
        tracking_number: tracking.clone(),
        ..Numbers::default()
    };
    for position in 0..parcels {
        let label = files
            .get(position)
            .map(|file| read_label(file.as_path()))
            .transpose()?;
        let reference = label.as_ref().map(labels::reference);
        if let (Some(reference), Some(label)) = (&reference, label) {
            kept.labels.push((reference.clone(), position, label));
        }
        numbers.parcels.push(ParcelNumbers {
            tracking_number: tracking.clone(),
            label: reference,
        });
    }
    decide(gateway, who, Decision::Booked(numbers), kept).await
}

fn read_label(file: &Path) -> Result<Label, Failure> {
    let name = file.display();
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::usage(format!("the label {name} cannot be read: {}", error.kind()))
    })?;
    let label = Label::from_bytes(bytes).filter(Label::is_whole);
    label.ok_or_else(|| {
        Failure::usage(format!(
            "{name} is no whole label (PDF, ZPL, PNG, GIF or EPL)"
        ))
    })
}

async fn decide(
    gateway: &Gateway,
    who: Who,
    decision: Decision,
    kept: Kept,
) -> Result<Ending, Failure> {
    let key = &who.key;
    if gateway.ledger.order(key).await?.is_none() {
        let text = format!("no order {key} is known; `parked list` shows those that wait");
        return Err(Failure::failed(text));
    }
    let life = decided(gateway, &who, decision, kept).await?;
    let state = life.state.name();
    output::line(&format!(
        "{key} is now {state}; a running worker goes on with it"
    ))?;
    Ok(Ending::Done)
}

/// A decision about an order that is known, kept: its life afterwards.
///
/// # Errors
/// When the ledger cannot be written, or the order's state does not allow the decision.
pub async fn decided(
    gateway: &Gateway,
    who: &Who,
    decision: Decision,
    kept: Kept,
) -> Result<Life, Failure> {
    let change = Change {
        key: who.key.clone(),
        event: Event::Decided(Decided {
            decision,
            actor: who.actor.clone(),
            reason: who.reason.clone(),
        }),
        kept,
    };
    let recorded = gateway.ledger.record(vec![change]).await.pop();
    let recorded = recorded.ok_or_else(|| Failure::failed("the ledger gave no answer"))??;
    match recorded.verdict {
        Verdict::Refused(why) => Err(Failure::failed(why)),
        _ => Ok(recorded.life),
    }
}
