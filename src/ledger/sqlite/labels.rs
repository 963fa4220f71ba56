//! Labels lie in files of their own beside the ledger (`ledger.db-labels/`), appended (`appending`) before
//! the transaction that tells of them: they are half of all bytes, and in the ledger each would be
//! written twice, with whoever writes lives waiting for it.
//!
//! Whoever appends has a file for each day, and no other process appends to it. The ledger knows of each
//! label where it lies; of one that was appended and not told of, because the process died in between,
//! nobody knows: it goes with its file, which is removed once its time is over and the ledger has nothing
//! left of that day.

mod appending;

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::civil::Date;

pub use self::appending::{Appending, New};
use super::place;
use crate::ledger::LedgerError;

const FOLDER_OF_OWNER: u32 = 0o700;
/// What erased bytes are overwritten with, so much at a time.
const NOTHING: [u8; 4096] = [0; 4096];

/// Where the labels of the ledger at this path lie.
pub fn folder(ledger: &Path) -> PathBuf {
    place::beside(ledger, "-labels")
}

/// Makes the folder if there is none, durably: a ledger that tells of it must find it.
pub fn make(ledger: &Path) -> Result<(), LedgerError> {
    let folder = folder(ledger);
    let made = match DirBuilder::new().mode(FOLDER_OF_OWNER).create(&folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => File::open(place::folder(ledger)).and_then(|around| around.sync_all()),
    };
    made.map_err(|error| in_words(&error, &folder))
}

/// Refuses a ledger whose labels are lost, until somebody knows.
pub fn are_there(ledger: &Path) -> Result<(), LedgerError> {
    let folder = folder(ledger);
    if folder.is_dir() {
        return Ok(());
    }
    Err(LedgerError::Unavailable(format!(
        "{0} is missing, where the labels of {1} lie: put it back from where the ledger came from, or go on without the labels kept so far: mkdir -m 700 {0}",
        folder.display(),
        ledger.display()
    )))
}

/// Where a label lies: in this file, from this byte on, so many bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spot {
    file: String,
    from: u64,
    length: u64,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.from, self.length)
    }
}

impl FromStr for Spot {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let mut parts = text.split(':');
        let mut spot = || {
            let spot = Self {
                file: parts
                    .next()
                    .filter(|name| day_of(name).is_some())?
                    .to_owned(),
                from: parts.next()?.parse().ok()?,
                length: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(spot)
        };
        let strange = || LedgerError::Unreadable(format!("the place of a label ({text})"));
        spot().ok_or_else(strange)
    }
}

/// The day of a file of ours, `2026-11-28.0a1b2c3d`; none of any other.
fn day_of(name: &str) -> Option<Date> {
    let (day, mark) = name.split_once('.')?;
    let marked = mark.len() == 8 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    day.parse().ok().filter(|_| marked)
}

/// The labels of a ledger.
pub struct Labels(PathBuf);

impl Labels {
    /// Those of the ledger at this path. Nothing is opened yet.
    pub fn of(ledger: &Path) -> Self {
        Self(folder(ledger))
    }

    /// The bytes of the label in this place; none when they were erased.
    pub fn read(&self, place: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let spot: Spot = place.parse()?;
        let path = self.0.join(&spot.file);
        match File::open(&path).and_then(|file| read(&file, &spot)) {
            Ok(bytes) => Ok(bytes.iter().any(|byte| *byte != 0).then_some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(in_words(&error, &path)),
        }
    }

    /// Overwrites the labels in these places, durably. One whose file is gone is erased already.
    pub fn overwrite(&self, places: &[String]) -> Result<(), LedgerError> {
        let mut touched: HashMap<PathBuf, File> = HashMap::new();
        for place in places {
            let spot: Spot = place.parse()?;
            let path = self.0.join(&spot.file);
            let file = match touched.remove(&path) {
                Some(file) => file,
                None => match OpenOptions::new().write(true).open(&path) {
                    Ok(file) => file,
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    Err(error) => return Err(in_words(&error, &path)),
                },
            };
            overwrite(&file, &spot).map_err(|error| in_words(&error, &path))?;
            touched.insert(path, file);
        }
        for (path, file) in touched {
            file.sync_data().map_err(|error| in_words(&error, &path))?;
        }
        Ok(())
    }

    /// Removes the files of days before this one of which the ledger has nothing: `oldest` is the oldest
    /// place that it has.
    pub fn remove_before(&self, day: Date, oldest: Option<&str>) -> Result<(), LedgerError> {
        let oldest: Option<Spot> = oldest.map(str::parse).transpose()?;
        let needed = oldest.and_then(|oldest| day_of(&oldest.file));
        let day = needed.map_or(day, |needed| day.min(needed));
        for (of, path) in self.files()? {
            if of < day {
                std::fs::remove_file(&path).map_err(|error| in_words(&error, &path))?;
            }
        }
        Ok(())
    }

    /// How many bytes they take.
    pub fn size(&self) -> u64 {
        let files = self.files().unwrap_or_default().into_iter();
        let sizes = files.map(|(_, path)| std::fs::metadata(path));
        sizes.flatten().map(|file| file.len()).sum()
    }

    fn files(&self) -> Result<Vec<(Date, PathBuf)>, LedgerError> {
        let said = |error: io::Error| in_words(&error, &self.0);
        let mut files = Vec::new();
        for found in std::fs::read_dir(&self.0).map_err(said)? {
            let found = found.map_err(said)?;
            let day = found.file_name().to_str().and_then(day_of);
            files.extend(day.map(|day| (day, found.path())));
        }
        Ok(files)
    }
}

fn read(file: &File, spot: &Spot) -> io::Result<Vec<u8>> {
    let end = spot.from.checked_add(spot.length);
    let there = end.is_some_and(|end| file.metadata().is_ok_and(|file| end <= file.len()));
    let length = usize::try_from(spot.length).ok().filter(|_| there);
    let mut bytes = vec![0; length.ok_or(ErrorKind::UnexpectedEof)?];
    file.read_exact_at(&mut bytes, spot.from)?;
    Ok(bytes)
}

fn overwrite(file: &File, spot: &Spot) -> io::Result<()> {
    let end = spot.from.saturating_add(spot.length);
    // Nothing is there behind its end, and nothing is made there.
    let end = end.min(file.metadata()?.len());
    let mut at = spot.from;
    while at < end {
        let left = usize::try_from(end - at).unwrap_or(NOTHING.len());
        let part = NOTHING.get(..left).unwrap_or(&NOTHING);
        file.write_all_at(part, at)?;
        at += u64::try_from(part.len()).unwrap_or(u64::MAX);
    }
    Ok(())
}

fn in_words(error: &io::Error, path: &Path) -> LedgerError {
    let place = path.display();
    LedgerError::Unavailable(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("the disk of {place} is full: free some space")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => format!(
            "{place} cannot be written or read ({}): make it and its folder writable for the user that runs diligence",
            error.kind()
        ),
        ErrorKind::NotFound => {
            format!("{place} is gone: put it back from where the ledger came from")
        }
        ErrorKind::UnexpectedEof => format!(
            "{place} ends before a label of the ledger: it is older than the ledger; restore both from one backup"
        ),
        _ => format!("the disk of {place} reports an error ({error}): check it"),
    })
}
