//! One place that turns a drawn fault into a wiremock response, the same for every carrier.
//!
//! The carrier's stub says what a good answer and a refusal look like; what is spoilt, delayed or
//! lost is decided here.

use std::io::{self, Read, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use wiremock::ResponseTemplate;

use super::bench::Bench;
use super::faults::StubFault;

const MIB: usize = 1024 * 1024;

/// What the carrier's stub says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Content-Type header.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: body.to_string().into_bytes(),
        }
    }

    /// An answer in XML.
    #[must_use]
    pub fn xml(status: u16, body: String) -> Self {
        Self {
            status,
            content_type: "text/xml;charset=UTF-8",
            body: body.into_bytes(),
        }
    }
}

/// The label that an accepting answer should carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    /// A good one.
    Good,
    /// None at all.
    Missing,
    /// One that does not decode (not base64).
    Broken,
}

/// A no that the carrier has to put in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused<'a> {
    /// Too many requests.
    Busy,
    /// Credentials or account.
    Unauthorized,
    /// This shipment.
    Rejected {
        /// The carrier's code.
        code: &'a str,
        /// The carrier's words.
        message: &'a str,
    },
    /// An internal error: 500.
    Broken,
    /// Down for maintenance: 503.
    Down,
}

/// The response to a booking request. `accept` books and is called only when the fault accepts;
/// `refuse` speaks the carrier's own error language.
pub fn book(
    bench: &Bench,
    fault: StubFault,
    accept: impl FnOnce(LabelKind) -> Answer,
    refuse: &dyn Fn(Refused<'_>) -> Answer,
) -> ResponseTemplate {
    let delay = bench.faults.delay() + lateness(&fault);
    let response = match fault {
        StubFault::None
        | StubFault::Slow { .. }
        | StubFault::AcceptThenHang { .. }
        | StubFault::LookupLag { .. } => whole(accept(LabelKind::Good)),
        StubFault::NoLabel => whole(accept(LabelKind::Missing)),
        StubFault::BrokenLabel => whole(accept(LabelKind::Broken)),
        StubFault::Busy { retry_after_s } => busy(refuse(Refused::Busy), retry_after_s),
        StubFault::Down => whole(refuse(Refused::Down)),
        StubFault::Broken => whole(refuse(Refused::Broken)),
        StubFault::Unauthorized => whole(refuse(Refused::Unauthorized)),
        StubFault::Rejected { code, message } => whole(refuse(Refused::Rejected {
            code: &code,
            message: &message,
        })),
        StubFault::AcceptThenBroken => {
            accept(LabelKind::Good);
            whole(refuse(Refused::Broken))
        }
        StubFault::AcceptThenTruncate
        | StubFault::AcceptThenEmpty
        | StubFault::AcceptThenHtml
        | StubFault::AcceptThenRedirect
        | StubFault::Huge { .. }
        | StubFault::GzipBomb { .. }
        | StubFault::Deep => spoilt(&fault, accept(LabelKind::Good)),
    };
    // a delay of nothing would still cost a turn of the timer: up to a millisecond
    if delay.is_zero() {
        response
    } else {
        response.set_delay(delay)
    }
}

/// The response to a look-up, a void, a label or a tracking request. A fault that accepts calls
/// `answer` (so a void is done) and spoils what it says; faults of labels do nothing here.
pub fn read(
    bench: &Bench,
    fault: StubFault,
    answer: impl FnOnce() -> Answer,
    refuse: &dyn Fn(Refused<'_>) -> Answer,
) -> ResponseTemplate {
    book(bench, fault, |_| answer(), refuse)
}

fn lateness(fault: &StubFault) -> Duration {
    match fault {
        StubFault::Slow { ms } | StubFault::AcceptThenHang { ms } => Duration::from_millis(*ms),
        _ => Duration::ZERO,
    }
}

fn whole(answer: Answer) -> ResponseTemplate {
    // wiremock panics on a status that HTTP does not have
    let status = match answer.status {
        100..=999 => answer.status,
        _ => 500,
    };
    ResponseTemplate::new(status).set_body_raw(answer.body, answer.content_type)
}

fn busy(answer: Answer, retry_after_s: Option<u64>) -> ResponseTemplate {
    let response = whole(answer);
    match retry_after_s {
        Some(seconds) => response.insert_header("retry-after", seconds.to_string()),
        None => response,
    }
}

/// A good answer, spoilt on its way; a fault that spoils nothing leaves it whole.
fn spoilt(fault: &StubFault, mut answer: Answer) -> ResponseTemplate {
    match fault {
        StubFault::AcceptThenTruncate => answer.body.truncate(answer.body.len() / 2),
        StubFault::AcceptThenEmpty => answer.body.clear(),
        StubFault::AcceptThenHtml => {
            answer = Answer {
                status: 200,
                content_type: "text/html",
                body: b"<!DOCTYPE html><html><head><title>Service</title></head>\
                        <body><h1>We will be right back</h1></body></html>"
                    .to_vec(),
            }
        }
        StubFault::AcceptThenRedirect => {
            answer.status = 307;
            return whole(answer).insert_header("location", "?redirected");
        }
        StubFault::Huge { mib } => {
            let size = answer.body.len().saturating_add(mib.saturating_mul(MIB));
            answer.body.resize(size, b' ');
        }
        StubFault::GzipBomb { mib } => {
            answer.body = packed(&answer.body, mib.saturating_mul(MIB)).unwrap_or_default();
            return whole(answer).insert_header("content-encoding", "gzip");
        }
        StubFault::Deep => answer.body = deep(answer.content_type, 10_000),
        _ => {}
    }
    whole(answer)
}

/// `start` and so many blanks, in gzip: about a thousandth of their size.
fn packed(start: &[u8], blanks: usize) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(start)?;
    let blanks = u64::try_from(blanks).map_err(io::Error::other)?;
    io::copy(&mut io::repeat(b' ').take(blanks), &mut encoder)?;
    encoder.finish()
}

fn deep(content_type: &str, levels: usize) -> Vec<u8> {
    let (open, close) = if content_type.contains("json") {
        ("{\"a\":[", "]}")
    } else {
        ("<a>", "</a>")
    };
    format!("{}{}", open.repeat(levels), close.repeat(levels)).into_bytes()
}
