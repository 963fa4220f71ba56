//! The questions put to the tables, and the statements that are not rows: text that SQLite and
//! PostgreSQL share. Rows go in through `rows.rs`.

use super::statements::Listing;
use crate::sabotage::{Bug, planted};

/// Open orders, as the condition of an index spells it: a question that says so may use it.
macro_rules! open {
    () => {
        "state <> 'unknown' AND state <> 'booked' AND state <> 'voiding'
 AND state <> 'cancelled' AND state <> 'rejected'"
    };
}

/// The other ones, likewise.
macro_rules! ended {
    () => {
        "state <> 'waiting' AND state <> 'booking' AND state <> 'in_doubt'
 AND state <> 'unlabelled' AND state <> 'parked'"
    };
}

/// Lives by key; whoever asks may change them.
pub static LIVES: Listing =
    Listing::new("SELECT key, life, due_at FROM orders WHERE key IN {list}{held}");
/// Contents of all revisions by key.
pub static CONTENTS: Listing =
    Listing::new("SELECT key, revision, body FROM order_bodies WHERE key IN {list}");
/// Marks events.
pub static SENT: Listing = Listing::new("UPDATE outbox SET sent_at = $1 WHERE id IN {list}");
/// Marks print jobs.
pub static PRINTED: Listing = Listing::new("UPDATE print_jobs SET done_at = $1 WHERE id IN {list}");

/// The unary plus keeps `due_at` out of the choice of the index: in order of urgency the first rows
/// are the answer, in order of time all of a backlog would be sorted first. SQLite plans a question
/// anew whenever a plain limit is bound, but not a sum.
pub const DUE: &str = "SELECT o.life, b.body, o.key FROM orders o
 LEFT JOIN order_bodies b ON b.key = o.key AND b.revision = o.revision
 WHERE o.due_at IS NOT NULL AND +o.due_at <= $1 ORDER BY o.urgent_at, o.due_at LIMIT $2 + 0";
/// The same of those that need the line of $3 next.
pub const DUE_OF_LINE: &str = "SELECT o.life, b.body, o.key FROM orders o
 LEFT JOIN order_bodies b ON b.key = o.key AND b.revision = o.revision
 WHERE o.line = $3 AND o.due_at IS NOT NULL AND +o.due_at <= $1
 ORDER BY o.urgent_at, o.due_at LIMIT $2 + 0";
/// When the next order is due.
pub const NEXT_DUE: &str = "SELECT MIN(due_at) FROM orders WHERE due_at IS NOT NULL";
/// One order.
pub const ORDER: &str = "SELECT o.life, b.body FROM orders o
 LEFT JOIN order_bodies b ON b.key = o.key AND b.revision = o.revision WHERE o.key = $1";
/// A timeline.
pub const TIMELINE: &str = "SELECT at, text FROM notes WHERE key = $1 ORDER BY id";
/// How many orders stand where.
pub const COUNT: &str = concat!(
    "SELECT state, COUNT(*) FROM orders WHERE ",
    open!(),
    " GROUP BY state
 UNION ALL SELECT state, COUNT(*) FROM orders WHERE ",
    ended!(),
    " GROUP BY state"
);
/// Per state: orders, and of those without a booking in force how many are late at $1, and the next
/// moment one of them is late.
pub const GAUGES_OF_ORDERS: &str = concat!(
    "SELECT state, COUNT(*),
 COUNT(CASE WHEN urgent_at <= $1 THEN 1 END), MIN(CASE WHEN urgent_at > $1 THEN urgent_at END)
 FROM orders WHERE ",
    open!(),
    " GROUP BY state
 UNION ALL SELECT state, COUNT(*), 0, NULL FROM orders WHERE ",
    ended!(),
    " GROUP BY state"
);
/// Since when the oldest doubt lasts: of a booking that was sent again, the last time counts. Standings are
/// spelled as in their index first, here as below.
pub const GAUGES_OF_DOUBT: &str = "SELECT MIN(sent.at) FROM (SELECT MAX(a.at) AS at FROM orders o
 JOIN bookings b ON b.key = o.key JOIN attempts a ON a.key = b.key AND a.n = b.n
 WHERE o.state = 'in_doubt' AND b.standing IN ('in_doubt', 'stray') AND b.standing = 'in_doubt'
 AND a.action = 'book'
 GROUP BY b.key, b.n) sent";
/// How many strays there are.
pub const GAUGES_OF_STRAYS: &str = "SELECT COUNT(*) FROM bookings
 WHERE standing IN ('in_doubt', 'stray') AND standing = 'stray'";
/// Events that wait, and since when.
pub const GAUGES_OF_OUTBOX: &str = "SELECT COUNT(*),
 (SELECT created_at FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT 1)
 FROM outbox WHERE sent_at IS NULL";
