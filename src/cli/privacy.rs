//! `privacy show|erase`: what is kept of the person an order goes to, wherever it is: in the ledger, the
//! print folder, the dead queue.
//!
//! The life machine says whether it may be erased; who asked and why is kept in the order's timeline.
//! Killed half way, the same command does the rest. What stays is what accounts need: key, states,
//! references, tracking numbers, charges.

mod concerns;

use std::path::PathBuf;

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::{key, moment};
use super::parked::{Who, decided};
use super::table::Row;
use super::{Form, dead, gateway, output};
use crate::bus::BusError;
use crate::bus::rabbitmq::{DeadMessage, DeadQueue};
use crate::config;
use crate::labels::PrintFolder;
use crate::ledger::Kept;
use crate::life::Decision;
use crate::order::Key;
use crate::sabotage::{Point, pass};
use crate::worker::Gateway;

/// `diligence privacy ...`
#[derive(Subcommand)]
pub enum Command {
    /// Everything that is kept of the person it goes to, for whoever asks for their data
    Show {
        /// `shop/order_id/part`, `shop/order_id` or `order_id`
        #[arg(value_parser = key)]
        key: Key,
        #[command(flatten)]
        form: Form,
    },
    /// Erase all of it before its time; refused while the parcel still needs it
    Erase(Who),
}

/// Runs it.
///
/// # Errors
/// When the ledger, the print folder or the broker cannot be used, or the order still needs its data.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    match command {
        Command::Show { key, form } => show(source, &key, form).await,
        Command::Erase(who) => erase(source, &who).await,
    }
}

/// Something that is kept.
#[derive(Serialize)]
struct Item {
    place: &'static str,
    what: String,
    /// None: until somebody takes it away.
    kept_until: Option<Timestamp>,
    bytes: usize,
    /// None where it is no text.
    text: Option<String>,
}

impl Item {
    fn of(place: &'static str, what: String, bytes: Vec<u8>) -> Self {
        Self {
            place,
            what,
            kept_until: None,
            bytes: bytes.len(),
            text: String::from_utf8(bytes).ok(),
        }
    }
}

impl Row for Item {
    const HEADINGS: &'static [&'static str] = &["Where", "What", "Kept until", "Bytes"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.place.to_owned(),
            self.what.clone(),
            self.kept_until.map(moment).unwrap_or_default(),
            self.bytes.to_string(),
        ]
    }
}

async fn show(source: &Source, key: &Key, form: Form) -> Result<Ending, Failure> {
    let gateway = gateway::open_to_read(source).await?;
    let mut items = kept_here(&gateway, key).await?;
    let dead = match DeadMessages::about(key, &gateway.config.bus).await {
        Ok(dead) => {
            let found = dead.found.iter();
            items.extend(found.map(|one| Item::of("dead queue", one.id.clone(), one.body.clone())));
            dead.queue.close().await
        }
        Err(problem) => Err(problem),
    };
    if form.json {
        output::json(&json!({"key": key.to_string(), "items": items}))?;
    } else {
        tell(key, &items)?;
    }
    dead.map(|()| Ending::Done).map_err(|problem| {
        Failure::failed(format!(
            "the dead queue could not be looked into: {problem}"
        ))
    })
}

fn tell(key: &Key, items: &[Item]) -> Result<(), Failure> {
    if items.is_empty() {
        return output::line(&format!("nothing personal is kept of {key}"));
    }
    output::table(items)?;
    output::line("What follows is personal data: keep it out of tickets and chats.")?;
    for item in items {
        // As it came, but for what would steer the terminal; --json has that too.
        let plain = |letter: &char| matches!(letter, '\n' | '\t') || !letter.is_control();
        if let Some(text) = &item.text {
            let text: String = text.chars().filter(plain).collect();
            output::line(&format!("\n{} ({}):\n{text}", item.what, item.place))?;
        }
    }
    Ok(())
}

/// What the ledger and the print folder have.
async fn kept_here(gateway: &Gateway, key: &Key) -> Result<Vec<Item>, Failure> {
    let kept = gateway.ledger.personal(key).await?.into_iter();
    let mut items: Vec<Item> = kept
        .map(|kept| Item {
            kept_until: Some(kept.erase_after),
            ..Item::of("ledger", kept.what, kept.bytes)
        })
        .collect();
    for file in printed(&gateway.config, key)? {
        // A printer may take it away at this moment.
        let bytes = std::fs::read(&file).unwrap_or_default();
        items.push(Item::of("print folder", file.display().to_string(), bytes));
    }
    Ok(items)
}

fn printed(config: &config::Config, key: &Key) -> Result<Vec<PathBuf>, Failure> {
    let Some(folder) = &config.labels.folder else {
        return Ok(Vec::new());
    };
    let files = PrintFolder::open(folder).and_then(|print| print.files_of(key));
    files.map_err(|problem| {
        let folder = folder.display();
        Failure::failed(format!(
            "the print folder {folder} cannot be read: {problem}"
        ))
    })
}

/// The dead queue with the messages about one order held.
struct DeadMessages {
    queue: DeadQueue,
    found: Vec<DeadMessage>,
}

impl DeadMessages {
    async fn about(key: &Key, settings: &config::Bus) -> Result<Self, BusError> {
        let mut queue = DeadQueue::open(settings).await?;
        let bar = output::progress(usize::try_from(queue.count()).unwrap_or_default());
        let mut found = Vec::new();
        while let Some(dead) = queue.next().await? {
            bar.inc(1);
            if concerns::concerns(&dead.body, key) {
                found.push(dead);
            }
        }
        Ok(Self { queue, found })
    }
}

/// The ledger first: it says whether it may be.
async fn erase(source: &Source, who: &Who) -> Result<Ending, Failure> {
    let gateway = gateway::open(source).await?;
    let (key, ledger) = (&who.key, gateway.ledger.as_ref());
    let rows = ledger.personal(key).await?.len();
    if ledger.order(key).await?.is_some() {
        decided(&gateway, who, Decision::Erase, Kept::default()).await?;
    }
    pass(Point::Erased);
    let overwritten = ledger.overwrite_erased().await;
    let files = printed(&gateway.config, key)?;
    for file in &files {
        PrintFolder::remove(file).map_err(|problem| {
            let file = file.display();
            Failure::failed(format!(
                "{file} cannot be removed: {problem}; then erase again"
            ))
        })?;
    }
    let files = files.len();
    let dropped = drop_dead(&gateway, who).await;
    ledger.close().await;
    let told = |messages: &str| {
        output::line(&format!(
            "{key}: erased {rows} entries of the ledger, {files} files of the print folder, {messages}"
        ))
    };
    match dropped {
        Ok(count) => told(&format!("{count} dead messages"))?,
        Err(problem) => {
            told("of the dead queue not all")?;
            return Err(Failure::failed(format!("{problem}; then erase again")));
        }
    }
    overwritten?;
    Ok(Ending::Done)
}

async fn drop_dead(gateway: &Gateway, who: &Who) -> Result<u32, Failure> {
    let DeadMessages { queue, found } = DeadMessages::about(&who.key, &gateway.config.bus).await?;
    let word = format!("{}: {}", who.actor, who.reason);
    let dropped = dead::drop_each(&queue, gateway.ledger.as_ref(), &found, &word).await;
    queue.close().await?;
    dropped
}
