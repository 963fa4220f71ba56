//! The runs: everything anew for each (queues, ledger, carrier, contestant), the contestants turn by
//! turn, so that a machine that slows down slows both.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::bare;
use crate::broker::{Broker, Names};
use crate::contestant::{Places, Program};
use crate::options::{LedgerKind, Options};
use crate::orders;
use crate::table::{self, Backlog, Latency, Run, Who};

/// Longest silence: the machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);
/// A carrier so slow that what is accepted piles up.
const SLOW_MS: u64 = 5_000;
/// Orders that are booked out of a backlog once the carrier is quick again.
const OUT_OF_BACKLOG: usize = 2_000;

/// Everything that was asked for, one after the other.
pub async fn all(options: &Options) -> anyhow::Result<()> {
    if let Some(backlog) = options.backlog {
        for &ledger in &options.ledger {
            table::backlog(options, &waiting(options, ledger, backlog).await?);
        }
        return Ok(());
    }
    if let Some(pace) = options.paced {
        let mut all = Vec::new();
        for &delay in &options.delay {
            for who in contestants(options) {
                all.push(paced(options, who, delay, pace).await?);
            }
        }
        table::latencies(options, &all);
        return Ok(());
    }
    let mut all = Vec::new();
    for &delay in &options.delay {
        for round in 1..=options.rounds {
            for who in contestants(options) {
                let run = flood(options, who, delay).await?;
                eprintln!("{delay} ms, round {round}, {run}");
                all.push(run);
            }
        }
    }
    table::throughput(options, &all);
    Ok(())
}

fn contestants(options: &Options) -> Vec<Who> {
    let bare = options.under.is_none().then_some(Who::Bare);
    let workers = options.ledger.iter().map(|ledger| Who::Worker(*ledger));
    bare.into_iter().chain(workers).collect()
}

/// All orders are on the queue when the contestant starts; it is over when the last one is told.
async fn flood(options: &Options, who: Who, delay_ms: u64) -> anyhow::Result<Run> {
    let mut stage = Stage::set(options, who, delay_ms).await?;
    stage.broker.publish(0..options.orders).await?;
    let mut program = stage.start(options, who)?;
    let first = stage.broker.hear(PATIENCE).await?;
    let mut booked = usize::from(first.is_booked);
    let mut last = first.at;
    while booked < options.orders {
        let heard = stage.broker.hear(PATIENCE).await?;
        booked += usize::from(heard.is_booked);
        last = heard.at;
    }
    let run = Run {
        who,
        delay_ms,
        orders: options.orders,
        took: last.duration_since(first.at),
        cpu: program.cpu()?,
        peak_mib: program.peak_mib()?,
    };
    program.end()?;
    stage.clear().await?;
    Ok(run)
}

/// Orders come one by one at an even pace, to a contestant that waits for them.
async fn paced(options: &Options, who: Who, delay_ms: u64, pace: u32) -> anyhow::Result<Latency> {
    let mut stage = Stage::set(options, who, delay_ms).await?;
    let mut program = stage.start(options, who)?;
    // The first one finds connections, statements and caches cold, and does not count.
    stage.broker.publish(0..1).await?;
    while !stage.broker.hear(PATIENCE).await?.is_booked {}
    let gap = Duration::from_secs(1) / pace;
    let before = program.cpu()?;
    let started = Instant::now();
    let mut sent = vec![started];
    let mut took = Vec::with_capacity(options.orders);
    let mut tick = tokio::time::interval(gap);
    while took.len() < options.orders {
        tokio::select! {
            _ = tick.tick(), if sent.len() <= options.orders => {
                sent.push(Instant::now());
                stage.broker.publish_one(sent.len() - 1).await?;
            }
            heard = stage.broker.hear(PATIENCE) => {
                let heard = heard?;
                if heard.is_booked {
                    let number = number_of(&heard.body)?;
                    let sent = sent.get(number).context("an order that was never sent")?;
                    took.push(heard.at.duration_since(*sent));
                }
            }
        }
    }
    let cpu = program.cpu()?.saturating_sub(before);
    program.end()?;
    stage.clear().await?;
    took.sort_unstable();
    Ok(Latency {
        who,
        delay_ms,
        took,
        cpu,
    })
}

