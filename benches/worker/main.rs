//! The worker and a bare loop, turn by turn on the same broker and the same stub carrier: orders per
//! second, CPU an order, latency, memory. `scripts/bench` builds and runs it; `docs/performance.md`
//! says what came of it.
//!
//! One program that plays four parts, each in a process of its own: this file and `options` choose,
//! `runs` conducts, `carrier` answers, `bare` is what the worker is measured against.

mod bare;
mod broker;
mod carrier;
mod contestant;
mod options;
mod orders;
mod runs;
mod table;

use clap::Parser;

use options::{Command, Options};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match &options.command {
        Some(Command::Carrier { delay }) => carrier::run(*delay).await,
        Some(Command::Bare(bare)) => bare::run(bare).await,
        None => runs::all(&options).await,
    }
}
