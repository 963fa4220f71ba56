//! What the program tells the people who run it: log lines on standard error.
//!
//! A line says what is known about a parcel and never a name, street, phone, e-mail or secret. A line
//! about an order has the field `key`; `docs/telling.md` lists the others, which are the same
//! everywhere.

#[cfg(feature = "otel")]
mod otlp;
mod spans;

use std::io::IsTerminal;

use tracing::info;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::ledger::Recorded;

pub use spans::{Fact, Kind, Span, Spans, recording};

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
        LogFormat::Json => {
            // Fields stand beside the message, at the same place in every line; there are no spans.
            let json = fmt::layer().json().flatten_event(true);
            let json = json.with_current_span(false).with_span_list(false);
            registry.with(json.with_writer(std::io::stderr)).try_init()
        }
    };
    if started.is_err() {
        // Another part of the process (a test) tells already.
        tracing::debug!("log lines go where they went before");
    }
}

/// A line for each note that a change brought: of which order, where it stands, and the booking in
/// force or else the latest one.
pub fn notes(recorded: &Recorded) {
    let life = &recorded.life;
    let booking = life.current().or(life.bookings.last());
    for note in &recorded.notes {
        info!(
            key = %life.key,
            state = life.state.name(),
            booking = booking.map(|booking| booking.n),
            account = booking.map(|booking| booking.account.as_str()),
            reference = booking.map(|booking| booking.reference.as_str()),
            "{note}"
        );
    }
}

/// On a terminal, unless its user wants none (no-color.org).
fn colours() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !unwanted
}