/// What is to be done in the print folder, and since when.
pub const GAUGES_OF_PRINT_JOBS: &str = "SELECT COUNT(*),
 (SELECT at FROM print_jobs WHERE done_at IS NULL ORDER BY id LIMIT 1)
 FROM print_jobs WHERE done_at IS NULL";
/// An order's labels.
pub const LABELS_OF: &str = "SELECT id, key, n, parcel, format, bytes, place FROM labels WHERE key = $1 ORDER BY n, parcel, id";
/// One label.
pub const LABEL: &str = "SELECT id, key, n, parcel, format, bytes, place FROM labels WHERE id = $1";
/// The oldest place where one lies.
pub const OLDEST_PLACE: &str = "SELECT MIN(place) FROM labels WHERE place IS NOT NULL";
/// Accounts that are paused.
pub const PAUSED: &str = "SELECT account, why, since FROM paused_accounts ORDER BY account";
/// Orders in ten states ($1 to $10), with a booking that stands as $11 unless it is empty, with the
/// text $12 in the key, a reference or a number, or the phone $13 (patterns).
pub const LIST: &str = "SELECT o.life, o.changed_at FROM orders o
 WHERE o.state IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
 AND ($11 = '' OR EXISTS (SELECT 1 FROM bookings b WHERE b.key = o.key AND b.standing = $11))
 AND ($12 = '%' OR o.key {like} $12 ESCAPE '!'
  OR EXISTS (SELECT 1 FROM bookings b WHERE b.key = o.key AND b.reference {like} $12 ESCAPE '!')
  OR EXISTS (SELECT 1 FROM numbers m WHERE m.key = o.key AND m.number {like} $12 ESCAPE '!')
  OR EXISTS (SELECT 1 FROM order_bodies c WHERE c.key = o.key AND c.body {like} $13 ESCAPE '!'))
 ORDER BY o.changed_at DESC, o.key LIMIT $14";

/// Each order's lowest unsent event; `printed`: of orders whose print folder is filled.
pub fn unsent(printed: bool) -> String {
    let lowest = lowest(printed);
    format!(
        "SELECT o.id, o.event_id, o.routing_key, o.body FROM outbox o WHERE {lowest} ORDER BY o.id LIMIT $1 + 0"
    )
}

/// What makes an event `o` of the outbox the one of its order to be told next.
pub fn lowest(printed: bool) -> String {
    if planted(Bug::PublishOutOfOrder) {
        return "o.sent_at IS NULL".to_owned();
    }
    let mut text = "o.sent_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox e
 WHERE e.key = o.key AND e.sent_at IS NULL AND e.sequence < o.sequence)"
        .to_owned();
    if printed {
        text.push_str(
            " AND NOT EXISTS (SELECT 1 FROM print_jobs p WHERE p.key = o.key AND p.done_at IS NULL)",
        );
    }
    text
}

/// What is to be done in the print folder.
pub const UNPRINTED: &str = "SELECT p.id, p.kind, p.key, p.n, p.parcel, l.format, l.bytes, l.place
 FROM print_jobs p LEFT JOIN labels l ON l.id = p.label_id
 WHERE p.done_at IS NULL ORDER BY p.id LIMIT $1";

/// An account stops, unless it stands already.
pub const PAUSE: &str = "INSERT INTO paused_accounts (account, why, environment, since)
 VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO NOTHING";
/// An account stops on a person's word, which stands above a carrier's.
pub const PAUSE_BY_HAND: &str = "INSERT INTO paused_accounts (account, why, environment, since)
 VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO UPDATE SET why = excluded.why,
 environment = excluded.environment, since = excluded.since";
/// An account works again, if it still stands since $2 (0: since whenever).
pub const RESUME: &str = "DELETE FROM paused_accounts WHERE account = $1
 AND ($2 = 0 OR since = $2) RETURNING environment";
/// Every waiting order is looked at again.
pub const WAKE: &str = "UPDATE orders SET due_at = $1 WHERE state = 'waiting' AND due_at > $1";
/// Orders that wait.
pub const WAITING: &str = concat!(
    "SELECT COUNT(*) FROM orders WHERE ",
    open!(),
    " AND state = 'waiting'"
);
/// Orders without a label that must have one by $1; looked for state by state.
pub const OPEN_BY: &str = concat!(
    "SELECT COUNT(*) FROM orders WHERE ",
    open!(),
    " AND state IN ('waiting', 'booking', 'in_doubt', 'unlabelled', 'parked') AND urgent_at <= $1"
);
/// The same orders in one state, the most urgent first.
pub const PRESSING: &str = concat!(
    "SELECT life FROM orders WHERE ",
    open!(),
    " AND state = $1 ORDER BY urgent_at LIMIT $2"
);
/// Orders that changed since $1 and have a booking that is not in force.
pub const SET_ASIDE: &str = "SELECT o.life FROM orders o WHERE o.changed_at >= $1 AND o.key IN
 (SELECT b.key FROM bookings b WHERE b.standing IN ('stray', 'extra', 'voided')) ORDER BY o.key";
