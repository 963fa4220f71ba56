//! The shared facts on SQLite files, and what only a file can do wrong.

mod folding;
mod labels;
mod plans;
mod trouble;

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rusqlite::Connection;
use tempfile::TempDir;

use super::SqliteLedger;
use crate::ledger::conformance::{Store, facts_of};
use crate::ledger::{Ledger, Rules};

/// A file in a folder of its own.
pub struct File {
    folder: TempDir,
}

impl File {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    /// A connection that knows nothing of ledgers.
    fn raw(&self) -> Connection {
        Connection::open(self.path()).expect("a connection")
    }

    async fn new_ledger(&self) {
        let ledger = SqliteLedger::open(&self.url(), Rules::default()).await;
        ledger.expect("a ledger").close().await;
    }
}

impl Store for File {
    fn open(&self, rules: Rules) -> BoxFuture<'_, Arc<dyn Ledger>> {
        async move {
            let opened = SqliteLedger::open(&self.url(), rules).await;
            let ledger: Arc<dyn Ledger> = Arc::new(opened.expect("a ledger"));
            ledger
        }
        .boxed()
    }
}

facts_of!(File::new());

#[test]
fn an_event_offered_before_an_older_one_is_noticed() {
    let test = only_the_lowest_unsent_event_of_each_order_is_offered;
    let bug = crate::sabotage::Bug::PublishOutOfOrder;
    assert!(crate::sabotage::is_noticed_by(bug, test));
}
