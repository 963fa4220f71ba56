//! Whether the process lives, and whether it can do its job: for supervisors and load balancers.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Sources;

/// How long the ledger may take to answer before it counts as silent.
const LEDGER_PATIENCE: Duration = Duration::from_secs(3);

/// The process answers.
#[derive(Serialize, ToSchema)]
pub struct Alive {
    /// Always true: who is not alive does not answer.
    alive: bool,
    /// The version of the program.
    version: &'static str,
}

/// Whether orders can be taken, booked and told.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// Whether every part is ready.
    ready: bool,
    /// Each part.
    parts: Vec<Part>,
}

/// One part of the gateway.
#[derive(Serialize, ToSchema)]
pub struct Part {
    /// `ledger`, `bus` or `worker`.
    part: &'static str,
    /// Whether it is ready.
    ready: bool,
    /// How it is, in plain words.
    says: String,
}

impl Part {
    fn new(part: &'static str, well: &str, trouble: Option<String>) -> Self {
        Self {
            part,
            ready: trouble.is_none(),
            says: trouble.unwrap_or_else(|| well.to_owned()),
        }
    }
}

/// Whether the process is alive.
///
/// Restart it when this does not answer.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "alive",
    tag = "health",
    responses((status = 200, description = "The process is alive", body = Alive))
)]
pub async fn alive() -> Json<Alive> {
    Json(Alive {
        alive: true,
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Whether orders can be taken, booked and told at this moment, part by part.
///
/// Not a reason to restart: what is in trouble is named, and mends itself or needs a person.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "health",
    responses(
        (status = 200, description = "Every part is ready", body = Readiness),
        (status = 503, description = "A part is not, and says why", body = Readiness)
    )
)]
pub async fn ready(State(sources): State<Arc<Sources>>) -> (StatusCode, Json<Readiness>) {
    let stopping = sources.stopping.is_cancelled();
    let stopping = stopping.then(|| "is asked to stop and takes no new orders".to_owned());
    let parts = vec![
        Part::new(
            "ledger",
            "answers and has room",
            ledger_trouble(&sources).await,
        ),
        Part::new("bus", "can be used", sources.bus.trouble()),
        Part::new("worker", "is at work", stopping),
    ];
    let ready = parts.iter().all(|part| part.ready);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Readiness { ready, parts }))
}

/// Why the ledger could not keep the outcome of a booking made now.
pub async fn ledger_trouble(sources: &Sources) -> Option<String> {
    let asked = async {
        sources.ledger.next_due().await?;
        sources.ledger.headroom().await
    };
    match tokio::time::timeout(LEDGER_PATIENCE, asked).await {
        Ok(Ok(())) => None,
        Ok(Err(trouble)) => Some(trouble.to_string()),
        Err(_) => Some(format!(
            "does not answer within {} s",
            LEDGER_PATIENCE.as_secs()
        )),
    }
}
