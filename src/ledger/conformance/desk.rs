//! A desk to work at: an open ledger, a clock with hands, and the events in short.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use carrier_sdk::{Label, LabelFormat, WhoActs};
use jiff::Timestamp;
use serde_json::Value;

use super::Store;
use crate::events::Teller;
use crate::ledger::{Change, Clock, Due, Kept, Ledger, LedgerError, Recorded, Resumption, Rules};
use crate::life::{
    Abilities, Answered, Candidate, Claim, Event, LabelRef, Line, Numbers, Outcome, ParcelNumbers,
    Plan, Policy, Reason, Received, VoidOutcome, Voided,
};
use crate::order::{Key, Order, sample};
use crate::outbox::OutboxRow;

pub const LEASE: Duration = Duration::from_secs(120);
const DAY: Duration = Duration::from_secs(86_400);

/// An open ledger and its clock.
pub struct Desk {
    pub ledger: Arc<dyn Ledger>,
    hands: Arc<Mutex<Timestamp>>,
    print: bool,
}

impl Desk {
    pub async fn open(store: &dyn Store) -> Self {
        Self::at(
            store,
            "2026-11-23T09:00:00Z".parse().expect("a time"),
            false,
        )
        .await
    }

    pub async fn with_a_print_folder(store: &dyn Store) -> Self {
        Self::at(store, "2026-11-23T09:00:00Z".parse().expect("a time"), true).await
    }

    /// Another process at the same ledger, at the same time of day.
    pub async fn beside(&self, store: &dyn Store) -> Self {
        Self::at(store, self.now(), self.print).await
    }

    async fn at(store: &dyn Store, now: Timestamp, print: bool) -> Self {
        let hands = Arc::new(Mutex::new(now));
        let ledger = store.open(rules(&hands, print)).await;
        Self {
            ledger,
            hands,
            print,
        }
    }

    pub fn now(&self) -> Timestamp {
        *self.hands.lock().expect("the clock")
    }

    pub fn pass(&self, time: Duration) {
        let mut hands = self.hands.lock().expect("the clock");
        *hands = hands.checked_add(time).expect("a time");
    }

    pub async fn all(&self, changes: Vec<Change>) -> Vec<Result<Recorded, LedgerError>> {
        self.ledger.record(changes).await
    }

    pub async fn one(&self, change: Change) -> Recorded {
        let mut recorded = self.all(vec![change]).await;
        assert_eq!(recorded.len(), 1);
        recorded.remove(0).expect("kept")
    }

    pub async fn receive(&self, id: &str) -> Key {
        let order = order(id);
        self.one(received(&order, self.now())).await;
        order.key
    }

    pub async fn claim(&self, key: &Key) -> Recorded {
        self.one(claim(key, self.now())).await
    }

    /// Received, claimed and booked under this number.
    pub async fn book(&self, id: &str, number: &str) -> Key {
        let key = self.receive(id).await;
        let claimed = self.claim(&key).await;
        self.one(booked(&key, claimed.life.fence, number)).await;
        key
    }

    /// What is kept of an order.
    pub async fn order(&self, key: &Key) -> Due {
        let kept = self.ledger.order(key).await;
        kept.expect("read").expect("an order")
    }

    pub async fn has_label(&self, id: &str) -> bool {
        self.ledger.label(id).await.expect("read").is_some()
    }

    pub async fn unsent(&self) -> Vec<OutboxRow> {
        self.ledger.unsent(1000).await.expect("events")
    }

    /// Everything there is to tell, told: type and body in order.
    pub async fn tell_all(&self) -> Vec<(String, Value)> {
        let mut told = Vec::new();
        loop {
            let rows = self.unsent().await;
            if rows.is_empty() {
                return told;
            }
            let ids = rows.iter().map(|row| row.id).collect();
            self.ledger.sent(ids).await.expect("marked");
            for row in rows {
                let body = serde_json::from_slice(&row.body).expect("JSON");
                told.push((row.routing_key, body));
            }
        }
    }

    pub async fn types_told(&self) -> Vec<String> {
        let told = self.tell_all().await.into_iter();
        told.map(|(kind, _)| kind).collect()
    }
}

fn rules(hands: &Arc<Mutex<Timestamp>>, print: bool) -> Rules {
    let shown = Arc::clone(hands);
    let abilities = Abilities {
        find: true,
        void: true,
        ..Abilities::default()
    };
    let policy = Policy {
        margin: Duration::from_secs(900),
        settle: Duration::from_secs(180),
        gap: Duration::from_secs(60),
        first_look: Duration::from_secs(10),
        late_looks: vec![Duration::from_secs(3600), DAY],
        accounts: [("dhl".to_owned(), abilities)].into(),
    };
    Rules {
        policy: Arc::new(policy),
        teller: Teller {
            source: "diligence/test".into(),
            recording: true,
            public_url: None,
        },
        erase_after_days: 30,
        headroom_mib: 1,
        print,
        clock: Clock::new(move || *shown.lock().expect("the clock")),
    }
}

