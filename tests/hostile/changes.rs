//! Changes that turn a good body into a hostile one, most of them where its structure has seams.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// No body grows beyond this by changes, in bytes.
const SIZE_MAX: usize = 1 << 16;

/// Pieces that readers stumble over.
const TOKENS: [&[u8]; 32] = [
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"\"\"",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"0.1",
    b"[[[[[[[[",
    b"{\"a\":",
    b"\"",
    b"\\ud800",
    b"\\u0000",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"&#x0;",
    b"&#xD800;",
    b"&nobody;",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<!--",
    b"<a xmlns:b='c' b:d='e'>",
    b"</a>",
    b"<a/>",
    b"--",
    b"\r\n\r\n",
    b"%PDF-",
    b"0000-00-00T99:99:99+99:99",
];

/// One change. Places are shares of the body's seams.
#[derive(Debug, Clone)]
pub enum Change {
    Cut(Index),
    Flip(Index, u8),
    Insert(Index, Index),
    Replace(Index, Index, Index),
    Delete(Index, Index),
    Repeat(Index, Index, u8),
    /// A piece of another body.
    Graft(Index, Index, Index, Index),
    Recode(Charset),
}

/// An encoding that nobody asked for.
#[derive(Debug, Clone, Copy)]
pub enum Charset {
    Utf16Le,
    Utf16Be,
    Latin1,
    MarkedUtf8,
}

/// A few changes, one after the other.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    let charset = prop_oneof![
        Just(Charset::Utf16Le),
        Just(Charset::Utf16Be),
        Just(Charset::Latin1),
        Just(Charset::MarkedUtf8),
    ];
    let change = prop_oneof![
        1 => place().prop_map(Change::Cut),
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        3 => (place(), place()).prop_map(|(at, token)| Change::Insert(at, token)),
        4 => (place(), place(), place()).prop_map(|(a, b, token)| Change::Replace(a, b, token)),
        2 => (place(), place()).prop_map(|(a, b)| Change::Delete(a, b)),
        2 => (place(), place(), 2..40_u8).prop_map(|(a, b, times)| Change::Repeat(a, b, times)),
        2 => (place(), place(), place(), place()).prop_map(|(o, a, b, at)| Change::Graft(o, a, b, at)),
        1 => charset.prop_map(Change::Recode),
    ];
    vec(change, 0..5)
}

/// The body after the changes.
pub fn changed(body: &[u8], changes: &[Change], others: &[&[u8]]) -> Vec<u8> {
    changes.iter().fold(body.to_vec(), |body, change| {
        let mut body = once(body, change, others);
        body.truncate(SIZE_MAX);
        body
    })
}

fn once(mut body: Vec<u8>, change: &Change, others: &[&[u8]]) -> Vec<u8> {
    let seams = seams(&body);
    let at = |place: &Index| seams[place.index(seams.len())];
    let span = |a: &Index, b: &Index| at(a).min(at(b))..at(a).max(at(b));
    let token = |token: &Index| TOKENS[token.index(TOKENS.len())].iter().copied();
    match change {
        Change::Cut(place) => body.truncate(at(place)),
        Change::Flip(place, byte) if !body.is_empty() => {
            let place = place.index(body.len());
            body[place] = *byte;
        }
        Change::Flip(..) => {}
        Change::Insert(place, chosen) => drop(body.splice(at(place)..at(place), token(chosen))),
        Change::Replace(a, b, chosen) => drop(body.splice(span(a, b), token(chosen))),
        Change::Delete(a, b) => drop(body.drain(span(a, b))),
        Change::Repeat(a, b, times) => {
            let end = span(a, b).end;
            let piece = body[span(a, b)].repeat(usize::from(*times));
            body.splice(end..end, piece);
        }
        Change::Graft(other, a, b, place) => {
            let other = others[other.index(others.len())];
            let ends = self::seams(other);
            let (a, b) = (ends[a.index(ends.len())], ends[b.index(ends.len())]);
            let piece = other[a.min(b)..a.max(b)].to_vec();
            body.splice(at(place)..at(place), piece);
        }
        Change::Recode(charset) => body = recoded(&body, *charset),
    }
    body
}

/// Where a piece may begin or end: both ends, and around every mark of JSON, XML and multipart.
fn seams(body: &[u8]) -> Vec<usize> {
    let marks = body.iter().enumerate();
    let marks = marks.filter(|(_, byte)| b"{}[],:\"<>=&;\n".contains(byte));
    let around = marks.flat_map(|(at, _)| [at, at + 1]);
    [0, body.len()].into_iter().chain(around).collect()
}

fn recoded(body: &[u8], charset: Charset) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    match charset {
        Charset::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Charset::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Charset::Latin1 => text
            .chars()
            .map(|c| u8::try_from(c).unwrap_or(b'?'))
            .collect(),
        Charset::MarkedUtf8 => [b"\xef\xbb\xbf", body].concat(),
    }
}
