//! Orders in hand, counted by the account whose line they probably need next. Each account has a share
//! of its own: a carrier that answers slowly fills its share, and keeps no order of another waiting.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::accounts::Accounts;
use crate::life::Life;
use crate::order::Key;

/// Orders in hand for each that may be on the wire. With two the wire is idle at times while the ledger
/// commits; more than three are hardly faster and take more memory, 30 kB each.
const IN_HAND: usize = 3;

/// What may be taken in hand now.
#[derive(Debug, PartialEq, Eq)]
pub struct Room {
    /// At most so many.
    pub limit: usize,
    /// Of this line; none: of all.
    pub line: Option<String>,
}

/// The orders in hand.
pub struct Hands {
    /// How many of each line may be in hand. The line without a name is that of orders of which no
    /// account is known.
    shares: BTreeMap<String, usize>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    lines: BTreeMap<Key, String>,
    counts: BTreeMap<String, usize>,
}

impl Hands {
    /// Three times as many as an account may have on the wire: the others wait for their turn, or for their
    /// outcome to be kept.
    pub fn of(accounts: &Accounts, in_flight: usize) -> Self {
        let own = accounts.iter().map(|(id, account)| {
            let on_the_wire = account.settings.concurrency.min(in_flight);
            (id.to_owned(), on_the_wire.max(1).saturating_mul(IN_HAND))
        });
        let unknown = (String::new(), in_flight.saturating_mul(IN_HAND));
        Self {
            shares: own.chain([unknown]).collect(),
            held: Mutex::default(),
        }
    }

    /// What to look for. A share is filled up by a quarter at once at least, so that one look finds
    /// many orders. While a line is full the others are looked at one by one; nothing is looked for
    /// when all accounts' are.
    pub fn rooms(&self) -> Vec<Room> {
        let held = self.held();
        let room = |(line, share): (&String, &usize)| {
            let count = held.counts.get(line).copied().unwrap_or_default();
            let limit = share.saturating_sub(count);
            is_roomy(count, *share).then(|| Room {
                limit,
                line: Some(line.clone()),
            })
        };
        let rooms: Vec<Room> = self.shares.iter().filter_map(room).collect();
        if rooms.len() == self.shares.len() {
            let limit = rooms.iter().map(|room| room.limit).min();
            let limit = limit.unwrap_or_default();
            return vec![Room { limit, line: None }];
        }
        if rooms.iter().all(|room| room.line.as_deref() == Some("")) {
            return Vec::new();
        }
        rooms
    }

    /// Whether a line is full.
    pub fn are_full(&self) -> bool {
        let held = self.held();
        let full = |(line, count): (&String, &usize)| !is_roomy(*count, self.share(line));
        held.counts.iter().any(full)
    }

    /// Takes an order.
    pub fn take(&self, life: &Life) {
        let mut held = self.held();
        let line = life.line().to_owned();
        *held.counts.entry(line.clone()).or_default() += 1;
        held.lines.insert(life.key.clone(), line);
    }

    /// Puts it down. Whether its line, which was full, has room again.
    pub fn put_down(&self, key: &Key) -> bool {
        let mut held = self.held();
        let Some(line) = held.lines.remove(key) else {
            return false;
        };
        let share = self.share(&line);
        let Some(count) = held.counts.get_mut(&line) else {
            return false;
        };
        let was_full = !is_roomy(*count, share);
        *count = count.saturating_sub(1);
        was_full && is_roomy(*count, share)
    }

    /// What is in hand.
    pub fn keys(&self) -> Vec<Key> {
        self.held().lines.keys().cloned().collect()
    }

    /// Whether nothing is.
    pub fn are_empty(&self) -> bool {
        self.held().lines.is_empty()
    }

    /// A line that is configured no more has the share of those without a name.
    fn share(&self, line: &str) -> usize {
        let share = self.shares.get(line).or_else(|| self.shares.get(""));
        share.copied().unwrap_or_default()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a quarter of the share is free.
fn is_roomy(count: usize, share: usize) -> bool {
    share.saturating_sub(count) >= share.div_ceil(4)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn hands() -> Hands {
        let shares = [("", 8), ("fast", 8), ("slow", 8)];
        Hands {
            shares: shares.map(|(line, share)| (line.to_owned(), share)).into(),
            held: Mutex::default(),
        }
    }

    fn life(line: &str, number: usize) -> Life {
        let key = Key {
            shop: String::new(),
            order_id: format!("{line}-{number}"),
            part: 1,
        };
        let mut life = Life::unknown(key, Timestamp::UNIX_EPOCH);
        line.clone_into(&mut life.aimed_to);
        life
    }

    fn of(line: &str, limit: usize) -> Room {
        Room {
            limit,
            line: Some(line.to_owned()),
        }
    }

    #[test]
    fn a_line_that_is_full_leaves_the_others_their_share() {
        let hands = hands();
        assert_eq!(
            hands.rooms(),
            [Room {
                limit: 8,
                line: None
            }]
        );
        let slow: Vec<Life> = (0..8).map(|number| life("slow", number)).collect();
        slow.iter().for_each(|life| hands.take(life));
        assert!(hands.are_full());
        assert_eq!(hands.rooms(), [of("", 8), of("fast", 8)]);
        assert!(
            !hands.put_down(&slow[0].key),
            "a single place is not worth a look"
        );
        assert_eq!(hands.rooms().len(), 2);
        assert!(hands.put_down(&slow[1].key));
        assert_eq!(
            hands.rooms(),
            [Room {
                limit: 2,
                line: None
            }]
        );
        assert!(!hands.put_down(&slow[1].key), "it was put down before");
    }

    #[test]
    fn nothing_is_looked_for_while_every_account_is_full() {
        let hands = hands();
        for line in ["fast", "slow"] {
            (0..8).for_each(|number| hands.take(&life(line, number)));
        }
        assert_eq!(hands.rooms(), []);
        assert_eq!(hands.keys().len(), 16);
    }
}
