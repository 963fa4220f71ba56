//! `stub`: stand-ins for all carriers on one local port, for trying things without a contract.
//! They book into a ledger of their own; no parcel moves.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use carrier_sdk::stub::{Bench, FaultRule, StubServer};
use clap::Args;
use reqwest::Url;

use super::ending::{Ending, Failure};
use super::output;
use crate::{registry, shutdown};

/// `diligence stub ...`
#[derive(Args)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9001")]
    listen: SocketAddr,
    /// Keep the bookings in this file, so that they outlive the stub
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// What goes wrong, e.g. '{"carrier":"chronopost","operation":"book","times":1,"fault":{"kind":"down"}}'
    #[arg(long = "fault", value_name = "JSON", value_parser = rule)]
    faults: Vec<FaultRule>,
}

fn rule(text: &str) -> Result<FaultRule, serde_json::Error> {
    serde_json::from_str(text)
}

/// Serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// When the address cannot be listened on, or the ledger's file cannot be used.
pub async fn run(arguments: Arguments) -> Result<Ending, Failure> {
    let stop = shutdown::on_signal()
        .map_err(|error| Failure::failed(format!("signals cannot be watched: {error}")))?;
    let bench = bench(arguments.ledger.as_deref())?;
    for fault in arguments.faults {
        bench.faults.add(fault);
    }
    let server = StubServer::start(bench, Some(arguments.listen), registry::stubs())
        .await
        .map_err(|error| {
            let address = arguments.listen;
            Failure::failed(format!(
                "{address} cannot be listened on: {error}; choose another with --listen"
            ))
        })?;
    output::line(&guide(&server.uri()))?;
    stop.cancelled().await;
    Ok(Ending::Done)
}

fn bench(ledger: Option<&Path>) -> Result<Bench, Failure> {
    let Some(path) = ledger else {
        return Ok(Bench::in_memory());
    };
    Bench::with_file(path).map_err(|error| {
        let name = path.display();
        Failure::failed(format!(
            "the ledger {name} cannot be used: {error}; name another with --ledger"
        ))
    })
}

/// How to point accounts to the stub, and how to steer it.
fn guide(uri: &str) -> String {
    let mut lines = vec![format!(
        "All carriers answer at {uri} until SIGTERM or Ctrl-C. In the accounts:"
    )];
    for profile in registry::profiles() {
        // Below which path the carrier's own API lies.
        let path = Url::parse(profile.base_url).map(|url| url.path().to_owned());
        let path = path.unwrap_or_default();
        let path = path.trim_end_matches('/');
        lines.push(format!("  {:<12} base_url = \"{uri}{path}\"", profile.name));
    }
    let fault = r#"{"operation":"book","times":1,"fault":{"kind":"accept_then_hang","ms":5000}}"#;
    lines.extend([
        "To look and to steer:".to_owned(),
        format!("  curl {uri}/__stub/bookings"),
        format!("  curl {uri}/__stub/faults -d '{fault}'"),
        format!("  curl -X DELETE {uri}/__stub/faults"),
        format!("  curl {uri}/__stub/pick-ups -d '{{\"reference\":\"FR-2026-000123\"}}'"),
    ]);
    lines.join("\n")
}
