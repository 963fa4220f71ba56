//! Dealings with the carrier's own stub, which reads requests by itself: what it booked is what was
//! asked for; that is found by our reference, labelled, labelled again and voided; and whatever goes
//! wrong on the way is read as what it is.

use super::attempt::{Bookable, bookable, first_bookable, name_of};
use super::counter::Counter;
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::label::{Label, LabelFormat};
use crate::request::Response;
use crate::shipment::{Intent, ServiceOption};
use crate::step::{Booking, Cause, Step, VoidAnswer};
use crate::stub::{Stub, StubBooking, StubFault};

/// Each case of the catalogue that can be booked, as each product, with each option and in each label
/// format, is booked by the stub as it was meant: the reference, the product, as many parcels, and a
/// whole label of the format for each.
///
/// # Errors
/// Everything that does not hold.
pub fn the_stub_books_what_was_meant(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    let mut failures = Failures::default();
    let contract = carrier.profile().specimen.contract();
    for product in carrier.profile().products {
        for plain in bookable(carrier, &contract, product.code) {
            for intent in variants(carrier, &plain) {
                let counter = Counter::new(carrier, stub);
                let meant = counter
                    .booked(&intent)
                    .and_then(|(booking, _)| as_meant(&counter, &intent, &booking));
                if let Err(problem) = meant {
                    let (code, case) = (product.code, plain.case.name);
                    failures.add(format!("{case}, product {code}: {problem}"));
                    break;
                }
            }
        }
    }
    failures.verdict()
}

/// The intent as it is, with each option, and in each label format that can be booked.
fn variants(carrier: &dyn Carrier, plain: &Bookable) -> Vec<Intent> {
    let mut all = vec![plain.intent.clone()];
    for option in ServiceOption::ALL {
        let mut intent = plain.intent.clone();
        intent.shipment.options.insert(option);
        all.push(intent);
    }
    for format in LabelFormat::ALL {
        let mut intent = plain.intent.clone();
        intent.label_format = format;
        all.push(intent);
    }
    all.retain(|intent| carrier.book(intent).is_ok());
    all
}

fn as_meant(counter: &Counter<'_>, intent: &Intent, booking: &Booking) -> Result<(), String> {
    let [kept] = counter
        .bench
        .ledger
        .bookings()
        .try_into()
        .map_err(|kept: Vec<StubBooking>| {
            format!("the stub keeps {} bookings of one", kept.len())
        })?;
    let parcels = intent.shipment.parcels.len();
    let told = booking.parcels.len();
    // some carriers know an account by its credentials alone
    let known_otherwise = kept.account.is_empty();
    let same_account = known_otherwise || kept.account == intent.contract.number;
    if kept.reference != intent.reference || !same_account {
        return Err("the stub reads another reference or account".to_owned());
    }
    if kept.product != intent.product {
        return Err(format!("the stub reads product {}", kept.product));
    }
    if kept.parcels.len() != parcels || told != parcels {
        let read = kept.parcels.len();
        return Err(format!(
            "{parcels} parcels: the stub reads {read}, {told} are read"
        ));
    }
    let wanted = intent.label_format;
    for parcel in &booking.parcels {
        let given = match &parcel.label {
            Some(label) => Some(Ok(label.clone())),
            None => again(counter, &parcel.tracking_number, wanted),
        };
        match given {
            Some(Ok(label)) if label.format == wanted && label.is_whole() => {}
            Some(Ok(label)) => {
                return Err(format!(
                    "a label in {wanted} is read as {}, or not whole",
                    label.format
                ));
            }
            Some(Err(problem)) => return Err(problem),
            // one label may serve the whole shipment
            None if booking.parcels.iter().any(|other| other.label.is_some()) => {}
            None => return Err("no label is read in its stub's answer".to_owned()),
        }
    }
    Ok(())
}

/// The label of this number, fetched again; `None` where the carrier cannot.
fn again(
    counter: &Counter<'_>,
    number: &str,
    wanted: LabelFormat,
) -> Option<Result<Label, String>> {
    let relabelling = counter.carrier.relabelling()?;
    let answer = counter.ask(&relabelling.relabel(&counter.contract, number, wanted));
    Some(answer.and_then(|answer| {
        let read = relabelling.read_label(&answer);
        read.map_err(|why| format!("the label is not given again: {}", why.message))
    }))
}

