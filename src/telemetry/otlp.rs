//! Spans to an OpenTelemetry collector: OTLP over HTTP, as protobuf.
//!
//! A thread of its own sends them in batches, with a blocking client: with the async one the spans
//! vanish without a word. Its queue is bounded, and what does not fit is dropped: no order waits here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanEvents, SpanExporter, SpanLinks,
    SpanProcessor,
};
use tracing::{info, warn};

use super::spans::{Fact, Kind, Span};

/// Spans that may wait: some seconds of a busy day.
const WAITING: usize = 16_384;
/// Between two sendings.
const PAUSE: Duration = Duration::from_secs(1);
/// A collector that takes longer has lost the batch.
const LONGEST_SENDING: Duration = Duration::from_secs(5);
/// How long the end waits for the last spans to be sent.
const LONGEST_FLUSH: Duration = Duration::from_secs(5);

/// Sends spans.
pub struct Exporter {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
}

impl Exporter {
    /// Begins to send to this collector, whether it is there or not.
    pub fn start(endpoint: &str) -> anyhow::Result<Self> {
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(traces_of(endpoint))
            .with_timeout(LONGEST_SENDING)
            .build()
            .context("the address of the collector is none; write http://host:4318")?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_scheduled_delay(PAUSE)
            .build();
        let watched = Watched {
            exporter,
            failing: AtomicBool::new(false),
        };
        let mut processor = BatchSpanProcessor::new(watched, batches);
        processor.set_resource(&resource());
        info!("spans go to the collector at {}", shown(endpoint));
        Ok(Self {
            processor,
            scope: InstrumentationScope::builder("diligence")
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
        })
    }

    /// Takes a span, unless whoever started its trace does not record it. Never waits.
    pub fn take(&self, span: Span) {
        let theirs = span.trace.came_with;
        if theirs.is_some_and(|theirs| !theirs.sampled) {
            return;
        }
        self.processor.on_end(data(span, &self.scope));
    }

    /// Sends what is here, for a few seconds at most, then no more.
    pub async fn stop(self: Arc<Self>) {
        // It waits for its thread: a thread of the runtime must not.
        let stopping = tokio::task::spawn_blocking(move || {
            self.processor.shutdown_with_timeout(LONGEST_FLUSH)
        });
        let stopped = tokio::time::timeout(LONGEST_FLUSH * 2, stopping).await;
        if !matches!(stopped, Ok(Ok(Ok(())))) {
            warn!("the collector did not take the last spans in time; no order is touched by it");
        }
    }
}

/// Says once when spans begin to be lost, and once when they arrive again. Not why: the library's words
/// may hold the address with whatever stands in it.
#[derive(Debug)]
struct Watched {
    exporter: opentelemetry_otlp::SpanExporter,
    failing: AtomicBool,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let sent = self.exporter.export(batch).await;
        let failed_before = self.failing.swap(sent.is_err(), Ordering::Relaxed);
        match (failed_before, sent.is_err()) {
            (false, true) => {
                warn!("the collector does not take spans: they are lost until it does")
            }
            (true, false) => info!("the collector takes spans again"),
            _ => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn resource() -> Resource {
    // `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are read by the SDK.
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
    let builder = Resource::builder();
    if named {
        builder.build()
    } else {
        builder.with_service_name("diligence").build()
    }
}

/// Where a collector takes spans.
fn traces_of(endpoint: &str) -> String {
    const PATH: &str = "/v1/traces";
    let endpoint = endpoint.trim().trim_end_matches('/');
    if endpoint.ends_with(PATH) {
        return endpoint.to_owned();
    }
    format!("{endpoint}{PATH}")
}

/// Without user and password.
fn shown(endpoint: &str) -> String {
    let url = reqwest::Url::parse(endpoint).ok();
    let host = url.as_ref().and_then(reqwest::Url::host_str);
    host.unwrap_or("an address that cannot be read").to_owned()
}

fn data(span: Span, scope: &InstrumentationScope) -> SpanData {
    let theirs = span.trace.came_with;
    let parent = span.parent.or(theirs.map(|theirs| theirs.span_id));
    let id = |id: u64| SpanId::from_bytes(id.to_be_bytes());
    SpanData {
        span_context: SpanContext::new(
            TraceId::from_bytes(span.trace.id.0.to_be_bytes()),
            id(span.id),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: parent.map_or(SpanId::INVALID, id),
        parent_span_is_remote: span.parent.is_none() && theirs.is_some(),
        span_kind: match span.kind {
            Kind::Taking => SpanKind::Consumer,
            Kind::Doing => SpanKind::Internal,
            Kind::Asking => SpanKind::Client,
            Kind::Telling => SpanKind::Producer,
        },
        name: span.name,
        start_time: span.began,
        end_time: span.began + span.took,
        attributes: span.facts.into_iter().map(attribute).collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if span.failed {
            Status::error("")
        } else {
            Status::Unset
        },
        instrumentation_scope: scope.clone(),
    }
}

fn attribute((name, fact): (&'static str, Fact)) -> KeyValue {
    let value = match fact {
        Fact::Word(word) => Value::from(word),
        Fact::Number(number) => Value::from(i64::try_from(number).unwrap_or(i64::MAX)),
    };
    KeyValue::new(name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_where_spans_are_taken_and_is_shown_without_its_secrets() {
        assert_eq!(traces_of("http://c:4318"), "http://c:4318/v1/traces");
        assert_eq!(traces_of("http://c:4318/"), "http://c:4318/v1/traces");
        assert_eq!(
            traces_of("https://c/otel/v1/traces"),
            "https://c/otel/v1/traces"
        );
        assert_eq!(shown("http://user:secret@c:4318/?key=secret"), "c");
    }
}
