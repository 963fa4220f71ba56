//! The ledger's tables, version by version. The text is SQL that SQLite and PostgreSQL share, but for
//! the words in [`Dialect`]; it is applied in one transaction by the ledger that opens.
//!
//! Personal data stands only in `order_bodies`, `answers` and `labels`, each with `erase_after`
//! (microseconds since 1970, as every moment here).

/// What databases spell differently.
pub struct Dialect {
    /// Type of a column of bytes.
    pub bytes: &'static str,
    /// A row number that rises by itself.
    pub rising: &'static str,
    /// Makes tables anew whose rows nobody names by their number, where such a number costs less.
    pub plain: &'static str,
    /// Whether a place for a value has a number where there are many of them. SQLite searches a list
    /// of the names it was given for every value.
    pub numbered: bool,
    /// Members of a statement at most: a power of two, 64 or less.
    pub members: usize,
    /// Compares text with a pattern, in either case.
    pub like: &'static str,
    /// Ends a question whose rows are held until the end of the transaction.
    pub held: &'static str,
    /// Asks for the size of the ledger in bytes.
    pub size: &'static str,
}

/// SQLite's words. AUTOINCREMENT, so that a number never comes twice; a transaction that writes holds
/// everything. One member at a time: nothing is sent anywhere, and a list would be sorted into a table
/// of its own before the first row is found.
pub const SQLITE: Dialect = Dialect {
    bytes: "BLOB",
    rising: "INTEGER PRIMARY KEY AUTOINCREMENT",
    plain: PLAIN,
    numbered: false,
    members: 1,
    like: "LIKE",
    held: "",
    size: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
};

/// PostgreSQL's words. Whoever holds several orders takes them in the same order as everybody else.
#[cfg(feature = "postgres")]
pub const POSTGRES: Dialect = Dialect {
    bytes: "BYTEA",
    rising: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    plain: "",
    numbered: true,
    members: 64,
    like: "ILIKE",
    held: " ORDER BY key FOR UPDATE",
    size: "SELECT pg_database_size(current_database())",
};

impl Dialect {
    /// A text in these words.
    pub fn of(&self, text: &str) -> String {
        text.replace("{bytes}", self.bytes)
            .replace("{rising}", self.rising)
            .replace("{plain}", self.plain)
            .replace("{like}", self.like)
    }
}

/// Which versions were applied, and when.
pub const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS ledger_versions (
    version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)";
/// The version of a ledger.
pub const VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM ledger_versions";
/// Changes nothing, but asks for the right to: what is read-only opens and begins without a word.
pub const MAY_WRITE: &str = "DELETE FROM ledger_versions WHERE version < 0";
/// A step was applied.
pub const APPLIED: &str = "INSERT INTO ledger_versions (version, applied_at) VALUES ($1, $2)";

/// Every step, oldest first. A step that was released is never edited: another one follows.
pub const STEPS: [(i64, &str); 10] = [
    (1, FIRST),
    (2, GAUGES),
    (3, OFFERS),
    (4, ON_CALL),
    (5, WORKERS),
    (6, LINES),
    (7, ENDED),
    (8, PLACES),
    (9, COMPARED),
    (10, "{plain}"),
];

/// The version this program writes.
pub const NEWEST: i64 = 10;

/// Since then a file's ledger has labels beside it.
pub const LABELS_BESIDE: i64 = 8;

/// The names of all tables, with blanks between.
#[cfg(feature = "postgres")]
pub fn tables() -> String {
    let steps = STEPS
        .iter()
        .flat_map(|(_, text)| text.split("CREATE TABLE ").skip(1));
    let names = steps.filter_map(|made| made.split_whitespace().next());
    let names: Vec<&str> = names.chain(["ledger_versions"]).collect();
    names.join(" ")
}

