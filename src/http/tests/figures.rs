//! The figures as a scraper sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Counter;
use crate::life::{Answered, Event, Outcome};

const MANUAL: &str = include_str!("../../../docs/metrics.md");

/// A scrape: each family's type, and each sample.
#[derive(Default)]
struct Scrape {
    families: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl Scrape {
    /// Reads the text as strictly as a scraper; every sample belongs to a family told before it.
    fn read(text: &str) -> Self {
        let mut scrape = Self::default();
        let lines = text.strip_suffix("# EOF\n").expect("it ends with EOF");
        for line in lines.lines() {
            if let Some(told) = line.strip_prefix("# ") {
                if let Some((name, kind)) = told
                    .strip_prefix("TYPE ")
                    .and_then(|told| told.split_once(' '))
                {
                    let before = scrape.families.insert(name.into(), kind.into());
                    assert_eq!(before, None, "{name} is told twice");
                }
                continue;
            }
            let (sample, value) = line.rsplit_once(' ').expect(line);
            let name = sample.split('{').next().expect("a name");
            let of = |family: &String| {
                let end = name.strip_prefix(family.as_str());
                end.is_some_and(|end| ["", "_total", "_bucket", "_sum", "_count"].contains(&end))
            };
            assert!(scrape.families.keys().any(of), "{line}");
            let value = value.parse().expect("a number");
            assert_eq!(scrape.samples.insert(sample.into(), value), None, "{line}");
        }
        scrape
    }

    #[track_caller]
    fn value(&self, sample: &str) -> f64 {
        *self.samples.get(sample).expect(sample)
    }

    /// The names a query would use.
    fn names(&self) -> BTreeSet<String> {
        let named = self
            .families
            .iter()
            .map(|(name, kind)| match kind.as_str() {
                "counter" => format!("{name}_total"),
                _ => name.clone(),
            });
        named.collect()
    }
}

async fn scrape(counter: &Counter) -> Scrape {
    let answer = counter.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    Scrape::read(answer.text())
}

#[tokio::test]
async fn the_manual_names_every_figure_and_no_other() {
    let counter = Counter::open().await;
    counter.desk.receive("FR-1").await;
    let rows = MANUAL
        .lines()
        .filter_map(|line| line.strip_prefix("| `diligence_"));
    let documented: BTreeSet<String> = rows
        .filter_map(|row| row.split(['{', '`']).next())
        .map(|name| format!("diligence_{name}"))
        .collect();
    // Its series begin with the first route that has a shadow.
    counter.metrics.shadowed("dhl-express", "dhl", None);
    // Without a cut-off to meet there is no time to it; the desk's orders are of another day.
    let mut told = scrape(&counter).await.names();
    told.insert("diligence_next_cut_off_seconds".into());
    assert_eq!(told, documented);
}

#[tokio::test]
async fn the_ledger_is_counted_at_each_scrape() {
    let counter = Counter::open().await;
    counter.desk.book("FR-1", "1001").await;
    let before = scrape(&counter).await;
    assert_eq!(before.value("diligence_orders{state=\"booked\"}"), 1.0);
    assert_eq!(before.value("diligence_orders{state=\"waiting\"}"), 0.0);
    assert_eq!(before.value("diligence_outbox_events"), 2.0);
    assert_eq!(before.value("diligence_ledger_trouble"), 0.0);
    counter.desk.receive("FR-2").await;
    counter.desk.tell_all().await;
    let after = scrape(&counter).await;
    assert_eq!(after.value("diligence_orders{state=\"waiting\"}"), 1.0);
    assert_eq!(after.value("diligence_outbox_events"), 0.0);
    assert_eq!(after.value("diligence_outbox_age_seconds"), 0.0);
}

#[tokio::test]
async fn what_was_counted_starts_at_nothing_for_every_account() {
    let counter = Counter::open().await;
    let booked = "carrier=\"dhl-express\",account=\"dhl\",outcome=\"booked\"";
    let booked = format!("diligence_attempts_total{{{booked}}}");
    let before = scrape(&counter).await;
    assert_eq!(before.value(&booked), 0.0);
    let event = Event::Answered(Answered {
        n: 1,
        fence: 1,
        outcome: Outcome::Booked(Default::default()),
        again_in: Duration::ZERO,
    });
    let took = Some(Duration::from_millis(300));
    counter.metrics.ended("dhl-express", "dhl", &event, took);
    counter.metrics.ended("dhl-express", "dhl", &event, None);
    let after = scrape(&counter).await;
    assert_eq!(after.value(&booked), 2.0);
    let line = "{carrier=\"dhl-express\",account=\"dhl\"}";
    assert_eq!(
        after.value(&format!("diligence_booking_seconds_count{line}")),
        1.0
    );
    assert_eq!(
        after.value(&format!("diligence_booking_seconds_sum{line}")),
        0.3
    );
}

#[tokio::test]
async fn a_ledger_that_cannot_be_read_is_a_figure_too() {
    let counter = Counter::open().await;
    *counter.bus.trouble.lock().expect("it") = Some("the broker is away".into());
    counter.desk.ledger.close().await;
    let scrape = scrape(&counter).await;
    assert_eq!(scrape.value("diligence_ledger_trouble"), 1.0);
    assert_eq!(scrape.value("diligence_bus_trouble"), 1.0);
    assert!(!scrape.families.contains_key("diligence_orders"));
    let lane = "{carrier=\"chronopost\",account=\"chronopost\",lane=\"booking\"}";
    assert_eq!(scrape.value(&format!("diligence_breaker_open{lane}")), 0.0);
}
