//! `worker` and `dispatch FILE`: the main job, fed by a broker or by a file.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::gateway;
use crate::bus::Bus;
use crate::bus::file::FileBus;
use crate::bus::rabbitmq::Rabbit;
use crate::config::{self, Config};
use crate::dispatch::Restored;
use crate::ledger::{self, Filter};
use crate::life::State;
use crate::shutdown;
use crate::telemetry::Spans;
use crate::worker::{self, Gateway, Until};

/// The arguments of `worker`.
#[derive(Args)]
pub struct Worker {
    /// The ledger was restored from a backup of this time (2026-11-24T09:00:00Z): what may have been
    /// booked since is looked up before it is booked
    #[arg(long, value_name = "SINCE")]
    lookup_first: Option<Timestamp>,
}

/// The arguments of `dispatch`.
#[derive(Args)]
pub struct Dispatch {
    /// The orders, one JSON message a line; `-` for standard input. Run again, it resumes
    file: PathBuf,
    /// Where events go; standard output unless given
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Where lines that are no orders go
    #[arg(long, default_value = "dead.ndjson", value_name = "FILE")]
    dead: PathBuf,
}

/// Runs `worker` until it is asked to stop, then drains.
///
/// # Errors
/// When it cannot start: place, fault and remedy.
pub async fn worker(arguments: Worker, source: &Source) -> Result<Ending, Failure> {
    let config = gateway::checked(source, config::check_worker)?;
    let bus = Rabbit::new(config.bus.clone())?;
    let restored = arguments.lookup_first.map(|since| Restored {
        since,
        until: Timestamp::now(),
    });
    run(config, Arc::new(bus), Until::Stopped, restored).await?;
    Ok(Ending::Done)
}

/// Runs `dispatch` until every order has ended or waits for a person.
///
/// # Errors
/// When it cannot start: place, fault and remedy.
pub async fn dispatch(arguments: Dispatch, source: &Source) -> Result<Ending, Failure> {
    let config = gateway::checked(source, |_| Vec::new())?;
    let bus = FileBus::new(arguments.file, arguments.events, arguments.dead);
    run(config, Arc::new(bus), Until::Settled, None).await?;
    let gateway = gateway::open(source).await?;
    let parked = Filter {
        states: vec![State::Parked],
        limit: 1,
        ..Filter::default()
    };
    let waiting = gateway.ledger.list(parked).await?;
    Ok(if waiting.is_empty() {
        Ending::Done
    } else {
        Ending::Attention
    })
}

async fn run(
    config: Config,
    bus: Arc<dyn Bus>,
    until: Until,
    restored: Option<Restored>,
) -> Result<(), Failure> {
    let cannot_watch = |error| Failure::failed(format!("signals cannot be watched: {error}"));
    let stop = shutdown::on_signal().map_err(cannot_watch)?;
    // Held until the end, and let go by the system if we are killed.
    let _role = ledger::take_worker_role(&config.ledger.url).await?;
    let spans = Spans::to_collector(&config.telemetry);
    let gateway = Gateway::open(config).await?;
    let run = worker::run(&gateway, bus, stop, until, restored, &spans).await;
    spans.flush().await;
    Ok(run?)
}
