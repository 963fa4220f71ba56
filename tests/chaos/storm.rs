//! What goes wrong, when, and for how long: drawn from the seed.

use std::net::SocketAddr;
use std::time::Duration;

use carrier_sdk::stub::{FaultRule, Mode, Proxy, StubFault};
use tokio::time::{Instant, sleep};

use super::broker::Broker;
use super::cluster::Cluster;
use super::nodes::Nodes;
use super::place::Kind;
use super::process::Process;
use super::shop::{Books, Shop};
use super::world::World;

const WORKERS: usize = 3;
const LEASE_S: u64 = 5;
/// Orders a second, on average.
const ORDERS_A_SECOND: u64 = 8;

/// How often each thing went wrong.
#[derive(Debug, Default)]
pub struct Wrongs {
    pub kills: usize,
    pub freezes: usize,
    pub starts_without_a_ledger: usize,
    pub carrier_faults: usize,
    pub cut_lines: usize,
    pub broker_deaths: usize,
    pub broker_alarms: usize,
    pub database_deaths: usize,
}

/// All that the storm rages about.
pub struct Storm {
    random: fastrand::Rng,
    workers: Vec<Process>,
    shop: Shop,
    world: World,
    lines: Vec<Proxy>,
    database: Cluster,
    nodes: Nodes,
    wrongs: Wrongs,
}

/// What is left of the day.
pub struct Day {
    pub world: World,
    pub books: Books,
    pub wrongs: Wrongs,
    // Until the reckoning is over.
    pub _database: Cluster,
    pub _nodes: Nodes,
    pub _workers: Vec<Process>,
    pub _lines: Vec<Proxy>,
}

impl Storm {
    pub async fn gather(seed: u64, nodes: usize) -> Self {
        let nodes = Nodes::start(nodes);
        let database = Cluster::start();
        let broker = Broker::at(&nodes.urls()[0]).await;
        let mut world = World::at(broker, Kind::File).await;
        world.of_many();
        let mut lines = Vec::new();
        world.setup.ledger_url = behind(&database.url, &mut lines).await;
        let mut urls = Vec::new();
        for url in nodes.urls() {
            urls.push(behind(url, &mut lines).await);
        }
        world.setup.broker_url = urls.join(",");
        let carriers = Proxy::start(world.stubs.address()).await.expect("a port");
        for account in &mut world.setup.accounts {
            account.address = carriers.addr();
        }
        lines.push(carriers);
        (world.setup.timeout_s, world.setup.lease_s) = (2, LEASE_S);
        world.setup.when_in_doubt = if seed.is_multiple_of(2) {
            "park"
        } else {
            "rebook"
        };
        world.setup.probe_s = 2;
        let shop = Shop::new(nodes.urls(), &world.broker.names.orders, seed);
        let workers = (0..WORKERS).map(|_| world.start_another()).collect();
        Self {
            random: fastrand::Rng::with_seed(seed),
            workers,
            shop,
            world,
            lines,
            database,
            nodes,
            wrongs: Wrongs::default(),
        }
    }

    /// Orders come all the time, and something goes wrong every second.
    pub async fn rage(&mut self, lasts: Duration) {
        let end = Instant::now() + lasts;
        while Instant::now() < end {
            for _ in 0..self.random.u64(1..2 * ORDERS_A_SECOND) {
                self.shop.sell().await;
            }
            self.something_goes_wrong().await;
            self.supervise();
            sleep(Duration::from_millis(self.random.u64(100..900))).await;
        }
    }

    async fn something_goes_wrong(&mut self) {
        match self.random.u8(..100) {
            0..20 => self.a_worker_dies(),
            20..28 => self.a_worker_freezes().await,
            28..58 => self.a_carrier_errs(),
            58..88 => self.a_line_is_cut().await,
            88..92 => self.the_database_dies(),
            92..95 => self.the_broker_has_no_memory().await,
            95..98 => self.a_broker_node_dies(),
            _ => self.a_broker_node_freezes().await,
        }
    }

    fn a_worker_dies(&mut self) {
        let chosen = self.random.usize(..self.workers.len());
        self.workers.swap_remove(chosen).kill_9();
        self.workers.push(self.world.start_another());
        self.wrongs.kills += 1;
    }

    /// As systemd would: a worker that finds no ledger when it starts says so and ends.
    fn supervise(&mut self) {
        for worker in &mut self.workers {
            if worker.has_ended() {
                *worker = self.world.start_another();
                self.wrongs.starts_without_a_ledger += 1;
            }
        }
    }

