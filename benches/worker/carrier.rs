//! A carrier that is never the bottleneck: answers every booking as DHL Express does, with a label of
//! 30 kB, after a delay. It keeps nothing; the conformance kit's stub is the one that is strict.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::serve::ListenerExt;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;

const LABEL_BYTES: usize = 30_000;

struct Carrier {
    /// The end of every answer, with the label.
    documents: String,
    serial: AtomicU64,
    delay_ms: AtomicU64,
}

/// Answers until it is killed; the first line on standard output is where.
pub async fn run(delay_ms: u64) -> anyhow::Result<()> {
    let label = STANDARD.encode(carrier_sdk::stub::pdf_of_size("0000000000", LABEL_BYTES));
    let carrier = Carrier {
        documents: format!(
            r#""documents":[{{"imageFormat":"PDF","content":"{label}","typeCode":"label"}}]}}"#
        ),
        serial: AtomicU64::new(1),
        delay_ms: AtomicU64::new(delay_ms),
    };
    let app = Router::new()
        .route("/mydhlapi/shipments", post(book))
        .route("/delay/{ms}", put(slow_down))
        .with_state(Arc::new(carrier));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|connection| {
        // Slower without, that is all.
        connection.set_nodelay(true).ok();
    });
    axum::serve(listener, app).await?;
    Ok(())
}

async fn slow_down(State(carrier): State<Arc<Carrier>>, Path(ms): Path<u64>) {
    carrier.delay_ms.store(ms, Ordering::Relaxed);
}

async fn book(State(carrier): State<Arc<Carrier>>, _whole: Bytes) -> Response {
    let delay = carrier.delay_ms.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let serial = carrier.serial.fetch_add(1, Ordering::Relaxed);
    let answer = format!(
        r#"{{"shipmentTrackingNumber":"{:010}","trackingUrl":"https://carrier.example/{serial}","packages":[{{"referenceNumber":1,"trackingNumber":"JD{:018}"}}],{}"#,
        1_000_000_000 + serial,
        14_600_000_000_000_000 + serial,
        carrier.documents,
    );
    let json = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::CREATED, json, Body::from(answer)).into_response()
}
