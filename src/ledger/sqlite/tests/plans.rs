//! What SQLite makes of our statements, in its own words: which index a question walks, and that nothing
//! is built on the way. Whether an answer is right is not asked here.

use rusqlite::Connection;

use super::File;
use crate::ledger::{queries, rows, schema};

/// A column of what it explains, a line for each row.
fn explained(connection: &Connection, explain: &str, column: &str) -> String {
    let mut plan = connection.prepare(explain).expect("a plan");
    let mut rows = plan.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        lines.push(row.get::<_, String>(column).expect("a text"));
    }
    lines.join("\n")
}

fn plan_of(connection: &Connection, question: &str) -> String {
    explained(
        connection,
        &format!("EXPLAIN QUERY PLAN {question}"),
        "detail",
    )
}

#[tokio::test]
async fn nothing_that_is_written_makes_a_table_for_a_list() {
    let file = File::new();
    file.new_ledger().await;
    for table in [&rows::ORDERS, &rows::BOOKINGS, &rows::STANDINGS] {
        let insert = table.insert(&schema::SQLITE, 1);
        let steps = explained(&file.raw(), &format!("EXPLAIN {insert}"), "opcode");
        assert!(steps.contains("OpenWrite"), "{steps}");
        assert!(!steps.contains("OpenEphemeral"), "{insert}: {steps}");
    }
}

#[tokio::test]
async fn figures_are_read_from_indexes_and_erasing_still_goes_by_time() {
    let file = File::new();
    file.new_ledger().await;
    let connection = file.raw();
    for (question, index) in [
        (queries::GAUGES_OF_ORDERS, "COVERING INDEX orders_pressing"),
        (queries::GAUGES_OF_ORDERS, "COVERING INDEX orders_ended"),
        (queries::COUNT, "COVERING INDEX orders_pressing"),
        (queries::COUNT, "COVERING INDEX orders_ended"),
        (queries::WAITING, "COVERING INDEX orders_pressing"),
        (
            queries::OPEN_BY,
            "orders_pressing (state=? AND urgent_at<?)",
        ),
        (queries::GAUGES_OF_DOUBT, "INDEX bookings_unsettled"),
        (queries::GAUGES_OF_STRAYS, "INDEX bookings_unsettled"),
        (queries::GAUGES_OF_OUTBOX, "INDEX outbox_unsent"),
        (queries::GAUGES_OF_PRINT_JOBS, "INDEX print_jobs_undone"),
        (queries::BOOKED_SINCE, "INDEX bookings_sent"),
        (queries::ERASE[0], "INDEX order_bodies_erase"),
    ] {
        let plan = plan_of(&connection, question);
        assert!(plan.contains(index), "{question}: {plan}");
    }
}

#[tokio::test]
async fn the_questions_of_every_moment_walk_an_index() {
    let file = File::new();
    file.new_ledger().await;
    let connection = file.raw();
    for (question, index) in [
        (queries::DUE.to_owned(), "orders_urgent"),
        (queries::DUE_OF_LINE.to_owned(), "orders_line"),
        (queries::NEXT_DUE.to_owned(), "orders_due"),
        (queries::unsent(false), "outbox_unsent"),
        (queries::unsent(true), "print_jobs_undone_of"),
        (queries::UNPRINTED.to_owned(), "print_jobs_undone"),
        (queries::PRESSING.to_owned(), "orders_pressing"),
        (queries::OPEN_BY.to_owned(), "orders_pressing"),
    ] {
        let plan = plan_of(&connection, &question);
        assert!(plan.contains(index), "{question}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{question}: {plan}");
        assert!(!plan.contains("SCAN o\n"), "{question}: {plan}");
    }
}
