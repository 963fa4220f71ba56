//! Labels on their way to the printer: their names, and the print folder.
//!
//! The print folder is filled after the commit and before the event, so that who hears of a parcel
//! finds its label (rule 12). Labels live in the ledger; the folder is a copy.

use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use carrier_sdk::Label;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::life::LabelRef;
use crate::order::Key;

/// A new label's entry in the order's life.
pub fn reference(label: &Label) -> LabelRef {
    let digest = Sha256::digest(&label.bytes);
    LabelRef {
        id: Uuid::now_v7().to_string(),
        format: label.format.name().to_owned(),
        bytes: label.bytes.len(),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The print folder.
#[derive(Debug, Clone)]
pub struct PrintFolder {
    folder: PathBuf,
}

impl PrintFolder {
    /// The folder, made if it is missing, readable by its owner only.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder.join("void"))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// A label's file name: by shipment, so that a person finds it.
    pub fn file_name(key: &Key, n: u32, parcel: usize, extension: &str) -> String {
        let parcel = parcel + 1;
        format!("{}_b{n}_p{parcel}.{extension}", shipment(key))
    }

    /// All files of an order: to be printed, voided, half written.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files_of(&self, key: &Key) -> io::Result<Vec<PathBuf>> {
        let wanted = shipment(key);
        self.files(|name, _| shipment_of(name) == Some(wanted.as_str()))
    }

    /// All labels that were written before then.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files_before(&self, then: SystemTime) -> io::Result<Vec<PathBuf>> {
        self.files(|name, file| {
            let written = file.metadata().and_then(|data| data.modified());
            shipment_of(name).is_some() && written.is_ok_and(|written| written < then)
        })
    }

    fn files(&self, wanted: impl Fn(&str, &DirEntry) -> bool) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for folder in [self.folder.clone(), self.folder.join("void")] {
            for file in std::fs::read_dir(folder)? {
                let file = file?;
                let name = file.file_name();
                if name.to_str().is_some_and(|name| wanted(name, &file)) {
                    found.push(file.path());
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Removes one of these files. A printer may have taken it away before.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn remove(file: &Path) -> io::Result<()> {
        match std::fs::remove_file(file) {
            Err(problem) if problem.kind() != io::ErrorKind::NotFound => Err(problem),
            _ => Ok(()),
        }
    }

    /// Puts a label there: written beside, synced, then renamed, so that no printer takes half.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn put(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let whole = self.folder.join(name);
        let half = self.folder.join(format!(".{name}.part"));
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&half).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&half, &whole).await?;
        self.sync().await?;
        Ok(whole)
    }

    /// Moves a voided label away; one that is gone was moved before.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn void(&self, name: &str) -> io::Result<()> {
        let moved =
            tokio::fs::rename(self.folder.join(name), self.folder.join("void").join(name)).await;
        match moved {
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(problem) => Err(problem),
            Ok(()) => self.sync().await,
        }
    }

    async fn sync(&self) -> io::Result<()> {
        tokio::fs::File::open(&self.folder).await?.sync_all().await
    }
}

/// An order as files name it. No shop and no order has a `~` or `+` in its name: no two orders share
/// one.
fn shipment(key: &Key) -> String {
    let mut name = String::new();
    if !key.shop.is_empty() {
        name = format!("{}~", safe(&key.shop));
    }
    name.push_str(&safe(&key.order_id));
    if key.part != 1 {
        name.push_str(&format!("+{}", key.part));
    }
    name
}

/// The order that a file of ours is named after; none: it is not ours.
fn shipment_of(name: &str) -> Option<&str> {
    let half = name.strip_prefix('.');
    let name = half
        .and_then(|half| half.strip_suffix(".part"))
        .unwrap_or(name);
    let (shipment, rest) = name.rsplit_once("_b")?;
    let (n, rest) = rest.split_once("_p")?;
    let (parcel, _) = rest.split_once('.')?;
    let numbers = n.parse::<u32>().is_ok() && parcel.parse::<u32>().is_ok();
    numbers.then_some(shipment)
}

fn safe(text: &str) -> String {
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || "_.-".contains(c) {
            c
        } else {
            '-'
        }
    };
    text.chars()
        .map(kept)
        .collect::<String>()
        .trim_start_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(shop: &str, order_id: &str, part: u32) -> Key {
        Key {
            shop: shop.into(),
            order_id: order_id.into(),
            part,
        }
    }

    #[test]
    fn a_file_is_named_by_shipment_and_never_leaves_its_folder() {
        let plain = PrintFolder::file_name(&key("", "FR-1", 1), 1, 0, "pdf");
        assert_eq!(plain, "FR-1_b1_p1.pdf");
        let hostile = PrintFolder::file_name(&key("../..", "x", 2), 3, 1, "zpl");
        assert!(
            !hostile.contains('/') && !hostile.starts_with('.'),
            "{hostile}"
        );
    }

    #[test]
    fn no_two_orders_share_a_file_name() {
        let keys = [
            key("", "A", 2),
            key("", "A_2", 1),
            key("A", "2", 1),
            key("", "A", 1),
            key("fr", "A_b1_p1.x", 1),
        ];
        let names = keys.map(|key| PrintFolder::file_name(&key, 1, 0, "pdf"));
        let different: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{names:?}");
        let named = names
            .each_ref()
            .map(|name| shipment_of(name).expect("ours"));
        assert_eq!(named, ["A+2", "A_2", "A~2", "A", "fr~A_b1_p1.x"]);
        assert_eq!(shipment_of("readme_before_printing.txt"), None);
    }

    #[tokio::test]
    async fn an_orders_files_are_found_wherever_they_are_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let print = PrintFolder::open(folder.path()).expect("opened");
        let name = |id: &str, n| PrintFolder::file_name(&key("fr", id, 1), n, 0, "pdf");
        for (id, n) in [("A", 1), ("A", 2), ("AB", 1)] {
            print.put(&name(id, n), b"%PDF-").await.expect("put");
        }
        print.void(&name("A", 1)).await.expect("moved");
        std::fs::write(folder.path().join(format!(".{}.part", name("A", 3))), b"%").expect("put");
        std::fs::write(folder.path().join("notes.txt"), b"not ours").expect("put");
        let found = print.files_of(&key("fr", "A", 1)).expect("read");
        assert_eq!(found.len(), 3, "{found:?}");
        for file in &found {
            PrintFolder::remove(file).expect("removed");
        }
        PrintFolder::remove(&found[0]).expect("gone before is fine");
        let later = SystemTime::now() + std::time::Duration::from_secs(1);
        let left = print.files_before(later).expect("read");
        assert_eq!(left, [folder.path().join(name("AB", 1))]);
        assert!(
            print
                .files_before(SystemTime::UNIX_EPOCH)
                .expect("read")
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_voided_label_is_moved_out_of_the_printers_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let print = PrintFolder::open(folder.path()).expect("opened");
        print.put("a.pdf", b"%PDF-").await.expect("put");
        print.void("a.pdf").await.expect("moved");
        print.void("a.pdf").await.expect("again is fine");
        assert!(!folder.path().join("a.pdf").exists());
        assert_eq!(
            std::fs::read(folder.path().join("void/a.pdf")).expect("kept"),
            b"%PDF-"
        );
    }
}
