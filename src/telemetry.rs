//! What the program tells the people who run it: log lines on standard error.
//!
//! A line says what is known about a parcel and never a name, street, phone, e-mail or secret.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Starts telling. `RUST_LOG` overrides `level`; libraries are quiet unless it names them.
pub fn start(format: LogFormat, level: &str) {
    // lapin shouts about every closed channel; the bus says in its own words what matters of it.
    let quiet = format!("warn,lapin=off,diligence={level}");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(quiet));
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Text => registry
            .with(
                fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_ansi(colours())
                    .with_target(false),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(fmt::layer().json().with_writer(std::io::stderr))
            .try_init(),
    };
    if started.is_err() {
        // Another part of the process (a test) tells already.
        tracing::debug!("log lines go where they went before");
    }
}

/// On a terminal, unless its user wants none (no-color.org).
fn colours() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !unwanted
}