pub fn key(shop: &str, id: &str) -> Key {
    Key {
        shop: shop.into(),
        order_id: id.into(),
        part: 1,
    }
}

pub fn order(id: &str) -> Order {
    let mut order = sample::order();
    order.key = key("fr", id);
    order
}

pub fn received(order: &Order, now: Timestamp) -> Change {
    received_for(order, plan(now, Duration::from_secs(8 * 3600)), now)
}

pub fn received_for(order: &Order, plan: Plan, now: Timestamp) -> Change {
    let event = Event::Received(Received {
        revision: order.revision,
        content: order.content_hash(),
        parcel_ids: order
            .parcels
            .iter()
            .map(|parcel| parcel.id.clone())
            .collect(),
        deliver_by: order.deliver_by,
        deadline: now.checked_add(DAY).expect("a time"),
        plan,
        ignored_fields: Vec::new(),
        differences: Vec::new(),
        came_with: None,
    });
    let kept = Kept {
        order: Some(serde_json::to_string(order).expect("JSON")),
        ..Kept::default()
    };
    change(&order.key, event, kept)
}

pub fn plan(now: Timestamp, until_the_cut_off: Duration) -> Plan {
    let cut_off = now.checked_add(until_the_cut_off).expect("a time");
    let candidate = Candidate {
        account: "dhl".into(),
        carrier: "dhl-express".into(),
        product: "N".into(),
        product_name: "Domestic".into(),
        environment: "test".into(),
        book_by: Some(cut_off),
        hand_over_at: format!("{cut_off}[UTC]"),
        ship_on: "2026-11-23".parse().expect("a day"),
        delivery: cut_off,
        feasible: true,
        reference_max: 35,
        line: Line::Open,
    };
    Plan {
        candidates: vec![candidate],
        unfit: Vec::new(),
    }
}

pub fn claim(key: &Key, now: Timestamp) -> Change {
    claim_as(key, now, false)
}

pub fn claim_as(key: &Key, now: Timestamp, hashed_reference: bool) -> Change {
    let plan = plan(now, Duration::from_secs(8 * 3600));
    let event = Event::Claim(Claim {
        worker: "worker".into(),
        lease: LEASE,
        revision: None,
        later: plan.clone(),
        plan,
        hashed_reference,
        look_first: None,
    });
    change(key, event, Kept::default())
}

pub fn answered(key: &Key, fence: u64, outcome: Outcome) -> Change {
    let event = Event::Answered(Answered {
        n: 1,
        fence,
        outcome,
        again_in: Duration::from_secs(5),
    });
    change(key, event, Kept::default())
}

/// Booked with one number and its label, whose id is `label-` and the number.
pub fn booked(key: &Key, fence: u64, number: &str) -> Change {
    let label = Label {
        format: LabelFormat::Pdf,
        bytes: format!("%PDF-1.4 {number} %%EOF").into(),
    };
    let known = LabelRef {
        id: format!("label-{number}"),
        format: "pdf".into(),
        bytes: label.bytes.len(),
        sha256: String::new(),
    };
    let parcel = ParcelNumbers {
        tracking_number: number.into(),
        label: Some(known.clone()),
    };
    let numbers = Numbers {
        tracking_number: number.into(),
        parcels: vec![parcel],
        ..Numbers::default()
    };
    let mut change = answered(key, fence, Outcome::Booked(numbers));
    change.kept.labels.push((known, 0, label));
    change
}

pub fn voided(key: &Key, fence: u64) -> Change {
    let event = Event::Voided(Voided {
        n: 1,
        fence,
        parcel: 0,
        outcome: VoidOutcome::Voided,
        again_in: Duration::from_secs(5),
    });
    change(key, event, Kept::default())
}

pub fn cancel(key: &Key) -> Change {
    let event = Event::CancelWished {
        reason: Some("ordered twice".into()),
    };
    change(key, event, Kept::default())
}

pub fn reason(code: &str) -> Reason {
    Reason {
        account: "dhl".into(),
        code: code.into(),
        message: "the carrier said so".into(),
        field: None,
        who_acts: WhoActs::Transport,
    }
}

/// A person lets the account work again.
pub fn resumption(since: Option<Timestamp>) -> Resumption {
    Resumption {
        account: "dhl".into(),
        since,
        note: "ana: new password".into(),
    }
}

pub fn change(key: &Key, event: Event, kept: Kept) -> Change {
    Change {
        key: key.clone(),
        event,
        kept,
    }
}
