//! An order's small world: a clock set by hand, carriers with a ledger of their own, trucks every
//! day, and what the bus was told. Every step is checked against the rules that always hold.

use std::collections::BTreeMap;
use std::time::Duration;

use carrier_sdk::WhoActs;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::carriers::Carriers;
use super::rules;
use crate::life::{
    Abilities, Action, Announcement, Booking, Candidate, Claim, Decided, Decision, Event, Life,
    Line, Plan, Policy, Reason, Received, State, Transition, Verdict, later, step,
};
use crate::order::Key;

/// Can be looked up, and absence is proof; fetches labels again, cannot void.
pub const PROOF: &str = "proof";
/// Can be looked up, and voids each parcel; gives its labels once.
pub const VOIDS: &str = "voids";
/// Can only be looked up.
pub const FINDS: &str = "finds";
/// Cannot be asked anything.
pub const MUTE: &str = "mute";

/// How long an action takes at most.
pub const LEASE: u64 = 120;
/// Monday, nine in the morning.
pub const MORNING: &str = "2026-11-23T09:00:00Z";
const FIRST_DAY: Date = date(2026, 11, 23);
const CUT_OFF: i64 = 16 * 3_600 + 1_800;
const DAY: i64 = 86_400;

/// A moment.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

/// What a worker was told to do.
#[derive(Debug, Clone)]
pub struct Errand {
    /// This.
    pub action: Action,
    /// The fence it was told under.
    pub fence: u64,
    /// When its lease ends.
    pub until: Timestamp,
}

/// The world of one order.
pub struct World {
    /// The clock.
    pub now: Timestamp,
    /// Times and abilities.
    pub policy: Policy,
    /// What the ledger has.
    pub life: Option<Life>,
    /// What the bus was told.
    pub told: Vec<Announcement>,
    /// What was really booked.
    pub carriers: Carriers,
    /// Accounts in the order of the route.
    pub route: Vec<&'static str>,
    /// Lines that are not open.
    pub lines: BTreeMap<&'static str, Line>,
    /// The promise; every truck delivers at noon of the day after.
    pub promise: Option<Timestamp>,
    /// Parcels of the order.
    pub parcels: usize,
    /// Accounts that the life machine stopped.
    pub paused: Vec<String>,
    /// When the backup was made that the ledger was restored from.
    pub restored: Option<Timestamp>,
}