/// A booking, made for one of the following checks.
fn one_booking<'kit>(
    carrier: &'kit dyn Carrier,
    stub: Stub,
) -> Result<(Counter<'kit>, Intent, Booking), String> {
    let counter = Counter::new(carrier, stub);
    let Bookable { intent, .. } = first_bookable(carrier, &counter.contract)?;
    let (booking, _) = counter.booked(&intent)?;
    Ok((counter, intent, booking))
}

/// What the stub booked is found by our reference, with a number of the booking's; under a reference
/// that nobody used nothing is found.
///
/// # Errors
/// Everything that does not hold.
pub fn a_booking_is_found_by_its_reference(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    super::holds(|| {
        let (counter, intent, booking) = one_booking(carrier, stub)?;
        let numbers = found(&counter, &intent.reference)?;
        if !numbers.iter().any(|number| belongs(&booking, number)) {
            return Err(format!(
                "{} numbers are found, none of the booking's",
                numbers.len()
            ));
        }
        match found(&counter, "KIT-NOBODY-7")?.len() {
            0 => Ok(()),
            count => Err(format!(
                "{count} numbers are found under an unused reference"
            )),
        }
    })
}

/// Every number that a look-up tells.
fn found(counter: &Counter<'_>, reference: &str) -> Result<Vec<String>, String> {
    let answer = counter.find(reference).ok_or("it has no look-up")??;
    let finding = counter.carrier.finding().ok_or("it has no look-up")?;
    let found = finding
        .read_found(&answer)
        .map_err(|why| format!("the look-up of {reference} fails: {}", why.message))?;
    let numbers = found.into_iter().flat_map(|shipment| {
        let parcels = shipment.parcels.into_iter();
        let parcels = parcels.map(|parcel| parcel.tracking_number);
        std::iter::once(shipment.tracking_number).chain(parcels)
    });
    Ok(numbers.collect())
}

fn belongs(booking: &Booking, number: &str) -> bool {
    let own = |parcel: &crate::step::BookedParcel| parcel.tracking_number == *number;
    booking.tracking_number == *number || booking.parcels.iter().any(own)
}

/// A void takes back what was booked, and is not done when the truck has it or nobody knows the number.
///
/// # Errors
/// Everything that does not hold.
pub fn a_void_takes_back_what_was_booked(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    super::holds(|| {
        let (counter, _, booking) = one_booking(carrier, stub)?;
        for number in carrier.profile().void_unit.numbers_of(&booking) {
            let answer = voided(&counter, &number)?;
            if answer != VoidAnswer::Voided {
                return Err(format!(
                    "a void of a fresh booking is {}",
                    in_a_word(&answer)
                ));
            }
        }
        if counter
            .bench
            .ledger
            .bookings()
            .iter()
            .any(StubBooking::is_live)
        {
            return Err("it is told as voided, and the stub still has it".to_owned());
        }
        let (counter, intent, booking) = one_booking(carrier, stub)?;
        counter.bench.ledger.pick_up(&intent.reference);
        for number in carrier
            .profile()
            .void_unit
            .numbers_of(&booking)
            .iter()
            .take(1)
        {
            let answer = voided(&counter, number)?;
            if answer == VoidAnswer::Voided {
                return Err("a parcel on the truck is told as voided".to_owned());
            }
        }
        match voided(&Counter::new(carrier, stub), &booking.tracking_number)? {
            VoidAnswer::Voided => Err("a number that nobody knows is told as voided".to_owned()),
            _ => Ok(()),
        }
    })
}

fn voided(counter: &Counter<'_>, number: &str) -> Result<VoidAnswer, String> {
    let voiding = counter.carrier.voiding().ok_or("it has no void")?;
    let answer = counter.ask(&voiding.void(&counter.contract, number))?;
    Ok(voiding.read_void(&answer))
}

fn in_a_word(answer: &VoidAnswer) -> &'static str {
    match answer {
        VoidAnswer::Voided => "done",
        VoidAnswer::TooLate => "too late",
        VoidAnswer::NotFound => "not found",
        VoidAnswer::Failed(_) => "a failure",
    }
}

