//! Answers of carriers: their own fixtures, spoilt; with any status and any declared type.

use std::path::Path;
use std::time::Duration;

use carrier_sdk::kit::{self, Readers, Sample};
use carrier_sdk::{Carrier, Response, multipart};
use diligence::registry;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::changes::{changed, changes};

/// Spoilt answers for each carrier, each read in every way.
const CASES: u32 = 500;

/// What its fixtures list: the operation, and the answer to it.
pub fn samples(carrier: &dyn Carrier) -> Vec<(Sample, Response)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers");
    let folder = folder.join(carrier.profile().name).join("fixtures");
    kit::answers(&folder).expect("every carrier has fixtures")
}

fn statuses() -> impl Strategy<Value = Option<u16>> {
    let odd = prop_oneof![any::<u16>(), 100..600_u16];
    prop_oneof![4 => Just(None), 1 => odd.prop_map(Some)]
}

/// None: the fixture's own.
fn content_types() -> impl Strategy<Value = Option<String>> {
    let known = prop::sample::select(vec![
        "application/json",
        "application/json; charset=UTF-16",
        "text/xml; charset=ISO-8859-1",
        "application/soap+xml;charset=nonsense",
        "text/html",
        "multipart/mixed",
        "multipart/mixed; boundary=",
        "multipart/related; boundary=\"--\"; type=\"text/xml\"",
        ";;;=;",
    ]);
    prop_oneof![
        3 => Just(None),
        2 => known.prop_map(|kind| Some(kind.to_owned())),
        1 => "(multipart/[a-z]{1,7}; ?boundary=)?\\PC{0,80}".prop_map(Some),
    ]
}

#[test]
fn whatever_a_carrier_answers_every_reader_lives_and_reads_no_nonsense() {
    let mut carriers = 0;
    for carrier in registry::carriers() {
        let name = carrier.profile().name;
        let good: Vec<Response> = samples(carrier).into_iter().map(|(_, good)| good).collect();
        let bodies: Vec<&[u8]> = good.iter().map(|answer| answer.body.as_slice()).collect();
        let readers = Readers::new(carrier, &good);
        for answer in &good {
            readers
                .read(answer)
                .unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        }
        let spoilt = (
            any::<prop::sample::Index>(),
            statuses(),
            content_types(),
            prop::option::of("[ -~]{0,200}"),
            changes(),
        );
        let mut runner = TestRunner::new(Config::with_cases(CASES));
        let lived = runner.run(
            &spoilt,
            |(chosen, status, content_type, header, changes)| {
                let original = chosen.get(&good);
                let answer = Response {
                    status: status.unwrap_or(original.status),
                    content_type: content_type.or_else(|| original.content_type.clone()),
                    headers: header
                        .into_iter()
                        .flat_map(|text| {
                            ["error", "message"].map(|name| (name.to_owned(), text.clone()))
                        })
                        .collect(),
                    body: changed(&original.body, &changes, &bodies),
                    retry_after: Some(Duration::MAX),
                };
                let verdict = readers.read(&answer);
                prop_assert!(verdict.is_ok(), "{verdict:?}");
                Ok(())
            },
        );
        lived.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        carriers += 1;
    }
    assert!(carriers >= 2, "the registry names {carriers} carriers");
}

proptest! {
    #[test]
    fn parts_of_an_answer_are_pieces_of_it_however_they_are_marked(
        mark in "[-a-z]{1,6}",
        pieces in prop::collection::vec(
            prop_oneof![Just("--"), Just("\r\n"), Just("\n"), Just("\r\n\r\n"), Just(" "), Just("a: b"), Just("é")], 0..12
        ),
        marks in 0..5_usize,
    ) {
        let mut body = String::new();
        for (place, piece) in pieces.iter().enumerate() {
            body.push_str(piece);
            if place % (marks + 1) == 0 {
                body.push_str(&format!("--{mark}"));
            }
        }
        let answer = Response {
            content_type: Some(format!("multipart/mixed; boundary=\"{mark}\"")),
            ..Response::new(200, body)
        };
        for part in multipart::parts(&answer).unwrap_or_default() {
            prop_assert!(part.body.len() < answer.body.len());
            prop_assert!(part.id().is_none_or(|id| id.len() < answer.body.len()));
        }
    }

    #[test]
    fn any_base64_is_a_label_with_all_its_bytes_or_none(
        bytes in prop::collection::vec(any::<u8>(), 0..200), start in prop::sample::select(
            vec!["%PDF-1.4", "^XA", "GIF8", "N\n", ""]), broken in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        use base64::Engine;
        let label = [start.as_bytes(), &bytes].concat();
        let mut text = base64::engine::general_purpose::STANDARD.encode(&label).into_bytes();
        let read = |text: &[u8]| carrier_sdk::Label::from_base64(&String::from_utf8_lossy(text));
        if let Some(whole) = read(&text) {
            prop_assert!(whole.bytes == label);
            // asked of half a label too: it must say no more than yes or no
            std::hint::black_box(whole.is_whole());
        }
        if !text.is_empty() {
            let place = broken.index(text.len());
            // a letter in place of padding makes up to two bytes more
            text[place] = byte;
            prop_assert!(read(&text).is_none_or(|other| other.bytes.len() <= label.len() + 2));
        }
    }
}
