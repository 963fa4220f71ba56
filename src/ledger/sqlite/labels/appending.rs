//! Appends labels on a thread of its own: those that wait at the same time share an `fsync`.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{Spot, in_words};
use crate::ledger::LedgerError;
use crate::sabotage::{Point, pass};

/// Calls that share an `fsync` at most.
const GROUP: usize = 256;
/// So many labels are remembered that were appended last: an outcome that could not be kept comes again
/// with the same ones.
const REMEMBERED: usize = 1024;
const OWNER_ONLY: u32 = 0o600;

/// A label to be appended: its id and bytes.
pub type New = (String, Bytes);

struct Job {
    labels: Vec<New>,
    reply: oneshot::Sender<Result<Vec<String>, LedgerError>>,
}

/// Whoever appends, as others see it.
#[derive(Default)]
pub struct Appending {
    door: Mutex<Option<Sender<Job>>>,
    at_work: TaskTracker,
}

impl Appending {
    /// What has to be done, on a thread that may wait for the disk, until [`Appending::end`].
    pub fn begin(&self, folder: PathBuf) -> impl FnOnce() + Send + 'static {
        let (door, jobs) = channel();
        *self.door() = Some(door);
        let at_work = self.at_work.token();
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

    /// No more of it. Returns when all that was handed in is appended.
    pub async fn end(&self) {
        *self.door() = None;
        self.at_work.close();
        self.at_work.wait().await;
    }

    fn door(&self) -> MutexGuard<'_, Option<Sender<Job>>> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Appender {
    folder: PathBuf,
    /// Today's file.
    open: Option<Today>,
    /// Where the last labels lie, by id.
    appended: HashMap<String, String>,
}

struct Today {
    day: Date,
    name: String,
    file: File,
    /// Where the next label begins.
    end: u64,
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
        let mut today = match self.open.take() {
            Some(today) if today.day == day => today,
            _ => Today::new(&self.folder, day).map_err(|error| in_words(&error, &self.folder))?,
        };
        let began = today.end;
        let labels = group.iter().flat_map(|job| &job.labels);
        let places = self.write(&mut today, labels);
        let places = places.map_err(|error| in_words(&error, &self.folder.join(&today.name)));
        // What is there of those that failed would be in the way of the next try, on a full disk most of
        // all.
        if places.is_ok() || today.cut(began).is_ok() {
            self.open = Some(today);
        }
        places
    }

    fn write<'a>(
        &mut self,
        today: &mut Today,
        labels: impl Iterator<Item = &'a New>,
    ) -> io::Result<Vec<String>> {
        if self.appended.len() > REMEMBERED {
            self.appended.clear();
        }
        let mut places = Vec::new();
        let mut new = Vec::new();
        for (id, bytes) in labels {
            let place = match self.appended.get(id) {
                Some(known) => known.clone(),
                None => {
                    let place = today.write(bytes)?.to_string();
                    new.push((id.clone(), place.clone()));
                    place
                }
            };
            places.push(place);
        }
        today.file.sync_data()?;
        self.appended.extend(new);
        Ok(places)
    }
}

impl Today {
    /// A new file, whose name is durable too. No place of another one names it, not even of one that was
    /// lost: at a place that is told of lies that label or nothing.
    fn new(folder: &Path, day: Date) -> io::Result<Self> {
        // Its last bits are chance.
        let mark = Uuid::now_v7().as_u128() & 0xffff_ffff;
        let name = format!("{day}.{mark:08x}");
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(OWNER_ONLY)
            .open(folder.join(&name))?;
        File::open(folder)?.sync_all()?;
        Ok(Self {
            day,
            name,
            file,
            end: 0,
        })
    }

    fn cut(&mut self, end: u64) -> io::Result<()> {
        self.end = end;
        self.file.set_len(end)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<Spot> {
        self.file.write_all(bytes)?;
        let (from, length) = (self.end, u64::try_from(bytes.len()).unwrap_or_default());
        self.end += length;
        let file = self.name.clone();
        Ok(Spot { file, from, length })
    }
}
