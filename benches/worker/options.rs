//! What may be asked of the benchmark.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures the worker beside a bare loop.
#[derive(Parser)]
#[command(name = "scripts/bench", subcommand_negates_reqs = true)]
pub struct Options {
    /// A part that the benchmark starts itself.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the worker keeps its ledger; both when not given.
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    pub ledger: Vec<LedgerKind>,
    /// How long the carrier takes to answer, in milliseconds.
    #[arg(long, value_delimiter = ',', default_values_t = [0, 20, 80])]
    pub delay: Vec<u64>,
    /// Orders a run.
    #[arg(long, default_value_t = 4000)]
    pub orders: usize,
    /// Runs of each; the median counts.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Orders worked on at a time.
    #[arg(long, default_value_t = 64)]
    pub in_flight: u16,
    /// Only latency: orders come at this pace, so many a second.
    #[arg(long, value_name = "RATE", num_args = 0..=1, default_missing_value = "100")]
    pub paced: Option<u32>,
    /// Only memory: so many orders wait while the carrier is slow.
    #[arg(long, value_name = "ORDERS", conflicts_with = "paced")]
    pub backlog: Option<usize>,
    /// Results as JSON lines.
    #[arg(long)]
    pub json: bool,
    /// The worker's program.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_diligence"))]
    pub program: PathBuf,
    /// Only the worker, under this command, for a profile: `--under 'perf record -g -o out'`.
    #[arg(long, value_name = "COMMAND")]
    pub under: Option<String>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// A ledger.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LedgerKind {
    /// A file.
    Sqlite,
    /// A server: `DILIGENCE_TEST_POSTGRES_URL`.
    Postgres,
}

impl LedgerKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Parts with a process of their own.
#[derive(Subcommand)]
pub enum Command {
    /// The stub carrier; tells its address on standard output.
    #[command(hide = true)]
    Carrier {
        /// How long it takes to answer, in milliseconds.
        delay: u64,
    },
    /// The bare loop.
    #[command(hide = true)]
    Bare(Bare),
}

/// What the bare loop needs to know.
#[derive(Args)]
pub struct Bare {
    pub amqp: String,
    pub queue: String,
    pub exchange: String,
    pub carrier: String,
    pub in_flight: u16,
}
