//! Work grows with the size of what came and not with its square: fixtures whose lists grow to
//! thousands of elements, measured in processor time of this one thread, which no neighbour changes.

use std::collections::HashSet;
use std::time::Duration;

use carrier_sdk::{Response, reading};
use diligence::{attacked, registry};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

use super::answers::samples;

/// Sizes that are compared, in bytes.
const SMALL: usize = 32 << 10;
const LARGE: usize = 256 << 10;
/// How much dearer a byte of the large one may be: sorting and cold memory cost something.
const DEARER: f64 = 2.5;
/// Below this nothing is measured well.
const BLUR: Duration = Duration::from_millis(15);

/// The processor time of a run.
fn work(run: impl Fn()) -> Duration {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a time");
    let before = now();
    run();
    now() - before
}

/// Fails when the large body takes more than its size allows, three times in a row.
fn in_proportion(what: &str, small: &[u8], large: &[u8], read: impl Fn(&[u8])) {
    // usize to f64 has no From: the sizes are far below 4 GiB
    let size = |body: &[u8]| f64::from(u32::try_from(body.len()).expect("small"));
    let measured = (0..3).map(|_| {
        let allowed = work(|| read(small)).mul_f64(DEARER * size(large) / size(small)) + BLUR;
        (work(|| read(large)), allowed)
    });
    let mut dear = measured.take_while(|(taken, allowed)| taken > allowed);
    let (large, small) = (large.len(), small.len());
    if let Some((taken, allowed)) = dear.nth(2) {
        panic!("{what}: {large} bytes took {taken:?}, {allowed:?} by the measure of {small} bytes");
    }
}

/// The text with its long numbers counted up, so that no two copies are the same.
fn varied(unit: &str, count: usize) -> String {
    let mut varied = String::with_capacity(unit.len());
    let mut digits = String::new();
    for letter in unit.chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        match digits.len().checked_sub(6) {
            Some(kept) => varied.push_str(&format!("{}{count:06}", &digits[..kept])),
            None => varied.push_str(&digits),
        }
        digits.clear();
        varied.push(letter);
    }
    varied.pop();
    varied
}

/// Copies of the unit, so many bytes of them.
fn copies(unit: &str, between: &str, size: usize) -> String {
    let count = size / (unit.len() + between.len()) + 1;
    let copies: Vec<String> = (0..count).map(|count| varied(unit, count)).collect();
    copies.join(between)
}

/// Every list in a JSON document, by its pointer.
fn lists(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            if !list.is_empty() {
                found.push(pointer.to_owned());
            }
            for (place, one) in list.iter().enumerate() {
                lists(one, &format!("{pointer}/{place}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, one) in fields {
                lists(one, &format!("{pointer}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// The document with this list's first element copied.
fn json_grown(document: &Value, pointer: &str, size: usize) -> String {
    const MARK: &str = "@grown@";
    let mut document = document.clone();
    let list = document.pointer_mut(pointer).expect("a list");
    let unit = list[0].to_string();
    *list = MARK.into();
    let grown = format!("[{}]", copies(&unit, ",", size));
    document
        .to_string()
        .replacen(&format!("\"{MARK}\""), &grown, 1)
}

/// The elements of this document that hold others, each name once: its text.
fn elements(document: &str) -> Vec<(String, &str)> {
    let mut found: Vec<(String, &str)> = Vec::new();
    for (start, _) in document.match_indices('<') {
        let name = document[start + 1..].split(['>', ' ', '/', '\n']).next();
        let name = name.unwrap_or_default().to_owned();
        let end = format!("</{name}>");
        let Some(length) = document[start..].find(&end) else {
            continue;
        };
        let text = &document[start..start + length + end.len()];
        let holds = text[1..length].contains('<');
        if holds && found.iter().all(|(known, _)| *known != name) {
            found.push((name, text));
        }
    }
    found
}

/// A version of a body with one list or element grown: which, small, and large.
type Grown = (String, [Vec<u8>; 2]);

/// Versions of the body with ever one list or element grown, and with all its outer lists.
fn grown(body: &[u8]) -> Vec<Grown> {
    let Ok(text) = str::from_utf8(body) else {
        return Vec::new();
    };
    let both = |grow: &dyn Fn(usize) -> String| [SMALL, LARGE].map(|size| grow(size).into_bytes());
    let Ok(document) = serde_json::from_str::<Value>(text) else {
        let grow = |(name, unit): (String, &str)| {
            let grow = |size| text.replacen(unit, &copies(unit, "", size), 1);
            (name, both(&grow))
        };
        return elements(text).into_iter().map(grow).collect();
    };
    let mut all = Vec::new();
    lists(&document, "", &mut all);
    let grow = |list: &String| {
        let grow = |size| json_grown(&document, list, size);
        (list.clone(), both(&grow))
    };
    let mut grown: Vec<Grown> = all.iter().map(grow).collect();
    let outer = |list: &&String| !list.contains(|c: char| c.is_ascii_digit());
    let outer: Vec<&String> = all.iter().filter(outer).collect();
    let together = both(&|size| {
        let one = |document: Value, list: &&String| {
            let text = json_grown(&document, list, size / outer.len());
            serde_json::from_str(&text).expect("JSON")
        };
        outer.iter().fold(document.clone(), one).to_string()
    });
    grown.push((format!("{outer:?}"), together));
    grown
}

#[test]
fn the_work_of_a_reader_grows_with_the_answer_and_not_with_its_square() {
    for carrier in registry::carriers() {
        let name = carrier.profile().name;
        let mut measured = HashSet::new();
        for (sample, answer) in samples(carrier) {
            for (grown, [small, large]) in grown(&answer.body) {
                // each once: fixtures of one operation are much alike
                if !measured.insert((sample.operation.clone(), grown.clone())) {
                    continue;
                }
                let what = format!("{name}, {} of {}, {grown}", sample.operation, sample.file);
                in_proportion(&what, &small, &large, |body| {
                    let answer = Response {
                        body: body.to_vec(),
                        ..answer.clone()
                    };
                    drop(reading::read(carrier, &sample.operation, &answer));
                });
            }
        }
        let measured = measured.len();
        assert!(measured > 5, "{name}: only {measured} were measured");
    }
}

#[test]
fn the_work_of_decoding_grows_with_the_message_and_not_with_its_square() {
    let order = super::messages::PAID;
    let document: Value = serde_json::from_str(order).expect("JSON");
    let mut bodies = grown(order.as_bytes());
    // fields that no order has, each of which is noted
    let ignored = [SMALL, LARGE].map(|size| {
        let fields = copies("\"f000000\":1", ",", size);
        let document = document.to_string();
        format!("{{{fields},{}", &document[1..]).into_bytes()
    });
    bodies.push(("ignored fields".to_owned(), ignored));
    for (grown, [small, large]) in bodies {
        in_proportion(&format!("an order, {grown}"), &small, &large, |body| {
            drop(attacked::decode(None, "order.paid", body, LARGE * 2));
        });
    }
}
