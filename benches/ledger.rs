//! An order through the SQLite ledger: accepted, claimed and answered with a label of 30 kB, every
//! step durable before the next, by 64 callers at a time. No bus and no carrier.

#![allow(missing_docs, reason = "criterion's macros write functions without")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use carrier_sdk::{Label, LabelFormat};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use diligence::measured::{
    Answered, Candidate, Change, Claim, Event, Kept, Key, LabelRef, Ledger, Line, Numbers, Outcome,
    ParcelNumbers, Plan, Received, Rules, SqliteLedger,
};
use jiff::Timestamp;

const CALLERS: usize = 64;
const ORDERS: usize = 256;
const LABEL: usize = 30_000;

static NEXT: AtomicUsize = AtomicUsize::new(0);

fn plan(now: Timestamp) -> Plan {
    let candidate = Candidate {
        account: "dhl".into(),
        carrier: "dhl-express".into(),
        product: "N".into(),
        product_name: "Domestic".into(),
        environment: "test".into(),
        book_by: now.checked_add(Duration::from_secs(3600)).ok(),
        hand_over_at: now.to_string(),
        ship_on: now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date(),
        delivery: now,
        feasible: true,
        reference_max: 35,
        line: Line::Open,
    };
    Plan {
        candidates: vec![candidate],
        unfit: Vec::new(),
    }
}

fn received(key: &Key, now: Timestamp) -> Change {
    let event = Event::Received(Received {
        revision: 1,
        content: "0".repeat(64),
        parcel_ids: vec!["1".into()],
        deliver_by: None,
        deadline: Timestamp::MAX,
        plan: plan(now),
        ignored_fields: Vec::new(),
        differences: Vec::new(),
        came_with: None,
    });
    let order = Some("x".repeat(1200));
    change(
        key,
        event,
        Kept {
            order,
            ..Kept::default()
        },
    )
}

fn claim(key: &Key, now: Timestamp) -> Change {
    let event = Event::Claim(Claim {
        worker: "bench".into(),
        lease: Duration::from_secs(120),
        revision: None,
        plan: plan(now),
        later: plan(now),
        hashed_reference: false,
        look_first: None,
    });
    change(key, event, Kept::default())
}

fn answered(key: &Key, fence: u64) -> Change {
    let label = Label {
        format: LabelFormat::Pdf,
        bytes: vec![b'x'; LABEL].into(),
    };
    let known = LabelRef {
        id: format!("label-{}", key.order_id),
        format: "pdf".into(),
        bytes: LABEL,
        sha256: "0".repeat(64),
    };
    let parcel = ParcelNumbers {
        tracking_number: key.order_id.clone(),
        label: Some(known.clone()),
    };
    let numbers = Numbers {
        tracking_number: key.order_id.clone(),
        parcels: vec![parcel],
        ..Numbers::default()
    };
    let event = Event::Answered(Answered {
        n: 1,
        fence,
        outcome: Outcome::Booked(numbers),
        again_in: Duration::ZERO,
    });
    let labels = vec![(known, 0, label)];
    change(
        key,
        event,
        Kept {
            labels,
            ..Kept::default()
        },
    )
}

fn change(key: &Key, event: Event, kept: Kept) -> Change {
    Change {
        key: key.clone(),
        event,
        kept,
    }
}

async fn one_order(ledger: &SqliteLedger) -> Option<()> {
    let key = Key {
        shop: "fr".into(),
        order_id: format!("FR-2026-{:08}", NEXT.fetch_add(1, Ordering::Relaxed)),
        part: 1,
    };
    let now = Timestamp::now();
    ledger.record(vec![received(&key, now)]).await.pop()?.ok()?;
    let claimed = ledger.record(vec![claim(&key, now)]).await.pop()?.ok()?;
    let answer = answered(&key, claimed.life.fence);
    ledger.record(vec![answer]).await.pop()?.ok().map(drop)
}

/// So many rounds of [`ORDERS`] orders.
async fn rounds(ledger: &Arc<SqliteLedger>, rounds: u64) -> Duration {
    let started = Instant::now();
    for _ in 0..rounds {
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..CALLERS {
            let ledger = Arc::clone(ledger);
            callers.spawn(async move {
                for _ in 0..ORDERS / CALLERS {
                    assert!(one_order(&ledger).await.is_some(), "an order was not kept");
                }
            });
        }
        callers.join_all().await;
    }
    started.elapsed()
}

fn orders(criterion: &mut Criterion) {
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return;
    };
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
    let opened = runtime.block_on(SqliteLedger::open(&url, Rules::default()));
    let Ok(ledger) = opened.map(Arc::new) else {
        return;
    };
    let mut group = criterion.benchmark_group("ledger");
    group.throughput(Throughput::Elements(256));
    group.sample_size(10);
    group.bench_function("accept, claim, answer by 64 callers", |bencher| {
        bencher.iter_custom(|count| runtime.block_on(rounds(&ledger, count)));
    });
    group.finish();
    runtime.block_on(ledger.close());
}

criterion_group!(benches, orders);
criterion_main!(benches);
