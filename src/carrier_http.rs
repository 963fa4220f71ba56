//! The one place that talks to carriers, for all of them alike: time-outs, limits, TLS, tokens,
//! rate, concurrency, breaker, redaction, and which phase of a call failed.
//!
//! Dispatch and doubt take a [`Permit`] before the claim commits and then [`CarrierHttp::send`].
//! Nothing here knows orders, the ledger or the life of an order, and nothing is ever sent twice.

mod breaker;
mod leased_body;
mod line;
mod outcome;
mod rate;
mod suspend_clock;
mod token;
mod wire;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use carrier_sdk::{Auth, Effect, Request};
use secrecy::SecretString;
use tokio::sync::OwnedSemaphorePermit;

pub use breaker::LaneView;
pub use outcome::{Lost, NotSent, Obstacle, Sent};
pub use suspend_clock::Deadline;

use breaker::Pass;
use line::Line;
use token::Token;

/// The largest answer taken from a carrier, decompressed: a label of many pages is below 2 MiB.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// What this place must know of an account; made from the configuration.
pub struct Access {
    /// The account's name.
    pub id: String,
    /// Where its API is; plain http only to loopback.
    pub base_url: String,
    /// The account's secrets by the names that requests use.
    pub secrets: BTreeMap<String, SecretString>,
    /// The whole call, from connecting to the last byte.
    pub timeout: Duration,
    /// Name look-up, connection and TLS; at most half of `timeout` counts.
    pub connect_timeout: Duration,
    /// Silence from the carrier, the wait for its first byte included.
    pub read_timeout: Duration,
    /// Calls at a time.
    pub concurrency: usize,
    /// Calls a second; none: unlimited.
    pub rate_per_s: Option<u32>,
    /// Largest answer, decompressed, in bytes.
    pub max_answer_bytes: usize,
    /// Private certificate authorities (PEM) trusted for this account besides the system's.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Access {
    /// An account without secrets, with the defaults: 60 s in all, 10 s to connect, 64 at a time.
    pub fn new(id: impl Into<String>, base_url: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            base_url: base_url.into(),
            secrets: BTreeMap::new(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            concurrency: 64,
            rate_per_s: None,
            max_answer_bytes: MAX_ANSWER_BYTES,
            extra_roots: Vec::new(),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Access({}, {} secrets)", self.id, self.secrets.len())
    }
}

/// The way to every carrier. One per process: it keeps connections, tokens and breakers.
pub struct CarrierHttp {
    lines: BTreeMap<String, Arc<Line>>,
}

/// Leave to make one call: a slot, a turn in the rate, the breaker's pass and a token in hand.
///
/// Dropped, all of it is given back; a breaker's probe that was not used is free for the next.
pub struct Permit {
    line: Arc<Line>,
    auth: Auth,
    effect: Effect,
    token: Option<Arc<Token>>,
    pass: Pass,
    slot: OwnedSemaphorePermit,
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({}, {:?})", self.line.access.id, self.effect)
    }
}

/// Whether an account's calls are paused, for `status` and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerView {
    /// Bookings.
    pub booking: LaneView,
    /// Look-ups, voids, labels and tracking.
    pub reading: LaneView,
}

impl CarrierHttp {
    /// Prepares a line per account. Connects to nothing.
    ///
    /// # Errors
    /// Names the account whose private certificate authority cannot be read.
    pub fn new(accounts: Vec<Access>) -> Result<Self, NotSent> {
        let mut lines = BTreeMap::new();
        for access in accounts {
            lines.insert(access.id.clone(), Arc::new(Line::new(access)?));
        }
        Ok(Self { lines })
    }

    /// Waits until the account may be called: its breaker, a slot, its turn in the rate, a token.
    /// To be had before the claim commits, so that after it the request leaves at once. It waits as
    /// long as the carrier is down: bound it by the order's `book_by`; dropping it costs nothing.
    ///
    /// # Errors
    /// When the account is unknown, or a token could not be had. Nothing of the order was sent.
    pub async fn permit(
        &self,
        account: &str,
        auth: &Auth,
        effect: Effect,
    ) -> Result<Permit, NotSent> {
        let line = self.line(account)?;
        let (slot, pass) = line.enter(effect).await?;
        let token = match line.token(auth).await {
            Ok(token) => token,
            Err(error) => {
                pass.report(error.line_is_healthy());
                return Err(error);
            }
        };
        Ok(Permit {
            line: Arc::clone(line),
            auth: auth.clone(),
            effect,
            token,
            pass,
            slot,
        })
    }

    /// Sends the request with this account, once, and says what is known of it afterwards.
    ///
    /// Nothing is sent with a permit of another account: between permit and claim the order may have
    /// turned to another one, and a booking made where nobody looks for it is booked twice in the end.
    /// Nothing is sent either when the longest possible call would end after `deadline`, the end of
    /// the lease: another worker may then believe that the order is free.
    pub async fn send(
        &self,
        permit: Permit,
        account: &str,
        request: &Request,
        deadline: Deadline,
    ) -> Sent {
        let Permit {
            line,
            auth,
            effect,
            token,
            pass,
            slot,
        } = permit;
        if line.access.id != account || effect != request.effect || auth != request.auth {
            return Sent::NotSent(NotSent::setup(
                "while it waited for its turn another account or call was chosen, which is asked for anew",
            ));
        }
        let sent = line.call(request, token.as_deref(), deadline).await;
        if let Some(healthy) = sent.line_is_healthy() {
            pass.report(Some(healthy));
        }
        drop(slot);
        match (sent, token) {
            (Sent::Answered(answer), Some(token)) if answer.status == 401 => {
                line.forget_token(&auth, &token);
                if token.is_proven() {
                    Sent::TokenEnded(answer)
                } else {
                    Sent::Answered(answer)
                }
            }
            (sent, token) => {
                if let (Sent::Answered(_), Some(token)) = (&sent, token) {
                    token.prove();
                }
                sent
            }
        }
    }

    /// Whether the account's calls are paused; unknown accounts have none.
    #[must_use]
    pub fn breaker(&self, account: &str) -> Option<BreakerView> {
        let line = self.lines.get(account)?;
        Some(BreakerView {
            booking: line.breaker(Effect::Books).view(),
            reading: line.breaker(Effect::Reads).view(),
        })
    }

    fn line(&self, account: &str) -> Result<&Arc<Line>, NotSent> {
        self.lines.get(account).ok_or_else(|| {
            NotSent::setup(format!(
                "there is no account `{account}`; add it to [[accounts]]"
            ))
        })
    }
}
