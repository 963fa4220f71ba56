//! What an account would make of an order, without sending anything: routing and the carrier's mapping
//! as in the worker. `carriers try` asks it of a file of orders; a route's `shadow` of live ones.
//!
//! A shadow only counts: it books nothing, keeps nothing, and an order never waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use carrier_sdk::{Intent, Refusal, Request};
use jiff::{Timestamp, ZonedDateTime};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::accounts::{Account, Accounts};
use crate::life::{self, Unfit};
use crate::metrics::Metrics;
use crate::order::{Malformed, Order};
use crate::routing::{self, Routes};

/// Orders that may wait to be mapped; more are counted as skipped.
const WAITING: usize = 1_024;

/// Why an order would be refused: the field, and the reason without any value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Path in the order; empty: the message as a whole.
    pub field: String,
    /// In plain words.
    pub text: String,
}

impl From<Malformed> for Reason {
    fn from(malformed: Malformed) -> Self {
        let path = malformed.path.unwrap_or_default();
        Self {
            field: path.strip_prefix("$.").unwrap_or(&path).to_owned(),
            text: format!("no order: {}", malformed.reason),
        }
    }
}

impl From<Unfit> for Reason {
    fn from(unfit: Unfit) -> Self {
        Self {
            field: unfit.field.unwrap_or_default(),
            text: unfit.message,
        }
    }
}

fn reasons(refusal: Refusal) -> Vec<Reason> {
    let problems = refusal.problems.into_iter();
    problems
        .map(|problem| Reason {
            field: problem.field,
            text: problem.message,
        })
        .collect()
}

/// What would be sent.
pub struct Mapped {
    /// The request that would book it.
    pub request: Request,
    /// The carrier's product, by code and name.
    pub product: (String, String),
}

/// What this account would make of an order now, whatever its route says.
///
/// # Errors
/// Every reason why it would be refused.
pub fn mapped(
    account: &Account,
    routes: &Routes,
    mut order: Order,
    now: Timestamp,
) -> Result<Mapped, Vec<Reason>> {
    order.account = Some(account.settings.id.clone());
    let plan = routing::plan(routes, &order, now);
    let Some(candidate) = plan.candidates.first() else {
        return Err(plan.unfit.into_iter().map(Reason::from).collect());
    };
    let lost = |field: &str, message: &str| reasons(Refusal::one(field, message));
    let hand_over_at: ZonedDateTime = candidate
        .hand_over_at
        .parse()
        .map_err(|_| lost("ship_on", "the truck's time cannot be read"))?;
    let site = routes
        .site(&order.ship_from)
        .ok_or_else(|| lost("ship_from", "no site of this name is configured"))?;
    let intent = Intent {
        reference: life::reference(&order.key, 1, candidate.reference_max, false),
        contract: account.contract.clone(),
        product: candidate.product.clone(),
        label_format: account.label_format,
        hand_over_at,
        shipment: order.shipment(site),
    };
    Ok(Mapped {
        request: account.carrier.book(&intent).map_err(reasons)?,
        product: (candidate.product.clone(), candidate.product_name.clone()),
    })
}

/// Where live orders are handed over to be mapped for the shadow of their route.
#[derive(Clone)]
pub struct Shadow {
    routes: Arc<Routes>,
    metrics: Arc<Metrics>,
    accounts: Arc<Accounts>,
    waiting: mpsc::Sender<(String, Order)>,
}

/// The other end: it maps them, one after the other.
pub struct Mapping {
    shadow: Shadow,
    handed_over: mpsc::Receiver<(String, Order)>,
}

impl Shadow {
    /// Both ends; `None` where no route has a shadow.
    pub fn of(
        routes: &Arc<Routes>,
        accounts: &Arc<Accounts>,
        metrics: &Arc<Metrics>,
    ) -> Option<(Self, Mapping)> {
        let named = routes.shadows();
        let (waiting, handed_over) = mpsc::channel(WAITING);
        let shadow = Self {
            routes: Arc::clone(routes),
            metrics: Arc::clone(metrics),
            accounts: Arc::clone(accounts),
            waiting,
        };
        for id in &named {
            shadow.count(id, None);
        }
        let mapping = Mapping {
            shadow: shadow.clone(),
            handed_over,
        };
        (!named.is_empty()).then_some((shadow, mapping))
    }

    /// The shadow of this order's route, if it has one.
    pub fn wants(&self, order: &Order) -> Option<String> {
        routing::shadow(&self.routes, order).map(str::to_owned)
    }

    /// Hands an order over without waiting; one too many is only counted.
    pub fn offer(&self, account: String, order: Order) {
        if let Err(full) = self.waiting.try_send((account, order)) {
            let (account, _) = full.into_inner();
            self.count(&account, Some("skipped"));
        }
    }

    fn count(&self, account: &str, outcome: Option<&'static str>) {
        let known = self.accounts.get(account);
        let carrier = known.map_or("", |account| account.settings.carrier.as_str());
        self.metrics.shadowed(carrier, account, outcome);
    }
}

