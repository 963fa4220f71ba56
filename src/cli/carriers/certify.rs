//! `carriers certify`: what the conformance kit finds of a carrier, and at which level of proof. With
//! an account of a test environment it books once for real (`certify/account.rs`).

mod account;

use std::path::PathBuf;

use carrier_sdk::kit::{Certificate, Checked, Outcome, certify};
use clap::Args;

use super::super::config::Source;
use super::super::ending::{Ending, Failure};
use super::super::table::Row;
use super::super::{Form, output};
use super::unknown;
use crate::registry;

/// `diligence carriers certify ...`
#[derive(Args)]
pub struct Arguments {
    /// As `carriers list` names it
    #[arg(required_unless_present = "account")]
    carrier: Option<String>,
    /// Book once for real with this account, find it, void it, keep its label; only an account whose
    /// environment is test
    #[arg(
        long = "against-account",
        value_name = "ACCOUNT",
        conflicts_with = "carrier"
    )]
    account: Option<String>,
    /// Where that label is kept, for the carrier's approval
    #[arg(long, value_name = "FOLDER", default_value = ".", requires = "account")]
    labels: PathBuf,
    #[command(flatten)]
    form: Form,
}

/// Prints the certificate; exit 1 when something does not hold.
///
/// # Errors
/// When there is no such carrier or account, or the account is live.
pub async fn run(arguments: &Arguments, source: &Source) -> Result<Ending, Failure> {
    if let Some(account) = &arguments.account {
        return account::run(account, &arguments.labels, arguments.form, source).await;
    }
    let name = arguments.carrier.as_deref().unwrap_or_default();
    let certificate = of(name)?;
    if arguments.form.json {
        output::json(&certificate)?;
    } else {
        output::table(&certificate.checks)?;
        output::line(&in_words(&certificate))?;
    }
    Ok(match certificate.passed {
        true => Ending::Done,
        false => Ending::Attention,
    })
}

/// The certificate of the carrier with this name.
///
/// # Errors
/// When there is none.
pub fn of(name: &str) -> Result<Certificate, Failure> {
    let (carrier, stub) = registry::with_stub(name).ok_or_else(|| unknown(name))?;
    Ok(certify(carrier, stub))
}

fn in_words(certificate: &Certificate) -> String {
    let fails = |one: &&Checked| matches!(one.outcome, Outcome::Fails(_));
    let failed = certificate.checks.iter().filter(fails).count();
    let verdict = match failed {
        0 => "Everything holds that there is something to check for.".to_owned(),
        count => format!("Not certified: {count} of its checks fail."),
    };
    let can = std::iter::once("book").chain(certificate.can.iter().copied());
    let can = can.collect::<Vec<_>>().join(", ");
    format!(
        "{} ({})\n{verdict}\nProven by {}.\nIt can {can}.\nA doubt: {}",
        certificate.title, certificate.carrier, certificate.proof, certificate.doubt
    )
}

impl Row for Checked {
    const HEADINGS: &'static [&'static str] = &["Checked", "", "Why"];

    fn cells(&self) -> Vec<String> {
        let (outcome, why) = match &self.outcome {
            Outcome::Holds => ("holds", String::new()),
            Outcome::Fails(lines) => ("FAILS", lines.join("\n")),
            Outcome::NothingToCheck(lacking) => ("-", (*lacking).to_owned()),
        };
        vec![self.what.to_owned(), outcome.to_owned(), why]
    }
}
