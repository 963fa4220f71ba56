//! The worker: intake, dispatch, print folder and outbox relay, put together and taken down in order.
//!
//! The same assembly serves `worker` (RabbitMQ), `dispatch FILE` (a file) and `demo`. It holds no
//! logic of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::accounts::Accounts;
use crate::bus::Bus;
use crate::carrier_http::CarrierHttp;
use crate::config::Config;
use crate::dispatch::{Dispatch, Parts, Restored};
use crate::events::Teller;
use crate::heartbeat;
use crate::housekeeping::{self, Prints};
use crate::http::{Server, Sources, Token};
use crate::intake::Intake;
use crate::labels::PrintFolder;
use crate::ledger::{self, Ledger, Rules};
use crate::life::{Policy, State};
use crate::metrics::Metrics;
use crate::outbox;
use crate::printer;
use crate::registry;
use crate::retry::RetryPolicy;
use crate::routing::Routes;
use crate::shadow::{Mapping, Shadow};
use crate::telemetry::{self, Spans};

/// A configured gateway with its ledger open: what the worker and every command stand on.
pub struct Gateway {
    /// The configuration.
    pub config: Config,
    /// Its accounts, with their carriers.
    pub accounts: Arc<Accounts>,
    /// Its routes.
    pub routes: Arc<Routes>,
    /// Times and abilities.
    pub policy: Arc<Policy>,
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
}

impl Gateway {
    /// Opens the ledger that the configuration names.
    ///
    /// # Errors
    /// When the ledger cannot be opened, in words for an operator.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let (accounts, rules) = foundations(&config);
        let ledger = ledger::open(&config.ledger.url, rules.clone()).await?;
        Self::on(config, accounts, rules.policy, ledger)
    }

    /// The same for questions only: a ledger that does not exist is not made, and none is changed.
    ///
    /// # Errors
    /// As [`Gateway::open`], and when there is no ledger.
    pub async fn open_to_read(config: Config) -> anyhow::Result<Self> {
        let (accounts, rules) = foundations(&config);
        let ledger = ledger::open_to_read(&config.ledger.url, rules.clone()).await?;
        Self::on(config, accounts, rules.policy, ledger)
    }

    fn on(
        config: Config,
        accounts: Accounts,
        policy: Arc<Policy>,
        ledger: Arc<dyn Ledger>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            routes: Arc::new(Routes::new(&config, &registry::profiles())?),
            accounts: Arc::new(accounts),
            policy,
            ledger,
            config,
        })
    }
}

/// What a ledger needs to know before it is opened.
fn foundations(config: &Config) -> (Accounts, Rules) {
    let accounts = Accounts::new(config);
    let rules = Rules {
        policy: Arc::new(accounts.policy(&config.dispatch)),
        teller: Teller {
            source: config.events.source.clone(),
            public_url: config.http.public_url.clone(),
            recording: telemetry::recording(&config.telemetry),
        },
        erase_after_days: config.privacy.erase_after_days,
        headroom_mib: config.ledger.headroom_mib,
        print: config.labels.folder.is_some(),
        ..Rules::default()
    };
    (accounts, rules)
}

/// When a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When it is asked to stop.
    Stopped,
    /// When the input has ended and every order has ended or waits for a person.
    Settled,
}

/// Runs a gateway on a bus until it is stopped or settled, then drains.
///
/// # Errors
/// When the bus cannot work at all, the HTTP address cannot be had, or the print folder cannot be
/// made.
pub async fn run(
    gateway: &Gateway,
    bus: Arc<dyn Bus>,
    stop: CancellationToken,
    until: Until,
    look_first: Option<Restored>,
    spans: &Spans,
) -> anyhow::Result<()> {
    let [taken, to_print, told] = [(); 3].map(|()| Arc::new(Notify::new()));
    // Begins nothing new as soon as the stop is asked for, while the bus still gives back its messages.
    let stop_dispatch = stop.child_token();
    let [stop_printer, stop_relay, stop_beat] = [(); 3].map(|()| CancellationToken::new());
    let dispatch = dispatch(
        gateway,
        look_first,
        spans.clone(),
        stop_dispatch.clone(),
        [&taken, &to_print, &told].map(Arc::clone),
    )?;
    let server = serve(gateway, &bus, &dispatch, &stop).await?;
    let folder = print_folder(gateway)?;
    let housekeeping = tokio::spawn(housekeeping::run(
        Arc::clone(&gateway.ledger),
        folder.clone().map(|folder| prints(gateway, folder)),
        stop_dispatch.clone(),
    ));
    let heartbeat = tokio::spawn(heartbeat::run(
        Arc::clone(&gateway.ledger),
        own_name(),
        stop_beat.clone(),
    ));
    let printer = start_printer(gateway, folder, to_print, &told, &stop_printer);
    let ledger = Arc::clone(&gateway.ledger);
    let outbox: Arc<dyn outbox::Outbox> = ledger;
    let relay = tokio::spawn(outbox::relay(
        outbox,
        Arc::clone(&bus),
        Arc::clone(&told),
        spans.clone(),
        stop_relay.clone(),
    ));
    let dispatching = tokio::spawn(Arc::clone(&dispatch).run());
    let (shadow, mapping) =
        Shadow::of(&gateway.routes, &gateway.accounts, &dispatch.metrics()).unzip();
    let mapping = mapping.map(|mapping: Mapping| tokio::spawn(mapping.run(stop_dispatch.clone())));
    let intake: Arc<Intake> = Arc::new(Intake {
        ledger: Arc::clone(&gateway.ledger),
        routes: Arc::clone(&gateway.routes),
        max_bytes: gateway.config.bus.max_message_bytes,
        taken,
        told: Arc::clone(&told),
        spans: spans.clone(),
        shadow,
    });
    info!(
        accounts = gateway.accounts.iter().count(),
        live = gateway.accounts.live(),
        "ready: orders are taken as they come"
    );
    let consumed = bus.consume(intake, stop.clone()).await;
    if until == Until::Settled && consumed.is_ok() {
        settled(gateway, &dispatch, &stop).await;
    }
    stop_dispatch.cancel();
    dispatching.await.context("the dispatcher ended badly")?;
    info!("what was on the wire is recorded");
    if let Some(mapping) = mapping {
        mapping.await.context("the shadow ended badly")?;
    }
    housekeeping.await.context("housekeeping ended badly")?;
    stop_printer.cancel();
    printer.await.context("the printer ended badly")?;
    stop_relay.cancel();
    relay.await.context("the relay ended badly")?;
    if let Some(server) = server {
        server.stop().await;
    }
    stop_beat.cancel();
    heartbeat.await.context("the heartbeat ended badly")?;
    gateway.ledger.close().await;
    consumed.map_err(anyhow::Error::from)
}

