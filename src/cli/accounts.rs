//! `accounts list|resume`: contracts, and the way back for one whose credentials were refused.

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::moment;
use super::table::Row;
use super::{Form, gateway, output};

/// `diligence accounts ...`
#[derive(Subcommand)]
pub enum Command {
    /// List them: carrier, environment, paused or not
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Let a paused account work again; orders that wait for it are due at once
    Resume {
        /// The account's id
        account: String,
    },
}

/// One account.
#[derive(Serialize)]
struct Line {
    account: String,
    carrier: String,
    environment: &'static str,
    paused_since: Option<Timestamp>,
    why: Option<String>,
}

impl Row for Line {
    const HEADINGS: &'static [&'static str] =
        &["Account", "Carrier", "Environment", "State", "Why"];

    fn cells(&self) -> Vec<String> {
        let since = |since| format!("paused since {}", moment(since));
        vec![
            self.account.clone(),
            self.carrier.clone(),
            self.environment.to_owned(),
            self.paused_since
                .map_or_else(|| "working".to_owned(), since),
            self.why.clone().unwrap_or_default(),
        ]
    }
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be read or written, or there is no such account.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let gateway = gateway::open(source).await?;
    match command {
        Command::List { form } => {
            let paused = gateway.ledger.paused().await?;
            let line = |(id, account): (&str, &crate::accounts::Account)| {
                let pause = paused.iter().find(|pause| pause.account == id);
                Line {
                    account: id.to_owned(),
                    carrier: account.settings.carrier.clone(),
                    environment: account.settings.environment.name(),
                    paused_since: pause.map(|pause| pause.since),
                    why: pause.map(|pause| pause.why.in_plain_words()),
                }
            };
            let rows: Vec<Line> = gateway.accounts.iter().map(line).collect();
            output::rows(form, &rows)?;
        }
        Command::Resume { account } => {
            if gateway.accounts.get(&account).is_none() {
                let text =
                    format!("no account {account} is configured; `accounts list` names them");
                return Err(Failure::usage(text));
            }
            let resumed = gateway.ledger.resume(&account).await?;
            let said = if resumed {
                "works again"
            } else {
                "was not paused"
            };
            output::line(&format!("{account} {said}"))?;
        }
    }
    Ok(Ending::Done)
}
