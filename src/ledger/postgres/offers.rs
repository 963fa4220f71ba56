//! What is offered to one worker and not to another meanwhile: orders that are due, events to be told.
//!
//! An offer is a courtesy and nothing rests on it: of two who were offered the same order one claims
//! it, and an event may be told twice. So it ends by itself after a few seconds, and is never waited
//! for: what somebody is writing to at this moment is skipped.

use crate::ledger::queries;

/// How long an offer holds, in microseconds. A worker that dies with it delays what it was offered by
/// so much; the relay, which looks every second, renews its own when half is over.
pub const HOLDS: i64 = 5_000_000;
/// Of the orders that are due, so many are looked at to learn when one is offered again: where none
/// is free they are few.
const LOOKED_AT: usize = 1000;

/// This moment: as set ($1), else by the server's clock.
const NOW: &str = "now AS MATERIALIZED (SELECT COALESCE($1::BIGINT,
 (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT) AS at)";

/// Offers to $2 the $3 most urgent orders that are due, but none of $4 (a JSON array of keys): the
/// rows of [`queries::DUE`]. `of_line`: only those that need the line of $5 next.
pub fn due(of_line: bool) -> String {
    let line = if of_line { " AND line = $5" } else { "" };
    format!(
        "WITH {NOW}, free AS MATERIALIZED (SELECT key FROM orders
 WHERE due_at IS NOT NULL AND +due_at <= (SELECT at FROM now)
 AND (offered_until <= (SELECT at FROM now) OR offered_to = $2)
 AND key NOT IN (SELECT jsonb_array_elements_text($4::JSONB)){line}
 ORDER BY urgent_at, due_at LIMIT $3 FOR UPDATE SKIP LOCKED),
 offered AS (UPDATE orders o SET offered_to = $2, offered_until = (SELECT at FROM now) + {HOLDS}
 FROM free WHERE o.key = free.key RETURNING o.key, o.revision, o.life, o.urgent_at, o.due_at)
 SELECT o.life, b.body, o.key FROM offered o
 LEFT JOIN order_bodies b ON b.key = o.key AND b.revision = o.revision
 ORDER BY o.urgent_at, o.due_at"
    )
}

/// When the next order is due, and when one that is due already is offered to $2 again: two rows.
pub fn next_due() -> String {
    format!(
        "WITH {NOW} SELECT MIN(due_at) FROM orders WHERE due_at > (SELECT at FROM now)
 UNION ALL SELECT MIN(CASE WHEN offered_to = $2 THEN due_at ELSE GREATEST(due_at, offered_until) END)
 FROM (SELECT due_at, offered_to, offered_until FROM orders WHERE due_at IS NOT NULL
 AND +due_at <= (SELECT at FROM now) ORDER BY urgent_at, due_at LIMIT {LOOKED_AT}) overdue"
    )
}

/// Offers to $2 at most $3 events, those that it was offered before among them: the rows of
/// [`queries::unsent`]. An event that is offered to somebody else keeps the later ones of its order
/// back, as any other that is not sent.
pub fn unsent(printed: bool) -> String {
    let lowest = queries::lowest(printed);
    let half = HOLDS / 2;
    format!(
        "WITH {NOW}, kept AS MATERIALIZED (SELECT o.id, o.event_id, o.routing_key, o.body
 FROM outbox o WHERE {lowest}
 AND o.offered_to = $2 AND o.offered_until > (SELECT at FROM now) + {half} ORDER BY o.id LIMIT $3),
 free AS MATERIALIZED (SELECT o.id FROM outbox o WHERE {lowest}
 AND (o.offered_until <= (SELECT at FROM now)
  OR (o.offered_to = $2 AND o.offered_until <= (SELECT at FROM now) + {half}))
 ORDER BY o.id LIMIT (SELECT $3 - COUNT(*) FROM kept) FOR UPDATE OF o SKIP LOCKED),
 offered AS (UPDATE outbox o SET offered_to = $2, offered_until = (SELECT at FROM now) + {HOLDS}
 FROM free WHERE o.id = free.id RETURNING o.id, o.event_id, o.routing_key, o.body)
 SELECT * FROM kept UNION ALL SELECT * FROM offered ORDER BY id"
    )
}
