//! Asks broker and ledger for what `status` tells, both at once and each for a few seconds at most.
//! What cannot be asked becomes a fact too.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::facts::{Account, Books, Bus, CutOff, Facts, Ledger, Limits, Line, Parked, Waiting};
use crate::accounts;
use crate::bus::rabbitmq;
use crate::cli::ending::Failure;
use crate::config::{self, Config};
use crate::ledger::inspect::{self, Kind};
use crate::ledger::{self, LedgerError, Rules};
use crate::life::{Life, State};
use crate::registry;
use crate::routing::Routes;

/// How long the broker, or a look at the ledger, may take.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long one answer of the broker may take.
const ANSWER_MS: u64 = 3_000;
/// Orders of a state that are looked at one by one.
const LOOKED_AT: usize = 1_000;
/// How every ledger begins to say that there is none.
const MISSING: &str = "there is no ledger";
/// Cut-offs shown of each site.
const CUT_OFFS: usize = 3;

/// Everything that can be known now.
///
/// # Errors
/// When the configuration names what does not exist.
pub async fn facts(config: &Config) -> Result<Facts, Failure> {
    let routes = Routes::new(config, &registry::profiles())?;
    let (bus, (ledger, accounts, now)) =
        tokio::join!(ask_bus(&config.bus), ask_ledger(config, &routes));
    Ok(Facts {
        now,
        limits: Limits::of(config),
        bus,
        ledger,
        accounts,
        print_folder: config.labels.folder.as_deref().map(shown),
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

async fn ask_bus(settings: &config::Bus) -> Bus {
    if settings.url.is_none() && settings.urls.is_empty() {
        return Bus::None;
    }
    let settings = config::Bus {
        timeout_ms: settings.timeout_ms.min(ANSWER_MS),
        ..settings.clone()
    };
    match tokio::time::timeout(PATIENCE, rabbitmq::depths(&settings)).await {
        Ok(Ok(depths)) => Bus::Known {
            depths,
            orders_queue: settings.orders_queue,
            dead_queue: settings.dead_queue,
        },
        Ok(Err(why)) => Bus::Trouble(why.to_string()),
        Err(_) => Bus::Trouble(silence("it")),
    }
}

fn silence(who: &str) -> String {
    format!("{who} does not answer within {} s", PATIENCE.as_secs())
}

async fn in_time<T>(asked: impl Future<Output = Result<T, LedgerError>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(words),
        Err(_) => Err(silence("it")),
    }
}

/// Which alarm it is says what kind of error it is.
fn words(error: LedgerError) -> String {
    match error {
        LedgerError::Unavailable(why) | LedgerError::Unreadable(why) => why,
        other => other.to_string(),
    }
}

/// With the ledger's time: what stands in it goes by that.
async fn ask_ledger(config: &Config, routes: &Routes) -> (Ledger, Vec<Account>, Timestamp) {
    let url = &config.ledger.url;
    let (read, writable) = tokio::join!(
        in_time(read(config, routes)),
        in_time(inspect::try_to_write(url)),
    );
    let (books, accounts, now) = match read {
        Ok((books, accounts, now)) => (Ok(Box::new(books)), accounts, now),
        Err(why) => {
            let configured = config.accounts.iter();
            let configured = configured.map(|account| of_settings(account, &config.labels));
            (Err(why), configured.collect(), Timestamp::now())
        }
    };
    let ledger = Ledger {
        kind: Kind::of(url).name(),
        place: inspect::place(url).unwrap_or_default(),
        look: inspect::look(url),
        missing: books.as_ref().is_err_and(|why| why.starts_with(MISSING)),
        room: inspect::room(url, config.ledger.headroom_mib).map_err(words),
        writable,
        has_worker: inspect::has_worker(url),
        books,
    };
    (ledger, accounts, now)
}

/// What the configuration says, as if nothing else were known.
fn of_settings(account: &config::Account, labels: &config::Labels) -> Account {
    Account {
        account: account.id.clone(),
        environment: account.environment.name(),
        can_be_asked: accounts::Account::new(account, labels)
            .is_some_and(|account| account.question().is_some()),
        line: Line::Unknown,
        booked_today: None,
        daily_limit: account.daily_limit,
        valid_from: account.valid_from,
        valid_to: account.valid_to,
    }
}

async fn read(
    config: &Config,
    routes: &Routes,
) -> Result<(Books, Vec<Account>, Timestamp), LedgerError> {
    let ledger = ledger::open_to_read(&config.ledger.url, Rules::default()).await?;
    let now = ledger.now();
    let pressing = async |state| ledger.pressing(state, LOOKED_AT).await;
    let waiting = pressing(State::Waiting).await?;
    let parked = pressing(State::Parked).await?;
    let mut books = Books {
        gauges: ledger.gauges().await?,
        workers: ledger.workers().await?,
        parked: parked.iter().filter_map(parked_one).collect(),
        waiting: waiting
            .iter()
            .min_by_key(|life| life.received_at)
            .map(waiting_one),
        late_since: None,
        cut_offs: cut_offs(ledger.as_ref(), routes, now).await?,
    };
    for state in [State::Booking, State::InDoubt, State::Unlabelled] {
        let first = ledger.pressing(state, 1).await?;
        let first = first.iter().map(label_by);
        books.late_since = books.late_since.into_iter().chain(first).min();
    }
    let others = waiting
        .first()
        .into_iter()
        .chain(parked.first())
        .map(label_by);
    let earliest = books.late_since.into_iter().chain(others).min();
    books.late_since = earliest.filter(|by| *by <= now);
    let accounts = lines(config, ledger.as_ref(), routes.midnight(now)).await?;
    Ok((books, accounts, now))
}

/// When it must have a label.
fn label_by(life: &Life) -> Timestamp {
    life.book_by.unwrap_or(life.deadline)
}

fn parked_one(life: &Life) -> Option<Parked> {
    let park = life.park.as_ref()?;
    Some(Parked {
        who_acts: park.why.who_acts,
        since: park.since,
        decide_by: park.decide_by,
    })
}

fn waiting_one(life: &Life) -> Waiting {
    Waiting {
        order: life.key.to_string(),
        since: life.received_at,
        next_try: life.due_at(),
    }
}

/// Each cut-off with the orders that count for it and for none before.
async fn cut_offs(
    ledger: &dyn ledger::Ledger,
    routes: &Routes,
    now: Timestamp,
) -> Result<Vec<CutOff>, LedgerError> {
    let next = routes.cut_offs(now, CUT_OFFS);
    let moments: Vec<Timestamp> = next
        .iter()
        .map(|(_, cut_off)| cut_off.at.timestamp())
        .collect();
    let open = ledger.open_by(&moments).await?;
    let mut before = ledger.open_by(&[now]).await?.pop().unwrap_or_default();
    let counted = next.into_iter().zip(open).map(|((site, cut_off), open)| {
        let new = open.saturating_sub(before);
        before = before.max(open);
        CutOff {
            site: site.to_owned(),
            at: cut_off.at.timestamp(),
            local: cut_off.at.strftime("%a %H:%M").to_string(),
            accounts: cut_off.accounts,
            open: new,
        }
    });
    Ok(counted.collect())
}

async fn lines(
    config: &Config,
    ledger: &dyn ledger::Ledger,
    midnight: Timestamp,
) -> Result<Vec<Account>, LedgerError> {
    let (paused, resting) = (ledger.paused().await?, ledger.resting().await?);
    let mut all = Vec::with_capacity(config.accounts.len());
    for settings in &config.accounts {
        let id = settings.id.as_str();
        let mut account = of_settings(settings, &config.labels);
        account.booked_today = Some(ledger.booked_since(id, midnight).await?);
        if let Some(pause) = paused.iter().find(|pause| pause.account == id) {
            account.line = Line::Paused {
                since: pause.since,
                why: pause.why.in_plain_words(),
                by_hand: pause.by_hand(),
            };
        } else if let Some(rest) = resting.iter().find(|rest| rest.account == id) {
            account.line = Line::Resting {
                since: rest.since,
                until: rest.until,
            };
        } else {
            account.line = Line::Open;
        }
        all.push(account);
    }
    Ok(all)
}
