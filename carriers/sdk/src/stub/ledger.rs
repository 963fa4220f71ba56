//! What the stub carriers booked: the truth a test compares the worker's ledger with.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::faults::Faults;

/// A booking about to be accepted.
#[derive(Debug, Clone, Copy)]
pub struct NewBooking<'a> {
    /// The carrier's name in configuration.
    pub carrier: &'static str,
    /// The account number in the request.
    pub account: &'a str,
    /// Our reference in the request.
    pub reference: &'a str,
    /// The carrier's product code.
    pub product: &'a str,
    /// How many parcels.
    pub parcels: usize,
}

/// A booking that a stub accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StubBooking {
    /// Order of acceptance on this server, from 1.
    pub no: u64,
    /// The carrier's name in configuration.
    pub carrier: String,
    /// The account number in the request.
    pub account: String,
    /// Our reference in the request.
    pub reference: String,
    /// The carrier's product code.
    pub product: String,
    /// The shipment's number.
    pub tracking_number: String,
    /// One number per parcel, in the order of the request.
    pub parcels: Vec<String>,
    /// The numbers that were voided.
    pub voided: Vec<String>,
    /// When it was accepted.
    pub at: Timestamp,
    /// Whether the truck has it: too late to void.
    pub picked_up: bool,
}

impl StubBooking {
    /// Whether it would be invoiced: neither the shipment nor all of its parcels are voided.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let voided = |number| self.voided.contains(number);
        !voided(&self.tracking_number) && !self.parcels.iter().all(voided)
    }

    fn has(&self, carrier: &str, number: &str) -> bool {
        self.carrier == carrier
            && (self.tracking_number == number || self.parcels.iter().any(|own| own == number))
    }

    fn is_older_than(&self, lag: Duration) -> bool {
        let age = Timestamp::now().duration_since(self.at);
        lag.is_zero() || age.unsigned_abs() >= lag
    }
}

/// What a void came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StubVoid {
    /// Voided, now or before.
    Voided,
    /// Nobody knows the number.
    NotFound,
    /// Picked up already.
    TooLate,
}

/// All bookings of one stub server. A clone is a handle to the same ledger.
#[derive(Clone)]
pub struct StubLedger(Arc<Mutex<State>>);

struct State {
    bookings: Vec<StubBooking>,
    next_serial: u64,
    file: Option<File>,
    faults: Faults,
}

/// One line of the ledger's file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
enum Entry {
    Accepted {
        booking: StubBooking,
        next_serial: u64,
    },
    Voided {
        carrier: String,
        number: String,
    },
    PickedUp {
        reference: String,
    },
}

impl StubLedger {
    pub(super) fn in_memory(faults: Faults) -> Self {
        Self(Arc::new(Mutex::new(State {
            bookings: Vec::new(),
            next_serial: 1,
            file: None,
            faults,
        })))
    }