    async fn a_worker_freezes(&mut self) {
        let chosen = self.random.usize(..self.workers.len());
        self.workers[chosen].freeze();
        let beyond = Duration::from_millis(LEASE_S * 1_000 + self.random.u64(..3_000));
        sleep(beyond).await;
        self.workers[chosen].wake();
        self.wrongs.freezes += 1;
    }

    /// For some of the requests, until the next time.
    fn a_carrier_errs(&mut self) {
        let faults = [
            StubFault::AcceptThenBroken,
            StubFault::AcceptThenHang { ms: 3_000 },
            StubFault::AcceptThenTruncate,
            StubFault::AcceptThenEmpty,
            StubFault::AcceptThenHtml,
            StubFault::AcceptThenRedirect,
            StubFault::Busy {
                retry_after_s: Some(1),
            },
            StubFault::Down,
            StubFault::Broken,
            StubFault::NoLabel,
            StubFault::BrokenLabel,
            StubFault::Unauthorized,
            StubFault::Slow { ms: 800 },
            StubFault::LookupLag { ms: 1_500 },
            StubFault::Deep,
        ];
        let bench = &self.world.bench;
        bench.faults.clear();
        for _ in 0..self.random.usize(1..4) {
            let fault = self.random.choice(faults.iter()).expect("one").clone();
            bench.faults.add(FaultRule {
                share: Some(0.05 + self.random.f64() * 0.4),
                ..FaultRule::always(fault)
            });
        }
        self.wrongs.carrier_faults += 1;
    }

    async fn a_line_is_cut(&mut self) {
        let modes = [
            Mode::Refuse,
            Mode::Reset,
            Mode::ResetAfterRequest,
            Mode::Blackhole,
            Mode::ForwardThenBlackhole,
            Mode::Drip {
                bytes: 64,
                every: Duration::from_millis(20),
            },
            Mode::CutAfter { bytes: 700 },
        ];
        let line = self.random.usize(..self.lines.len());
        let mode = *self.random.choice(modes.iter()).expect("one");
        self.lines[line].set(mode).await.expect("the port");
        sleep(Duration::from_millis(self.random.u64(200..3_000))).await;
        self.lines[line].set(Mode::Pass).await.expect("the port");
        self.wrongs.cut_lines += 1;
    }

    fn the_database_dies(&mut self) {
        self.database.kill();
        self.database.start_again();
        self.wrongs.database_deaths += 1;
    }

    async fn the_broker_has_no_memory(&mut self) {
        self.nodes.alarm(true);
        sleep(Duration::from_secs(2)).await;
        self.nodes.alarm(false);
        self.wrongs.broker_alarms += 1;
    }

    /// The one that leads the orders queue.
    fn a_broker_node_dies(&mut self) {
        let leader = self.nodes.leader_of(&self.world.broker.names.orders_queue);
        if self.random.bool() {
            self.nodes.kill(leader);
        } else {
            self.nodes.restart(leader);
        }
        self.wrongs.broker_deaths += 1;
    }

    async fn a_broker_node_freezes(&mut self) {
        let leader = self.nodes.leader_of(&self.world.broker.names.orders_queue);
        self.nodes.freeze(leader, true);
        sleep(Duration::from_secs(4)).await;
        self.nodes.freeze(leader, false);
        self.wrongs.broker_deaths += 1;
    }

    /// Nothing goes wrong any more; until every order has ended.
    pub async fn calm_down(mut self) -> Day {
        self.world.bench.faults.clear();
        for line in &self.lines {
            line.set(Mode::Pass).await.expect("the port");
        }
        self.supervise();
        let url = &self.nodes.urls()[0];
        self.world.broker.connect_again(url).await;
        self.world.broker.listen().await;
        Day {
            world: self.world,
            books: self.shop.books,
            wrongs: self.wrongs,
            _database: self.database,
            _nodes: self.nodes,
            _workers: self.workers,
            _lines: self.lines,
        }
    }
}

/// The same URL through a line that can be cut.
async fn behind(url: &str, lines: &mut Vec<Proxy>) -> String {
    let (_, rest) = url.split_once('@').expect("a URL with a user");
    let (address, _) = rest.split_once('/').expect("a URL with a path");
    let upstream: SocketAddr = address.parse().expect("an address");
    let line = Proxy::start(upstream).await.expect("a port");
    let through = url.replace(address, &line.addr().to_string());
    lines.push(line);
    through
}
