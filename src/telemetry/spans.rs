//! Spans of orders on their way to an OpenTelemetry collector, when there is one.
//!
//! A span is handed over when it is over, with ids that follow from the order (`trace`), so nothing
//! has to be carried along and a restart breaks no trace. Handing over never waits and never fails:
//! what the exporter cannot take is lost. Sending is `otlp.rs`, of the cargo feature `otel`.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

#[cfg(feature = "otel")]
use super::otlp::Exporter;
use crate::config::Telemetry;
use crate::trace::Trace;

/// Where a collector is looked for when the configuration names none.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// What a span of ours stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message was taken.
    Taking,
    /// Something done here.
    Doing,
    /// A carrier was asked.
    Asking,
    /// An event was told.
    Telling,
}

/// Something that is over. Nothing of it may be personal.
// Without the feature nobody reads it.
#[cfg_attr(not(feature = "otel"), allow(dead_code))]
#[derive(Debug, Clone)]
pub struct Span {
    /// Of this trace.
    pub trace: Trace,
    /// Its id.
    pub id: u64,
    /// The span of ours it is part of; none: the one the order came with, if any.
    pub parent: Option<u64>,
    /// What was done.
    pub name: Cow<'static, str>,
    /// What it stands for.
    pub kind: Kind,
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What is known of it.
    pub facts: Vec<(&'static str, Fact)>,
    /// Whether it did not do what it was for.
    pub failed: bool,
}

/// A value of a span.
#[cfg_attr(not(feature = "otel"), allow(dead_code))]
#[derive(Debug, Clone)]
pub enum Fact {
    /// A name.
    Word(String),
    /// A number.
    Number(u64),
}

impl From<&str> for Fact {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Fact {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl Span {
    /// A span that began then and is over now.
    pub fn since(
        began: Instant,
        trace: Trace,
        id: u64,
        name: impl Into<Cow<'static, str>>,
    ) -> Self {
        let took = began.elapsed();
        let now = SystemTime::now();
        Self {
            trace,
            id,
            parent: None,
            name: name.into(),
            kind: Kind::Doing,
            began: now.checked_sub(took).unwrap_or(now),
            took,
            facts: Vec::new(),
            failed: false,
        }
    }
}

/// Takes spans; clones lead to the same collector.
#[derive(Clone, Default)]
pub struct Spans {
    #[cfg(feature = "otel")]
    exporter: Option<std::sync::Arc<Exporter>>,
}

impl Spans {
    /// To nobody.
    pub fn none() -> Self {
        Self::default()
    }

    /// To the collector that the configuration or the environment names, if one does. Orders do not
    /// wait for its address to be mended.
    #[cfg(feature = "otel")]
    pub fn to_collector(settings: &Telemetry) -> Self {
        let Some(endpoint) = endpoint(settings) else {
            return Self::none();
        };
        match Exporter::start(&endpoint) {
            Ok(exporter) => Self {
                exporter: Some(std::sync::Arc::new(exporter)),
            },
            Err(problem) => {
                tracing::warn!("no span is sent: {problem}");
                Self::none()
            }
        }
    }

    /// To nobody: this program was built without. That is said when a collector is named.
    #[cfg(not(feature = "otel"))]
    pub fn to_collector(settings: &Telemetry) -> Self {
        if endpoint(settings).is_some() {
            tracing::warn!(
                "a collector is named, but this program was built without the feature otel: no span is sent"
            );
        }
        Self::none()
    }

    /// Hands a span over, if somebody wants it; it is not even made for nobody.
    pub fn tell(&self, span: impl FnOnce() -> Option<Span>) {
        #[cfg(feature = "otel")]
        if let Some(exporter) = &self.exporter
            && let Some(span) = span()
        {
            exporter.take(span);
        }
        #[cfg(not(feature = "otel"))]
        drop(span);
    }

    /// Sends what is still here, for a few seconds at most.
    pub async fn flush(self) {
        #[cfg(feature = "otel")]
        if let Some(exporter) = self.exporter {
            exporter.stop().await;
        }
    }
}

/// Whether traces that start here are recorded with this configuration.
pub fn recording(settings: &Telemetry) -> bool {
    cfg!(feature = "otel") && endpoint(settings).is_some()
}

/// Where the collector is.
fn endpoint(settings: &Telemetry) -> Option<String> {
    let named = settings.otlp_endpoint.clone();
    let named = named.or_else(|| std::env::var(ENDPOINT).ok());
    named.filter(|endpoint| !endpoint.trim().is_empty())
}
