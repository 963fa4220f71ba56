//! Labels lie in files of their own beside the ledger (`ledger.db-labels/`), appended by a thread of its
//! own before the transaction that tells of them: they are half of all bytes, and in the ledger each
//! would be written twice, with whoever writes lives waiting for it.
//!
//! A day has a file. One process appends, that which has the worker's role; others read and overwrite. The ledger knows of each label where it lies; of one that was appended and not told
//! of, because the process died in between, nobody knows: it goes with the file of its day, which is
//! removed once its time is over and the ledger has nothing in it.

use std::collections::{BTreeSet, HashMap};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::place;
use crate::ledger::LedgerError;
use crate::sabotage::{Point, pass};

/// Labels that share an `fsync` at most.
const GROUP: usize = 256;
/// So many labels are remembered that were appended last: an outcome that could not be kept comes again
/// with the same ones.
const REMEMBERED: usize = 1024;
const OWNER_ONLY: u32 = 0o600;
const FOLDER_OF_OWNER: u32 = 0o700;
/// What erased bytes are overwritten with, so much at a time.
const NOTHING: [u8; 4096] = [0; 4096];

/// Where the labels of the ledger at this path lie.
pub fn folder(ledger: &Path) -> PathBuf {
    place::beside(ledger, "-labels")
}

/// Makes the folder if there is none.
pub fn make(ledger: &Path) -> Result<(), LedgerError> {
    let folder = folder(ledger);
    let made = DirBuilder::new()
        .mode(FOLDER_OF_OWNER)
        .create(&folder)
        .or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        });
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

/// Where a label lies: in the file of a day, from this byte on, so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spot {
    day: Date,
    from: u64,
    length: usize,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.day, self.from, self.length)
    }
}

impl FromStr for Spot {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let mut parts = text.split(':');
        let parsed = (|| {
            let spot = Self {
                day: parts.next()?.parse().ok()?,
                from: parts.next()?.parse().ok()?,
                length: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(spot)
        })();
        parsed.ok_or_else(|| LedgerError::Unreadable(format!("the place of a label ({text})")))
    }
}

/// A label to be appended: its id and bytes.
pub type New = (String, Bytes);

struct Job {
    labels: Vec<New>,
    reply: oneshot::Sender<Result<Vec<String>, LedgerError>>,
}

/// The labels of a ledger.
pub struct Labels {
    folder: PathBuf,
    door: Mutex<Option<Sender<Job>>>,
    at_work: TaskTracker,
}

impl Labels {
    /// Those of the ledger at this path. Nothing is opened yet.
    pub fn of(ledger: &Path) -> Self {
        Self {
            folder: folder(ledger),
            door: Mutex::default(),
            at_work: TaskTracker::new(),
        }
    }

    /// What whoever appends has to do, on a thread that may wait for the disk, until [`Labels::end`].
    pub fn begin(&self) -> impl FnOnce() + Send + 'static {
        let (door, jobs) = channel();
        *self.door() = Some(door);
        let (at_work, folder) = (self.at_work.token(), self.folder.clone());
        move || {
            Appender {
                folder,
                open: None,
                appended: HashMap::new(),
            }
            .run(&jobs);
            drop(at_work);
        }
    }

    /// Appends labels: they are durable when this returns. Where each lies.
    pub async fn append(&self, labels: Vec<New>) -> Result<Vec<String>, LedgerError> {
        let (reply, places) = oneshot::channel();
        let closed = || LedgerError::Unavailable("the ledger is closed already".into());
        let door = self.door().clone().ok_or_else(closed)?;
        door.send(Job { labels, reply }).map_err(|_| closed())?;
        places.await.map_err(|_| closed())?
    }

    /// No more of it.
    pub async fn end(&self) {
        *self.door() = None;
        self.at_work.close();
        self.at_work.wait().await;
    }

    /// The bytes of the label in this place; none when they were erased.
    pub fn read(&self, place: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let spot: Spot = place.parse()?;
        let path = self.file_of(spot.day);
        let mut bytes = vec![0; spot.length];
        let read = File::open(&path).and_then(|file| file.read_exact_at(&mut bytes, spot.from));
        match read {
            Ok(()) => Ok(bytes.iter().any(|byte| *byte != 0).then_some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(in_words(&error, &path)),
        }
    }

    /// Overwrites the labels in these places, durably. One whose file is gone is erased already.
    pub fn overwrite(&self, places: &[String]) -> Result<(), LedgerError> {
        let mut days: HashMap<Date, File> = HashMap::new();
        for place in places {
            let spot: Spot = place.parse()?;
            let path = self.file_of(spot.day);
            let file = match days.remove(&spot.day) {
                Some(file) => file,
                None => match OpenOptions::new().write(true).open(&path) {
                    Ok(file) => file,
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    Err(error) => return Err(in_words(&error, &path)),
                },
            };
            overwrite(&file, spot).map_err(|error| in_words(&error, &path))?;
            days.insert(spot.day, file);
        }
        for (day, file) in days {
            let synced = file.sync_data();
            synced.map_err(|error| in_words(&error, &self.file_of(day)))?;
        }
        Ok(())
    }

    /// Removes the files of days before this one, in which the ledger has nothing: `needed` is the oldest
    /// place it has.
    pub fn remove_before(&self, day: Date, needed: Option<&str>) -> Result<(), LedgerError> {
        let needed: Option<Spot> = needed.map(str::parse).transpose()?;
        let day = needed.map_or(day, |needed| day.min(needed.day));
        let days = self
            .days()
            .map_err(|error| in_words(&error, &self.folder))?;
        for old in days.range(..day) {
            let path = self.file_of(*old);
            std::fs::remove_file(&path).map_err(|error| in_words(&error, &path))?;
        }
        Ok(())
    }

    /// How many bytes they take.
    pub fn size(&self) -> u64 {
        let days = self.days().unwrap_or_default();
        let sizes = days
            .into_iter()
            .map(|day| std::fs::metadata(self.file_of(day)));
        sizes.flatten().map(|file| file.len()).sum()
    }

    fn days(&self) -> io::Result<BTreeSet<Date>> {
        let mut days = BTreeSet::new();
        for found in std::fs::read_dir(&self.folder)? {
            let name = found?.file_name();
            days.extend(name.to_str().and_then(|name| name.parse::<Date>().ok()));
        }
        Ok(days)
    }

    fn file_of(&self, day: Date) -> PathBuf {
        self.folder.join(day.to_string())
    }

    fn door(&self) -> MutexGuard<'_, Option<Sender<Job>>> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn overwrite(file: &File, spot: Spot) -> io::Result<()> {
    let mut at = spot.from;
    let mut left = spot.length;
    while left > 0 {
        let part = NOTHING.get(..left.min(NOTHING.len())).unwrap_or(&NOTHING);
        file.write_all_at(part, at)?;
        at += u64::try_from(part.len()).unwrap_or_default();
        left -= part.len();
    }
    Ok(())
}

