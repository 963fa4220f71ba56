//! `carriers read`: what the gateway makes of a recorded answer. No network, no configuration.

use std::path::PathBuf;

use carrier_sdk::ability::beyond_booking;
use carrier_sdk::{Response, reading};
use clap::Args;

use super::super::ending::{Ending, Failure};
use super::super::{messages, output};
use super::carrier;

/// `diligence carriers read ...`
#[derive(Args)]
pub struct Arguments {
    /// As `carriers list` names it
    carrier: String,
    /// What was asked: book, find, track, void, label or token
    operation: String,
    /// HTTP status of the answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..600))]
    status: u16,
    /// Content-Type of the answer
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// The answer's body; `-` is standard input
    file: PathBuf,
}

/// Prints the reading as one JSON object.
///
/// # Errors
/// When there is no such carrier or operation, or the file cannot be read.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let carrier = carrier(&arguments.carrier)?;
    let answer = Response {
        content_type: arguments.content_type.clone(),
        ..Response::new(arguments.status, messages::read_bytes(&arguments.file)?)
    };
    let Some(reading) = reading::read(carrier, &arguments.operation, &answer) else {
        return Err(Failure::usage(format!(
            "{} has no operation {}; it has: book, {}",
            carrier.profile().title,
            arguments.operation,
            beyond_booking(carrier).join(", ")
        )));
    };
    output::json(&reading)?;
    Ok(Ending::Done)
}
