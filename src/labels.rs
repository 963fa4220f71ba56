//! Labels on their way to the printer: their names, and the print folder.
//!
//! The print folder is filled after the commit and before the event, so that who hears of a parcel
//! finds its label (rule 12). Labels live in the ledger; the folder is a copy.

use std::io;
use std::path::{Path, PathBuf};

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
        let shop = if key.shop.is_empty() {
            String::new()
        } else {
            format!("{}_", safe(&key.shop))
        };
        let part = if key.part == 1 {
            String::new()
        } else {
            format!("_{}", key.part)
        };
        let parcel = parcel + 1;
        format!(
            "{shop}{}{part}_b{n}_p{parcel}.{extension}",
            safe(&key.order_id)
        )
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