/// `attempts`, `outcomes` and `answers` are append-only and refer to no row: what a carrier said is
/// kept even of an order that a restored backup does not know.
const FIRST: &str = "
CREATE TABLE orders (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    life TEXT NOT NULL,
    due_at BIGINT,
    urgent_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_urgent ON orders (urgent_at, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_changed ON orders (changed_at);
CREATE TABLE order_bodies (
    key TEXT NOT NULL REFERENCES orders (key),
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    erase_after BIGINT NOT NULL,
    PRIMARY KEY (key, revision)
);
CREATE INDEX order_bodies_erase ON order_bodies (erase_after);
CREATE TABLE bookings (
    key TEXT NOT NULL REFERENCES orders (key),
    n BIGINT NOT NULL,
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    reference TEXT NOT NULL,
    standing TEXT NOT NULL,
    tracking_number TEXT,
    PRIMARY KEY (key, n),
    UNIQUE (account, reference)
);
CREATE INDEX bookings_standing ON bookings (standing);
CREATE TABLE numbers (
    number TEXT NOT NULL,
    key TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (number, key, n)
);
CREATE TABLE attempts (
    id {rising},
    key TEXT NOT NULL,
    fence BIGINT NOT NULL,
    action TEXT NOT NULL,
    n BIGINT NOT NULL,
    parcel BIGINT,
    worker TEXT NOT NULL,
    at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX attempts_key ON attempts (key);
CREATE TABLE outcomes (
    id {rising},
    key TEXT NOT NULL,
    fence BIGINT NOT NULL,
    action TEXT NOT NULL,
    n BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX outcomes_key ON outcomes (key);
CREATE TABLE answers (
    id {rising},
    key TEXT NOT NULL,
    fence BIGINT,
    at BIGINT NOT NULL,
    status BIGINT NOT NULL,
    content_type TEXT,
    body {bytes} NOT NULL,
    erase_after BIGINT NOT NULL
);
CREATE INDEX answers_key ON answers (key);
CREATE INDEX answers_erase ON answers (erase_after);
CREATE TABLE labels (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    n BIGINT NOT NULL,
    parcel BIGINT NOT NULL,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes {bytes} NOT NULL,
    erase_after BIGINT NOT NULL
);
CREATE INDEX labels_key ON labels (key);
CREATE INDEX labels_erase ON labels (erase_after);
CREATE TABLE notes (
    id {rising},
    key TEXT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX notes_key ON notes (key);
CREATE TABLE outbox (
    id {rising},
    key TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    routing_key TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_unsent_of ON outbox (key, sequence) WHERE sent_at IS NULL;
CREATE TABLE print_jobs (
    id {rising},
    key TEXT NOT NULL,
    n BIGINT NOT NULL,
    parcel BIGINT NOT NULL,
    label_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX print_jobs_undone ON print_jobs (id) WHERE done_at IS NULL;
CREATE INDEX print_jobs_undone_of ON print_jobs (key) WHERE done_at IS NULL;
CREATE TABLE paused_accounts (
    account TEXT PRIMARY KEY,
    why TEXT NOT NULL,
    environment TEXT NOT NULL,
    since BIGINT NOT NULL
);
";

/// All that is counted about orders, without their rows. The state comes second: were it first,
/// questions about the ended orders would walk this index in place of their own.
const GAUGES: &str = "CREATE INDEX orders_gauges ON orders (urgent_at, state);";

/// To whom something was offered last, and until when to nobody else. Where only one worker can be, as
/// on SQLite, it stays as it is.
const OFFERS: &str = "
ALTER TABLE orders ADD COLUMN offered_to TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN offered_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN offered_to TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN offered_until BIGINT NOT NULL DEFAULT 0;
";

/// What people on call ask: orders that press, bookings of the day, lines whose breaker is open.
/// The index of the first is for open orders only, which stay few.
const ON_CALL: &str = "
CREATE INDEX orders_pressing ON orders (state, urgent_at)
    WHERE state IN ('waiting', 'booking', 'in_doubt', 'unlabelled', 'parked');
ALTER TABLE bookings ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX bookings_sent ON bookings (account, sent_at);
CREATE TABLE resting_lines (
    account TEXT NOT NULL,
    worker TEXT NOT NULL,
    since BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (account, worker)
);
";

/// Who works on this ledger, and when it last said so.
const WORKERS: &str = "
CREATE TABLE workers (
    worker TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stopped_at BIGINT
);
";

/// Whose line an order needs next, so that those of one account can be looked for alone.
const LINES: &str = "
ALTER TABLE orders ADD COLUMN line TEXT NOT NULL DEFAULT '';
CREATE INDEX orders_line ON orders (line, urgent_at, due_at) WHERE due_at IS NOT NULL;
";

/// The gauges' index was written anew with every step of an order. Of those that are open
/// `orders_pressing` knows as much; the others come here once.
const ENDED: &str = "
DROP INDEX orders_gauges;
CREATE INDEX orders_ended ON orders (state)
    WHERE state IN ('unknown', 'booked', 'voiding', 'cancelled', 'rejected');
";

/// Where the bytes of a label lie, if not here (`sqlite/labels.rs`); on a server they do. Of bookings
/// only those are looked for by their standing that somebody has to settle.
const PLACES: &str = "
ALTER TABLE labels ADD COLUMN place TEXT;
CREATE INDEX labels_place ON labels (place) WHERE place IS NOT NULL;
DROP INDEX bookings_standing;
CREATE INDEX bookings_unsettled ON bookings (standing) WHERE standing IN ('in_doubt', 'stray');
";

/// For every list of more than two SQLite makes a table, and asks it: six of them whenever an order
/// changed. Comparisons say the same.
const COMPARED: &str = "
DROP INDEX orders_pressing;
DROP INDEX orders_ended;
CREATE INDEX orders_pressing ON orders (state, urgent_at)
    WHERE state <> 'unknown' AND state <> 'booked' AND state <> 'voiding'
    AND state <> 'cancelled' AND state <> 'rejected';
CREATE INDEX orders_ended ON orders (state)
    WHERE state <> 'waiting' AND state <> 'booking' AND state <> 'in_doubt'
    AND state <> 'unlabelled' AND state <> 'parked';
";

/// With AUTOINCREMENT each statement looks for its table's last number in a table of those, and writes it
/// there. Rows of these are never removed, so that the next number is the highest one's too.
const PLAIN: &str = "
DROP INDEX attempts_key;
ALTER TABLE attempts RENAME TO attempts_before;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    fence BIGINT NOT NULL,
    action TEXT NOT NULL,
    n BIGINT NOT NULL,
    parcel BIGINT,
    worker TEXT NOT NULL,
    at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
INSERT INTO attempts SELECT * FROM attempts_before;
DROP TABLE attempts_before;
CREATE INDEX attempts_key ON attempts (key);
DROP INDEX outcomes_key;
ALTER TABLE outcomes RENAME TO outcomes_before;
CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    fence BIGINT NOT NULL,
    action TEXT NOT NULL,
    n BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT,
    at BIGINT NOT NULL
);
INSERT INTO outcomes SELECT * FROM outcomes_before;
DROP TABLE outcomes_before;
CREATE INDEX outcomes_key ON outcomes (key);
DROP INDEX notes_key;
ALTER TABLE notes RENAME TO notes_before;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);
INSERT INTO notes SELECT * FROM notes_before;
DROP TABLE notes_before;
CREATE INDEX notes_key ON notes (key);
";
