//! The dispatcher against real stubs over HTTP and a real SQLite ledger that can be made to fail.

mod accounts;
mod clock;
mod failing;
mod found;
mod steps;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use carrier_sdk::Carrier;
use carrier_sdk::stub::{FaultRule, StubFault};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Dispatch, Parts};
use crate::bus::{Delivery, Handler, Verdict};
use crate::carrier_http::CarrierHttp;
use crate::config::Config;
use crate::demo::stage::Stage;
use crate::intake::Intake;
use crate::ledger::{self, Clock, Ledger, Rules};
use crate::life::{Life, State, later};
use crate::metrics::Metrics;
use crate::order::Key;
use crate::retry::RetryPolicy;
use crate::telemetry::Spans;
use crate::worker::Gateway;
use failing::{Failing, Seen};

/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(10);
/// Longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A dispatcher at work, with the demo's carriers and accounts.
struct Workshop {
    stage: Stage,
    ledger: Arc<Failing>,
    intake: Intake,
    stop: CancellationToken,
    metrics: Arc<Metrics>,
    running: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Workshop {
    async fn open() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::staffed(change, None).await
    }

    /// With another carrier behind one of the accounts.
    async fn staffed(
        change: impl FnOnce(&mut Config),
        carrier: Option<(&str, &'static dyn Carrier)>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stage = Stage::build(folder.path(), None).await.expect("a stage");
        change(&mut stage.config);
        let mut gateway = Gateway::open(stage.config.clone())
            .await
            .expect("a gateway");
        if let Some((account, carrier)) = carrier {
            let accounts = Arc::get_mut(&mut gateway.accounts).expect("nobody else has them");
            accounts.put(account, carrier);
        }
        Self::at(folder, stage, gateway)
    }

    /// With a ledger whose clock is so many seconds ahead of this machine's, which may change.
    async fn ahead(seconds: Arc<AtomicI64>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let stage = Stage::build(folder.path(), None).await.expect("a stage");
        let mut gateway = Gateway::open(stage.config.clone())
            .await
            .expect("a gateway");
        let rules = Rules {
            policy: Arc::clone(&gateway.policy),
            clock: Clock::new(move || {
                let ahead = SignedDuration::from_secs(seconds.load(Ordering::SeqCst));
                Timestamp::now().checked_add(ahead).expect("a time")
            }),
            ..Rules::default()
        };
        let ledger = ledger::open(&stage.config.ledger.url, rules).await;
        gateway.ledger = ledger.expect("a ledger");
        Self::at(folder, stage, gateway)
    }

    fn at(folder: tempfile::TempDir, stage: Stage, gateway: Gateway) -> Self {
        let ledger = Arc::new(Failing::around(Arc::clone(&gateway.ledger)));
        let [wake, to_print, told] = [(); 3].map(|()| Arc::new(Notify::new()));
        let stop = CancellationToken::new();
        let metrics = Arc::new(Metrics::new([]));
        let dispatch = Dispatch::new(Parts {
            ledger: Arc::<Failing>::clone(&ledger),
            accounts: Arc::clone(&gateway.accounts),
            http: Arc::new(CarrierHttp::new(gateway.accounts.access(8)).expect("lines")),
            routes: Arc::clone(&gateway.routes),
            policy: Arc::clone(&gateway.policy),
            retry: RetryPolicy {
                first: Duration::from_millis(50),
                max: Duration::from_millis(200),
            },
            worker: "tester".into(),
            lease: Duration::from_secs(12),
            in_flight: 8,
            metrics: Arc::clone(&metrics),
            probe_after: Some(Duration::from_millis(10)),
            spans: Spans::none(),
            look_first: None,
            stop: stop.clone(),
            wake: Arc::clone(&wake),
            to_print,
            told: Arc::clone(&told),
        });
        Self {
            intake: Intake {
                ledger: Arc::<Failing>::clone(&ledger),
                routes: Arc::clone(&gateway.routes),
                max_bytes: 1 << 20,
                taken: wake,
                told,
                spans: Spans::none(),
                shadow: None,
            },
            running: tokio::spawn(dispatch.run()),
            stage,
            ledger,
            metrics,
            stop,
            _folder: folder,
        }
    }

    async fn receive(&self, order_id: &str) {
        self.receive_for(order_id, "express", None).await;
    }

    async fn receive_for(&self, order_id: &str, service: &str, account: Option<&str>) {
        let promise = later(Timestamp::now(), Duration::from_secs(6 * 86_400));
        let order = json!({
            "order_id": order_id, "service": service, "account": account, "ship_from": "lille",
            "deliver_by": promise,
            "recipient": {"name": "Ana Silva", "street": ["1 rue Neuve"], "postal_code": "75002",
                "city": "Paris", "country": "FR", "phone": "+33612345678", "email": "a@example.com"},
            "parcels": [{"weight_g": 500, "length_mm": 300, "width_mm": 200, "height_mm": 80}],
        });
        let verdicts = self.intake.handle(vec![delivery(&order)]).await;
        assert_eq!(verdicts, [Verdict::Durable]);
    }

    async fn life(&self, order_id: &str) -> Life {
        let key = Key {
            shop: String::new(),
            order_id: order_id.into(),
            part: 1,
        };
        let due = self.ledger.order(&key).await.expect("read");
        due.expect("known").life
    }

    async fn booked(&self, order_id: &str) -> Life {
        let waiting = async {
            loop {
                let life = self.life(order_id).await;
                if life.state == State::Booked {
                    return life;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(life) => life,
            Err(_) => panic!("not booked in time: {:#?}", self.life(order_id).await),
        }
    }

    /// The line of the worker's figures that begins so.
    fn figure(&self, beginning: &str) -> Option<String> {
        let text = self.metrics.counted_in_text();
        let mut lines = text.lines();
        lines
            .find(|line| line.starts_with(beginning))
            .map(str::to_owned)
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.running)
            .await
            .expect("drained in time")
            .expect("no panic");
    }
}

fn delivery(order: &serde_json::Value) -> Delivery {
    Delivery {
        body: Bytes::from(order.to_string()),
        amqp_type: None,
        traceparent: None,
        routing_key: "order.paid".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_outcome_cannot_be_kept_nothing_new_is_claimed() {
    let shop = Workshop::open().await;
    shop.ledger.refuse_outcomes(true);
    shop.receive("A-1").await;
    shop.ledger.wait_for_refusals(1, PATIENCE).await;
    shop.receive("B-1").await;
    shop.ledger.wait_for_refusals(3, PATIENCE).await;
    shop.ledger.refuse_outcomes(false);
    shop.booked("A-1").await;
    shop.booked("B-1").await;
    let seen = shop.ledger.seen();
    let kept = seen
        .iter()
        .position(|seen| *seen == Seen::Kept("A-1".into()));
    let claimed = seen
        .iter()
        .position(|seen| *seen == Seen::Claimed("B-1".into()));
    assert!(kept.expect("kept") < claimed.expect("claimed"), "{seen:?}");
    assert_eq!(shop.stage.bench.ledger.bookings().len(), 2);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_until_every_outcome_is_kept() {
    let shop = Workshop::open().await;
    shop.ledger.refuse_outcomes(true);
    shop.receive("A-1").await;
    shop.ledger.wait_for_refusals(1, PATIENCE).await;
    shop.stop.cancel();
    shop.ledger.wait_for_refusals(3, PATIENCE).await;
    assert!(
        !shop.running.is_finished(),
        "it ended without keeping an outcome"
    );
    shop.ledger.refuse_outcomes(false);
    shop.booked("A-1").await;
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_up_voided_and_booked_anew_with_a_label() {
    a_lost_answer_is_made_good(Workshop::open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_clock_is_slow_does_what_is_due_by_the_ledgers() {
    a_lost_answer_is_made_good(Workshop::ahead(Arc::new(AtomicI64::new(3600))).await).await;
}

async fn a_lost_answer_is_made_good(shop: Workshop) {
    shop.stage.bench.faults.add(FaultRule {
        operation: Some("book".into()),
        times: Some(1),
        ..FaultRule::always(StubFault::AcceptThenEmpty)
    });
    shop.receive("A-1").await;
    let life = shop.booked("A-1").await;
    assert_eq!(life.bookings.len(), 2);
    let live = shop.stage.bench.ledger.bookings();
    let live: Vec<_> = live.iter().filter(|booking| booking.is_live()).collect();
    assert_eq!(live.len(), 1, "one live booking");
    assert_eq!(live[0].reference, "A-1.2");
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_orders_with_one_order_id_get_references_of_their_own() {
    let shop = Workshop::open().await;
    shop.receive("SAME-1").await;
    shop.booked("SAME-1").await;
    let other = json!({
        "shop": "de", "order_id": "SAME-1", "service": "express", "ship_from": "lille",
        "recipient": {"name": "Ana Silva", "street": ["1 rue Neuve"], "postal_code": "75002",
            "city": "Paris", "country": "FR", "phone": "+33612345678"},
        "parcels": [{"weight_g": 500}],
    });
    shop.intake.handle(vec![delivery(&other)]).await;
    let booked = async {
        while shop.stage.bench.ledger.bookings().len() < 2 {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, booked)
        .await
        .expect("booked");
    let bookings = shop.stage.bench.ledger.bookings();
    assert_ne!(bookings[0].reference, bookings[1].reference);
    shop.end().await;
}
