//! A world for one test: a worker or several, their carriers, broker, ledger and folder. Whatever a
//! test is about, [`World::finish`] also checks what must hold in every one (`promises`).

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use carrier_sdk::stub::{Bench, FaultRule, Proxy, StubBooking, StubFault, StubServer};
use lapin::BasicProperties;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use super::broker::{Broker, Dead, Told};
use super::orders::{CANCELLED, PAID};
use super::place::{Kind, Place};
use super::process::Process;
use super::promises;
use super::setup::Setup;

/// Longest that anything is waited for: on an idle machine all of it takes seconds.
const PATIENCE: Duration = Duration::from_secs(240);

/// Waits for a condition, the one place where tests wait. Whether it came.
pub async fn comes(mut condition: impl AsyncFnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if condition().await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

/// Waits for a condition that must come.
pub async fn until(what: &str, condition: impl AsyncFnMut() -> bool) {
    assert!(comes(condition).await, "waited in vain for {what}");
}

/// Everything of one test.
pub struct World {
    // First, so that it is gone before what it works on.
    worker: Option<Process>,
    pub bench: Bench,
    pub stubs: StubServer,
    pub broker: Broker,
    /// To be changed before the worker starts.
    pub setup: Setup,
    pub folder: TempDir,
    pub place: Place,
    /// Set for every command.
    pub environment: Vec<(&'static str, String)>,
    /// Whether several workers may tell the same event.
    several: bool,
    finished: bool,
}

impl World {
    /// A world without a worker yet, its ledger where this run keeps its ledgers.
    pub async fn new() -> Self {
        Self::on(crate::LEDGERS).await
    }

    /// The same with its ledger there.
    pub async fn on(ledgers: Kind) -> Self {
        let broker = Broker::connect().await;
        let world = Self::at(broker, ledgers).await;
        world.broker.listen().await;
        world
    }

    /// The same on a broker of the test's own, where nobody listens yet; what is told is kept.
    pub async fn at(broker: Broker, ledgers: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let bench = Bench::in_memory();
        let stubs = StubServer::start(bench.clone(), None, diligence::registry::stubs())
            .await
            .expect("a port for the stubs");
        let (place, ledger) = Place::new(ledgers, folder.path()).await;
        let setup = Setup::new(&broker.url, broker.names.clone(), ledger, stubs.address());
        let world = Self {
            bench,
            stubs,
            broker,
            setup,
            folder,
            place,
            environment: Vec::new(),
            worker: None,
            several: false,
            finished: false,
        };
        // A broker with many worlds on it may need longer than the program's patience.
        until("the broker to have all that is declared", async || {
            world.run(&["topology", "declare"]).0 == 0
        })
        .await;
        world.broker.keep_events().await;
        world
    }

    /// Puts a line between the broker and the workers to come: it can be cut.
    pub async fn line_to_the_broker(&mut self) -> Proxy {
        let address = self.broker.address();
        let line = Proxy::start(address).await.expect("a port");
        let own = line.addr().to_string();
        self.setup.broker_url = self.broker.url.replace(&address.to_string(), &own);
        line
    }

    /// This test has several workers. One that was frozen may tell once more what another has told.
    pub fn of_many(&mut self) {
        self.several = true;
    }

    /// Whether it has several workers.
    pub fn has_many(&self) -> bool {
        self.several
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let config = self.folder.path().join("diligence.toml");
        // Renamed into place: another worker may be reading it at this moment.
        let fresh = self.folder.path().join("diligence.toml.new");
        std::fs::write(&fresh, self.setup.text()).expect("written");
        std::fs::rename(&fresh, &config).expect("renamed");
        let mut command = Command::new(cargo_bin!("diligence"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DILIGENCE")) {
            command.env_remove(name);
        }
        for name in ["RUST_LOG", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
            command.env_remove(name);
        }
        command.arg("--config").arg(config);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path()).args(arguments);
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end: exit code, and all it said.
    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.command(arguments).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        let code = output.status.code().expect("no signal ended it");
        (code, String::from_utf8(said).expect("UTF-8"))
    }

    /// Starts the worker and goes on at once.
    pub fn start_worker(&mut self) {
        let command = self.command(&["worker"]);
        self.start(command);
    }

    /// Starts the worker with these arguments and goes on at once.
    pub fn start_worker_with(&mut self, arguments: &[&str]) {
        let command = self.command(&[&["worker"], arguments].concat());
        self.start(command);
    }

    /// Starts `dispatch` with these arguments and goes on at once.
    pub fn start_dispatch(&mut self, arguments: &[&str]) {
        let command = self.command(&[&["dispatch"], arguments].concat());
        self.start(command);
    }

    /// Starts the worker from a shell, which may change its limits before: `exec "$@"` starts it.
    pub fn start_worker_by(&mut self, script: &str) {
        let worker = self.command(&["worker"]);
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(worker.get_program());
        command
            .args(worker.get_args())
            .current_dir(self.folder.path());
        for (name, value) in worker.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.start(command);
    }

    fn start(&mut self, command: Command) {
        assert!(self.worker.is_none(), "another one is start_another's");
        self.worker = Some(self.spawn(command));
    }

    /// Starts one more worker, which the test looks after by itself.
    pub fn start_another(&self) -> Process {
        self.spawn(self.command(&["worker"]))
    }

    /// Starts a command beside the worker, which the test looks after by itself.
    pub fn start_command(&self, arguments: &[&str]) -> Process {
        self.spawn(self.command(arguments))
    }

    fn spawn(&self, mut command: Command) -> Process {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file());
        let log: File = log.expect("a log");
        Process::start(command.stdout(Stdio::null()).stderr(log))
    }

    /// Where the workers' words go.
    fn log_file(&self) -> PathBuf {
        self.folder.path().join("worker.log")
    }

    /// All the workers said, through all their starts.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn take_worker(&mut self) -> Process {
        self.worker.take().expect("a worker")
    }

    /// Asks the worker to stop, and waits: its exit code.
    pub async fn sigterm(&mut self) -> Option<i32> {
        self.take_worker().sigterm().await
    }

    /// Waits until the worker has ended: its exit code, none when a signal ended it.
    pub async fn ended(&mut self) -> Option<i32> {
        self.take_worker().ended().await
    }

    /// Kills the worker without a goodbye.
    pub fn kill_9(&mut self) {
        self.take_worker().kill_9();
    }

    /// How much of a processor's time the worker has had.
    pub fn cpu(&self) -> Duration {
        self.worker.as_ref().expect("a worker").cpu()
    }

    /// The most memory the worker ever had, in MiB.
    pub fn peak_mib(&self) -> u64 {
        self.worker.as_ref().expect("a worker").peak_mib()
    }

    /// Publishes a paid order.
    pub async fn publish(&self, order: &Value) {
        let body = order.to_string();
        self.broker
            .publish(PAID, body.as_bytes(), BasicProperties::default())
            .await;
    }

    /// Publishes paid orders.
    pub async fn publish_all(&self, orders: &[Value]) {
        let bodies = orders.iter().map(|order| order.to_string().into_bytes());
        self.broker.publish_all(PAID, bodies).await;
    }

    /// Publishes a wish to cancel.
    pub async fn cancel(&self, wish: &Value) {
        let body = wish.to_string();
        self.broker
            .publish(CANCELLED, body.as_bytes(), BasicProperties::default())
            .await;
    }

    /// What goes wrong, so often (for ever when `None`), at `operation` for references that start so.
    pub fn fault(&self, operation: &str, reference: &str, times: Option<u32>, fault: StubFault) {
        self.bench.faults.add(FaultRule {
            operation: Some(operation.to_owned()),
            reference: Some(reference.to_owned()),
            times,
            ..FaultRule::always(fault)
        });
    }

    /// Every event of an order, in the order it was told.
    pub fn events(&self, order_id: &str) -> Vec<Told> {
        self.broker.look(|told| {
            let own = told.iter().filter(|one| one.order_id() == order_id);
            own.cloned().collect()
        })
    }

    /// The kinds of an order's events, without `shipment.`.
    pub fn story(&self, order_id: &str) -> Vec<String> {
        let events = self.events(order_id);
        let kinds = events.iter().map(|told| told.kind());
        kinds
            .map(|kind| kind.trim_start_matches("shipment.").to_owned())
            .collect()
    }

    /// How each order ended last: `booked`, `rejected`, `cancelled` or `parked`.
    pub fn ends(&self) -> HashMap<String, String> {
        let is_end = |kind: &str| ["booked", "rejected", "cancelled", "parked"].contains(&kind);
        self.broker.look(|told| {
            let kinds = told.iter().filter_map(|one| {
                let kind = one.kind().strip_prefix("shipment.")?;
                is_end(kind).then(|| (one.order_id().to_owned(), kind.to_owned()))
            });
            kinds.collect()
        })
    }

    /// Waits until so many orders have ended.
    pub async fn all_end(&self, orders: usize) -> HashMap<String, String> {
        self.wait_until(&format!("the end of {orders} orders"), async || {
            self.ends().len() >= orders
        })
        .await;
        self.ends()
    }

    /// Waits until an order's last event is of this kind.
    pub async fn told(&self, order_id: &str, kind: &str) -> Told {
        self.wait_until(&format!("{kind} of {order_id}"), async || {
            self.story(order_id).last().is_some_and(|last| last == kind)
        })
        .await;
        self.events(order_id).pop().expect("it was told")
    }

    /// Waits until an order's story holds an event of this kind. Wishes and orders come by two queues:
    /// what was published before a cancellation may be told after it.
    pub async fn has_told(&self, order_id: &str, kind: &str) {
        self.wait_until(&format!("{kind} of {order_id}"), async || {
            self.story(order_id).iter().any(|told| told == kind)
        })
        .await;
    }

    /// Waits until so many messages have been put aside.
    pub async fn buried(&self, count: usize) {
        let queue = &self.broker.names.dead_queue;
        self.wait_until(&format!("{count} dead messages"), async || {
            usize::try_from(self.broker.count(queue).await).is_ok_and(|there| there >= count)
        })
        .await;
    }

    /// The same, and takes them off the dead queue.
    pub async fn dead(&self, count: usize) -> Vec<Dead> {
        self.buried(count).await;
        self.broker.dead().await
    }

    /// The order's state, as `orders show` says it; empty when the ledger does not know it.
    pub fn state(&self, order_id: &str) -> String {
        let (code, said) = self.run(&["orders", "show", &format!("fr/{order_id}"), "--json"]);
        let shown: Value = serde_json::from_str(&said).unwrap_or_default();
        let state = shown["order"]["state"].as_str().unwrap_or_default();
        assert!(code == 1 || !state.is_empty(), "{said}");
        state.to_owned()
    }

    /// The bookings the carriers accepted under an order's references.
    pub fn bookings(&self, order_id: &str) -> Vec<StubBooking> {
        let all = self.bench.ledger.bookings();
        let own = |booking: &StubBooking| promises::order_of(booking) == order_id;
        all.into_iter().filter(own).collect()
    }

    /// Waits for a condition; a disappointment shows what happened so far.
    pub async fn wait_until(&self, what: &str, condition: impl AsyncFnMut() -> bool) {
        let came = comes(condition).await;
        assert!(came, "waited in vain for {what}\n{}", self.plight());
    }

    /// What a person wants to see when a test fails.
    fn plight(&self) -> String {
        format!("ends: {:?}\nlog:\n{}", self.ends(), self.log_tail())
    }

    /// The last words of the workers.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let tail: Vec<&str> = log.lines().rev().take(40).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        tail.join("\n")
    }

    /// Stops a worker that still runs, and checks what must always hold.
    pub async fn finish(mut self) {
        self.finished = true;
        if self.worker.is_some() {
            assert_eq!(self.sigterm().await, Some(0), "a drain is a good end");
        }
        self.broker.hear_out().await;
        promises::check(&self).await;
        self.broker.delete().await;
    }

    /// A path in the test's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        Path::join(self.folder.path(), name)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        assert!(self.finished || std::thread::panicking(), "call finish");
    }
}
