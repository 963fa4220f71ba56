//! One place that turns a drawn fault into a reply, the same for every carrier.
//!
//! The carrier's stub says what a good answer and a refusal look like; what is spoilt, delayed or
//! lost is decided here.

use std::io::{self, Read, Write};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::bench::Bench;
use super::faults::StubFault;
use super::label::label;
use crate::label::LabelFormat;
use crate::soap;
use crate::xml::{Node, branch};

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
    pub fn xml(status: u16, root: &Node) -> Self {
        Self {
            status,
            content_type: "text/xml;charset=UTF-8",
            body: root.to_string().into_bytes(),
        }
    }

    /// An answer in a SOAP envelope.
    #[must_use]
    pub fn soap(status: u16, content: Node) -> Self {
        let body = branch("s:Body", [content]);
        let root = branch("s:Envelope", [body]).with("xmlns:s", soap::ENVELOPE);
        Self::xml(status, &root)
    }

    /// An answer in several parts, each with its Content-Type and Content-ID.
    #[must_use]
    pub fn multipart(status: u16, parts: &[(&str, &str, &[u8])]) -> Self {
        let mut body = Vec::new();
        for (kind, id, content) in parts {
            let head = format!("--stub\r\nContent-Type: {kind}\r\nContent-ID: <{id}>\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--stub--\r\n");
        Self {
            status,
            content_type: "multipart/mixed; boundary=\"stub\"",
            body,
        }
    }
}

/// What leaves the stub: an answer, spoilt or late as the fault wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What is said.
    pub answer: Answer,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// How long it takes.
    pub delay: Duration,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self {
            answer,
            headers: Vec::new(),
            delay: Duration::ZERO,
        }
    }
}

impl Reply {
    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
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

impl LabelKind {
    /// The label's bytes.
    #[must_use]
    pub fn bytes(self, format: LabelFormat, number: &str) -> Option<Vec<u8>> {
        match self {
            Self::Good => Some(label(format, number)),
            Self::Missing => None,
            Self::Broken => Some(b"no label at all".to_vec()),
        }
    }

    /// The same in base64.
    #[must_use]
    pub fn base64(self, format: LabelFormat, number: &str) -> Option<String> {
        match self {
            Self::Good => Some(STANDARD.encode(label(format, number))),
            Self::Missing => None,
            Self::Broken => Some("a label that is no base64".to_owned()),
        }
    }
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

/// The reply to a request, with what goes wrong. `accept` books (or answers) and is called only when
/// the fault accepts; `refuse` speaks the carrier's own error language.
pub(super) fn reply(
    bench: &Bench,
    fault: StubFault,
    accept: impl FnOnce(LabelKind) -> Answer,
    refuse: &dyn Fn(Refused<'_>) -> Answer,
) -> Reply {
    let delay = bench.faults.delay() + lateness(&fault);
    let reply = match fault {
        StubFault::None
        | StubFault::Slow { .. }
        | StubFault::AcceptThenHang { .. }
        | StubFault::LookupLag { .. } => accept(LabelKind::Good).into(),
        StubFault::NoLabel => accept(LabelKind::Missing).into(),
        StubFault::BrokenLabel => accept(LabelKind::Broken).into(),
        StubFault::Busy { retry_after_s } => busy(refuse(Refused::Busy), retry_after_s),
        StubFault::Down => refuse(Refused::Down).into(),
        StubFault::Broken => refuse(Refused::Broken).into(),
        StubFault::Unauthorized => refuse(Refused::Unauthorized).into(),
        StubFault::Rejected { code, message } => refuse(Refused::Rejected {
            code: &code,
            message: &message,
        })
        .into(),
        StubFault::AcceptThenBroken => {
            accept(LabelKind::Good);
            refuse(Refused::Broken).into()
        }
        StubFault::AcceptThenTruncate
        | StubFault::AcceptThenEmpty
        | StubFault::AcceptThenHtml
        | StubFault::AcceptThenRedirect
        | StubFault::Huge { .. }
        | StubFault::GzipBomb { .. }
        | StubFault::Deep => spoilt(&fault, accept(LabelKind::Good)),
    };
    Reply { delay, ..reply }
}

fn lateness(fault: &StubFault) -> Duration {
    match fault {
        StubFault::Slow { ms } | StubFault::AcceptThenHang { ms } => Duration::from_millis(*ms),
        _ => Duration::ZERO,
    }
}

fn busy(answer: Answer, retry_after_s: Option<u64>) -> Reply {
    let reply = Reply::from(answer);
    match retry_after_s {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}

/// A good answer, spoilt on its way; a fault that spoils nothing leaves it whole.
fn spoilt(fault: &StubFault, mut answer: Answer) -> Reply {
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
            return Reply::from(answer).header("location", "?redirected");
        }
        StubFault::Huge { mib } => {
            let size = answer.body.len().saturating_add(mib.saturating_mul(MIB));
            answer.body.resize(size, b' ');
        }
        StubFault::GzipBomb { mib } => {
            answer.body = packed(&answer.body, mib.saturating_mul(MIB)).unwrap_or_default();
            return Reply::from(answer).header("content-encoding", "gzip");
        }
        StubFault::Deep => answer.body = deep(answer.content_type, 10_000),
        _ => {}
    }
    answer.into()
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
