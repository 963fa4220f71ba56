//! `topology`: what our exchanges, queues and bindings on the broker look like, and making them.

use clap::Subcommand;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::table::Row;
use super::{Form, output};
use crate::bus::topology::{self, State, Thing};

/// `diligence topology ...`
#[derive(Subcommand)]
pub enum Command {
    /// Make what is missing; nothing that exists is changed or deleted
    Declare {
        #[command(flatten)]
        form: Form,
    },
    /// Compare only; bindings cannot be compared
    Check {
        #[command(flatten)]
        form: Form,
    },
}

/// Runs it.
///
/// # Errors
/// When the broker cannot be reached, or something on it cannot stay as it is.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let bus = source.load()?.bus;
    let (report, form) = match command {
        Command::Declare { form } => (topology::declare(&bus).await?, form),
        Command::Check { form } => (topology::check(&bus).await?, form),
    };
    if form.json {
        output::json(&report)?;
    } else {
        output::table(&report.things)?;
    }
    match report.complaint() {
        None => Ok(Ending::Done),
        Some(complaint) => Err(Failure::failed(complaint)),
    }
}

impl Row for Thing {
    const HEADINGS: &'static [&'static str] = &["", "Name", "State", "The broker says"];

    fn cells(&self) -> Vec<String> {
        let (state, said) = match &self.state {
            State::Exists => ("as wanted", ""),
            State::Declared => ("made just now", ""),
            State::Missing => ("missing", ""),
            State::Differs(text) => ("differs", text.as_str()),
            State::Forbidden(text) => ("may not be looked at", text.as_str()),
        };
        vec![
            self.kind.to_owned(),
            self.name.clone(),
            state.to_owned(),
            said.to_owned(),
        ]
    }
}