fn print_folder(gateway: &Gateway) -> anyhow::Result<Option<PrintFolder>> {
    let folder = gateway.config.labels.folder.as_ref();
    let opened = folder.map(|folder| {
        PrintFolder::open(folder).with_context(|| {
            format!(
                "[labels] folder: {} cannot be made; choose a folder this user can write",
                folder.display()
            )
        })
    });
    opened.transpose()
}

/// What housekeeping must know of them.
fn prints(gateway: &Gateway, folder: PrintFolder) -> Prints {
    let days = u64::from(gateway.config.privacy.erase_after_days);
    Prints {
        folder,
        kept_for: Duration::from_secs(days.saturating_mul(86_400)),
    }
}

/// Nothing to wait for without a print folder.
fn start_printer(
    gateway: &Gateway,
    folder: Option<PrintFolder>,
    wake: Arc<Notify>,
    told: &Arc<Notify>,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let Some(print) = folder else {
        return tokio::spawn(std::future::ready(()));
    };
    let ledger = Arc::clone(&gateway.ledger);
    let printing = printer::run(ledger, print, wake, Arc::clone(told), stop.clone());
    tokio::spawn(printing)
}

/// Nothing is served unless an address is configured.
async fn serve(
    gateway: &Gateway,
    bus: &Arc<dyn Bus>,
    dispatch: &Dispatch,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Server>> {
    let settings = &gateway.config.http;
    let Some(listen) = &settings.listen else {
        return Ok(None);
    };
    let sources = Sources {
        ledger: Arc::clone(&gateway.ledger),
        bus: Arc::clone(bus),
        accounts: Arc::clone(&gateway.accounts),
        lines: dispatch.lines(),
        metrics: dispatch.metrics(),
        token: settings.token.as_ref().and_then(Token::new),
        stopping: stop.clone(),
    };
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!(
            "[http] listen: {listen} cannot be had; choose an address of this machine and a free port"
        )
    })?;
    info!("health, labels and metrics at http://{listen}");
    Ok(Some(Server::start(listener, sources)))
}

fn dispatch(
    gateway: &Gateway,
    look_first: Option<Restored>,
    spans: Spans,
    stop: CancellationToken,
    [wake, to_print, told]: [Arc<Notify>; 3],
) -> anyhow::Result<Arc<Dispatch>> {
    let settings = &gateway.config.dispatch;
    let http = CarrierHttp::new(gateway.accounts.access(settings.in_flight))
        .context("the accounts cannot be reached as configured")?;
    Ok(Dispatch::new(Parts {
        ledger: Arc::clone(&gateway.ledger),
        accounts: Arc::clone(&gateway.accounts),
        http: Arc::new(http),
        routes: Arc::clone(&gateway.routes),
        policy: Arc::clone(&gateway.policy),
        retry: RetryPolicy {
            first: Duration::from_millis(settings.retry_first_ms),
            max: Duration::from_millis(settings.retry_max_ms),
        },
        worker: own_name(),
        lease: Duration::from_secs(settings.lease_s),
        in_flight: settings.in_flight,
        metrics: Arc::new(Metrics::new(gateway.accounts.carriers())),
        probe_after: (settings.probe_s > 0).then(|| Duration::from_secs(settings.probe_s)),
        look_first,
        spans,
        stop,
        wake,
        to_print,
        told,
    }))
}

/// Who we are among the workers of a ledger. In containers the process id alone is often the same.
fn own_name() -> String {
    let system = rustix::system::uname();
    let host = system.nodename().to_string_lossy();
    format!("{host}-{}", std::process::id())
}

/// Waits until no order is on its way any more.
async fn settled(gateway: &Gateway, dispatch: &Dispatch, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let open = match gateway.ledger.count().await {
            Ok(counts) => counts
                .iter()
                .filter(|(state, _)| {
                    !state.is_final() && !matches!(state, State::Parked | State::Unknown)
                })
                .map(|(_, count)| count)
                .sum(),
            Err(problem) => {
                warn!("the ledger cannot say what is open: {problem}");
                1
            }
        };
        if open == 0 && dispatch.is_idle() {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
}
