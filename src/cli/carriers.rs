//! `carriers`: what the adapters can do, how they read answers, and what an order would send.
//! Only `certify --against-account` talks to a carrier.

mod certify;
mod list;
mod mask;
mod new;
mod page;
mod read;
mod trial;

use std::path::Path;

use carrier_sdk::Carrier;
use clap::Subcommand;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::{Form, output};
use crate::config::{self, Config, Finding};
use crate::registry;

/// `diligence carriers ...`
#[derive(Subcommand)]
pub enum Command {
    /// What each carrier can do, and what a doubt costs with it
    List {
        #[command(flatten)]
        form: Form,
    },
    /// What the gateway makes of a recorded answer; needs no configuration
    Read(read::Arguments),
    /// What the conformance kit finds of a carrier; or one real booking with a test account
    Certify(certify::Arguments),
    /// A carrier's page in Markdown: its certificate, its profile, its error atlas
    Page {
        /// As `carriers list` names it
        carrier: String,
    },
    /// A folder for a carrier that is not there yet: it compiles, is certified, and says what is to be done
    New(new::Arguments),
    /// Map orders for an account without sending them: how many would be refused, and why
    Try(trial::Arguments),
}

/// Runs it.
///
/// # Errors
/// When something named does not exist, or cannot be read.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    match command {
        Command::List { form } => {
            output::rows(form, &list::all())?;
            Ok(Ending::Done)
        }
        Command::Read(arguments) => read::run(&arguments),
        Command::Certify(arguments) => certify::run(&arguments, source).await,
        Command::New(arguments) => new::run(&arguments),
        Command::Page { carrier } => page::run(&carrier),
        Command::Try(arguments) => trial::run(&arguments, source),
    }
}

/// The configuration that the manual shows, with every carrier in it.
///
/// # Errors
/// When it cannot be read, which a test rules out.
pub fn example() -> Result<Config, Finding> {
    let text = include_str!("../../diligence.example.toml");
    config::parse("diligence.example.toml", text, Path::new(""), &[])
}

fn carrier(name: &str) -> Result<&'static dyn Carrier, Failure> {
    registry::carrier(name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Failure {
    Failure::usage(format!("there is no carrier {name}; known: {}", known()))
}

fn known() -> String {
    let names: Vec<&str> = registry::profiles()
        .iter()
        .map(|profile| profile.name)
        .collect();
    names.join(", ")
}