impl World {
    /// A quiet Monday morning; these accounts are tried in this order.
    pub fn new(route: &[&'static str]) -> Self {
        Self {
            now: at(MORNING),
            policy: policy(),
            life: None,
            told: Vec::new(),
            carriers: Carriers::default(),
            route: route.to_vec(),
            lines: BTreeMap::new(),
            promise: None,
            parcels: 1,
            paused: Vec::new(),
            restored: None,
        }
    }

    /// The same, with the order taken.
    pub fn with_order(route: &[&'static str]) -> Self {
        let mut world = Self::new(route);
        world.receive(1, "first");
        world
    }

    /// What cannot be settled with this account is booked anew.
    pub fn rebooks(&mut self, account: &str) {
        self.policy
            .accounts
            .get_mut(account)
            .expect("an account")
            .rebook_in_doubt = true;
    }

    /// Lets something happen, checks the rules, and keeps what follows.
    pub fn happens(&mut self, event: Event) -> Transition {
        let transition = step(
            &key(),
            self.life.clone(),
            event.clone(),
            self.now,
            &self.policy,
        );
        rules::check(self.life.as_ref(), &transition, &self.told, &self.carriers);
        rules::what_was_heard_is_known(&event, &transition);
        self.told.extend(transition.announcements.iter().cloned());
        self.paused
            .extend(transition.pause.iter().map(|(account, _)| account.clone()));
        self.life = Some(transition.life.clone());
        transition
    }

    /// A paid order or a revision arrives.
    pub fn receive(&mut self, revision: u32, content: &str) -> Verdict {
        let deadline = self
            .promise
            .unwrap_or_else(|| later(self.now, Duration::from_secs(86_400)));
        let received = Received {
            revision,
            content: content.to_owned(),
            parcel_ids: (1..=self.parcels).map(|id| id.to_string()).collect(),
            deliver_by: self.promise,
            deadline,
            plan: self.plan(self.now),
            ignored_fields: Vec::new(),
            differences: vec!["$.recipient".into()],
            came_with: None,
        };
        self.happens(Event::Received(received)).verdict
    }

    /// `order.cancelled` arrives.
    pub fn cancel(&mut self) -> Verdict {
        self.happens(Event::CancelWished {
            reason: Some("changed mind".into()),
        })
        .verdict
    }

    /// A person decides.
    pub fn decide(&mut self, decision: Decision) -> Verdict {
        let decided = Decided {
            decision,
            actor: "ada".into(),
            reason: "looked it up".into(),
        };
        self.happens(Event::Decided(decided)).verdict
    }

    /// Time passes.
    pub fn pass(&mut self, seconds: u64) {
        self.now = later(self.now, Duration::from_secs(seconds));
    }

    /// A worker asks what to do now.
    pub fn claim(&mut self) -> Option<Errand> {
        self.claim_having_read(self.life().revision)
    }

    /// The same from a worker that read the order at this revision.
    pub fn claim_having_read(&mut self, revision: u32) -> Option<Errand> {
        let plan = self.plan(self.now);
        let missed = plan
            .candidates
            .iter()
            .filter_map(|candidate| candidate.book_by)
            .max();
        let missed = missed.map_or(self.now, |last| last.max(self.now));
        let claim = Claim {
            worker: "one".into(),
            lease: Duration::from_secs(LEASE),
            revision: Some(revision),
            plan,
            later: self.plan(later(missed, Duration::from_secs(1))),
            hashed_reference: false,
            look_first: self.restored,
        };
        let transition = self.happens(Event::Claim(claim));
        let running = transition.life.running.as_ref()?;
        let action = transition.action?;
        if let Action::Book { n } = action {
            let made_from = transition.life.booking(n).map(|booking| booking.revision);
            assert_eq!(made_from, Some(revision), "an old content is booked");
        }
        Some(Errand {
            action,
            fence: transition.life.fence,
            until: running.until,
        })
    }

    /// Waits until the order is due, and asks then.
    pub fn claim_when_due(&mut self) -> Option<Errand> {
        self.now = self
            .now
            .max(self.life().due_at().expect("the order is due some time"));
        self.claim()
    }

    /// Claims when due until there is something to do.
    pub fn next_errand(&mut self) -> Errand {
        for _ in 0..20 {
            if let Some(errand) = self.claim_when_due() {
                return errand;
            }
        }
        panic!("nothing to do in state {:?}", self.state());
    }

    /// The order's life.
    pub fn life(&self) -> &Life {
        self.life.as_ref().expect("the order is known")
    }

    /// Its state.
    pub fn state(&self) -> State {
        self.life().state
    }

    /// Its booking `n`.
    pub fn booking(&self, n: u32) -> &Booking {
        self.life().booking(n).expect("a booking")
    }

    /// Why it is parked.
    pub fn parked_for(&self) -> &str {
        self.life()
            .park
            .as_ref()
            .map_or("not parked", |park| &park.why.code)
    }

    /// The types of what was told, in order, without `shipment.`.
    pub fn kinds(&self) -> Vec<&'static str> {
        let kinds = self.told.iter().map(Announcement::kind);
        kinds
            .map(|kind| kind.trim_start_matches("shipment."))
            .collect()
    }

    /// How the order could be booked at this time.
    pub fn plan(&self, now: Timestamp) -> Plan {
        let today = now.as_second().div_euclid(DAY);
        let day = if now.as_second().rem_euclid(DAY) <= CUT_OFF {
            today
        } else {
            today + 1
        };
        let moment = |second: i64| Timestamp::from_second(second).expect("a moment");
        let first_day = at(MORNING).as_second().div_euclid(DAY);
        let ship_on = FIRST_DAY
            .checked_add(jiff::Span::new().days(day - first_day))
            .expect("a day");
        let delivery = moment((day + 1) * DAY + 12 * 3_600);
        let candidate = |account: &&'static str| Candidate {
            account: (*account).to_owned(),
            carrier: (*account).to_owned(),
            product: "X".into(),
            product_name: "Express".into(),
            environment: "test".into(),
            book_by: Some(moment(day * DAY + CUT_OFF)),
            hand_over_at: moment(day * DAY + CUT_OFF + 1_800).to_string(),
            ship_on,
            delivery,
            feasible: self.promise.is_none_or(|promise| delivery <= promise),
            reference_max: 35,
            line: self.lines.get(account).copied().unwrap_or_default(),
        };
        Plan {
            candidates: self.route.iter().map(candidate).collect(),
            unfit: Vec::new(),
        }
    }
}

/// Delay that every answer asks for before another try.
pub const AGAIN: Duration = Duration::from_secs(10);

/// The key of the order.
pub fn key() -> Key {
    Key {
        shop: "fr".into(),
        order_id: "FR-1".into(),
        part: 1,
    }
}

/// A reason of this code.
pub fn reason(account: &str, code: &str) -> Reason {
    Reason {
        account: account.into(),
        code: code.into(),
        message: "said so".into(),
        field: None,
        who_acts: WhoActs::Shop,
    }
}

fn policy() -> Policy {
    let seconds = Duration::from_secs;
    let finds = Abilities {
        find: true,
        ..Abilities::default()
    };
    let accounts = [
        (
            PROOF,
            Abilities {
                absence_is_proof: Some(seconds(30)),
                relabel: true,
                ..finds
            },
        ),
        (
            VOIDS,
            Abilities {
                void: true,
                void_per_parcel: true,
                ..finds
            },
        ),
        (FINDS, finds),
        (MUTE, Abilities::default()),
    ];
    Policy {
        margin: seconds(900),
        settle: seconds(180),
        gap: seconds(60),
        first_look: seconds(5),
        late_looks: vec![seconds(3_600), seconds(86_400)],
        accounts: accounts
            .map(|(name, abilities)| (name.to_owned(), abilities))
            .into(),
    }
}
