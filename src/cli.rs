//! The command line: reads what is asked for, hands it to one file per family of commands, and turns
//! how it went into an exit code. It decides nothing about orders or carriers itself.

mod accounts;
mod carriers;
mod config;
mod dead;
#[cfg(feature = "stub")]
mod demo;
mod ending;
mod gateway;
mod labels;
mod messages;
mod orders;
mod output;
mod parked;
mod privacy;
mod run;
mod schemas;
mod status;
mod strays;
#[cfg(feature = "stub")]
mod stub;
mod table;
mod topology;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::telemetry::{self, LogFormat};
use config::Source;
use ending::{Ending, Failure};

/// What a command left to be done in the background may take no longer.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Books paid express orders with carriers: never twice by itself, never losing one.
///
/// Exit codes: 0 done (expected refusals included), 1 something needs a person or failed, 2 usage or
/// configuration.
#[derive(Parser)]
#[command(name = "diligence", version)]
struct Cli {
    /// The configuration; diligence.toml in this folder unless given
    #[arg(long, global = true, env = "DILIGENCE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// How log lines look; they go to standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The main job with nothing installed: stub carriers, real HTTP, some thirty orders
    #[cfg(feature = "stub")]
    Demo(demo::Arguments),
    /// The service: takes orders off the queue until SIGTERM, then drains
    Worker(run::Worker),
    /// The same pipeline fed by a file of orders
    Dispatch(run::Dispatch),
    /// What is wrong, since when, what happens if nothing is done, what to type: on one screen
    Status(status::Status),
    /// Where orders stand
    #[command(subcommand)]
    Orders(orders::Command),
    /// Labels of booked orders
    #[command(subcommand)]
    Labels(labels::Command),
    /// Orders that wait for a person, and what a person can decide
    #[command(subcommand)]
    Parked(parked::Command),
    /// Messages that could not be read as orders: look at them, put them back, drop them
    #[command(subcommand)]
    Dead(dead::Command),
    /// Personal data of one order: what is kept where, and erasing it before its time
    #[command(subcommand)]
    Privacy(privacy::Command),
    /// Waybills that no order wants, for the invoice check
    #[command(subcommand)]
    Strays(strays::Command),
    /// Contracts with carriers: working or paused, limits, what a person says of them
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// Carriers: what they can do, how their answers are read, what an order would send
    #[command(subcommand)]
    Carriers(carriers::Command),
    /// The configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Exchanges, queues and bindings on the broker
    #[command(subcommand)]
    Topology(topology::Command),
    /// JSON Schemas of our messages
    Schemas(schemas::Arguments),
    /// Stand-ins for all carriers on a local port, with faults on request
    #[cfg(feature = "stub")]
    Stub(stub::Arguments),
}

impl Command {
    /// How much is told on standard error: a play has its own way of showing what happens.
    fn level(&self) -> &'static str {
        match self {
            #[cfg(feature = "stub")]
            Self::Demo(_) => "error",
            Self::Worker(_) | Self::Dispatch(_) => "info",
            _ => "warn",
        }
    }
}

/// Whether a machine reads the answer.
#[derive(clap::Args, Clone, Copy)]
struct Form {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Runs the command that the process was started with; its exit code says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version come this way too; nobody is left to tell when this fails.
            usage.print().ok();
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    telemetry::start(cli.log_format, cli.command.level());
    let source = Source::new(cli.config);
    let ended = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::failed(format!("this process cannot start its threads: {error}")))
        .and_then(|runtime| {
            let ended = runtime.block_on(run(cli.command, &source));
            // Whatever still waits for a name server or a disk is not waited for.
            runtime.shutdown_timeout(LAST_WORK);
            ended
        });
    match ended {
        Ok(ending) => ending.into(),
        Err(failure) => {
            output::complain(&failure);
            failure.into()
        }
    }
}

async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    match command {
        #[cfg(feature = "stub")]
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Worker(arguments) => run::worker(arguments, source).await,
        Command::Dispatch(arguments) => run::dispatch(arguments, source).await,
        Command::Status(status) => status.run(source).await,
        Command::Orders(command) => orders::run(command, source).await,
        Command::Labels(command) => labels::run(command, source).await,
        Command::Parked(command) => parked::run(command, source).await,
        Command::Dead(command) => dead::run(command, source).await,
        Command::Privacy(command) => privacy::run(command, source).await,
        Command::Strays(command) => strays::run(command, source).await,
        Command::Accounts(command) => accounts::run(command, source).await,
        Command::Carriers(command) => carriers::run(command, source).await,
        Command::Config(command) => config::run(command, source),
        Command::Topology(command) => topology::run(command, source).await,
        Command::Schemas(arguments) => schemas::run(arguments),
        #[cfg(feature = "stub")]
        Command::Stub(arguments) => stub::run(arguments).await,
    }
}
