//! `accounts list|show|pause|resume|probe`: contracts, and what a person says of them.
//!
//! What a person orders stands above what the carrier said: such a pause ends only by a person.

mod probe;

use carrier_sdk::WhoActs;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::moment;
use super::table::Row;
use super::{Form, gateway, output};
use crate::accounts::Account;
use crate::ledger::{PAUSED_BY_HAND, Pause, Paused, Resting, Resumption};
use crate::life::Reason;
use crate::worker::Gateway;

/// `diligence accounts ...`
#[derive(Subcommand)]
pub enum Command {
    /// List them: working, paused or resting, and their limits
    List {
        #[command(flatten)]
        form: Form,
    },
    /// What happened to one account, and who said so
    Show {
        /// The account's id
        account: String,
        #[command(flatten)]
        form: Form,
    },
    /// Stop an account: nothing is booked with it until a person resumes it
    Pause(Word),
    /// Let a paused account work again; orders that wait for it are due at once
    Resume(Word),
    /// Ask the carrier whether it accepts the credentials now; books nothing
    Probe(probe::Probe),
}

/// A person's word about an account.
#[derive(Args)]
pub struct Word {
    /// The account's id
    account: String,
    /// Why; kept in the account's timeline
    #[arg(long)]
    reason: String,
    /// Who says so
    #[arg(long, env = "USER", default_value = "operator")]
    actor: String,
}

impl Word {
    fn in_words(&self) -> String {
        format!("{}: {}", self.actor, self.reason)
    }
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be read or written, or there is no such account.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    match command {
        Command::List { form } => {
            let gateway = gateway::open_to_read(source).await?;
            output::rows(form, &lines(&gateway).await?)?;
        }
        Command::Show { account, form } => {
            let gateway = gateway::open_to_read(source).await?;
            show(&gateway, &account, form).await?;
        }
        Command::Pause(word) => pause(&gateway::open(source).await?, &word).await?,
        Command::Resume(word) => resume(&gateway::open(source).await?, &word).await?,
        Command::Probe(probe) => return probe.run(&gateway::open(source).await?).await,
    }
    Ok(Ending::Done)
}

/// One account.
#[derive(Serialize)]
struct Line {
    account: String,
    carrier: String,
    environment: &'static str,
    state: &'static str,
    since: Option<Timestamp>,
    why: Option<String>,
    concurrency: usize,
    rate_per_s: Option<u32>,
    daily_limit: Option<u32>,
    /// Bookings since midnight, by the clock of the first site.
    booked_today: u64,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
}

impl Line {
    fn of(
        id: &str,
        account: &Account,
        paused: &[Paused],
        resting: &[Resting],
        booked_today: u64,
    ) -> Self {
        let settings = &account.settings;
        let pause = paused.iter().find(|pause| pause.account == id);
        let rest = resting.iter().find(|rest| rest.account == id);
        let (state, since, why) = match (pause, rest) {
            (Some(pause), _) => {
                let why = pause.why.in_plain_words();
                ("paused", Some(pause.since), Some(why))
            }
            (None, Some(rest)) => {
                let until = moment(rest.until);
                let why = format!("the carrier does not answer: asked again at {until}");
                ("resting", Some(rest.since), Some(why))
            }
            (None, None) => ("working", None, None),
        };
        Self {
            account: id.to_owned(),
            carrier: settings.carrier.clone(),
            environment: settings.environment.name(),
            state,
            since,
            why,
            concurrency: settings.concurrency,
            rate_per_s: settings.rate_per_s,
            daily_limit: settings.daily_limit,
            booked_today,
            valid_from: settings.valid_from,
            valid_to: settings.valid_to,
        }
    }

    fn limits(&self) -> String {
        let mut limits = vec![format!("{} at a time", self.concurrency)];
        limits.extend(self.rate_per_s.map(|rate| format!("{rate} a second")));
        limits.push(match self.daily_limit {
            Some(limit) => format!("{} of {limit} today", self.booked_today),
            None => format!("{} today", self.booked_today),
        });
        limits.extend(self.valid_from.map(|from| format!("from {from}")));
        limits.extend(self.valid_to.map(|to| format!("until {to}")));
        limits.join("\n")
    }
}

impl Row for Line {
    const HEADINGS: &'static [&'static str] = &[
        "Account",
        "Carrier",
        "Environment",
        "State",
        "Limits",
        "Why",
    ];

    fn cells(&self) -> Vec<String> {
        let since = |since| format!("{} since {}", self.state, moment(since));
        vec![
            self.account.clone(),
            self.carrier.clone(),
            self.environment.to_owned(),
            self.since.map_or_else(|| self.state.to_owned(), since),
            self.limits(),
            self.why.clone().unwrap_or_default(),
        ]
    }
}

async fn lines(gateway: &Gateway) -> Result<Vec<Line>, Failure> {
    let paused = gateway.ledger.paused().await?;
    let resting = gateway.ledger.resting().await?;
    let midnight = gateway.routes.midnight(Timestamp::now());
    let mut lines = Vec::new();
    for (id, account) in gateway.accounts.iter() {
        let today = gateway.ledger.booked_since(id, midnight).await?;
        lines.push(Line::of(id, account, &paused, &resting, today));
    }
    Ok(lines)
}

async fn show(gateway: &Gateway, account: &str, form: Form) -> Result<(), Failure> {
    known(gateway, account)?;
    let notes = gateway.ledger.account_notes(account).await?;
    let mut line = lines(gateway).await?;
    line.retain(|line| line.account == account);
    if form.json {
        let timeline: Vec<_> = notes
            .iter()
            .map(|note| json!({"at": note.at, "text": note.text}))
            .collect();
        return output::json(&json!({"account": line.first(), "timeline": timeline}));
    }
    output::table(&line)?;
    for note in notes {
        output::line(&format!("  {}  {}", moment(note.at), note.text))?;
    }
    Ok(())
}

async fn pause(gateway: &Gateway, word: &Word) -> Result<(), Failure> {
    let account = known(gateway, &word.account)?;
    let pause = Pause {
        account: word.account.clone(),
        why: Reason {
            account: word.account.clone(),
            code: PAUSED_BY_HAND.to_owned(),
            message: word.in_words(),
            field: None,
            who_acts: WhoActs::Operator,
        },
        environment: account.settings.environment.name().to_owned(),
    };
    gateway.ledger.pause(pause).await?;
    let name = &word.account;
    output::line(&format!(
        "{name} is paused: its orders take another account or wait, until `accounts resume {name}`"
    ))
}

async fn resume(gateway: &Gateway, word: &Word) -> Result<(), Failure> {
    known(gateway, &word.account)?;
    let resumption = Resumption {
        account: word.account.clone(),
        since: None,
        note: word.in_words(),
    };
    let said = if gateway.ledger.resume(resumption).await? {
        "works again"
    } else {
        "was not paused"
    };
    output::line(&format!("{} {said}", word.account))
}

fn known<'gateway>(
    gateway: &'gateway Gateway,
    account: &str,
) -> Result<&'gateway Account, Failure> {
    gateway.accounts.get(account).ok_or_else(|| {
        Failure::usage(format!(
            "no account {account} is configured; `accounts list` names them"
        ))
    })
}
