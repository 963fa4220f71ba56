//! Accounts that cannot be used for a while: refused, paused by a person, full, or not answering.

use std::collections::BTreeMap;

use carrier_sdk::WhoActs;
use carrier_sdk::stub::Mode;

use super::*;
use crate::config::More;
use crate::ledger::{PAUSED_BY_HAND, Pause};
use crate::life::Reason;

impl Workshop {
    fn refuse(&self, carrier: &str, operation: &str, times: u32) {
        self.stage.bench.faults.add(FaultRule {
            carrier: Some(carrier.into()),
            operation: Some(operation.into()),
            times: Some(times),
            ..FaultRule::always(StubFault::Unauthorized)
        });
    }

    async fn pause_by_hand(&self, account: &str) {
        let why = Reason {
            account: account.into(),
            code: PAUSED_BY_HAND.into(),
            message: "ana: the contract is suspended".into(),
            field: None,
            who_acts: WhoActs::Operator,
        };
        let pause = Pause {
            account: account.into(),
            why,
            environment: "test".into(),
        };
        self.ledger.pause(pause).await.expect("kept");
    }

    async fn paused(&self) -> Vec<String> {
        let paused = self.ledger.paused().await.expect("read");
        paused.into_iter().map(|pause| pause.account).collect()
    }

    async fn history(&self, account: &str) -> Vec<String> {
        let notes = self.ledger.account_notes(account).await.expect("read");
        notes.into_iter().map(|note| note.text).collect()
    }

    async fn resting(&self) -> Vec<String> {
        let resting = self.ledger.resting().await.expect("read");
        resting.into_iter().map(|rest| rest.account).collect()
    }

    /// How many bookings each carrier has.
    fn taken(&self) -> BTreeMap<String, usize> {
        let mut taken = BTreeMap::new();
        for booking in self.stage.bench.ledger.bookings() {
            *taken.entry(booking.carrier).or_default() += 1;
        }
        taken
    }
}

async fn in_time<T>(what: &str, waiting: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, waiting).await.expect(what)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_orders_that_come_at_once_an_account_takes_no_more_than_its_daily_limit() {
    let limit = |config: &mut Config| {
        let mut accounts = config.accounts.iter_mut();
        let limited = accounts.find(|account| account.id == "chronopost");
        limited.expect("an account").daily_limit = Some(3);
    };
    let shop = Workshop::with(limit).await;
    let ids: Vec<String> = (1..=10).map(|number| format!("A-{number}")).collect();
    for id in &ids {
        shop.receive(id).await;
    }
    for id in &ids {
        shop.booked(id).await;
    }
    let taken = shop.taken();
    assert_eq!((taken["chronopost"], taken["dhl-express"]), (3, 7));
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_are_tried_by_a_look_up_until_the_account_works_by_itself() {
    let shop = Workshop::open().await;
    shop.refuse("dhl-express", "book", 1);
    shop.refuse("dhl-express", "find", 1);
    shop.receive_for("A-1", "express", Some("dhl")).await;
    let life = shop.booked("A-1").await;
    assert_eq!(life.bookings.len(), 1, "the order itself was not the probe");
    let history = shop.history("dhl").await;
    assert_eq!(history.len(), 2, "{history:?}");
    assert!(history[0].starts_with("paused: dhl: "), "{history:?}");
    assert!(history[1].starts_with("works again: asked by the worker"));
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_no_row_of_the_atlas_lists_is_counted() {
    let shop = Workshop::open().await;
    shop.stage.bench.faults.add(FaultRule {
        times: Some(1),
        ..FaultRule::always(StubFault::Rejected {
            code: "7654321".into(),
            message: "a word that nobody has heard of".into(),
        })
    });
    shop.receive_for("A-1", "express", Some("dhl")).await;
    in_time("it is known", async {
        while matches!(
            shop.life("A-1").await.state,
            State::Waiting | State::Booking
        ) {
            tokio::time::sleep(LOOK).await;
        }
    })
    .await;
    let figure = shop.figure("diligence_unlisted_faults_total{");
    let figure = figure.expect("a figure");
    assert!(
        figure.contains("dhl-express") && figure.ends_with(" 1"),
        "{figure}"
    );
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_early_is_fetched_anew_and_pauses_no_account() {
    let with_tokens = |config: &mut Config| {
        let mut accounts = config.accounts.iter_mut();
        let account = accounts.find(|account| account.id == "dhl");
        let account = account.expect("an account");
        account.carrier = "gls".into();
        account.base_url = account.base_url.replace("/mydhlapi", "");
        account.account_number = "276a1b2c3d".into();
        account.products[0].code = "PARCEL".into();
        account.products.truncate(1);
        let secrets = ["client_id", "client_secret"].map(|name| (name.to_owned(), "us".to_owned()));
        account.more = More::of(secrets.into());
    };
    let shop = Workshop::with(with_tokens).await;
    shop.receive_for("A-1", "express", Some("dhl")).await;
    shop.booked("A-1").await;
    shop.refuse("gls", "book", 1);
    shop.receive_for("A-2", "express", Some("dhl")).await;
    let life = shop.booked("A-2").await;
    assert_eq!(life.bookings.len(), 1, "nothing was in doubt");
    assert_eq!(shop.history("dhl").await, Vec::<String>::new());
    assert_eq!(shop.taken()["gls"], 2);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_paused_no_probe_resumes() {
    let shop = Workshop::open().await;
    shop.pause_by_hand("dhl").await;
    shop.refuse("chronopost", "book", 1);
    shop.receive("A-1").await;
    // Both are looked at in one round: whatever resumed the one has passed the other over.
    shop.booked("A-1").await;
    assert_eq!(shop.history("chronopost").await.len(), 2);
    assert_eq!(shop.paused().await, ["dhl"]);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_whose_breaker_is_open_is_seen_in_the_ledger_until_the_carrier_is_back() {
    let shop = Workshop::open().await;
    shop.receive_for("A-1", "evening", None).await;
    in_time("the breaker opens", async {
        while shop.resting().await != ["dhl-evening"] {
            tokio::time::sleep(LOOK).await;
        }
    })
    .await;
    shop.stage.broken_line.set(Mode::Pass).await.expect("set");
    shop.booked("A-1").await;
    in_time("the breaker closes", async {
        while !shop.resting().await.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    })
    .await;
    shop.end().await;
}
