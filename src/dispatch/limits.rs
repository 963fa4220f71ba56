//! How many orders each account may still take today, where its contract says so.
//!
//! The ledger is counted now and then; between two counts this worker counts what it takes itself,
//! so that it never takes more. Several workers together may, by what one takes between two counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::warn;

use crate::accounts::Accounts;
use crate::ledger::Ledger;

/// Between two counts.
const RECOUNT: Duration = Duration::from_secs(5);

/// The accounts that have a limit.
pub struct Limits {
    tallies: Mutex<BTreeMap<String, Tally>>,
}

/// One account's day.
#[derive(Debug)]
struct Tally {
    limit: u64,
    /// The midnight it began.
    day: Timestamp,
    counted_at: Option<Instant>,
    /// As the ledger said.
    counted: u64,
    /// Taken since the last count began.
    taken: u64,
    /// About to be taken.
    held: u64,
}

impl Tally {
    fn is_full(&self) -> bool {
        self.counted + self.taken + self.held >= self.limit
    }
}

/// A place of an account, to be taken by a booking; given back when it is dropped before.
pub struct Place<'limits> {
    limits: &'limits Limits,
    account: String,
}

impl Limits {
    /// The limits of these accounts.
    pub fn of(accounts: &Accounts) -> Self {
        let limited = accounts.iter().filter_map(|(id, account)| {
            let tally = Tally {
                limit: account.settings.daily_limit?.into(),
                day: Timestamp::MIN,
                counted_at: None,
                counted: 0,
                taken: 0,
                held: 0,
            };
            Some((id.to_owned(), tally))
        });
        Self {
            tallies: Mutex::new(limited.collect()),
        }
    }

    /// Counts anew where that is due; a new day begins with nothing.
    pub async fn recount(&self, ledger: &dyn Ledger, midnight: Timestamp) {
        for (account, before) in self.to_be_counted(midnight) {
            let counted = ledger.booked_since(&account, midnight).await;
            let mut tallies = self.tallies();
            let Some(tally) = tallies.get_mut(&account) else {
                continue;
            };
            tally.counted_at = Some(Instant::now());
            match counted {
                Ok(counted) => {
                    tally.day = midnight;
                    tally.counted = counted;
                    // What was taken while it was counted may be missing in the count.
                    tally.taken = tally.taken.saturating_sub(before);
                }
                Err(problem) => warn!(account, "the ledger cannot say what it took: {problem}"),
            }
        }
    }

    /// These accounts, with what was taken before the count.
    fn to_be_counted(&self, midnight: Timestamp) -> Vec<(String, u64)> {
        let now = Instant::now();
        let tallies = self.tallies();
        let due = tallies.iter().filter(|(_, tally)| {
            let old = |at| now.duration_since(at) >= RECOUNT;
            tally.day != midnight || tally.counted_at.is_none_or(old)
        });
        due.map(|(account, tally)| (account.clone(), tally.taken))
            .collect()
    }

    /// Whether the account takes no more today, but for whoever holds a place.
    pub fn is_full(&self, account: &str) -> bool {
        self.tallies().get(account).is_some_and(Tally::is_full)
    }

    /// A place for one booking; none when the account is full.
    pub fn place(&self, account: &str) -> Option<Place<'_>> {
        if let Some(tally) = self.tallies().get_mut(account) {
            if tally.is_full() {
                return None;
            }
            tally.held += 1;
        }
        Some(Place {
            limits: self,
            account: account.to_owned(),
        })
    }

    fn tallies(&self) -> MutexGuard<'_, BTreeMap<String, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// The account it is of.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The booking is in the ledger.
    pub fn take(self) {
        if let Some(tally) = self.limits.tallies().get_mut(&self.account) {
            tally.taken += 1;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(tally) = self.limits.tallies().get_mut(&self.account) {
            tally.held = tally.held.saturating_sub(1);
        }
    }
}