/// The label of a booking is given again, whole.
///
/// # Errors
/// Everything that does not hold.
pub fn a_label_is_given_again(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    super::holds(|| {
        let (counter, intent, booking) = one_booking(carrier, stub)?;
        let number = booking
            .parcels
            .first()
            .map(|parcel| parcel.tracking_number.as_str());
        let number = number.unwrap_or(&booking.tracking_number);
        match again(&counter, number, intent.label_format) {
            Some(Ok(label)) if label.is_whole() => Ok(()),
            Some(Ok(_)) => Err("the label given again is not whole".to_owned()),
            Some(Err(problem)) => Err(problem),
            None => Err("it cannot give a label again".to_owned()),
        }
    })
}

/// What must be read of an answer that goes wrong at the stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Doubt,
    DoubtOrBooked,
    BookedWithoutLabel,
    NoEffect,
    Unauthorized,
}

/// Lost and spoilt answers are in doubt, and found by the reference afterwards; a label that is missing
/// or broken is a booking without it; a busy carrier has booked nothing; refused credentials say so.
///
/// # Errors
/// Everything that does not hold.
pub fn what_goes_wrong_is_read_as_what_it_is(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    let mut failures = Failures::default();
    let expected = [
        (StubFault::AcceptThenBroken, Reading::Doubt),
        (StubFault::AcceptThenTruncate, Reading::Doubt),
        (StubFault::AcceptThenEmpty, Reading::Doubt),
        (StubFault::AcceptThenHtml, Reading::Doubt),
        // the booking may stand in the body all the same
        (StubFault::AcceptThenRedirect, Reading::DoubtOrBooked),
        (StubFault::Deep, Reading::Doubt),
        (StubFault::Down, Reading::Doubt),
        (StubFault::Broken, Reading::Doubt),
        (StubFault::NoLabel, Reading::BookedWithoutLabel),
        (StubFault::BrokenLabel, Reading::BookedWithoutLabel),
        (
            StubFault::Busy {
                retry_after_s: None,
            },
            Reading::NoEffect,
        ),
        (StubFault::Unauthorized, Reading::Unauthorized),
    ];
    for (fault, reading) in expected {
        if let Err(problem) = gone_wrong(carrier, stub, fault.clone(), reading) {
            failures.add(format!("{fault:?}: {problem}"));
        }
    }
    failures.verdict()
}

fn gone_wrong(
    carrier: &dyn Carrier,
    stub: Stub,
    fault: StubFault,
    reading: Reading,
) -> Result<(), String> {
    // Who books in steps gives the label in one of its own.
    let by_itself = reading == Reading::BookedWithoutLabel && carrier.continuing().is_some();
    let operation = if by_itself { "label" } else { "book" };
    let counter = Counter::with_fault(carrier, stub, operation, fault);
    let Bookable { intent, .. } = first_bookable(carrier, &counter.contract)?;
    let step = counter.book(&intent)?.step;
    let labelled = |booking: &Booking| booking.parcels.iter().any(|parcel| parcel.label.is_some());
    let right = match (&step, reading) {
        (Step::Unknown(_), Reading::Doubt | Reading::DoubtOrBooked)
        | (Step::Done(_), Reading::DoubtOrBooked)
        | (Step::NoEffect(_), Reading::NoEffect) => true,
        (Step::Done(booking), Reading::BookedWithoutLabel) => {
            // in several steps, the label comes with another one
            !labelled(booking) || carrier.continuing().is_some()
        }
        (Step::Refused(why), Reading::Unauthorized) => why.cause == Cause::Unauthorized,
        _ => false,
    };
    if !right {
        return Err(format!("must be {reading:?}, is {}", name_of(&step)));
    }
    let accepted = counter.bench.ledger.bookings();
    let Some(booking) = accepted.first().filter(|_| carrier.finding().is_some()) else {
        return Ok(());
    };
    let numbers = found(&counter, &intent.reference)?;
    let own =
        |number: &String| *number == booking.tracking_number || booking.parcels.contains(number);
    if numbers.iter().any(own) {
        return Ok(());
    }
    Err("the booking behind it is not found by its reference".to_owned())
}

/// Refused or lost answers, to look for what they say of secrets.
pub(super) fn answers_that_say_no(carrier: &dyn Carrier, stub: Stub) -> Vec<Response> {
    let faults = [StubFault::Unauthorized, StubFault::Broken, StubFault::Down];
    let answers = faults.into_iter().filter_map(|fault| {
        let counter = Counter::with_fault(carrier, stub, "book", fault);
        let Bookable { intent, .. } = first_bookable(carrier, &counter.contract).ok()?;
        Some(counter.book(&intent).ok()?.answer)
    });
    answers.collect()
}
