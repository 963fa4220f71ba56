//! What a row is made of, and how rows are written: text that SQLite and PostgreSQL share.
//!
//! Decides nothing and talks to no database. How a session inserts rows, one by one or many by a
//! statement, is its own choice; how statements are spelled stands in `statements.rs`.

use bytes::Bytes;
use jiff::Timestamp;

use super::statements::Texts;
use crate::life::State;
use crate::order::Key;

/// A value of a row.
#[derive(Clone)]
pub enum Cell {
    /// A number, a moment or a truth.
    Number(Option<i64>),
    /// Text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Bytes),
}

impl Cell {
    /// Nothing, of the same kind.
    pub fn blank(&self) -> Self {
        match self {
            Self::Number(_) => Self::Number(None),
            Self::Text(_) => Self::Text(None),
            Self::Bytes(_) => Self::Bytes(Bytes::new()),
        }
    }
}

/// A table as it is written to.
pub struct Table {
    /// Name and columns. The first column is a text that is never missing.
    pub into: &'static str,
    /// How many columns.
    pub columns: usize,
    /// What happens to a row that is there already.
    pub then: &'static str,
    /// Its `INSERT`, as it was spelled.
    pub texts: Texts,
}

/// The lives: the last one wins. What changed is offered anew.
pub static ORDERS: Table = Table {
    into: "orders (key, state, revision, life, due_at, urgent_at, changed_at, line)",
    columns: 8,
    then: "ON CONFLICT (key) DO UPDATE SET state = excluded.state, revision = excluded.revision,
 life = excluded.life, due_at = excluded.due_at, urgent_at = excluded.urgent_at,
 changed_at = excluded.changed_at, line = excluded.line, offered_until = 0",
    texts: Texts::new(),
};
/// Contents: a revision that was refused as too late may come again with another content.
pub static BODIES: Table = Table {
    into: "order_bodies (key, revision, body, erase_after)",
    columns: 4,
    then: "ON CONFLICT (key, revision) DO UPDATE SET body = excluded.body,
 erase_after = excluded.erase_after",
    texts: Texts::new(),
};
const BOOKING: &str =
    "bookings (key, n, account, product, reference, standing, tracking_number, sent_at)";
/// Bookings, mirrored from the lives. Only (account, reference) can be violated.
pub static BOOKINGS: Table = Table {
    into: BOOKING,
    columns: 8,
    then:
        "ON CONFLICT (key, n) DO UPDATE SET account = excluded.account, product = excluded.product,
 reference = excluded.reference, standing = excluded.standing,
 tracking_number = excluded.tracking_number",
    texts: Texts::new(),
};
/// The same of a booking whose account, product and reference are in the ledger already: what does not
/// change is not written to its indexes again.
pub static STANDINGS: Table = Table {
    into: BOOKING,
    columns: 8,
    then: "ON CONFLICT (key, n) DO UPDATE SET standing = excluded.standing,
 tracking_number = excluded.tracking_number",
    texts: Texts::new(),
};
/// Every number a carrier ever told.
pub static NUMBERS: Table = Table {
    into: "numbers (number, key, n)",
    columns: 3,
    then: "ON CONFLICT (number, key, n) DO NOTHING",
    texts: Texts::new(),
};
/// Intents.
pub static ATTEMPTS: Table = Table {
    into: "attempts (key, fence, action, n, parcel, worker, at, lease_until)",
    columns: 8,
    then: "",
    texts: Texts::new(),
};
/// What came of them.
pub static OUTCOMES: Table = Table {
    into: "outcomes (key, fence, action, n, outcome, detail, at)",
    columns: 7,
    then: "",
    texts: Texts::new(),
};
/// What the carriers said, as it came.
pub static ANSWERS: Table = Table {
    into: "answers (key, fence, at, status, content_type, body, erase_after)",
    columns: 7,
    then: "",
    texts: Texts::new(),
};
/// Labels: one that was kept is not changed.
pub static LABELS: Table = Table {
    into: "labels (id, key, n, parcel, format, sha256, bytes, erase_after, place)",
    columns: 9,
    then: "ON CONFLICT (id) DO NOTHING",
    texts: Texts::new(),
};
/// The timelines.
pub static NOTES: Table = Table {
    into: "notes (key, at, text)",
    columns: 3,
    then: "",
    texts: Texts::new(),
};
/// Events to be told.
pub static OUTBOX: Table = Table {
    into: "outbox (key, sequence, event_id, routing_key, body, created_at)",
    columns: 6,
    then: "",
    texts: Texts::new(),
};
/// What is to be done in the print folder.
pub static PRINT_JOBS: Table = Table {
    into: "print_jobs (key, n, parcel, label_id, kind, at)",
    columns: 6,
    then: "",
    texts: Texts::new(),
};

/// Every state, as `LIST` names them.
pub const STATES: [State; 10] = [
    State::Unknown,
    State::Waiting,
    State::Booking,
    State::InDoubt,
    State::Unlabelled,
    State::Booked,
    State::Voiding,
    State::Cancelled,
    State::Rejected,
    State::Parked,
];

/// The state of this name.
pub fn state(name: &str) -> Option<State> {
    STATES.into_iter().find(|state| state.name() == name)
}

/// The key of this text (`shop/order_id/part`; none of them holds a `/`).
pub fn key(text: &str) -> Option<Key> {
    let mut parts = text.splitn(3, '/');
    Some(Key {
        shop: parts.next()?.to_owned(),
        order_id: parts.next()?.to_owned(),
        part: parts.next()?.parse().ok()?,
    })
}

/// What stands for the key of an account's events and notes; no order's key looks like it.
pub fn subject(account: &str) -> String {
    format!("account:{account}")
}

/// What stands for the key of a remark that is of no order and no account.
pub fn remark(about: &str) -> String {
    format!("remark:{about}")
}

/// A moment as it is kept; rounded up, so that nothing is due before its time.
pub fn micros(moment: Timestamp) -> i64 {
    let nanoseconds = moment.as_nanosecond();
    let up = nanoseconds.div_euclid(1000) + i128::from(nanoseconds.rem_euclid(1000) != 0);
    i64::try_from(up).unwrap_or(i64::MAX)
}

/// The moment that was kept.
pub fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(Some(number.into()))
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::Number(Some(micros(at)))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_as_many_columns_as_it_says() {
        for table in [
            &ORDERS,
            &BODIES,
            &BOOKINGS,
            &STANDINGS,
            &NUMBERS,
            &ATTEMPTS,
            &OUTCOMES,
            &ANSWERS,
            &LABELS,
            &NOTES,
            &OUTBOX,
            &PRINT_JOBS,
        ] {
            assert_eq!(
                table.into.split(',').count(),
                table.columns,
                "{}",
                table.into
            );
        }
    }

    #[test]
    fn a_moment_is_kept_rounded_up_and_the_ends_of_time_hold() {
        let odd = Timestamp::from_nanosecond(1_001).expect("a moment");
        assert_eq!(micros(odd), 2);
        assert_eq!(moment(micros(Timestamp::MAX)), Timestamp::MAX);
        assert_eq!(moment(micros(Timestamp::MIN)), Timestamp::MIN);
    }

    #[test]
    fn a_key_without_a_shop_is_read_back() {
        let known = Key {
            shop: String::new(),
            order_id: "A-1".into(),
            part: 2,
        };
        assert_eq!(key(&known.to_string()), Some(known));
        assert_eq!(key("account:dhl"), None);
    }
}
