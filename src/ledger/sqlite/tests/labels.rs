//! The labels beside the ledger: lost, erased, of another day, of an outcome that could not be kept.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::date;

use super::super::SqliteLedger;
use super::super::labels::{Labels, folder};
use super::File;
use crate::ledger::conformance::{Desk, booked};
use crate::ledger::{LedgerError, Rules};

/// A file of a day that is long over.
const OLD: &str = "2020-01-02.00000000";
const DAY: Duration = Duration::from_secs(86_400);

impl File {
    fn labels(&self) -> PathBuf {
        folder(&self.path())
    }

    /// The bytes of all days, and their names.
    fn days(&self) -> Vec<(String, Vec<u8>)> {
        let mut days: Vec<(String, Vec<u8>)> = std::fs::read_dir(self.labels())
            .expect("a folder")
            .map(|day| {
                let day = day.expect("a file");
                let name = day.file_name().into_string().expect("a text");
                (name, std::fs::read(day.path()).expect("read"))
            })
            .collect();
        days.sort();
        days
    }

    /// The bytes of the only day.
    fn today(&self) -> Vec<u8> {
        let [(_, bytes)] = &self.days()[..] else {
            panic!("one day");
        };
        bytes.clone()
    }

    fn count(&self, question: &str) -> i64 {
        let counted = self.raw().query_row(question, [], |row| row.get(0));
        counted.expect(question)
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_label_lies_beside_the_ledger_and_its_row_tells_where() {
    let file = File::new();
    let desk = Desk::open(&file).await;
    for (id, number) in [("A-1", "1001"), ("A-2", "1002")] {
        desk.book(id, number).await;
    }
    let bytes = file.today();
    assert_eq!(bytes, b"%PDF-1.4 1001 %%EOF%PDF-1.4 1002 %%EOF");
    let inside = "SELECT COUNT(*) FROM labels WHERE length(bytes) > 0 OR place IS NULL";
    assert_eq!(file.count(inside), 0);
    let second = desk.ledger.label("label-1002").await.expect("read");
    assert_eq!(&*second.expect("kept").label.bytes, b"%PDF-1.4 1002 %%EOF");
}

#[tokio::test]
async fn a_label_inside_an_older_ledger_is_still_found() {
    let file = File::new();
    let key = Desk::open(&file).await.book("A-1", "1001").await;
    let older = file.raw().execute_batch(
        "INSERT INTO labels SELECT 'older', key, n, parcel, format, sha256, x'696e73696465', erase_after, NULL
 FROM labels",
    );
    older.expect("written");
    let desk = Desk::open(&file).await;
    assert_eq!(desk.ledger.labels(&key).await.expect("read").len(), 2);
    let inside = desk.ledger.label("older").await.expect("read");
    assert_eq!(&*inside.expect("kept").label.bytes, b"inside");
}

#[tokio::test]
async fn an_outcome_that_comes_again_finds_its_label_kept_already() {
    let file = File::new();
    let desk = Desk::open(&file).await;
    let key = desk.receive("A-1").await;
    let fence = desk.claim(&key).await.life.fence;
    let other = file.raw();
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    let outcome = || vec![booked(&key, fence, "1001")];
    let refused = desk.all(outcome()).await.remove(0).map(drop);
    assert!(
        matches!(refused, Err(LedgerError::Unavailable(_))),
        "{refused:?}"
    );
    assert!(desk.ledger.labels(&key).await.expect("read").is_empty());
    other.execute_batch("ROLLBACK").expect("let go");
    let kept = desk.all(outcome()).await.remove(0).expect("kept");
    assert_eq!(kept.life.state.name(), "booked");
    assert!(desk.has_label("label-1001").await);
    let days = file.days();
    assert_eq!(days[0].1, b"%PDF-1.4 1001 %%EOF", "it was appended once");
}

#[tokio::test]
async fn nothing_is_decided_while_labels_cannot_be_kept() {
    let file = File::new();
    let desk = Desk::open(&file).await;
    let key = desk.receive("A-1").await;
    let fence = desk.claim(&key).await.life.fence;
    let aside = file.labels().with_extension("aside");
    std::fs::rename(file.labels(), &aside).expect("moved");
    let refused = desk.all(vec![booked(&key, fence, "1001")]).await.remove(0);
    let said = refused.map(drop).expect_err("a refusal").to_string();
    assert!(said.contains("ledger.db-labels is gone"), "{said}");
    let state = desk.order(&key).await.life.state;
    assert_eq!(state.name(), "booking");
    std::fs::rename(&aside, file.labels()).expect("moved back");
    desk.one(booked(&key, fence, "1001")).await;
    assert!(desk.has_label("label-1001").await);
}

#[tokio::test]
async fn a_ledger_that_lost_its_labels_says_so_and_goes_on_when_somebody_decided() {
    let file = File::new();
    Desk::open(&file).await.book("A-1", "1001").await;
    std::fs::remove_dir_all(file.labels()).expect("removed");
    for opened in [
        SqliteLedger::open(&file.url(), Rules::default()).await,
        SqliteLedger::open_read_only(&file.url(), Rules::default()).await,
    ] {
        let said = opened.map(drop).expect_err("a refusal").to_string();
        let remedy = format!("mkdir -m 700 {}", file.labels().display());
        assert!(
            said.contains("is missing") && said.contains(&remedy),
            "{said}"
        );
        assert!(!file.labels().exists(), "looking makes nothing");
    }
    std::fs::create_dir(file.labels()).expect("made");
    let desk = Desk::open(&file).await;
    assert!(!desk.has_label("label-1001").await);
    desk.book("A-2", "1002").await;
    assert!(desk.has_label("label-1002").await);
}

#[tokio::test]
async fn what_is_erased_is_overwritten_and_a_day_that_is_over_goes_with_what_nobody_knows_of() {
    let file = File::new();
    let desk = Desk::open(&file).await;
    desk.book("A-1", "1001").await;
    for day in ["2020-01-01.00000000", OLD] {
        std::fs::write(file.labels().join(day), b"nobody knows of it").expect("written");
    }
    std::fs::write(file.labels().join("notes.txt"), b"not ours").expect("written");
    let of_an_old_day = "UPDATE labels SET place = '2020-01-02.00000000:0:18'";
    file.raw().execute_batch(of_an_old_day).expect("moved");
    let erase = async || desk.ledger.erase_expired(desk.now()).await.expect("done");
    assert_eq!(erase().await, 0);
    let names = || -> Vec<String> { file.days().into_iter().map(|(name, _)| name).collect() };
    assert_eq!(names()[..2], [OLD, &names()[1]], "the older one is gone");
    desk.pass(31 * DAY);
    while erase().await > 0 {
        let days = file.days();
        let old = days.iter().find(|(name, _)| name == OLD);
        assert_eq!(
            old.expect("not yet").1,
            [0; 18],
            "overwritten, then its row went"
        );
    }
    assert!(!names().contains(&OLD.to_owned()));
    assert!(names().contains(&"notes.txt".to_owned()));
    assert!(!desk.has_label("label-1001").await);
}

#[tokio::test]
async fn an_overwritten_label_is_gone_and_its_neighbour_stays() {
    let file = File::new();
    let desk = Desk::open(&file).await;
    for (id, number) in [("A-1", "1001"), ("A-2", "1002")] {
        desk.book(id, number).await;
    }
    let labels = Labels::of(&file.path());
    let place: String = file
        .raw()
        .query_row(
            "SELECT place FROM labels WHERE id = 'label-1001'",
            [],
            |row| row.get(0),
        )
        .expect("a place");
    labels
        .overwrite(std::slice::from_ref(&place))
        .expect("done");
    assert_eq!(labels.read(&place).expect("read"), None);
    let bytes = file.today();
    assert!(!holds(&bytes, "1001") && holds(&bytes, "1002"));
    // As after a crash between the two: the row is there, what it tells of is not.
    assert!(!desk.has_label("label-1001").await);
    assert!(desk.has_label("label-1002").await);
}

#[test]
fn a_place_that_is_none_is_refused_and_a_day_without_a_file_is_erased() {
    let file = File::new();
    let labels = Labels::of(&file.path());
    for place in [
        "",
        "2026-11-28",
        "2026-11-28:1",
        "2026-11-28.0a1b2c3d:1:2:3",
        "x:1:2",
        "../2026-11-28.0a1b2c3d:1:2",
    ] {
        let refused = labels.read(place);
        assert!(
            matches!(refused, Err(LedgerError::Unreadable(_))),
            "{place}"
        );
    }
    assert_eq!(labels.read("2026-11-28.0a1b2c3d:0:4").expect("read"), None);
    labels
        .overwrite(&["2026-11-28.0a1b2c3d:0:4".to_owned()])
        .expect("nothing to do");
    std::fs::create_dir(file.labels()).expect("made");
    std::fs::write(file.labels().join("2026-11-28.0a1b2c3d"), b"abc").expect("written");
    let short = labels
        .read("2026-11-28.0a1b2c3d:0:4")
        .expect_err("too short")
        .to_string();
    assert!(short.contains("ends before a label"), "{short}");
    labels
        .remove_before(date(2026, 11, 29), None)
        .expect("removed");
    assert!(file.days().is_empty());
}
