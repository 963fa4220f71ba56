//! Which accounts can be used now: paused ones from the ledger, resting ones from the breakers.

use std::collections::BTreeSet;
use std::sync::RwLock;

use jiff::Timestamp;
use tracing::warn;

use crate::carrier_http::{CarrierHttp, LaneView};
use crate::ledger::Ledger;
use crate::life::{self, Line, Plan};

/// What is known of the accounts' lines.
#[derive(Default)]
pub struct Lines {
    paused: RwLock<BTreeSet<String>>,
}

impl Lines {
    /// Reads anew which accounts are paused: a person or another worker may have changed it.
    pub async fn refresh(&self, ledger: &dyn Ledger) {
        match ledger.paused().await {
            Ok(paused) => {
                let names = paused.into_iter().map(|paused| paused.account).collect();
                *self
                    .paused
                    .write()
                    .unwrap_or_else(std::sync::PoisonError::into_inner) = names;
            }
            Err(problem) => warn!("the ledger cannot say which accounts are paused: {problem}"),
        }
    }

    /// Pauses an account before the ledger says so.
    pub fn pause(&self, account: &str) {
        self.paused
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(account.to_owned());
    }

    /// The plan with the state of each account's line drawn on it.
    pub fn drawn_on(&self, mut plan: Plan, http: &CarrierHttp, now: Timestamp) -> Plan {
        let paused = self
            .paused
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for candidate in &mut plan.candidates {
            candidate.line = if paused.contains(&candidate.account) {
                Line::Paused
            } else {
                resting(http, &candidate.account, now)
            };
        }
        plan
    }
}

fn resting(http: &CarrierHttp, account: &str, now: Timestamp) -> Line {
    match http.breaker(account).map(|view| view.booking) {
        Some(LaneView::Paused(wait)) if !wait.is_zero() => Line::Resting(life::later(now, wait)),
        _ => Line::Open,
    }
}