impl Mapping {
    /// Maps what is handed over until it is stopped, then tells what came of all.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut counts = BTreeMap::<String, (u64, u64)>::new();
        loop {
            let next = tokio::select! {
                biased;
                next = self.handed_over.recv() => next,
                () = stop.cancelled() => None,
            };
            let Some((account, order)) = next else { break };
            let refused = self.refuses(&account, order);
            let (all, no) = counts.entry(account).or_default();
            (*all, *no) = (*all + 1, *no + u64::from(refused));
            // a backlog of them must not hold the others up
            tokio::task::yield_now().await;
        }
        for (account, (orders, refused)) in counts {
            info!(
                account,
                orders, refused, "the shadow has mapped live orders; nothing was sent"
            );
        }
    }

    fn refuses(&self, id: &str, order: Order) -> bool {
        let Some(account) = self.shadow.accounts.get(id) else {
            return false;
        };
        let key = order.key.clone();
        let refused = mapped(account, &self.shadow.routes, order, Timestamp::now()).err();
        let outcome = if refused.is_some() {
            "refused"
        } else {
            "taken"
        };
        self.shadow.count(id, Some(outcome));
        let Some(reasons) = &refused else {
            return false;
        };
        let reasons = reasons.iter();
        let reasons: Vec<String> = reasons
            .map(|reason| format!("{}: {}", reason.field, reason.text))
            .collect();
        info!(%key, account = id, "the shadow would refuse it: {}", reasons.join("; "));
        true
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::bus::{Delivery, Handler, Verdict};
    use crate::config::Config;
    use crate::config::example::changed;
    use crate::intake::Intake;
    use crate::order::sample;
    use crate::telemetry::Spans;
    use crate::worker::Gateway;

    fn shadowed() -> Config {
        let accounts = "accounts = [\"chronopost\", \"dhl\"]              # tried";
        changed(
            accounts,
            "accounts = [\"chronopost\"]\nshadow = \"dhl\" # tried",
        )
    }

    struct Scene {
        gateway: Gateway,
        metrics: Arc<Metrics>,
        _folder: tempfile::TempDir,
    }

    impl Scene {
        async fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let mut config = shadowed();
            let place = folder.path().join("ledger.db");
            config.ledger.url = format!("sqlite://{}", place.display()).into();
            config.ledger.headroom_mib = 0;
            let metrics = Arc::new(Metrics::new([]));
            Self {
                gateway: Gateway::open(config).await.expect("a gateway"),
                metrics,
                _folder: folder,
            }
        }

        fn shadow(&self) -> (Shadow, Mapping) {
            let Gateway {
                routes, accounts, ..
            } = &self.gateway;
            Shadow::of(routes, accounts, &self.metrics).expect("a shadow")
        }

        fn counted(&self, outcome: &str) -> String {
            let text = self.metrics.counted_in_text();
            let labels = format!("account=\"dhl\",outcome=\"{outcome}\"");
            let mut lines = text
                .lines()
                .filter(|line| line.contains("shadow_orders_total"));
            let line = lines.find(|line| line.contains(&labels)).expect("a series");
            line.rsplit(' ').next().unwrap_or_default().to_owned()
        }
    }

    fn delivery(body: String) -> Delivery {
        Delivery {
            body: Bytes::from(body),
            amqp_type: None,
            traceparent: None,
            routing_key: "order.paid".into(),
        }
    }

    #[tokio::test]
    async fn live_orders_are_mapped_for_the_shadow_once_each_and_their_own_way_is_not_touched() {
        let scene = Scene::open().await;
        let (shadow, mapping) = scene.shadow();
        let intake = Intake {
            ledger: Arc::clone(&scene.gateway.ledger),
            routes: Arc::clone(&scene.gateway.routes),
            max_bytes: 1 << 20,
            taken: Arc::default(),
            told: Arc::default(),
            spans: Spans::none(),
            shadow: Some(shadow),
        };
        let silent = sample::PAID.replace("FR-2026-000123", "FR-2");
        let silent = silent.replace("\"+33612345678\"", "null");
        for body in [sample::PAID.to_owned(), sample::PAID.to_owned(), silent] {
            let verdicts = intake.handle(vec![delivery(body)]).await;
            assert_eq!(verdicts, [Verdict::Durable]);
        }
        let stop = CancellationToken::new();
        stop.cancel();
        mapping.run(stop).await;
        assert_eq!(scene.counted("taken"), "1", "the same again is not counted");
        assert_eq!(scene.counted("refused"), "1", "DHL wants a phone");
        let filter = crate::ledger::Filter {
            limit: 10,
            ..crate::ledger::Filter::default()
        };
        let orders = scene.gateway.ledger.list(filter).await.expect("orders");
        assert_eq!(orders.len(), 2);
    }

    #[tokio::test]
    async fn too_many_at_once_are_counted_and_nobody_waits() {
        let scene = Scene::open().await;
        let (shadow, _mapping) = scene.shadow();
        for _ in 0..=WAITING {
            shadow.offer("dhl".to_owned(), sample::order());
        }
        assert_eq!(scene.counted("skipped"), "1");
        assert_eq!(scene.counted("taken"), "0");
    }

    #[tokio::test]
    async fn without_a_shadow_in_any_route_there_is_nothing_to_do() {
        let config = crate::config::example::config();
        let profiles = crate::registry::profiles();
        let routes = Arc::new(Routes::new(&config, &profiles).expect("routes"));
        let accounts = Arc::new(Accounts::new(&config));
        let metrics = Arc::new(Metrics::new([]));
        assert!(Shadow::of(&routes, &accounts, &metrics).is_none());
    }
}
