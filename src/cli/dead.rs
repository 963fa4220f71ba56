//! `dead list|show|replay|drop|history`: messages that could not be read as orders.
//!
//! Nothing is lost on the way, whenever the command is killed (`bus/rabbitmq/dead_queue.rs`). Who
//! decided and why stands in the ledger before anything is done.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::moment;
use super::table::Row;
use super::{Form, gateway, output};
use crate::bus::PublishError;
use crate::bus::rabbitmq::{DeadMessage, DeadQueue};
use crate::ledger::Ledger;

/// What the remarks in the ledger are about.
const ABOUT: &str = "dead";

/// `diligence dead ...`
#[derive(Subcommand)]
pub enum Command {
    /// List them: id, when, why, where the fault is; never a value
    List {
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[command(flatten)]
        form: Form,
    },
    /// Show one as it came: this is personal data
    Show {
        /// The id, as `dead list` shows it
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Put back to where it came from, e.g. after an update that can read it
    Replay {
        #[command(flatten)]
        which: Which,
        /// Why; kept in the ledger
        #[arg(long)]
        reason: Option<String>,
        /// Who says so
        #[arg(long, env = "USER", default_value = "operator")]
        actor: String,
    },
    /// Throw away: whoever sent it must know
    Drop {
        #[command(flatten)]
        which: Which,
        /// Why; kept in the ledger
        #[arg(long)]
        reason: String,
        /// Who says so
        #[arg(long, env = "USER", default_value = "operator")]
        actor: String,
    },
    /// What was put back and dropped, by whom and why
    History {
        #[command(flatten)]
        form: Form,
    },
}

/// One message, or all that are there now.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// The id, as `dead list` shows it
    id: Option<String>,
    /// All that are there now
    #[arg(long)]
    all: bool,
}

/// What is done with a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Replay,
    Drop,
}

/// Runs it.
///
/// # Errors
/// When the broker or the ledger cannot be used, or there is no such message.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    match command {
        Command::List { limit, form } => list(source, limit, form).await,
        Command::Show { id, form } => show(source, &id, form).await,
        Command::Replay {
            which,
            reason,
            actor,
        } => {
            let word = match reason {
                Some(reason) => format!("{actor}: {reason}"),
                None => actor,
            };
            decide(source, which, Fate::Replay, &word).await
        }
        Command::Drop {
            which,
            reason,
            actor,
        } => decide(source, which, Fate::Drop, &format!("{actor}: {reason}")).await,
        Command::History { form } => history(source, form).await,
    }
}

/// One message of the list.
#[derive(Serialize)]
struct Line {
    id: String,
    died_at: Option<String>,
    reason: String,
    path: Option<String>,
    routing_key: String,
    bytes: usize,
}

impl Line {
    fn of(dead: &DeadMessage) -> Self {
        Self {
            id: dead.id.clone(),
            died_at: dead.died_at.clone(),
            reason: dead.reason.clone(),
            path: dead.path.clone(),
            routing_key: dead.routing_key.clone(),
            bytes: dead.body.len(),
        }
    }
}

impl Row for Line {
    const HEADINGS: &'static [&'static str] = &["Id", "When", "Why", "Path", "Key", "Bytes"];

    fn cells(&self) -> Vec<String> {
        let when = self.died_at.as_deref().unwrap_or_default();
        let when = when.parse().map_or_else(|_| when.to_owned(), moment);
        vec![
            self.id.clone(),
            when,
            self.reason.clone(),
            self.path.clone().unwrap_or_default(),
            self.routing_key.clone(),
            self.bytes.to_string(),
        ]
    }
}

async fn list(source: &Source, limit: u32, form: Form) -> Result<Ending, Failure> {
    let mut queue = DeadQueue::open(&source.load()?.bus).await?;
    let mut lines = Vec::new();
    for _ in 0..limit {
        let Some(dead) = queue.next().await? else {
            break;
        };
        lines.push(Line::of(&dead));
    }
    let count = queue.count();
    queue.close().await?;
    // What is given back may come in another order next time.
    lines.sort_by(|one: &Line, other| (&one.died_at, &one.id).cmp(&(&other.died_at, &other.id)));
    output::rows(form, &lines)?;
    if u32::try_from(lines.len()).is_ok_and(|shown| shown < count) {
        let shown = lines.len();
        output::aside(&format!("these are {shown} of {count}; --limit shows more"));
    }
    Ok(if lines.is_empty() {
        Ending::Done
    } else {
        Ending::Attention
    })
}

async fn show(source: &Source, id: &str, form: Form) -> Result<Ending, Failure> {
    let mut queue = DeadQueue::open(&source.load()?.bus).await?;
    let found = find(&mut queue, id).await;
    queue.close().await?;
    let dead = found?;
    let body = String::from_utf8(dead.body.clone());
    if form.json {
        let (text, base64) = match &body {
            Ok(text) => (Some(text), None),
            Err(_) => (None, Some(STANDARD.encode(&dead.body))),
        };
        output::json(
            &json!({"message": Line::of(&dead), "exchange": dead.exchange, "type": dead.kind(),
            "message_id": dead.message_id(), "body": text, "body_base64": base64}),
        )?;
        return Ok(Ending::Done);
    }
    output::table(&[Line::of(&dead)])?;
    let kind = dead.kind().unwrap_or("none");
    let message_id = dead.message_id().unwrap_or("none");
    let text = body.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned());
    // As it came, but for what would steer the terminal; --json has that too.
    let plain = |letter: &char| matches!(letter, '\n' | '\t') || !letter.is_control();
    let text: String = text.chars().filter(plain).collect();
    let (exchange, key) = (&dead.exchange, &dead.routing_key);
    output::line(&format!(
        "exchange {exchange}, key {key}, type {kind}, message id {message_id}\n\
         What follows is personal data: keep it out of tickets and chats.\n\n{text}"
    ))?;
    Ok(Ending::Done)
}

