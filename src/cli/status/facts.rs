//! What `status` knows of a gateway at one moment: plain values. Gathered in `gather.rs`, judged in
//! `alarms.rs`, shown in `screen.rs`. Free of personal data.

use std::time::Duration;

use carrier_sdk::WhoActs;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::bus::rabbitmq::Depths;
use crate::config::Config;
use crate::ledger::Gauges;

/// Everything that is known.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When it was asked, by the clock of this machine.
    pub now: Timestamp,
    /// From when on something is too old, or too near.
    pub limits: Limits,
    /// The broker.
    pub bus: Bus,
    /// The ledger.
    pub ledger: Ledger,
    /// The contracts.
    pub accounts: Vec<Account>,
    /// The print folder, if there is one.
    pub print_folder: Option<String>,
}

/// From when on something is too old, or too near.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Before a cut-off: from then on every order without a label counts.
    pub near: Duration,
    /// Before a cut-off: the next account is taken.
    pub margin: Duration,
    /// A doubt that a carrier's answers would have settled by then.
    pub doubt: Duration,
    /// An event or a label that should have left long ago.
    pub untold: Duration,
    /// A carrier that does not answer.
    pub resting: Duration,
    /// A worker that gives no sign.
    pub silence: Duration,
    /// Before a contract ends, in days.
    pub contract_days: i32,
    /// Whether refused credentials are tried again by themselves.
    pub probed: bool,
}

impl Limits {
    /// What follows from the configured times.
    pub fn of(config: &Config) -> Self {
        let dispatch = &config.dispatch;
        let margin = Duration::from_secs(dispatch.margin_s);
        let settled = dispatch.lease_s + dispatch.settle_s + 2 * dispatch.absent_gap_s;
        Self {
            near: margin * 2,
            margin,
            doubt: Duration::from_secs(settled) + Duration::from_millis(dispatch.retry_max_ms),
            untold: Duration::from_secs(60),
            resting: Duration::from_secs(600),
            silence: crate::heartbeat::SILENCE,
            contract_days: 14,
            probed: dispatch.probe_s > 0,
        }
    }
}

/// The broker, as it was found.
#[derive(Debug, Clone)]
pub enum Bus {
    /// None is configured: orders come from files.
    None,
    /// It cannot be asked; why.
    Trouble(String),
    /// What it counts, with the names of our queues.
    Known {
        /// The counts.
        depths: Depths,
        /// The queue that orders come in by.
        orders_queue: String,
        /// The queue of what nobody could read.
        dead_queue: String,
    },
}

/// The ledger, as it was found.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// What kind it is.
    pub kind: &'static str,
    /// Where it is.
    pub place: String,
    /// A command of the system that shows more of the place.
    pub look: String,
    /// Whether there is none yet.
    pub missing: bool,
    /// Free MiB around it (none: a server's own matter), or why there is too little.
    pub room: Result<Option<u64>, String>,
    /// Whether somebody could write to it now, or why not.
    pub writable: Result<(), String>,
    /// Whether a worker has the role of a file; none: the workers' signs must tell.
    pub has_worker: Option<bool>,
    /// What stands in it, or why it cannot be read.
    pub books: Result<Box<Books>, String>,
}

/// What stands in the ledger.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Its figures.
    pub gauges: Gauges,
    /// Workers, the latest sign first.
    pub workers: Vec<crate::ledger::Worker>,
    /// Orders that wait for a person, the most urgent first.
    pub parked: Vec<Parked>,
    /// The order that has waited longest to be booked.
    pub waiting: Option<Waiting>,
    /// Since when an order is late that is not booked yet.
    pub late_since: Option<Timestamp>,
    /// The cut-offs to come.
    pub cut_offs: Vec<CutOff>,
}

/// An order that waits for a person.
#[derive(Debug, Clone)]
pub struct Parked {
    /// Who can act.
    pub who_acts: WhoActs,
    /// Since when.
    pub since: Timestamp,
    /// When a decision still catches a truck.
    pub decide_by: Option<Timestamp>,
}

/// An order that waits to be booked.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// Its key.
    pub order: String,
    /// When it came.
    pub since: Timestamp,
    /// When it is tried.
    pub next_try: Option<Timestamp>,
}

/// A cut-off to come.
#[derive(Debug, Clone, Serialize)]
pub struct CutOff {
    /// Where the truck comes.
    pub site: String,
    /// When.
    pub at: Timestamp,
    /// The same by the clock on the site's wall.
    pub local: String,
    /// Whose parcels it takes.
    pub accounts: Vec<String>,
    /// Orders without a label that must have one by then, but not by the cut-off before.
    pub open: u64,
}

/// A contract.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// Its id.
    pub account: String,
    /// `test` or `live`.
    pub environment: &'static str,
    /// Whether its carrier can be asked if it accepts the credentials.
    pub can_be_asked: bool,
    /// Whether it can be used.
    pub line: Line,
    /// Bookings since midnight; none: not known.
    pub booked_today: Option<u64>,
    /// The most it takes on a day.
    pub daily_limit: Option<u32>,
    /// First day of the contract.
    pub valid_from: Option<Date>,
    /// Last day of the contract.
    pub valid_to: Option<Date>,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Line {
    /// The ledger cannot say.
    Unknown,
    /// It can, as far as is known.
    Open,
    /// Its carrier does not answer.
    Resting {
        /// Since when.
        since: Timestamp,
        /// When it is asked again.
        until: Timestamp,
    },
    /// It may not be used.
    Paused {
        /// Since when.
        since: Timestamp,
        /// Why, in plain words.
        why: String,
        /// Whether a person said so.
        by_hand: bool,
    },
}

impl Account {
    /// Whether it has taken all that it takes today.
    pub fn is_full(&self) -> bool {
        let limit = self.daily_limit.map(u64::from);
        limit.is_some_and(|limit| self.booked_today.is_some_and(|booked| booked >= limit))
    }
}

/// The time between two moments as people say it.
pub fn span(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Whether so much time has passed since.
pub fn is_past(since: Timestamp, age: Duration, now: Timestamp) -> bool {
    crate::life::later(since, age) <= now
}