/// Whoever appends: what waits at the same time shares an `fsync`.
struct Appender {
    folder: PathBuf,
    /// Today's file.
    open: Option<(Date, File)>,
    /// Where the last labels lie, by id.
    appended: HashMap<String, String>,
}

impl Appender {
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let waiting = jobs.try_iter().take(GROUP - 1);
            let group: Vec<Job> = std::iter::once(first).chain(waiting).collect();
            let places = self.append(&group);
            pass(Point::LabelsKept);
            let mut places = places.map(Vec::into_iter);
            for Job { labels, reply } in group {
                let answer = match &mut places {
                    Ok(places) => Ok(places.by_ref().take(labels.len()).collect()),
                    Err(error) => Err(error.clone()),
                };
                // Who no longer waits has left: nothing tells of these labels.
                reply.send(answer).ok();
            }
        }
    }

    /// All of them, in order, or none.
    fn append(&mut self, group: &[Job]) -> Result<Vec<String>, LedgerError> {
        let day = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
        let path = self.folder.join(day.to_string());
        let said = |error: io::Error| in_words(&error, &path);
        let file = match self.open.take() {
            Some((today, file)) if today == day => file,
            _ => todays(&path, &self.folder).map_err(said)?,
        };
        let began = file.metadata().map_err(said)?.len();
        let labels = group.iter().flat_map(|job| &job.labels);
        let places = self.write(&file, day, labels).map_err(|error| {
            // What is there of them would be in the way of the next try, on a full disk most of all.
            file.set_len(began).ok();
            said(error)
        })?;
        self.open = Some((day, file));
        Ok(places)
    }

    fn write<'a>(
        &mut self,
        mut file: &File,
        day: Date,
        labels: impl Iterator<Item = &'a New>,
    ) -> io::Result<Vec<String>> {
        if self.appended.len() > REMEMBERED {
            self.appended.clear();
        }
        let mut places = Vec::new();
        let mut new = Vec::new();
        for (id, bytes) in labels {
            if let Some(known) = self.appended.get(id) {
                places.push(known.clone());
                continue;
            }
            file.write_all(bytes)?;
            let length = bytes.len();
            let end = file.stream_position()?;
            let from = end.saturating_sub(u64::try_from(length).unwrap_or_default());
            let place = Spot { day, from, length }.to_string();
            new.push((id.clone(), place.clone()));
            places.push(place);
        }
        file.sync_data()?;
        self.appended.extend(new);
        Ok(places)
    }
}

/// Its name is durable too.
fn todays(path: &Path, folder: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(OWNER_ONLY)
        .open(path)?;
    File::open(folder)?.sync_all()?;
    Ok(file)
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
        ErrorKind::UnexpectedEof => format!(
            "{place} ends before a label of the ledger: it is not the one that belongs to it, or older; restore both from one backup"
        ),
        _ => format!("the disk of {place} reports an error ({error}): check it"),
    })
}