/// The oldest message with this id.
async fn find(queue: &mut DeadQueue, id: &str) -> Result<DeadMessage, Failure> {
    let bar = output::progress(usize::try_from(queue.count()).unwrap_or_default());
    while let Some(dead) = queue.next().await? {
        bar.inc(1);
        if dead.id == id {
            return Ok(dead);
        }
    }
    Err(Failure::failed(format!(
        "no dead message has the id {id}; `dead list` shows those that there are"
    )))
}

/// What came of it.
#[derive(Default)]
struct Tally {
    done: u32,
    refused: Option<PublishError>,
}

async fn decide(source: &Source, which: Which, fate: Fate, word: &str) -> Result<Ending, Failure> {
    let gateway = gateway::open(source).await?;
    let mut queue = DeadQueue::open(&gateway.config.bus).await?;
    let ledger = gateway.ledger.as_ref();
    let mut tally = Tally::default();
    let went = match &which.id {
        Some(id) => match find(&mut queue, id).await {
            Ok(dead) => settle(&queue, ledger, &dead, fate, word, &mut tally).await,
            Err(failure) => Err(failure),
        },
        None => settle_all(&mut queue, ledger, fate, word, &mut tally).await,
    };
    let closed = queue.close().await;
    gateway.ledger.close().await;
    let said = match fate {
        Fate::Replay => "put back to where they came from",
        Fate::Drop => "dropped",
    };
    if went.is_ok() || tally.done > 0 {
        output::line(&format!("{said}: {}", tally.done))?;
    }
    went?;
    closed?;
    match tally.refused {
        Some(error) => Err(Failure::failed(format!("the others stay: {error}"))),
        None => Ok(Ending::Done),
    }
}

/// Throws these messages away, one by one, and writes down who said so; how many.
///
/// # Errors
/// When the broker or the ledger fails: what is left stays dead.
pub async fn drop_each(
    queue: &DeadQueue,
    ledger: &dyn Ledger,
    dead: &[DeadMessage],
    word: &str,
) -> Result<u32, Failure> {
    let mut tally = Tally::default();
    for one in dead {
        settle(queue, ledger, one, Fate::Drop, word, &mut tally).await?;
    }
    Ok(tally.done)
}

async fn settle_all(
    queue: &mut DeadQueue,
    ledger: &dyn Ledger,
    fate: Fate,
    word: &str,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let bar = output::progress(usize::try_from(queue.count()).unwrap_or_default());
    while let Some(dead) = queue.next().await? {
        settle(queue, ledger, &dead, fate, word, tally).await?;
        bar.inc(1);
    }
    Ok(())
}

/// First it is written down, then done; the dead copy goes last.
async fn settle(
    queue: &DeadQueue,
    ledger: &dyn Ledger,
    dead: &DeadMessage,
    fate: Fate,
    word: &str,
    tally: &mut Tally,
) -> Result<(), Failure> {
    ledger.remark(ABOUT, &remark(dead, fate, word)).await?;
    if fate == Fate::Replay {
        match queue.replay(dead).await {
            Ok(()) => {}
            // Only this one: it stays dead.
            Err(error @ PublishError::Refused(_)) => {
                tally.refused = Some(error);
                return Ok(());
            }
            Err(error) => return Err(Failure::failed(error.to_string())),
        }
    }
    queue.forget(dead).await?;
    tally.done += 1;
    Ok(())
}

fn remark(dead: &DeadMessage, fate: Fate, word: &str) -> String {
    let does = match fate {
        Fate::Replay => "put back",
        Fate::Drop => "dropped",
    };
    let (id, key, bytes, why) = (&dead.id, &dead.routing_key, dead.body.len(), &dead.reason);
    let place = dead
        .path
        .as_deref()
        .map_or_else(String::new, |path| format!(" at {path}"));
    format!("{does} {id} ({key}, {bytes} bytes, {why}{place}) by {word}")
}

/// A decision of the past.
#[derive(Serialize)]
struct Decided {
    at: jiff::Timestamp,
    what: String,
}

impl Row for Decided {
    const HEADINGS: &'static [&'static str] = &["When", "What"];

    fn cells(&self) -> Vec<String> {
        vec![moment(self.at), self.what.clone()]
    }
}

async fn history(source: &Source, form: Form) -> Result<Ending, Failure> {
    let gateway = gateway::open_to_read(source).await?;
    let remarks = gateway.ledger.remarks(ABOUT).await?.into_iter();
    let decided: Vec<Decided> = remarks
        .map(|note| Decided {
            at: note.at,
            what: note.text,
        })
        .collect();
    output::rows(form, &decided)?;
    Ok(Ending::Done)
}
