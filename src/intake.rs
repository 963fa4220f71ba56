//! The order's first stop: a delivery becomes a change in the ledger, and a verdict for the bus.
//!
//! It returns verdicts; only the bus acknowledges, and only what is durable. It books nothing.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::bus::{Delivery, Handler, Verdict};
use crate::ledger::{Change, Kept, Ledger};
use crate::life::{Event, Life, Received, Verdict as Decided};
use crate::order::{Decoded, Malformed, Message, Order, decode};
use crate::routing::{self, Routes};
use crate::shadow::Shadow;
use crate::telemetry::{self, Kind, Span, Spans};
use crate::trace::Traceparent;

/// Takes deliveries into the ledger.
pub struct Intake {
    /// Where the truth is.
    pub ledger: Arc<dyn Ledger>,
    /// How orders are routed: the promise is checked at the door.
    pub routes: Arc<Routes>,
    /// Largest message read, in bytes.
    pub max_bytes: usize,
    /// Rung when orders were taken.
    pub taken: Arc<Notify>,
    /// Rung when something was told.
    pub told: Arc<Notify>,
    /// Where its spans go.
    pub spans: Spans,
    /// Who maps new orders for another account too, only to count.
    pub shadow: Option<Shadow>,
}

impl Handler for Intake {
    fn handle<'a>(&'a self, batch: Vec<Delivery>) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(self.take(batch))
    }

    fn ready<'a>(&'a self) -> BoxFuture<'a, bool> {
        Box::pin(async { self.ledger.headroom().await.is_ok() })
    }
}

impl Intake {
    async fn take(&self, batch: Vec<Delivery>) -> Vec<Verdict> {
        let began = Instant::now();
        let mut verdicts = Vec::with_capacity(batch.len());
        let mut changes = Vec::with_capacity(batch.len());
        for delivery in &batch {
            match self.change(delivery) {
                Ok(change) => {
                    changes.push(change);
                    verdicts.push(None);
                }
                Err(malformed) => verdicts.push(Some(dead(malformed))),
            }
        }
        let mut kept = self.keep(changes, began).await.into_iter();
        let verdicts = verdicts
            .into_iter()
            .map(|verdict| verdict.or_else(|| kept.next()).unwrap_or(Verdict::Later))
            .collect();
        self.taken.notify_one();
        self.told.notify_one();
        verdicts
    }

    async fn keep(&self, changes: Vec<Change>, began: Instant) -> Vec<Verdict> {
        if changes.is_empty() {
            return Vec::new();
        }
        let keys: Vec<_> = changes.iter().map(|change| change.key.clone()).collect();
        let shadowed: Vec<_> = changes.iter().map(|change| self.shadowed(change)).collect();
        let results = self.ledger.record(changes).await;
        keys.iter()
            .zip(shadowed)
            .zip(results)
            .map(|((key, shadowed), result)| match result {
                Ok(recorded) => {
                    if recorded.verdict == Decided::Absorbed {
                        let state = recorded.life.state.name();
                        info!(%key, state, "the same again: absorbed");
                    }
                    telemetry::notes(&recorded);
                    if recorded.accepted {
                        self.show(shadowed);
                        self.spans.tell(|| Some(taking(&recorded.life, began)));
                    }
                    Verdict::Durable
                }
                Err(problem) => {
                    warn!(%key, "not taken yet, it goes back to the queue: {problem}");
                    Verdict::Later
                }
            })
            .collect()
    }

    /// The order in a change, and the account that is to see it too.
    fn shadowed(&self, change: &Change) -> Option<(String, Order)> {
        let shadow = self.shadow.as_ref()?;
        let order: Order = serde_json::from_str(change.kept.order.as_ref()?).ok()?;
        Some((shadow.wants(&order)?, order))
    }

    fn show(&self, shadowed: Option<(String, Order)>) {
        if let Some((shadow, (account, order))) = self.shadow.as_ref().zip(shadowed) {
            shadow.offer(account, order);
        }
    }

    fn change(&self, delivery: &Delivery) -> Result<Change, Malformed> {
        let message = decode(
            delivery.amqp_type.as_deref(),
            &delivery.routing_key,
            &delivery.body,
            self.max_bytes,
        )?;
        match message {
            Message::Paid(decoded) => self.paid(*decoded, delivery.traceparent),
            Message::Cancelled(cancellation) => Ok(Change {
                key: cancellation.key,
                event: Event::CancelWished {
                    reason: cancellation.reason,
                },
                kept: Kept::default(),
            }),
        }
    }

    fn paid(&self, decoded: Decoded, header: Option<Traceparent>) -> Result<Change, Malformed> {
        // The header is of the last hop, the attribute of a CloudEvent of the first.
        let came_with = header.or(decoded.traceparent);
        let order = decoded.order;
        let now = self.ledger.now();
        let plan = routing::plan(&self.routes, &order, now);
        let feasible = plan.candidates.first().is_some_and(|first| first.feasible);
        let deadline = self.routes.deadline(&order, now);
        // An order that is late already is still shipped, within the service's own patience.
        let deadline = if feasible {
            deadline
        } else {
            deadline.max(self.routes.oldest(&order, now))
        };
        let text = serde_json::to_string(&order).map_err(|_| Malformed {
            path: None,
            reason: "the order cannot be written down".into(),
        })?;
        Ok(Change {
            event: Event::Received(Received {
                revision: order.revision,
                content: order.content_hash(),
                parcel_ids: order
                    .parcels
                    .iter()
                    .map(|parcel| parcel.id.clone())
                    .collect(),
                deliver_by: order.deliver_by,
                deadline,
                plan,
                ignored_fields: decoded.ignored_fields,
                differences: Vec::new(),
                came_with,
            }),
            key: order.key,
            kept: Kept {
                order: Some(text),
                ..Kept::default()
            },
        })
    }
}

fn dead(malformed: Malformed) -> Verdict {
    warn!(
        path = malformed.path.as_deref(),
        "not an order, put aside: {}", malformed.reason
    );
    Verdict::Dead {
        reason: malformed.reason,
        path: malformed.path,
    }
}

/// From the arrival of its batch until it was durable.
fn taking(life: &Life, began: Instant) -> Span {
    let trace = life.trace();
    Span {
        kind: Kind::Taking,
        facts: vec![
            ("diligence.key", life.key.to_string().as_str().into()),
            ("diligence.state", life.state.name().into()),
        ],
        ..Span::since(began, trace, trace.taking(&life.key), "take order.paid")
    }
}
