//! `/metrics`: asks ledger, bus and lines how they stand, and tells it with what was counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tracing::warn;

use super::{Sources, health, problem};
use crate::ledger::{Gauges, LedgerError};
use crate::metrics::{self, AccountStanding, Standing};

/// Figures for Prometheus, in the text form of OpenMetrics.
///
/// `docs/metrics.md` explains them. While the ledger cannot be read, its figures are left out and
/// `diligence_ledger_trouble` is 1.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "metrics",
    responses((status = 200, description = "The figures", body = String,
        content_type = "application/openmetrics-text"))
)]
pub async fn metrics(State(sources): State<Arc<Sources>>) -> Response {
    let read = read(&sources).await;
    if let Err(trouble) = &read {
        warn!("the ledger's figures are left out: {trouble}");
    }
    let (gauges, paused) = read.map_or_else(
        |_| Default::default(),
        |(gauges, paused)| (Some(gauges), paused),
    );
    let accounts = accounts(&sources, &paused);
    let standing = Standing {
        now: Timestamp::now(),
        ledger_trouble: gauges.is_none() || health::ledger_trouble(&sources).await.is_some(),
        bus_trouble: sources.bus.trouble().is_some(),
        ledger: gauges.as_ref(),
        accounts: &accounts,
    };
    match sources.metrics.in_text(&standing) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the figures cannot be written as text",
        ),
    }
}

async fn read(sources: &Sources) -> Result<(Gauges, BTreeSet<String>), LedgerError> {
    let gauges = sources.ledger.gauges().await?;
    let paused = sources.ledger.paused().await?;
    let paused = paused.into_iter().map(|paused| paused.account).collect();
    Ok((gauges, paused))
}

fn accounts(sources: &Sources, paused: &BTreeSet<String>) -> Vec<AccountStanding> {
    let standing = |(id, account): (&str, &crate::accounts::Account)| {
        Some(AccountStanding {
            account: id.to_owned(),
            carrier: account.settings.carrier.clone(),
            paused: paused.contains(id),
            breaker: sources.lines.breaker(id)?,
        })
    };
    sources.accounts.iter().filter_map(standing).collect()
}
