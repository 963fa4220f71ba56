//! Which trace an order belongs to, in the terms of W3C Trace Context: taken from whoever sent the
//! order, kept with its life, put on every event of it.
//!
//! An order's trace and the id of each of its spans follow from what the ledger keeps. So a repeat
//! names the same span, and a worker that takes over knows what the one before it began. Nothing here
//! exports a span (`telemetry` does) or decides anything about an order.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order::Key;

/// Names the namespace of the traces that are started here; fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x2f5d_0c1e_9b3a_4d47_8a86_5c2e_70b9_d001);

/// Names a trace; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(pub u128);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A span of a trace, as `traceparent` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Traceparent {
    /// The trace.
    pub trace_id: TraceId,
    /// Never 0.
    pub span_id: u64,
    /// Whether whoever named it records the trace.
    pub sampled: bool,
}

/// What a text is that names no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no traceparent")]
pub struct NoTraceparent;

impl FromStr for Traceparent {
    type Err = NoTraceparent;

    /// Strict, as the standard wants it; of a later version the part that this one knows.
    fn from_str(text: &str) -> Result<Self, NoTraceparent> {
        let mut parts = text.splitn(5, '-');
        let version = hexadecimal(parts.next(), 2)?;
        let trace_id = hexadecimal(parts.next(), 32)?;
        let span_id = hexadecimal(parts.next(), 16)?;
        let flags = hexadecimal(parts.next(), 2)?;
        let ends_here = parts.next().is_none();
        let span_id = u64::try_from(span_id).map_err(|_| NoTraceparent)?;
        if version == 0xff || (version == 0 && !ends_here) || trace_id == 0 || span_id == 0 {
            return Err(NoTraceparent);
        }
        Ok(Self {
            trace_id: TraceId(trace_id),
            span_id,
            sampled: flags & 1 == 1,
        })
    }
}

/// So many digits, in lower case: the standard knows no others.
fn hexadecimal(text: Option<&str>, digits: usize) -> Result<u128, NoTraceparent> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let text = text.filter(|text| text.len() == digits && text.bytes().all(is_digit));
    u128::from_str_radix(text.ok_or(NoTraceparent)?, 16).map_err(|_| NoTraceparent)
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace_id, span_id) = (self.trace_id, self.span_id);
        let flags = u8::from(self.sampled);
        write!(f, "00-{trace_id}-{span_id:016x}-{flags:02x}")
    }
}

impl TryFrom<String> for Traceparent {
    type Error = NoTraceparent;

    fn try_from(text: String) -> Result<Self, NoTraceparent> {
        text.parse()
    }
}

impl From<Traceparent> for String {
    fn from(traceparent: Traceparent) -> Self {
        traceparent.to_string()
    }
}

/// The trace of one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// Its id.
    pub id: TraceId,
    /// The span it came with; none: the trace was started here.
    pub came_with: Option<Traceparent>,
}

impl Trace {
    /// The trace an order came with, or else one of its own.
    pub fn of(key: &Key, received_at: Timestamp, came_with: Option<Traceparent>) -> Self {
        let own = || {
            let name = format!("{key}|{}", received_at.as_microsecond());
            TraceId(Uuid::new_v5(&NAMESPACE, name.as_bytes()).as_u128())
        };
        Self {
            id: came_with.map_or_else(own, |traceparent| traceparent.trace_id),
            came_with,
        }
    }

    /// The span in which the order was taken: all others begin under it.
    pub fn taking(&self, key: impl fmt::Display) -> u64 {
        self.span(&format!("{key}|taken"))
    }

    /// The span of an action, by its fence.
    pub fn action(&self, key: &Key, fence: u64) -> u64 {
        self.span(&format!("{key}|action|{fence}"))
    }

    /// The span of a request that an action sent, counted from 1.
    pub fn call(&self, key: &Key, fence: u64, request: u32) -> u64 {
        self.span(&format!("{key}|call|{fence}|{request}"))
    }

    /// The span in which an event leaves.
    pub fn event(&self, event_id: &str) -> u64 {
        self.span(&format!("event|{event_id}"))
    }

