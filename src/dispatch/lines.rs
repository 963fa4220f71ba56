//! Which accounts can be used now: paused ones from the ledger, resting ones from the breakers, full
//! ones from what they took today. What the breakers say is told to the ledger, for everybody to see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tracing::warn;

use super::Parts;
use super::limits::{Limits, Place};
use crate::accounts::Accounts;
use crate::carrier_http::{CarrierHttp, LaneView};
use crate::ledger::Ledger;
use crate::life::{self, Line, Plan};

/// A pause of a breaker that moved by less was told already.
const SAME: Duration = Duration::from_secs(1);

/// What is known of the accounts' lines.
pub struct Lines {
    paused: RwLock<BTreeSet<String>>,
    limits: Limits,
    /// Until when the ledger believes that lines rest.
    told: Mutex<BTreeMap<String, Timestamp>>,
}

impl Lines {
    /// Nothing is known yet of these accounts.
    pub fn to(accounts: &Accounts) -> Self {
        Self {
            paused: RwLock::default(),
            limits: Limits::of(accounts),
            told: Mutex::default(),
        }
    }

    /// Reads anew what the ledger knows: a person or another worker may have changed it.
    pub async fn refresh(&self, parts: &Parts) {
        let now = parts.ledger.now();
        let ledger = parts.ledger.as_ref();
        self.read_paused(ledger).await;
        self.limits
            .recount(ledger, parts.routes.midnight(now))
            .await;
        for (account, _) in parts.accounts.iter() {
            self.tell_rest(account, parts, now).await;
        }
    }

    async fn read_paused(&self, ledger: &dyn Ledger) {
        match ledger.paused().await {
            Ok(paused) => {
                let names = paused.into_iter().map(|paused| paused.account).collect();
                *self.paused.write().unwrap_or_else(PoisonError::into_inner) = names;
            }
            Err(problem) => warn!("the ledger cannot say which accounts are paused: {problem}"),
        }
    }

    /// Tells the ledger when a breaker opens, waits longer, or closes.
    async fn tell_rest(&self, account: &str, parts: &Parts, now: Timestamp) {
        let until = match parts.http.breaker(account).map(|view| view.booking) {
            Some(LaneView::Paused(wait)) if !wait.is_zero() => Some(life::later(now, wait)),
            // About to be asked again: until that is answered, it is as it was.
            Some(LaneView::Paused(_) | LaneView::Probing) => return,
            Some(LaneView::Flowing) | None => None,
        };
        let told = self.told().get(account).copied();
        let is_news = match (told, until) {
            (None, None) => false,
            (Some(told), Some(until)) => until > life::later(told, SAME),
            _ => true,
        };
        if !is_news {
            return;
        }
        match parts.ledger.rest(account, &parts.worker, until).await {
            Ok(()) => {
                let mut told = self.told();
                match until {
                    Some(until) => told.insert(account.to_owned(), until),
                    None => told.remove(account),
                };
            }
            Err(problem) => warn!(account, "the ledger does not take how it stands: {problem}"),
        }
    }

    /// Pauses an account before the ledger says so.
    pub fn pause(&self, account: &str) {
        self.paused
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.to_owned());
    }

    /// A place for one booking with the account; none when it takes no more today.
    pub fn place(&self, account: &str) -> Option<Place<'_>> {
        self.limits.place(account)
    }

    /// The plan with the state of each account's line drawn on it, for whoever holds this place.
    pub fn drawn_on(
        &self,
        mut plan: Plan,
        http: &CarrierHttp,
        now: Timestamp,
        place: Option<&Place<'_>>,
    ) -> Plan {
        let paused = self.paused.read().unwrap_or_else(PoisonError::into_inner);
        for candidate in &mut plan.candidates {
            let account = candidate.account.as_str();
            let held = place.is_some_and(|place| place.account() == account);
            candidate.line = if paused.contains(account) {
                Line::Paused
            } else if !held && self.limits.is_full(account) {
                Line::Full
            } else {
                resting(http, account, now)
            };
        }
        plan
    }

    fn told(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Timestamp>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn resting(http: &CarrierHttp, account: &str, now: Timestamp) -> Line {
    match http.breaker(account).map(|view| view.booking) {
        Some(LaneView::Paused(wait)) if !wait.is_zero() => Line::Resting(life::later(now, wait)),
        _ => Line::Open,
    }
}
