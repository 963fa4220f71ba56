//! What came of the runs, as tables for people or JSON lines for machines.

use std::fmt;
use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use serde_json::{Value, json};

use crate::options::{LedgerKind, Options};

/// Whose run it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Bare,
    Worker(LedgerKind),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bare => f.write_str("bare loop"),
            Self::Worker(ledger) => write!(f, "worker, {}", ledger.name()),
        }
    }
}

/// A run at full speed.
pub struct Run {
    pub who: Who,
    pub delay_ms: u64,
    pub orders: usize,
    pub took: Duration,
    pub cpu: Duration,
    pub peak_mib: f64,
}

impl Run {
    fn rate(&self) -> f64 {
        count(self.orders) / self.took.as_secs_f64()
    }

    fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1000.0 / count(self.orders)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (who, rate, cpu) = (self.who, self.rate(), self.cpu_ms());
        write!(
            f,
            "{who}: {rate:.0} orders/s, {cpu:.2} ms CPU an order, {:.0} MiB",
            self.peak_mib
        )
    }
}

/// A run at an even pace.
pub struct Latency {
    pub who: Who,
    pub delay_ms: u64,
    /// Rising.
    pub took: Vec<Duration>,
    pub cpu: Duration,
}

/// Orders that piled up.
pub struct Backlog {
    pub ledger: LedgerKind,
    pub orders: usize,
    /// Until all were accepted.
    pub took: Duration,
    pub peak_mib: f64,
    /// Once the carrier was quick again.
    pub peak_after_mib: f64,
}

/// Medians of the runs; the ratio is to the bare loop at the same delay.
pub fn throughput(options: &Options, runs: &[Run]) {
    let mut table = headed(&[
        "carrier",
        "program",
        "orders/s",
        "ratio",
        "CPU ms/order",
        "peak MiB",
    ]);
    for &delay in &options.delay {
        let bare = median(runs, Who::Bare, delay, Run::rate);
        let workers = options.ledger.iter().map(|ledger| Who::Worker(*ledger));
        for who in [Who::Bare].into_iter().chain(workers) {
            let Some(rate) = median(runs, who, delay, Run::rate) else {
                continue;
            };
            let cpu = median(runs, who, delay, Run::cpu_ms).unwrap_or_default();
            let peak = median(runs, who, delay, |run| run.peak_mib).unwrap_or_default();
            let ratio = bare.map(|bare| rate / bare);
            if options.json {
                tell(json!({
                    "program": who.to_string(), "delay_ms": delay, "orders_per_s": rate,
                    "ratio": ratio, "cpu_ms_per_order": cpu, "peak_mib": peak,
                }));
            }
            table.add_row([
                format!("{delay} ms"),
                who.to_string(),
                format!("{rate:.0}"),
                ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
                format!("{cpu:.2}"),
                format!("{peak:.0}"),
            ]);
        }
    }
    show(options, &table);
}

/// From publishing an order to hearing that it is booked.
pub fn latencies(options: &Options, all: &[Latency]) {
    let mut table = headed(&[
        "carrier",
        "program",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU ms/order",
    ]);
    for latency in all {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(&latency.took, percent));
        let cpu = latency.cpu.as_secs_f64() * 1000.0 / count(latency.took.len());
        if options.json {
            tell(json!({
                "program": latency.who.to_string(), "delay_ms": latency.delay_ms, "p50_ms": p50,
                "p95_ms": p95, "p99_ms": p99, "cpu_ms_per_order": cpu,
            }));
        }
        table.add_row([
            format!("{} ms", latency.delay_ms),
            latency.who.to_string(),
            format!("{p50:.1}"),
            format!("{p95:.1}"),
            format!("{p99:.1}"),
            format!("{cpu:.2}"),
        ]);
    }
    show(options, &table);
}

/// Memory while orders pile up.
pub fn backlog(options: &Options, backlog: &Backlog) {
    if options.json {
        tell(json!({
            "ledger": backlog.ledger.name(), "backlog": backlog.orders, "accepting_s": backlog.took.as_secs_f64(),
            "peak_mib": backlog.peak_mib, "peak_after_mib": backlog.peak_after_mib,
        }));
    }
    let mut table = headed(&[
        "ledger",
        "backlog",
        "accepted/s",
        "peak MiB",
        "peak MiB once booking again",
    ]);
    table.add_row([
        backlog.ledger.name().to_owned(),
        backlog.orders.to_string(),
        format!("{:.0}", count(backlog.orders) / backlog.took.as_secs_f64()),
        format!("{:.0}", backlog.peak_mib),
        format!("{:.0}", backlog.peak_after_mib),
    ]);
    show(options, &table);
}

fn headed(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(head);
    table
}

fn show(options: &Options, table: &Table) {
    if !options.json {
        println!("{table}");
    }
}

fn tell(line: Value) {
    println!("{line}");
}

fn median(runs: &[Run], who: Who, delay: u64, figure: impl Fn(&Run) -> f64) -> Option<f64> {
    let own = runs
        .iter()
        .filter(|run| run.who == who && run.delay_ms == delay);
    let mut figures: Vec<f64> = own.map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

/// In milliseconds.
fn percentile(rising: &[Duration], percent: usize) -> f64 {
    let place = (rising.len() * percent / 100).min(rising.len().saturating_sub(1));
    rising
        .get(place)
        .map_or(0.0, |took| took.as_secs_f64() * 1000.0)
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
