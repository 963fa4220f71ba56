//! What SQLite makes of our statements, in its own words.

use rusqlite::Connection;

use super::File;
use super::trouble::{new_ledger, raw};
use crate::ledger::{queries, rows, schema};

#[tokio::test]
async fn nothing_that_is_written_makes_a_table_for_a_list() {
    let file = File::new();
    new_ledger(&file).await;
    for table in [&rows::ORDERS, &rows::BOOKINGS, &rows::STANDINGS] {
        let insert = table.insert(&schema::SQLITE, 1);
        let plan = column(&raw(&file), &format!("EXPLAIN {insert}"), "opcode");
        assert!(plan.iter().any(|step| step == "OpenWrite"), "{plan:?}");
        assert!(!plan.iter().any(|step| step == "OpenEphemeral"), "{insert}");
    }
}

#[tokio::test]
async fn questions_about_open_orders_walk_their_own_index() {
    let file = File::new();
    new_ledger(&file).await;
    for question in [
        queries::COUNT,
        queries::GAUGES_OF_ORDERS,
        queries::WAITING,
        queries::OPEN_BY,
        queries::PRESSING,
    ] {
        let plan = column(
            &raw(&file),
            &format!("EXPLAIN QUERY PLAN {question}"),
            "detail",
        );
        let plan = plan.join("; ");
        assert!(plan.contains("orders_pressing"), "{plan}");
        assert!(!plan.contains("SCAN orders;"), "{plan}");
    }
}

fn column(file: &Connection, question: &str, name: &str) -> Vec<String> {
    let mut asked = file.prepare(question).expect("a question");
    let places = asked.parameter_count();
    let rows = asked.query_map(rusqlite::params_from_iter(vec![0; places]), |row| {
        row.get(name)
    });
    rows.expect("a plan")
        .collect::<Result<_, _>>()
        .expect("texts")
}
