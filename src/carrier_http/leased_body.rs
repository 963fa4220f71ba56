//! A request's body that leaves within the lease or not at all.
//!
//! The lease is looked at before a call begins, but a connection must be made first, and a process that
//! is stopped meanwhile wakes up believing that no time has passed. Another worker has looked the
//! booking up by then, and perhaps made it anew. So the clock is looked at once more when the connection
//! takes the body, which is written together with the head: what remains is the moment between this
//! look and the system call.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::suspend_clock::Deadline;
use crate::sabotage::{Point, pass};

/// The lease ended before the request left: no byte of its body was given out.
#[derive(Debug, thiserror::Error)]
#[error("the lease ended before the request left")]
pub(super) struct LeaseOver;

/// A body in one piece.
pub(super) struct LeasedBody {
    left: Option<Bytes>,
    deadline: Deadline,
}

impl LeasedBody {
    pub(super) fn new(text: String, deadline: Deadline) -> Self {
        Self {
            left: Some(Bytes::from(text)),
            deadline,
        }
    }
}

impl Body for LeasedBody {
    type Data = Bytes;
    type Error = LeaseOver;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, LeaseOver>>> {
        let Some(bytes) = self.left.take() else {
            return Poll::Ready(None);
        };
        pass(Point::Leaving);
        Poll::Ready(Some(if self.deadline.left().is_zero() {
            Err(LeaseOver)
        } else {
            Ok(Frame::data(bytes))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.left.as_ref().map_or(0, Bytes::len);
        // a length that is no u64 does not fit into memory
        SizeHint::with_exact(u64::try_from(left).unwrap_or(u64::MAX))
    }
}
