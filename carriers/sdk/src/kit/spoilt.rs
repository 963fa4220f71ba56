//! A good answer of the carrier's stub, spoilt on its way: it may have booked, so it is never a no.
//! Broken and empty labels cost the label only, and no number counts twice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::attempt::{Bookable, bookable, name_of};
use super::counter::{Counter, Told};
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::request::Response;
use crate::shipment::Intent;
use crate::step::{Booking, Step};
use crate::stub::Stub;

const MIB: usize = 1 << 20;

/// How an answer is spoilt.
type Spoil = (&'static str, fn(&Response) -> Response);

const SPOILT: [Spoil; 8] = [
    ("in UTF-16", |good| {
        let units = good.text().encode_utf16().collect::<Vec<_>>();
        with_body(good, units.into_iter().flat_map(u16::to_le_bytes).collect())
    }),
    ("in Latin-1, with an accent", |good| {
        let mut body = good.body.clone();
        body.extend_from_slice(b" \xe9");
        with_body(good, body)
    }),
    ("behind a byte order mark", |good| {
        with_body(good, [b"\xef\xbb\xbf", good.body.as_slice()].concat())
    }),
    ("in a foreign namespace", |good| {
        with_body(
            good,
            good.text().replace("=\"http", "=\"urn:x-http").into_bytes(),
        )
    }),
    ("before 8 MiB of blanks", |good| {
        with_body(good, [good.body.as_slice(), &vec![b' '; 8 * MIB]].concat())
    }),
    ("twice", |good| with_body(good, good.body.repeat(2))),
    ("that claims to be a page", |good| Response {
        content_type: Some("text/html".to_owned()),
        ..good.clone()
    }),
    ("with status 500", |good| Response {
        status: 500,
        ..good.clone()
    }),
];

fn with_body(good: &Response, body: Vec<u8>) -> Response {
    Response {
        body,
        ..good.clone()
    }
}

/// A good answer and the booking in it, of as many parcels as the carrier books.
fn good(carrier: &dyn Carrier, stub: Stub) -> Result<(Booking, Told), String> {
    let counter = Counter::new(carrier, stub);
    let intent = largest(carrier, &counter).ok_or("nothing of the catalogue can be booked")?;
    counter.booked(&intent)
}

fn largest(carrier: &dyn Carrier, counter: &Counter<'_>) -> Option<Intent> {
    let products = carrier.profile().products.iter();
    let intents = products.flat_map(|product| {
        let all = bookable(carrier, &counter.contract, product.code);
        all.into_iter().map(|Bookable { intent, .. }| intent)
    });
    intents.max_by_key(|intent| intent.shipment.parcels.len())
}

/// Spoilt as a whole, or cut anywhere: in doubt, or the same booking; never a no, never another number.
///
/// # Errors
/// Everything that does not hold.
pub fn a_good_answer_that_is_spoilt_is_never_a_no(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    let mut failures = Failures::default();
    let (booking, told) = match good(carrier, stub) {
        Ok(good) => good,
        Err(problem) => {
            failures.add(problem);
            return failures.verdict();
        }
    };
    for (how, spoil) in SPOILT {
        let step = carrier.read_booking(told.memo.as_ref(), &spoil(&told.answer));
        failures.check(same_or_doubt(&step, &booking), || {
            format!("a good answer {how} is {}", name_of(&step))
        });
    }
    let whole = told.answer.body.trim_ascii_end();
    let step = (whole.len() / 200).max(1);
    for size in (0..whole.len()).step_by(step) {
        let half = with_body(&told.answer, whole.get(..size).unwrap_or_default().to_vec());
        let step = carrier.read_booking(told.memo.as_ref(), &half);
        // in the last of several steps the booking is known already
        let told = told.memo.is_some() && same_or_doubt(&step, &booking);
        failures.check(told || matches!(step, Step::Unknown(_)), || {
            format!("a good answer cut after {size} bytes is {}", name_of(&step))
        });
    }
    failures.verdict()
}

fn same_or_doubt(step: &Step<Booking>, booking: &Booking) -> bool {
    match step {
        Step::Unknown(_) => true,
        Step::Done(read) => read.tracking_number == booking.tracking_number,
        _ => false,
    }
}

/// A label that is empty, no base64 or cut in half costs the label, not the booking; and half a label
/// is never taken for a whole one.
///
/// # Errors
/// Everything that does not hold.
pub fn a_broken_label_costs_the_label_only(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    super::holds(|| {
        let (booking, told) = good(carrier, stub)?;
        let labels = booking
            .parcels
            .iter()
            .filter_map(|parcel| parcel.label.as_ref());
        for label in labels {
            let packed = STANDARD.encode(&label.bytes);
            let half = packed.get(..packed.len() / 8 * 4).unwrap_or_default();
            for spoilt in ["", "=no base64=", half] {
                let answer = replaced(&told.answer, packed.as_bytes(), spoilt.as_bytes());
                // a label that does not travel in base64 is spoilt by the stub's own faults
                let Some(answer) = answer else { continue };
                let step = carrier.read_booking(told.memo.as_ref(), &answer);
                let Step::Done(read) = &step else {
                    return Err(format!("a broken label makes a booking {}", name_of(&step)));
                };
                let whole = |parcel: &crate::step::BookedParcel| {
                    parcel
                        .label
                        .as_ref()
                        .is_some_and(|read| read.is_whole() && read == label)
                };
                if read.parcels.iter().any(whole) {
                    return Err("a broken label is read as a whole one".to_owned());
                }
            }
        }
        Ok(())
    })
}

/// An answer that names one parcel's number for another is no refusal, and a look-up that names a
/// number twice finds it once.
///
/// # Errors
/// Everything that does not hold.
pub fn no_number_counts_twice(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    super::holds(|| {
        let counter = Counter::new(carrier, stub);
        let intent = largest(carrier, &counter).ok_or("nothing of the catalogue can be booked")?;
        let (booking, told) = counter.booked(&intent)?;
        let numbers: Vec<&str> = booking
            .parcels
            .iter()
            .map(|parcel| parcel.tracking_number.as_str())
            .collect();
        let [first, .., last] = numbers.as_slice() else {
            return Ok(());
        };
        if let Some(answer) = replaced(&told.answer, last.as_bytes(), first.as_bytes()) {
            let step = carrier.read_booking(told.memo.as_ref(), &answer);
            if !matches!(step, Step::Done(_) | Step::Unknown(_)) {
                return Err(format!(
                    "a number that comes twice makes a booking {}",
                    name_of(&step)
                ));
            }
        }
        let Some((finding, answer)) = carrier.finding().zip(counter.find(&intent.reference)) else {
            return Ok(());
        };
        let answer = answer?;
        let answer = replaced(&answer, last.as_bytes(), first.as_bytes()).unwrap_or(answer);
        let Ok(found) = finding.read_found(&answer) else {
            return Ok(());
        };
        let mut shipments: Vec<&str> = found
            .iter()
            .map(|shipment| shipment.tracking_number.as_str())
            .collect();
        shipments.sort_unstable();
        if shipments.windows(2).any(|two| two.first() == two.last()) {
            return Err("a number that comes twice is found as two bookings".to_owned());
        }
        Ok(())
    })
}

/// The answer with this text replaced everywhere; `None` when it does not hold it.
pub(super) fn replaced(answer: &Response, text: &[u8], by: &[u8]) -> Option<Response> {
    let mut body = Vec::with_capacity(answer.body.len());
    let mut rest = answer.body.as_slice();
    let mut held = false;
    while let Some(at) = rest
        .windows(text.len().max(1))
        .position(|part| part == text)
    {
        body.extend_from_slice(rest.get(..at).unwrap_or_default());
        body.extend_from_slice(by);
        rest = rest.get(at + text.len()..).unwrap_or_default();
        held = true;
    }
    body.extend_from_slice(rest);
    held.then(|| with_body(answer, body))
}