/// Bookings of an account first sent since $2, without those that are proven not to exist.
pub const BOOKED_SINCE: &str = "SELECT COUNT(*) FROM bookings
 WHERE account = $1 AND sent_at >= $2 AND standing <> 'dead'";
/// A worker's breaker is open until $4; since when is kept.
pub const REST: &str = "INSERT INTO resting_lines (account, worker, since, until_at)
 VALUES ($1, $2, $3, $4) ON CONFLICT (account, worker) DO UPDATE SET until_at = excluded.until_at";
/// A worker's breaker is closed; what was last said before $3 is forgotten with it.
pub const FLOW: &str = "DELETE FROM resting_lines
 WHERE account = $1 AND (worker = $2 OR until_at < $3)";
/// Lines that rest; one whose worker no longer says so ($1) does not count.
pub const RESTING: &str = "SELECT account, MIN(since), MAX(until_at) FROM resting_lines
 WHERE until_at >= $1 GROUP BY account ORDER BY account";
/// A worker lives; when it stopped ($4) is said by its last sign.
pub const BEAT: &str = "INSERT INTO workers (worker, started_at, seen_at, stopped_at)
 VALUES ($1, $2, $3, $4) ON CONFLICT (worker) DO UPDATE SET started_at = excluded.started_at,
 seen_at = excluded.seen_at, stopped_at = excluded.stopped_at";
/// Forgets workers that gave no sign since $1.
pub const FORGET_WORKERS: &str = "DELETE FROM workers WHERE seen_at < $1";
/// Workers, the latest sign first.
pub const WORKERS: &str = "SELECT worker, started_at, seen_at, stopped_at FROM workers
 ORDER BY seen_at DESC, worker";
/// Erases some personal data whose time is over ($1), but nothing that an order still needs.
pub const ERASE: [&str; 2] = [
    "DELETE FROM order_bodies WHERE (key, revision) IN (SELECT b.key, b.revision
 FROM order_bodies b JOIN orders o ON o.key = b.key WHERE b.erase_after <= $1
 AND o.state IN ('booked', 'cancelled', 'rejected') LIMIT 500)",
    "DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE erase_after <= $1 LIMIT 500)",
];

/// The same of labels; tells where they lay.
pub const ERASE_LABELS: &str =
    "DELETE FROM labels WHERE id IN (SELECT l.id FROM labels l LEFT JOIN orders o ON o.key = l.key
 WHERE l.erase_after <= $1
 AND (o.key IS NULL OR o.state IN ('booked', 'cancelled', 'rejected')) LIMIT 500) RETURNING place";

/// Erases all personal data of an order.
pub const ERASE_OF: [&str; 2] = [
    "DELETE FROM order_bodies WHERE key = $1",
    "DELETE FROM answers WHERE key = $1",
];
/// The same of labels; tells where they lay.
pub const ERASE_LABELS_OF: &str = "DELETE FROM labels WHERE key = $1 RETURNING place";
/// An order's contents, of every revision.
pub const CONTENTS_OF: &str =
    "SELECT revision, body, erase_after FROM order_bodies WHERE key = $1 ORDER BY revision";
/// What carriers said about it.
pub const ANSWERS_OF: &str =
    "SELECT at, status, body, erase_after FROM answers WHERE key = $1 ORDER BY id";
/// Its labels, of bookings in force or not.
pub const LABELS_KEPT_OF: &str = "SELECT id, format, bytes, erase_after, place FROM labels WHERE key = $1 ORDER BY n, parcel, id";

/// A LIKE pattern for what contains this text; everything when it is empty. `!` escapes.
pub fn containing(text: &str) -> String {
    if text.is_empty() {
        return "%".to_owned();
    }
    let mut pattern = "%".to_owned();
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// A LIKE pattern for a content whose phone ends so; nothing when the text is no phone. National
/// numbers begin with a 0 that international ones have not.
pub fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let others = |letter: char| !letter.is_ascii_digit() && !" +.()-/".contains(letter);
    if digits.len() < 6 || text.contains(others) {
        return String::new();
    }
    format!("%\"phone\":\"%{}\"%", digits.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::rows::STATES;

    #[test]
    fn every_state_is_counted_once() {
        for question in [COUNT, GAUGES_OF_ORDERS] {
            for state in STATES {
                let named = format!("'{}'", state.name());
                assert_eq!(question.matches(&named).count(), 1, "{named} in {question}");
            }
        }
    }

    #[test]
    fn a_text_is_searched_as_it_is_typed() {
        assert_eq!(containing("A_1%"), "%A!_1!%%");
        assert_eq!(containing(""), "%");
    }

    #[test]
    fn only_what_looks_like_a_phone_is_searched_as_one() {
        assert_eq!(phone("06 12 34 56 78"), "%\"phone\":\"%612345678\"%");
        assert_eq!(phone("FR-2026-000123"), "");
        assert_eq!(phone("0612"), "");
    }
}
