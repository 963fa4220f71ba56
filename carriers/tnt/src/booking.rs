//! The three steps of a booking, and what TNT's answers to them say.
//!
//! The first answer is `COMPLETE:` and a key, or at once the result. Under the key the result is asked
//! for, then the label. From the first step on only the result's own errors say that nothing was booked.

use carrier_sdk::prelude::*;
use carrier_sdk::xml::Element;

use crate::faults::{ELSE, FAULTS};
use crate::profile::PROFILE;

const RESULT: &str = "GET_RESULT";
const LABEL: &str = "GET_LABEL";
/// The first error of a result, of the whole before its parts.
const ERROR: &str = "ERROR|CREATE/ERROR|SHIP/ERROR|PRINT/ERROR|PRINT/LABEL/ERROR";

/// How the consignment is called within its batch: the result names it again, and so tells what no
/// answer of TNT's does, how many parcels there are.
pub(crate) fn consignment_of(parcels: usize) -> String {
    format!("parcels-{parcels}")
}

/// What is asked for in this step: its name, and the key.
pub(crate) fn question(memo: &Memo) -> String {
    let key = memo.value.split(' ').next().unwrap_or_default();
    format!("{}:{key}", memo.step)
}

/// What an answer says: to the booking, or to the step that the memo remembers.
pub(crate) fn read(memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
    match memo {
        Some(memo) if memo.step == LABEL => labelled(&memo.value, answer),
        Some(memo) => result(Some(&memo.value), answer),
        None => match key(answer) {
            Some(key) => Step::then(RESULT, key),
            None => result(None, answer),
        },
    }
}

/// The key, in an answer that is nothing else: `COMPLETE:123456`.
fn key(answer: &Response) -> Option<String> {
    let text = answer.text();
    let (word, key) = text.trim().split_once(':')?;
    let key = key.trim();
    let digits = (1..=20).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_digit());
    let complete = word.trim().eq_ignore_ascii_case("complete");
    (answer.is_success() && complete && digits).then(|| key.to_owned())
}

/// What became of the consignment. The label is the next thing to ask for, where there is a key.
fn result(key: Option<&str>, answer: &Response) -> Step<Booking> {
    let told = match document(answer) {
        Ok(told) => told,
        // under a key nothing but the result itself tells what became of the consignment
        Err(said) if key.is_some() => return Step::in_doubt(None, &said.message),
        Err(said) => return judge(ELSE, said).on_booking(),
    };
    let made = told.text("CREATE/SUCCESS") == Some("Y");
    let shipped = told.text("SHIP/CONSIGNMENT/SUCCESS") == Some("Y");
    let error = told.at(ERROR);
    let code = error.and_then(|error| error.text("CODE"));
    match (told.number("CREATE/CONNUMBER"), error) {
        (Some(number), _) if made && shipped => {
            let known = format!("{} {number} {}", key.unwrap_or_default(), parcels(&told));
            match key {
                Some(_) => Step::then(LABEL, known),
                None => booked(&known, None),
            }
        }
        // an error alone may be about the key
        (None, Some(error)) if !made && (key.is_none() || told.at("CREATE").is_some()) => {
            let message = error.text("DESCRIPTION").unwrap_or("no description");
            judge(FAULTS, Said::new(answer, code, message)).on_booking()
        }
        _ => Step::in_doubt(code, "the result is neither a whole yes nor a whole no"),
    }
}

/// The label of a consignment that is booked. It is asked for again until it comes or until TNT says
/// that it has none: there is no other way to it.
fn labelled(known: &str, answer: &Response) -> Step<Booking> {
    let root = Element::read(&answer.body).unwrap_or_default();
    let other = ["document", "runtime_error", "parse_error", "html"];
    let own = answer.is_success() && !other.contains(&root.name.as_str()) && names(answer, known);
    match Label::from_xml(&answer.body).filter(|_| own) {
        None if root.name != "document" || root.at(ERROR).is_none() => {
            Step::in_doubt(None, "it is booked, and its label is not there yet")
        }
        label => booked(known, label),
    }
}

/// The consignment's number in what is known: key, number, how many parcels.
fn number(known: &str) -> &str {
    known.split(' ').nth(1).unwrap_or_default()
}

/// Whether it speaks of this consignment: by its digits, for a label may print them alone.
fn names(answer: &Response, known: &str) -> bool {
    let digits = number(known).trim_matches(|letter: char| !letter.is_ascii_digit());
    !digits.is_empty() && answer.text().contains(digits)
}

/// Every parcel goes by the consignment's number; the label of all stands on the first.
fn booked(known: &str, label: Option<Label>) -> Step<Booking> {
    let told = known.split(' ').nth(2).unwrap_or_default();
    let parcels = vec![(None, None); told.parse().unwrap_or(0)];
    let booking = Booking::told(Some(number(known).to_owned()), parcels, label);
    booking.map_or_else(|| Step::in_doubt(None, "it has no number"), Step::Done)
}

/// How many parcels, by the name that [`consignment_of`] gave; 0 when it is another name.
fn parcels(told: &Element) -> usize {
    let count = told.text("CREATE/CONREF").unwrap_or_default();
    let count = count.trim_start_matches("parcels-").parse().ok();
    count
        .filter(|count| *count <= PROFILE.parcels_max)
        .unwrap_or(0)
}

/// A result; what another document of TNT's says, under its name.
fn document(answer: &Response) -> Result<Element, Said> {
    let root = Element::read(&answer.body).unwrap_or_default();
    match root.name.as_str() {
        "document" => Ok(root),
        name @ ("runtime_error" | "parse_error") => {
            let reason = root.text("error_reason").unwrap_or("no reason");
            Err(Said::new(answer, None, format!("{name}: {reason}")))
        }
        _ => Err(Said::unreadable(answer, "TNT's answer to this request")),
    }
}
