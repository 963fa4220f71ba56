//! An account's line: its connections, slots, rate, breakers and tokens.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use carrier_sdk::{Auth, Effect, Request};
use reqwest::Client;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::{Breaker, Pass};
use super::outcome::{NotSent, Obstacle, Sent};
use super::rate::Rate;
use super::suspend_clock::Deadline;
use super::token::{Token, TokenCache};
use super::{Access, wire, write};

/// One account's line.
pub(super) struct Line {
    pub(super) access: Access,
    client: Client,
    slots: Arc<Semaphore>,
    rate: Option<Rate>,
    booking: Arc<Breaker>,
    reading: Arc<Breaker>,
    tokens: Mutex<BTreeMap<TokenName, Arc<TokenCache>>>,
}

/// A carrier may want other credentials for tracking than for booking: path and client id tell.
type TokenName = (&'static str, &'static str);

impl Line {
    pub(super) fn new(access: Access) -> Result<Self, NotSent> {
        let slots = access.concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self {
            client: wire::client(&access)?,
            slots: Arc::new(Semaphore::new(slots)),
            rate: access.rate_per_s.and_then(NonZeroU32::new).map(Rate::new),
            booking: Breaker::new(),
            reading: Breaker::new(),
            tokens: Mutex::default(),
            access,
        })
    }

    /// The breaker of the lane that a request of this effect belongs to.
    pub(super) fn breaker(&self, effect: Effect) -> &Arc<Breaker> {
        match effect {
            Effect::Books => &self.booking,
            Effect::Voids | Effect::Reads => &self.reading,
        }
    }

    /// Waits for a slot, a turn and the breaker. No slot is held while the breaker is open: the
    /// other lane needs it.
    pub(super) async fn enter(
        &self,
        effect: Effect,
    ) -> Result<(OwnedSemaphorePermit, Pass), NotSent> {
        let breaker = self.breaker(effect);
        loop {
            breaker.ready().await;
            let slot = Arc::clone(&self.slots)
                .acquire_owned()
                .await
                .map_err(|_| NotSent::setup("the account's line is closed"))?;
            if let Some(rate) = &self.rate {
                rate.turn().await;
            }
            // it may have opened meanwhile
            if let Some(pass) = breaker.enter() {
                return Ok((slot, pass));
            }
        }
    }

    /// The token that this authentication needs, fetched when none is in hand.
    pub(super) async fn token(&self, auth: &Auth) -> Result<Option<Arc<Token>>, NotSent> {
        let Some((cache, request)) = self.token_source(auth) else {
            return Ok(None);
        };
        // a token may come at any time: it has no lease
        let deadline = Deadline::after(self.access.timeout);
        let fetch = || self.exchange(&request, None, deadline);
        let token = cache.get(fetch).await?;
        Ok(Some(token))
    }

    /// The carrier refused this token: the next permit fetches a new one.
    pub(super) fn forget_token(&self, auth: &Auth, refused: &Arc<Token>) {
        if let Some((cache, _)) = self.token_source(auth) {
            cache.forget(refused);
        }
    }

    /// Sends a request if its answer would still come within the lease.
    pub(super) async fn call(
        &self,
        request: &Request,
        token: Option<&Token>,
        deadline: Deadline,
    ) -> Sent {
        if deadline.left() < self.access.timeout {
            return Sent::NotSent(NotSent::new(
                Obstacle::Lease,
                "the lease could end before an answer",
            ));
        }
        self.exchange(request, token, deadline).await
    }

    async fn exchange(&self, request: &Request, token: Option<&Token>, deadline: Deadline) -> Sent {
        match write::compose(&self.access, &self.client, request, token, deadline) {
            Ok(composed) => {
                wire::exchange(&self.client, composed, self.access.max_answer_bytes).await
            }
            Err(error) => Sent::NotSent(error),
        }
    }

    fn token_source(&self, auth: &Auth) -> Option<(Arc<TokenCache>, Request)> {
        let request = auth.token_request()?;
        let Auth::OAuth2 {
            token_path,
            client_id,
            ..
        } = *auth
        else {
            return None;
        };
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let cache = tokens.entry((token_path, client_id)).or_default();
        Some((Arc::clone(cache), request))
    }
}
