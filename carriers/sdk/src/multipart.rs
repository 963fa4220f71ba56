//! Answers in several parts (`multipart/mixed`, `multipart/related`), cut on bytes: a label is not
//! text, and a parser of text damages it.

use crate::request::Response;

/// More parts than any booking has: labels of parcels, papers, one description.
const PARTS_MAX: usize = 256;

/// One part of an answer. `Debug` shows no content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Part<'answer> {
    head: &'answer str,
    /// Its content, as it is.
    pub body: &'answer [u8],
}

impl std::fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Part({} bytes)", self.body.len())
    }
}

impl<'answer> Part<'answer> {
    /// A header of this part, trimmed.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'answer str> {
        self.head.lines().find_map(|line| {
            let (header, value) = line.split_once(':')?;
            let named = header.trim().eq_ignore_ascii_case(name);
            named.then(|| value.trim())
        })
    }

    /// Its Content-ID without the angle brackets.
    #[must_use]
    pub fn id(&self) -> Option<&'answer str> {
        let id = self.header("Content-ID")?;
        Some(id.trim_start_matches('<').trim_end_matches('>'))
    }
}

/// The parts, in order. `None` when the answer is not multipart, or not whole: its last boundary is
/// missing, a part has no head, or there are too many.
#[must_use]
pub fn parts(answer: &Response) -> Option<Vec<Part<'_>>> {
    let boundary = format!("--{}", boundary(answer.content_type.as_deref()?)?);
    let (_, mut rest) = split(&answer.body, boundary.as_bytes())?;
    // lines end in CR LF; what was stored as text has only LF
    let line = split(rest, b"\n")?.0;
    let end = if line.ends_with(b"\r") { "\r\n" } else { "\n" };
    let delimiter = format!("{end}{boundary}");
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        // blanks may follow a boundary before its line ends
        let (blanks, after) = split(rest, end.as_bytes())?;
        if !blanks.trim_ascii().is_empty() || parts.len() == PARTS_MAX {
            return None;
        }
        let (part, after) = split(after, delimiter.as_bytes())?;
        parts.push(cut(part, end)?);
        rest = after;
    }
    Some(parts).filter(|parts| !parts.is_empty())
}

/// Head and body of a part.
fn cut<'answer>(part: &'answer [u8], end: &str) -> Option<Part<'answer>> {
    let (head, body) = match part.strip_prefix(end.as_bytes()) {
        Some(body) => (&b""[..], body),
        None => split(part, end.repeat(2).as_bytes())?,
    };
    let head = str::from_utf8(head).ok()?;
    Some(Part { head, body })
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().to_ascii_lowercase().starts_with("multipart/") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let named = name.trim().eq_ignore_ascii_case("boundary");
        named.then(|| value.trim().trim_matches('"'))
    })?;
    // RFC 2046 allows 70 characters
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// What stands before and after the first `mark`.
fn split<'bytes>(bytes: &'bytes [u8], mark: &[u8]) -> Option<(&'bytes [u8], &'bytes [u8])> {
    let at = bytes
        .windows(mark.len())
        .position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &[u8]) -> Response {
        Response {
            content_type: Some("multipart/mixed; boundary=\"uuid:1-2\"; start=x".to_owned()),
            ..Response::new(200, body)
        }
    }

    const GOOD: &[u8] =
        b"--uuid:1-2\r\nContent-Type: application/json\r\nContent-ID: <info>\r\n\r\n\
                          {\"a\":1}\r\n--uuid:1-2 \r\ncontent-id: <label>\r\n\r\n\
                          %PDF\xff\r\n\r\n\x00--uuid:1\r\n\r\n--uuid:1-2--\r\nepilogue";

    #[test]
    fn a_part_keeps_every_byte() {
        for before in [&b""[..], b"preamble\r\n"] {
            let answer = answer(&[before, GOOD].concat());
            let parts = parts(&answer).expect("parts");
            let [info, label] = parts.as_slice() else {
                panic!("{parts:?}");
            };
            assert_eq!(info.id(), Some("info"));
            assert_eq!(info.header("content-type"), Some("application/json"));
            assert_eq!(info.body, b"{\"a\":1}");
            assert_eq!(label.id(), Some("label"));
            assert_eq!(label.body, b"%PDF\xff\r\n\r\n\x00--uuid:1\r\n");
        }
    }

    #[test]
    fn an_answer_cut_anywhere_before_its_end_has_no_parts() {
        let end = GOOD.len() - "\r\nepilogue".len();
        for size in 0..end {
            assert_eq!(parts(&answer(&GOOD[..size])), None, "{size} bytes");
        }
        assert!(parts(&answer(&GOOD[..end])).is_some());
    }

    #[test]
    fn lines_of_a_stored_answer_may_end_otherwise() {
        let stored = b"--uuid:1-2\nContent-ID: <info>\n\n{}\n--uuid:1-2--\n";
        let answer = answer(stored);
        let parts = parts(&answer).expect("parts");
        assert_eq!(parts.first().map(|part| part.body), Some(&b"{}"[..]));
    }

    #[test]
    fn other_types_and_too_many_parts_are_not_taken() {
        let mut other = answer(GOOD);
        for kind in [
            "application/json",
            "multipart/mixed",
            "multipart/mixed; a=b",
        ] {
            other.content_type = Some(kind.to_owned());
            assert_eq!(parts(&other), None, "{kind}");
        }
        let many = b"--uuid:1-2\r\n\r\nx\r\n".repeat(PARTS_MAX + 1);
        assert_eq!(
            parts(&answer(&[&many, &b"--uuid:1-2--"[..]].concat())),
            None
        );
    }
}