    pub(super) fn with_file(path: &Path, faults: Faults) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)?;
        let ledger = Self::in_memory(faults);
        let mut state = ledger.lock();
        let end = state.replay(&mut file)?;
        // a stub killed while writing leaves half a line: that booking was never answered
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        state.file = Some(file);
        drop(state);
        Ok(ledger)
    }

    /// Accepts a booking and gives every parcel a number of its own; the shipment's number is the
    /// first parcel's. `number` turns a serial (unique on this server) into the carrier's shape.
    pub fn accept(&self, new: NewBooking<'_>, number: impl Fn(u64) -> String) -> StubBooking {
        self.lock().accept(new, None, &number)
    }

    /// Like [`StubLedger::accept`], for a carrier whose shipment has a number besides its parcels'.
    pub fn accept_with_parcels(
        &self,
        new: NewBooking<'_>,
        shipment: impl Fn(u64) -> String,
        parcel: impl Fn(u64) -> String,
    ) -> StubBooking {
        self.lock().accept(new, Some(&shipment), &parcel)
    }

    /// What a look-up by our reference shows, voided ones included, oldest first. A booking younger
    /// than the [`super::StubFault::LookupLag`] in force is not shown.
    #[must_use]
    pub fn find(&self, carrier: &str, account: &str, reference: &str) -> Vec<StubBooking> {
        let state = self.lock();
        let lag = state.faults.lookup_lag(carrier, reference);
        let known = state.bookings.iter().filter(|booking| {
            booking.carrier == carrier
                && booking.account == account
                && booking.reference == reference
                && booking.is_older_than(lag)
        });
        known.cloned().collect()
    }

    /// The booking that has this number, as its shipment's or as a parcel's.
    #[must_use]
    pub fn by_number(&self, carrier: &str, number: &str) -> Option<StubBooking> {
        let state = self.lock();
        let mut known = state.bookings.iter();
        known.find(|booking| booking.has(carrier, number)).cloned()
    }

    /// Voids a number: the whole shipment by the shipment's, else one parcel.
    pub fn void(&self, carrier: &str, number: &str) -> StubVoid {
        let mut state = self.lock();
        let mut known = state.bookings.iter();
        let Some(booking) = known.find(|booking| booking.has(carrier, number)) else {
            return StubVoid::NotFound;
        };
        if booking.voided.iter().any(|voided| voided == number) {
            return StubVoid::Voided;
        }
        if booking.picked_up {
            return StubVoid::TooLate;
        }
        state.record(Entry::Voided {
            carrier: carrier.to_owned(),
            number: number.to_owned(),
        });
        StubVoid::Voided
    }

    /// Lets the truck take every booking under this reference.
    pub fn pick_up(&self, reference: &str) {
        self.lock().record(Entry::PickedUp {
            reference: reference.to_owned(),
        });
    }

    /// Everything that was ever accepted, in that order.
    #[must_use]
    pub fn bookings(&self) -> Vec<StubBooking> {
        self.lock().bookings.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn accept(
        &mut self,
        new: NewBooking<'_>,
        shipment: Option<&dyn Fn(u64) -> String>,
        parcel: &dyn Fn(u64) -> String,
    ) -> StubBooking {
        let mut serials = self.next_serial..;
        let mut next =
            |shape: &dyn Fn(u64) -> String| serials.next().map(shape).unwrap_or_default();
        let own = shipment.map(&mut next);
        let parcels: Vec<String> = (0..new.parcels.max(1)).map(|_| next(parcel)).collect();
        let tracking_number = own.or_else(|| parcels.first().cloned());
        let booking = StubBooking {
            no: self.bookings.last().map_or(1, |last| last.no + 1),
            carrier: new.carrier.to_owned(),
            account: new.account.to_owned(),
            reference: new.reference.to_owned(),
            product: new.product.to_owned(),
            tracking_number: tracking_number.unwrap_or_default(),
            parcels,
            voided: Vec::new(),
            at: Timestamp::now(),
            picked_up: false,
        };
        self.record(Entry::Accepted {
            booking: booking.clone(),
            next_serial: serials.start,
        });
        booking
    }

    /// Writes an entry to the disk, then applies it.
    ///
    /// A stub whose disk fails goes on in memory and says so: it has nobody to refuse to.
    fn record(&mut self, entry: Entry) {
        if let Some(file) = &mut self.file
            && let Err(error) = append(file, &entry)
        {
            eprintln!("the stub's ledger file cannot be written, a restart will forget: {error}");
        }
        self.apply(entry);
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Accepted {
                booking,
                next_serial,
            } => {
                self.bookings.push(booking);
                self.next_serial = next_serial;
            }
            Entry::Voided { carrier, number } => {
                let mut known = self.bookings.iter_mut();
                if let Some(booking) = known.find(|booking| booking.has(&carrier, &number)) {
                    booking.voided.push(number);
                }
            }
            Entry::PickedUp { reference } => {
                for booking in &mut self.bookings {
                    booking.picked_up |= booking.reference == reference;
                }
            }
        }
    }

    /// Applies every whole line of a file and returns where the last one ends.
    fn replay(&mut self, file: &mut File) -> io::Result<u64> {
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text.get(..whole).unwrap_or_default().lines() {
            self.apply(serde_json::from_str(line)?);
        }
        u64::try_from(whole).map_err(io::Error::other)
    }
}

