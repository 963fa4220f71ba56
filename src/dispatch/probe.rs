//! The way back for an account whose credentials were refused: asked now and then, one account at a
//! time, whether the carrier accepts them again. What a person paused is left alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::{info, warn};

use super::{Dispatch, LOOK_AGAIN};
use crate::accounts::Found;
use crate::ledger::{Paused, Resumption};
use crate::retry::RetryPolicy;

/// The longest delay between two probes of an account.
const LONGEST: Duration = Duration::from_secs(3_600);

/// When an account is asked next.
struct Appointment {
    /// Since when it is paused: another pause begins anew.
    since: Timestamp,
    asked: u32,
    next: Instant,
}

impl Dispatch {
    /// Probes until it is asked to stop; at once to the end when that is switched off.
    pub(super) async fn probe_paused(self: Arc<Self>) {
        let Some(first) = self.parts.probe_after else {
            return;
        };
        let delays = RetryPolicy {
            first,
            max: LONGEST.max(first),
        };
        let mut appointments = BTreeMap::new();
        let stop = &self.parts.stop;
        while !stop.is_cancelled() {
            let round = self.probe_those_due(&mut appointments, &delays);
            stop.run_until_cancelled(round).await;
            stop.run_until_cancelled(tokio::time::sleep(LOOK_AGAIN))
                .await;
        }
    }

    async fn probe_those_due(
        &self,
        appointments: &mut BTreeMap<String, Appointment>,
        delays: &RetryPolicy,
    ) {
        // What the ledger cannot say now it is asked again in a moment.
        let mut paused = self.parts.ledger.paused().await.unwrap_or_default();
        paused.retain(|pause| !pause.by_hand());
        appointments.retain(|account, kept| {
            let same = |pause: &Paused| pause.account == *account && pause.since == kept.since;
            paused.iter().any(same)
        });
        for pause in &paused {
            let now = Instant::now();
            let kept = appointments.entry(pause.account.clone());
            let kept = kept.or_insert_with(|| Appointment {
                since: pause.since,
                asked: 0,
                next: now + delays.delay(1, None),
            });
            if kept.next > now {
                continue;
            }
            kept.asked = kept.asked.saturating_add(1);
            self.probe(pause).await;
            kept.next = Instant::now() + delays.delay(kept.asked.saturating_add(1), None);
        }
    }

    async fn probe(&self, pause: &Paused) {
        let id = &pause.account;
        let Some(account) = self.parts.accounts.get(id) else {
            return;
        };
        let Some(question) = account.question() else {
            return;
        };
        match account.probe(&self.parts.http, &question).await {
            Found::Works => self.resume(pause).await,
            Found::Refused(_) => warn!(
                account = id,
                "it stays paused: the carrier refuses its credentials"
            ),
            Found::NoAnswer(why) => info!(
                account = id,
                "it stays paused, the carrier could not be asked: {why}"
            ),
        }
    }

    async fn resume(&self, pause: &Paused) {
        let id = &pause.account;
        let resumption = Resumption {
            account: id.clone(),
            since: Some(pause.since),
            note: "asked by the worker, the carrier accepts its credentials".to_owned(),
        };
        match self.parts.ledger.resume(resumption).await {
            Ok(true) => {
                info!(
                    account = id,
                    "it works again: the carrier accepts its credentials"
                );
                self.parts.wake.notify_one();
                self.parts.told.notify_one();
            }
            Ok(false) => {}
            Err(problem) => warn!(
                account = id,
                "the ledger does not take that it works again: {problem}"
            ),
        }
    }
}