/// Orders pile up, on the queue and in the ledger, while the carrier is slow.
async fn waiting(options: &Options, ledger: LedgerKind, orders: usize) -> anyhow::Result<Backlog> {
    let who = Who::Worker(ledger);
    let mut stage = Stage::set(options, who, SLOW_MS).await?;
    stage.broker.publish(0..orders).await?;
    let mut program = stage.start(options, who)?;
    let started = Instant::now();
    let mut accepted = HashSet::new();
    let mut booked = 0;
    while accepted.len() < orders {
        let heard = stage.broker.hear(PATIENCE).await?;
        if heard.is_booked {
            booked += 1;
        } else {
            accepted.insert(number_of(&heard.body)?);
        }
    }
    let took = started.elapsed();
    let peak_mib = program.peak_mib()?;
    let quick = bare::client()?.put(format!("{}/delay/0", stage.carrier.1));
    quick.send().await?.error_for_status()?;
    while booked < OUT_OF_BACKLOG.min(orders) {
        booked += usize::from(stage.broker.hear(PATIENCE).await?.is_booked);
    }
    let backlog = Backlog {
        ledger,
        orders,
        took,
        peak_mib,
        peak_after_mib: program.peak_mib()?,
    };
    program.end()?;
    stage.clear().await?;
    Ok(backlog)
}

fn number_of(event: &[u8]) -> anyhow::Result<usize> {
    let event: serde_json::Value = serde_json::from_slice(event)?;
    let id = event
        .pointer("/data/order_id")
        .and_then(serde_json::Value::as_str);
    id.and_then(orders::number)
        .context("an event of an order of ours")
}

/// Everything of one run but the contestant.
struct Stage {
    broker: Broker,
    carrier: (Program, String),
    ledger: String,
    amqp: String,
    folder: TempDir,
}

impl Stage {
    async fn set(options: &Options, who: Who, delay_ms: u64) -> anyhow::Result<Self> {
        let amqp = wanted("DILIGENCE_TEST_AMQP_URL")?;
        let folder = tempfile::tempdir()?;
        let names = Names::new();
        let carrier = Program::carrier(delay_ms)?;
        let ledger = match who {
            Who::Worker(LedgerKind::Postgres) => new_database().await?,
            Who::Bare | Who::Worker(LedgerKind::Sqlite) => {
                format!("sqlite://{}", folder.path().join("ledger.db").display())
            }
        };
        let places = Places {
            amqp: &amqp,
            ledger: &ledger,
            carrier: &carrier.1,
            folder: folder.path(),
        };
        Program::declare(options, &names, &places)?;
        let broker = Broker::listen(&amqp, names).await?;
        Ok(Self {
            broker,
            carrier,
            ledger,
            amqp,
            folder,
        })
    }

    fn start(&self, options: &Options, who: Who) -> anyhow::Result<Program> {
        let places = Places {
            amqp: &self.amqp,
            ledger: &self.ledger,
            carrier: &self.carrier.1,
            folder: self.folder.path(),
        };
        match who {
            Who::Bare => Program::bare(options, &self.broker.names, &places),
            Who::Worker(_) => Program::worker(options, &self.broker.names, &places),
        }
    }

    async fn clear(self) -> anyhow::Result<()> {
        self.broker.delete().await?;
        if let Some((_, name)) = self
            .ledger
            .rsplit_once('/')
            .filter(|_| self.ledger.starts_with("postgres"))
        {
            administer(format!("DROP DATABASE {name}")).await?;
        }
        Ok(())
    }
}

fn wanted(variable: &str) -> anyhow::Result<String> {
    std::env::var(variable).with_context(|| {
        format!("{variable} is not set: run scripts/bench, which starts what is needed")
    })
}

/// A database of its own on the server of the tests.
async fn new_database() -> anyhow::Result<String> {
    let server = wanted("DILIGENCE_TEST_POSTGRES_URL")?;
    let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
    administer(format!("CREATE DATABASE {name}")).await?;
    let (place, _) = server
        .rsplit_once('/')
        .context("a database in the server's URL")?;
    ensure!(!place.ends_with('/'), "a database in the server's URL");
    Ok(format!("{place}/{name}"))
}

async fn administer(statement: String) -> anyhow::Result<()> {
    let mut server = PgConnection::connect(&wanted("DILIGENCE_TEST_POSTGRES_URL")?).await?;
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut server)
        .await?;
    server.close().await?;
    Ok(())
}