fn append(file: &mut File, entry: &Entry) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    file.write_all(&line)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::super::Bench;
    use super::super::faults::{FaultRule, StubFault};
    use super::*;

    fn new(reference: &str, parcels: usize) -> NewBooking<'_> {
        NewBooking {
            carrier: "chronopost",
            account: "19869502",
            reference,
            product: "01",
            parcels,
        }
    }

    #[test]
    fn every_parcel_has_a_number_and_no_number_comes_twice() {
        let ledger = Bench::in_memory().ledger;
        let first = ledger.accept(new("A", 2), |serial| format!("XY{serial:06}FR"));
        assert_eq!(first.tracking_number, "XY000001FR");
        assert_eq!(first.parcels, ["XY000001FR", "XY000002FR"]);
        let second = ledger.accept_with_parcels(
            new("A", 1),
            |serial| format!("S{serial}"),
            |serial| format!("P{serial}"),
        );
        assert_eq!(second.tracking_number, "S3");
        assert_eq!(second.parcels, ["P4"]);
        assert_eq!((first.no, second.no), (1, 2));
    }

    #[test]
    fn a_shipment_is_live_until_its_number_or_its_last_parcel_is_voided() {
        let ledger = Bench::in_memory().ledger;
        let shape = |serial| format!("N{serial}");
        ledger.accept_with_parcels(new("A", 2), shape, shape);
        assert_eq!(ledger.void("chronopost", "N2"), StubVoid::Voided);
        assert!(ledger.bookings()[0].is_live());
        assert_eq!(ledger.void("chronopost", "N3"), StubVoid::Voided);
        assert!(!ledger.bookings()[0].is_live());
        assert_eq!(ledger.void("chronopost", "N3"), StubVoid::Voided);
        assert_eq!(ledger.void("dhl-express", "N3"), StubVoid::NotFound);
    }

    #[test]
    fn what_the_truck_took_cannot_be_voided() {
        let ledger = Bench::in_memory().ledger;
        ledger.accept(new("A", 1), |serial| serial.to_string());
        ledger.pick_up("A");
        assert_eq!(ledger.void("chronopost", "1"), StubVoid::TooLate);
    }

    #[test]
    fn a_booking_younger_than_the_lag_is_not_found_yet() {
        let bench = Bench::in_memory();
        bench
            .ledger
            .accept(new("A", 1), |serial| serial.to_string());
        bench
            .faults
            .add(FaultRule::always(StubFault::LookupLag { ms: 3_600_000 }));
        assert!(bench.ledger.find("chronopost", "19869502", "A").is_empty());
        bench.faults.clear();
        assert_eq!(bench.ledger.find("chronopost", "19869502", "A").len(), 1);
        assert!(bench.ledger.find("chronopost", "other", "A").is_empty());
    }

    #[test]
    fn a_killed_stub_knows_its_bookings_again_but_not_half_a_line() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("stub.ndjson");
        let before = Bench::with_file(&path).expect("opened").ledger;
        before.accept(new("A", 2), |serial| serial.to_string());
        before.accept(new("B", 1), |serial| serial.to_string());
        before.void("chronopost", "2");
        before.pick_up("B");
        let kept = before.bookings();
        drop(before);
        let mut file = OpenOptions::new().append(true).open(&path).expect("file");
        file.write_all(b"{\"entry\":\"acc").expect("half a line");

        let after = Bench::with_file(&path).expect("opened again").ledger;
        assert_eq!(after.bookings(), kept);
        let next = after.accept(new("C", 1), |serial| serial.to_string());
        assert_eq!(next.tracking_number, "4");
        let third = Bench::with_file(&path).expect("opened a third time");
        assert_eq!(third.ledger.bookings().len(), 3);
    }

    #[test]
    fn a_file_that_is_no_ledger_is_an_error() {
        let file = tempfile::NamedTempFile::new().expect("file");
        std::fs::write(file.path(), "hello\n").expect("written");
        assert!(Bench::with_file(file.path()).is_err());
    }
}
