//! The demo: the main job with nothing installed. Stub carriers in process, real HTTP, the embedded
//! ledger, some thirty orders that meet everything that happens on a busy day.
//!
//! The worker in it is the real one; only the carriers and the buyers are invented.

mod post;
mod report;
pub mod stage;
mod story;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use carrier_sdk::stub::Mode;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::bus::Bus;
use crate::bus::rabbitmq::Rabbit;
use crate::ledger::Ledger;
use crate::life::{Life, State};
use crate::telemetry::Spans;
use crate::worker::{self, Gateway, Until};

use post::Letterbox;
pub use report::{Books, Line};
use stage::Stage;
use story::{Act, Sight, Story};

/// What a demo left behind.
pub struct Outcome {
    /// One line per order.
    pub lines: Vec<Line>,
    /// What the carriers' books say.
    pub books: Books,
    /// Orders announced as booked.
    pub booked: usize,
    /// Messages that were no orders; none: the broker has them.
    pub malformed: Option<usize>,
}

/// Longest the play may take.
const CURTAIN: Duration = Duration::from_secs(90);

/// Plays it in this folder; `progress` is told how many orders have ended, of how many.
///
/// # Errors
/// When something of the stage fails, or the play does not end.
pub async fn play(
    folder: &Path,
    amqp: Option<&str>,
    progress: impl Fn(usize, usize) + Send + Sync,
) -> anyhow::Result<Outcome> {
    let stage = Stage::build(folder, amqp).await?;
    let now = Timestamp::now();
    let promise = crate::life::later(now, Duration::from_secs(6 * 86_400)).to_string();
    let past = crate::life::earlier(now, Duration::from_secs(3_600)).to_string();
    let Story {
        roles,
        acts,
        faults,
    } = story::story(promise, &past);
    for fault in faults {
        stage.bench.faults.add(fault);
    }
    let gateway = Gateway::open(stage.config.clone()).await?;
    let (bus, post): (Arc<dyn Bus>, _) = match amqp {
        None => {
            let (letterbox, post) = Letterbox::open(&stage.folder).await?;
            (Arc::new(letterbox), post)
        }
        Some(_) => broker(&stage).await?,
    };
    let stop = CancellationToken::new();
    let all = roles_of(&roles);
    let performing = perform(
        &stage,
        gateway.ledger.as_ref(),
        acts,
        &post,
        &all,
        &progress,
    );
    let playing = tokio::time::timeout(CURTAIN, performing);
    let spans = Spans::none();
    let work = worker::run(&gateway, bus, stop.clone(), Until::Stopped, None, &spans);
    let curtain = async {
        let played = playing.await;
        stop.cancel();
        played
    };
    let (worked, played) = tokio::join!(work, curtain);
    worked?;
    played
        .map_err(|_| anyhow::anyhow!("the play did not end within {} s", CURTAIN.as_secs()))??;
    // The worker closed its ledger; reading it is a command like any other.
    let gateway = Gateway::open(stage.config.clone()).await?;
    let outcome = look(&stage, gateway.ledger.as_ref(), &roles).await;
    gateway.ledger.close().await;
    outcome
}

fn roles_of(roles: &[story::Role]) -> Vec<String> {
    roles.iter().map(|role| role.order_id.clone()).collect()
}

type Post = mpsc::Sender<(&'static str, Vec<u8>)>;

/// A real broker: the demo's messages are published to it like a shop's.
async fn broker(stage: &Stage) -> anyhow::Result<(Arc<dyn Bus>, Post)> {
    let rabbit = Rabbit::new(stage.config.bus.clone())?;
    crate::bus::topology::declare(&stage.config.bus).await?;
    let shop = Arc::new(Rabbit::new(stage.config.bus.clone())?);
    let (post, mut letters) = mpsc::channel::<(&'static str, Vec<u8>)>(64);
    tokio::spawn(async move {
        while let Some((key, body)) = letters.recv().await {
            if let Err(problem) = shop.publish_order(key, &body).await {
                tracing::error!("the demo's shop cannot publish: {problem}");
            }
        }
    });
    Ok((Arc::new(rabbit), post))
}

async fn perform(
    stage: &Stage,
    ledger: &dyn Ledger,
    acts: Vec<Act>,
    post: &Post,
    all: &[String],
    progress: &(impl Fn(usize, usize) + Send + Sync),
) -> anyhow::Result<()> {
    for act in acts {
        match act {
            Act::Arrive(messages) => {
                for message in messages {
                    post.send(message).await?;
                }
            }
            Act::CarrierIsBack => stage.broken_line.set(Mode::Pass).await?,
            Act::Until(wanted) => loop {
                progress(ended(ledger, all).await?, all.len());
                if all_seen(ledger, &wanted).await? {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            },
        }
    }
    Ok(())
}

async fn ended(ledger: &dyn Ledger, all: &[String]) -> anyhow::Result<usize> {
    let mut count = 0;
    for order_id in all {
        count += usize::from(seen(ledger, order_id, Sight::Ended).await?);
    }
    Ok(count)
}

async fn all_seen(ledger: &dyn Ledger, wanted: &[(String, Sight)]) -> anyhow::Result<bool> {
    for (order_id, sight) in wanted {
        if !seen(ledger, order_id, *sight).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn seen(ledger: &dyn Ledger, order_id: &str, sight: Sight) -> anyhow::Result<bool> {
    let Some(due) = ledger.order(&report::key(order_id)).await? else {
        return Ok(false);
    };
    let state = due.life.state;
    Ok(match sight {
        Sight::Ended => state.is_final() || state == State::Parked,
        Sight::In(wanted) => state == wanted,
        Sight::Contradicted => !due.life.conflicts.is_empty(),
    })
}

async fn look(
    stage: &Stage,
    ledger: &dyn Ledger,
    roles: &[story::Role],
) -> anyhow::Result<Outcome> {
    let lines = report::lines(ledger, roles).await?;
    let mut lives: BTreeMap<String, Life> = BTreeMap::new();
    for role in roles {
        if let Some(due) = ledger.order(&report::key(&role.order_id)).await? {
            lives.insert(role.order_id.clone(), due.life);
        }
    }
    let dead = std::fs::read_to_string(stage.folder.join("dead.ndjson"));
    Ok(Outcome {
        booked: lives
            .values()
            .filter(|life| life.state == State::Booked)
            .count(),
        books: report::books(&stage.bench.ledger.bookings(), &lives),
        malformed: dead.ok().map(|dead| dead.lines().count()),
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_play_ends_with_one_live_booking_per_order() {
        let folder = tempfile::tempdir().expect("a folder");
        crate::telemetry::start(crate::telemetry::LogFormat::Text, "warn");
        let outcome = play(folder.path(), None, |_, _| {}).await.expect("played");
        for line in &outcome.lines {
            println!(
                "{:12} {:45} {:10} {:18} {:20} {}",
                line.order_id, line.shows, line.state, line.account, line.tracking, line.why
            );
        }
        assert_eq!(outcome.books.most_live, 1);
        assert_eq!(outcome.books.strays, Vec::<String>::new());
    }
}
