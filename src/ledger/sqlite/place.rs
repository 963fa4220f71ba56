//! The file a ledger lives in: its path, who may read it, the room around it, the lock of the worker
//! role. Never opens the database file itself while SQLite has it: closing such a handle would drop
//! SQLite's own locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::StatVfsMountFlags;

use crate::ledger::LedgerError;

/// Readable and writable by the owner alone.
const OWNER_ONLY: u32 = 0o600;

/// The path in `sqlite://path`.
pub fn path_of(url: &str) -> Result<PathBuf, LedgerError> {
    let path = url
        .strip_prefix("sqlite://")
        .or(url.strip_prefix("sqlite:"));
    match path {
        Some(path) if !path.is_empty() && !path.contains('?') && !path.contains(":memory:") => {
            Ok(PathBuf::from(path))
        }
        _ => Err(LedgerError::Unavailable(
            "ledger.url names no SQLite file: write sqlite://diligence.db or sqlite:///var/lib/diligence/ledger.db".into(),
        )),
    }
}

/// Makes the file if there is none; whoever made it, only its owner may read it. SQLite gives its
/// `-wal` and `-shm` files the same permissions.
pub fn create(path: &Path) -> Result<(), LedgerError> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(path);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => restrict(path),
        Err(error) => Err(LedgerError::Unavailable(format!(
            "{} cannot be made ({}): its folder must exist and be writable for the user that runs diligence",
            path.display(),
            error.kind()
        ))),
    }
}

fn restrict(path: &Path) -> Result<(), LedgerError> {
    let files = ["", "-wal", "-shm"].map(|end| beside(path, end));
    for file in files.iter().filter(|file| file.exists()) {
        let open = std::fs::metadata(file).map(|found| found.permissions().mode() & 0o077 != 0);
        let closed = match open {
            Ok(false) => Ok(()),
            Ok(true) => std::fs::set_permissions(file, std::fs::Permissions::from_mode(OWNER_ONLY)),
            Err(error) => Err(error),
        };
        closed.map_err(|error| {
            LedgerError::Unavailable(format!(
                "{} holds addresses and may be read by others ({}): chmod 600 it",
                file.display(),
                error.kind()
            ))
        })?;
    }
    Ok(())
}

/// `ledger.db` and `-wal` give `ledger.db-wal`.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// The folder the ledger lies in.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether at least so many MiB are free around the ledger.
pub fn headroom(path: &Path, wanted_mib: u64) -> Result<(), LedgerError> {
    room(path, wanted_mib).map(drop)
}

/// How many MiB are free around the ledger, when at least so many are.
pub fn room(path: &Path, wanted_mib: u64) -> Result<u64, LedgerError> {
    let folder = folder(path);
    let disk = rustix::fs::statvfs(folder).map_err(|error| {
        LedgerError::Unavailable(format!(
            "the free space of {} is not known ({error})",
            folder.display()
        ))
    })?;
    // A disk that fails is often mounted again by the system, for reading only.
    if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(LedgerError::Unavailable(format!(
            "the disk at {} is mounted for reading only: check it and mount it for writing",
            folder.display()
        )));
    }
    let free_mib = disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024);
    if free_mib >= wanted_mib {
        return Ok(free_mib);
    }
    Err(LedgerError::Unavailable(format!(
        "only {free_mib} MiB are free at {}, {wanted_mib} are wanted before anything is booked: free some disk (ledger.headroom_mib)",
        folder.display()
    )))
}

/// The worker role of a ledger, held until this is dropped, also by a kill.
#[derive(Debug)]
pub struct WorkerLock {
    _file: File,
}

/// Takes the worker role of the ledger at this path.
///
/// # Errors
/// `Unavailable` when another worker has it, or the lock file cannot be made.
pub fn lock_worker(path: &Path) -> Result<WorkerLock, LedgerError> {
    let place = lock_of(path);
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(OWNER_ONLY)
        .open(&place);
    let file = opened.map_err(|error| {
        LedgerError::Unavailable(format!(
            "{} cannot be opened ({}): its folder must be writable for the user that runs diligence",
            place.display(),
            error.kind()
        ))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(WorkerLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Unavailable(format!(
            "another worker runs on {}: stop it first, or use a PostgreSQL ledger for several workers",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(LedgerError::Unavailable(format!(
            "{} cannot be locked ({}): put the ledger on a local disk",
            place.display(),
            error.kind()
        ))),
    }
}

/// Whether a worker has the role of the ledger at this path; none: it may not be looked at. Who takes
/// the role in this very instant has to try again.
pub fn has_worker(path: &Path) -> Option<bool> {
    let file = match File::open(lock_of(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(false),
        Err(_) => return None,
    };
    match file.try_lock_shared() {
        Ok(()) => Some(false),
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    }
}

fn lock_of(path: &Path) -> PathBuf {
    beside(path, ".worker.lock")
}
