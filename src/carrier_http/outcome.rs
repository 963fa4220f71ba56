//! What is known of a call afterwards: answered, provably not sent, or in doubt.
//!
//! The words are ours: an error of the HTTP library may quote the URL, and says nothing about the
//! parcel. Only a failure to connect proves that nothing was sent; all else is in doubt.

use carrier_sdk::Response;

use super::leased_body::LeaseOver;
use crate::trust::{caused_by, missing_proof};

/// The outcome of one call.
#[derive(Debug)]
pub enum Sent {
    /// The carrier answered, whole and within the limit. The status can be anything.
    Answered(Response),
    /// The carrier answered 401 to a token that it had taken before: the token ended early. It is no
    /// word about the account's credentials; the next permit fetches another token.
    TokenEnded(Response),
    /// Proven: no byte of the request left us.
    NotSent(NotSent),
    /// The request may have arrived.
    InDoubt(Lost),
}

impl Sent {
    /// What the carrier said, if anything.
    pub fn answer(&self) -> Option<&Response> {
        match self {
            Self::Answered(answer) | Self::TokenEnded(answer) => Some(answer),
            Self::NotSent(_) | Self::InDoubt(_) => None,
        }
    }

    /// Whether the line works, as far as this call tells: a refusal is a healthy answer.
    pub(super) fn line_is_healthy(&self) -> Option<bool> {
        match self {
            Self::Answered(answer) | Self::TokenEnded(answer) => Some(answer.status < 500),
            Self::NotSent(error) => error.line_is_healthy(),
            Self::InDoubt(_) => Some(false),
        }
    }
}

/// Why nothing was sent. Never holds a URL, a body or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing was sent: {message}")]
pub struct NotSent {
    /// What kind of obstacle it was.
    pub obstacle: Obstacle,
    message: String,
}

/// What kept a request from leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// No connection: name, network, refusal, time-out while connecting. Passes by itself.
    NoConnection,
    /// The other side could not prove who it is, or speaks no TLS.
    Untrusted,
    /// The configuration or the request is at fault; the same again fails the same way.
    Setup,
    /// The carrier refused the account's client id and secret: failed authentication.
    Unauthorized,
    /// No token could be had for another reason. Passes by itself.
    NoToken,
    /// The lease would have ended before an answer.
    Lease,
}

impl NotSent {
    pub(super) fn new(obstacle: Obstacle, message: impl Into<String>) -> Self {
        Self {
            obstacle,
            message: message.into(),
        }
    }

    /// There was no call to be made.
    pub fn no_call() -> Self {
        Self::setup("there was nothing to send")
    }

    pub fn setup(message: impl Into<String>) -> Self {
        Self::new(Obstacle::Setup, message)
    }

    /// Whether the line works, as far as this tells: what we did wrong ourselves tells nothing.
    pub(super) fn line_is_healthy(&self) -> Option<bool> {
        match self.obstacle {
            Obstacle::NoConnection | Obstacle::Untrusted | Obstacle::NoToken => Some(false),
            Obstacle::Unauthorized => Some(true),
            Obstacle::Setup | Obstacle::Lease => None,
        }
    }
}

/// How an answer was lost. The request may have arrived and may have been acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// Nothing, or not all of the answer, within the time-outs.
    #[error("the carrier may have acted: its answer did not come in time")]
    TimedOut,
    /// The connection ended before the answer began.
    #[error("the carrier may have acted: the connection ended before an answer")]
    NoAnswer,
    /// The answer broke off or cannot be decompressed; its status is not trusted either.
    #[error("the carrier may have acted: its answer is broken")]
    Broken,
    /// The answer is larger than the limit, in bytes.
    #[error("the carrier may have acted: its answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// Judges a failure between handing the request over and the answer's head.
pub(super) fn before_the_answer(error: &reqwest::Error) -> Sent {
    if error.is_builder() {
        return Sent::NotSent(NotSent::setup("the request cannot be written as HTTP"));
    }
    if let Some(over) = caused_by::<LeaseOver>(error) {
        return Sent::NotSent(NotSent::new(Obstacle::Lease, over.to_string()));
    }
    if !error.is_connect() {
        return Sent::InDoubt(if error.is_timeout() {
            Lost::TimedOut
        } else {
            Lost::NoAnswer
        });
    }
    Sent::NotSent(not_connected(error))
}

/// Judges a failure while the answer's body was read.
pub(super) fn within_the_answer(error: &reqwest::Error) -> Lost {
    if error.is_timeout() {
        Lost::TimedOut
    } else {
        Lost::Broken
    }
}

fn not_connected(error: &reqwest::Error) -> NotSent {
    if error.is_dns() {
        return NotSent::new(
            Obstacle::NoConnection,
            "the carrier's name was not found; check base_url and DNS",
        );
    }
    if error.is_timeout() {
        return NotSent::new(
            Obstacle::NoConnection,
            "the carrier took no connection within the time-out",
        );
    }
    if let Some(flaw) = missing_proof(error) {
        let message = format!("the carrier could not prove who it is: {flaw}; check base_url");
        return NotSent::new(Obstacle::Untrusted, message);
    }
    let refused = caused_by::<std::io::Error>(error)
        .is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused);
    NotSent::new(
        Obstacle::NoConnection,
        if refused {
            "the carrier refused the connection"
        } else {
            "no connection to the carrier could be made"
        },
    )
}
