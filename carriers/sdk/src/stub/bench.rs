//! What the stubs of all carriers on one server share: the ledger of bookings and the faults.

use std::io;
use std::path::Path;

use super::faults::Faults;
use super::ledger::StubLedger;

/// Ledger and faults of one stub server. A clone is a handle to the same bench.
#[derive(Clone)]
pub struct Bench {
    /// What was booked.
    pub ledger: StubLedger,
    /// What goes wrong.
    pub faults: Faults,
}

impl Bench {
    /// A bench that forgets everything when it is dropped.
    #[must_use]
    pub fn in_memory() -> Self {
        let faults = Faults::default();
        Self {
            ledger: StubLedger::in_memory(faults.clone()),
            faults,
        }
    }

    /// A bench whose bookings outlive it: every change is on disk before the carrier answers, so
    /// the stub can be killed at any moment and started again. Faults are not kept.
    ///
    /// # Errors
    /// When the file cannot be opened, read or written, or a whole line of it is no ledger entry.
    pub fn with_file(path: &Path) -> io::Result<Self> {
        let faults = Faults::default();
        Ok(Self {
            ledger: StubLedger::with_file(path, faults.clone())?,
            faults,
        })
    }
}
