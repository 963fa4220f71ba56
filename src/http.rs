//! The HTTP server beside the worker: health, readiness, labels, metrics, and their description.
//!
//! It reads and never changes anything. It runs where `[http] listen` says, from before the first
//! order is taken until the last event has left. Who asks for what is told at debug only, by route:
//! a label's id stands in a path.

mod health;
mod labels;
mod scrape;
#[cfg(test)]
mod tests;
mod token;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::TimeoutLayer;
use tracing::{debug, error, warn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Accounts;
use crate::bus::Bus;
use crate::carrier_http::CarrierHttp;
use crate::ledger::Ledger;
use crate::metrics::Metrics;
pub use token::Token;

/// Nobody has anything to send us.
const LARGEST_BODY: usize = 4 * 1024;
/// Longest time until an answer begins.
const LONGEST_ANSWER: Duration = Duration::from_secs(10);
/// How long open requests may take to end after the stop.
const LONGEST_GOODBYE: Duration = Duration::from_secs(5);

/// What is asked for an answer.
pub struct Sources {
    /// Labels and figures.
    pub ledger: Arc<dyn Ledger>,
    /// Whether it can be used.
    pub bus: Arc<dyn Bus>,
    /// The accounts whose standing is told.
    pub accounts: Arc<Accounts>,
    /// Their lines.
    pub lines: Arc<CarrierHttp>,
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// The bearer token for labels; none: no label is given.
    pub token: Option<Token>,
    /// Cancelled once the worker is asked to stop.
    pub stopping: CancellationToken,
}

/// A server at work.
pub struct Server {
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Answers whoever connects to this listener, until [`Server::stop`].
    pub fn start(listener: TcpListener, sources: Sources) -> Self {
        let (router, _) = router(Arc::new(sources));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
        Self {
            stop,
            serving: tokio::spawn(serving.into_future()),
        }
    }

    /// Takes no new request and waits a while for the open ones.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(LONGEST_GOODBYE, &mut self.serving).await;
        if ended.is_err() {
            warn!("a client holds its connection open; it is dropped");
            self.serving.abort();
        }
    }
}

/// Every answer that is not what was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct Problem {
    /// What is the matter, in plain words.
    error: String,
}

fn problem(status: StatusCode, error: impl Into<String>) -> Response {
    let error = error.into();
    (status, Json(Problem { error })).into_response()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Diligence",
        description = "What the express dispatch worker answers over HTTP. It reads and never changes anything."
    ),
    modifiers(&LabelToken)
)]
struct Description;

struct LabelToken;

impl Modify for LabelToken {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("`[http] token` of the configuration"));
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
    }
}

/// The routes, and their description.
fn router(sources: Arc<Sources>) -> (Router, String) {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(labels::label))
        .routes(routes!(scrape::metrics))
        .with_state(sources)
        .split_for_parts();
    // It is made of texts and maps with text for keys: it always becomes JSON.
    let description = description.to_pretty_json().unwrap_or_default() + "\n";
    let served = description.clone();
    let router = router
        .route(
            "/openapi.json",
            get(async || ([(CONTENT_TYPE, "application/json")], served)),
        )
        .fallback(async || {
            problem(
                StatusCode::NOT_FOUND,
                "there is nothing here; see /openapi.json",
            )
        });
    (guarded(router), description)
}

/// Limits, request ids, and a panic that ends nothing but its request. The last layer is outermost.
fn guarded(router: Router) -> Router {
    let too_slow = StatusCode::SERVICE_UNAVAILABLE;
    router
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(too_slow, LONGEST_ANSWER))
        .layer(CatchPanicLayer::custom(broken))
        .layer(from_fn(tell))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// The panic's own text stays out of the answer, and was told by the panic hook already.
fn broken(_: Box<dyn Any + Send>) -> Response {
    error!("an HTTP request failed inside; orders are not touched by it");
    problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the request failed inside; the log says more",
    )
}

async fn tell(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let id = request.extensions().get::<RequestId>().cloned();
    let began = Instant::now();
    let response = next.run(request).await;
    debug!(
        %method,
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        request_id = id.as_ref().and_then(|id| id.header_value().to_str().ok()),
        took_ms = began.elapsed().as_millis(),
        "answered"
    );
    response
}