    /// How others are told of a span. `recording`: whether traces that start here are recorded;
    /// of another's trace, the other has decided.
    pub fn told(&self, span_id: u64, recording: bool) -> Traceparent {
        Traceparent {
            trace_id: self.id,
            span_id,
            sampled: self
                .came_with
                .map_or(recording, |traceparent| traceparent.sampled),
        }
    }

    /// The trace of a span that was told, as far as others know it.
    pub fn around(told: Traceparent) -> Self {
        Self {
            id: told.trace_id,
            came_with: Some(told),
        }
    }

    /// Half of a UUID made from the name. It holds the digit of the UUID's version: it is never 0.
    fn span(&self, name: &str) -> u64 {
        let trace = Uuid::from_u128(self.id.0);
        Uuid::new_v5(&trace, name.as_bytes()).as_u64_pair().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn key() -> Key {
        Key {
            shop: "fr".into(),
            order_id: "A-1".into(),
            part: 1,
        }
    }

    #[test]
    fn a_traceparent_is_read_and_written_alike() {
        let read: Traceparent = GIVEN.parse().expect("one");
        assert_eq!(read.to_string(), GIVEN);
        assert!(read.sampled);
        let unknown_flags = GIVEN.replace("-01", "-fe").parse::<Traceparent>();
        assert!(!unknown_flags.expect("one").sampled);
    }

    #[test]
    fn what_the_standard_forbids_is_no_traceparent() {
        let zeros = "0".repeat(32);
        for wrong in [
            "",
            "00",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            &GIVEN.to_uppercase(),
            &GIVEN.replace("00-", "ff-"),
            &GIVEN.replace("00-", "0-"),
            &GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", &zeros),
            &GIVEN.replace("00f067aa0ba902b7", "0000000000000000"),
            &GIVEN.replace("00f067aa0ba902b7", "+0f067aa0ba902b7"),
            &format!("{GIVEN}-00"),
            &format!("{GIVEN}0"),
            &format!(" {GIVEN}"),
            &GIVEN.replace("4bf92f35", "é4bf92f"),
        ] {
            assert_eq!(wrong.parse::<Traceparent>(), Err(NoTraceparent), "{wrong}");
        }
    }

    #[test]
    fn of_a_later_version_the_known_part_is_read() {
        let later = GIVEN.replace("00-4", "01-4") + "-what-ever";
        let read: Traceparent = later.parse().expect("one");
        assert_eq!(read.to_string(), GIVEN);
    }

    #[test]
    fn a_trace_that_starts_here_is_the_same_whenever_it_is_asked_for_and_of_one_order_alone() {
        let then = Timestamp::UNIX_EPOCH;
        let own = Trace::of(&key(), then, None);
        assert_eq!(own, Trace::of(&key(), then, None));
        let mut other = key();
        other.part = 2;
        assert_ne!(own.id, Trace::of(&other, then, None).id);
        assert_ne!(own.id, Trace::of(&key(), Timestamp::MAX, None).id);
    }

    #[test]
    fn every_span_of_a_trace_has_an_id_of_its_own() {
        let trace = Trace::of(&key(), Timestamp::UNIX_EPOCH, GIVEN.parse().ok());
        let ids = [
            trace.taking(key()),
            trace.action(&key(), 1),
            trace.action(&key(), 2),
            trace.call(&key(), 1, 1),
            trace.call(&key(), 1, 2),
            trace.event("a"),
            trace.event("b"),
        ];
        let distinct: std::collections::BTreeSet<u64> = ids.into_iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(!distinct.contains(&0));
    }

    #[test]
    fn whether_a_trace_is_recorded_is_decided_by_whoever_started_it() {
        let unsampled = GIVEN.replace("-01", "-00").parse().ok();
        let theirs = Trace::of(&key(), Timestamp::UNIX_EPOCH, unsampled);
        assert!(!theirs.told(1, true).sampled);
        let ours = Trace::of(&key(), Timestamp::UNIX_EPOCH, None);
        assert!(ours.told(1, true).sampled);
        assert!(!ours.told(1, false).sampled);
    }
}
