//! OAuth2 client credentials: one token per account and client id, fetched by one caller at a time.
//!
//! A token is had before an order is claimed, so its failure is never a doubt about a booking. It
//! is asked for again only by the next permit, never by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carrier_sdk::{Response, json};
use secrecy::SecretString;
use tokio::time::Instant;

use super::outcome::{NotSent, Obstacle, Sent};

/// A token is not used in its last minute: it must still hold when the call arrives.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a token holds when the carrier does not say.
const UNSAID: Duration = Duration::from_secs(300);

/// A bearer token.
pub(super) struct Token {
    pub(super) value: SecretString,
    fresh_until: Instant,
    /// The carrier has taken it once.
    proven: AtomicBool,
}

impl Token {
    /// The carrier took it.
    pub(super) fn prove(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }

    /// Whether the carrier took it before.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }
}

/// The token in hand, and the one flight that fetches the next.
#[derive(Default)]
pub(super) struct TokenCache {
    held: Mutex<Option<Arc<Token>>>,
    /// Locked while a token is fetched; keeps when and why the last fetch failed.
    flight: tokio::sync::Mutex<Option<(Instant, NotSent)>>,
}

impl TokenCache {
    /// The token in hand, if it still holds.
    pub(super) fn in_hand(&self) -> Option<Arc<Token>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
            .filter(|token| token.fresh_until > Instant::now())
    }

    /// The token in hand, else the one that `fetch` brings. Whoever waited for a fetch shares its
    /// result, a failure too: hundreds of orders must not try one after the other.
    pub(super) async fn get<Going>(
        &self,
        fetch: impl FnOnce() -> Going,
    ) -> Result<Arc<Token>, NotSent>
    where
        Going: Future<Output = Sent>,
    {
        let asked = Instant::now();
        if let Some(token) = self.in_hand() {
            return Ok(token);
        }
        let mut flight = self.flight.lock().await;
        if let Some(token) = self.in_hand() {
            return Ok(token);
        }
        if let Some((failed, error)) = &*flight
            && *failed > asked
        {
            return Err(error.clone());
        }
        match read_token(&fetch().await, Instant::now()) {
            Ok(token) => {
                let token = Arc::new(token);
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                *held = Some(Arc::clone(&token));
                Ok(token)
            }
            Err(error) => {
                *flight = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Drops this token, unless a newer one is already in hand.
    pub(super) fn forget(&self, refused: &Arc<Token>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(token, refused))
        {
            *held = None;
        }
    }
}

fn read_token(sent: &Sent, now: Instant) -> Result<Token, NotSent> {
    let no_token = |why: &str| NotSent::new(Obstacle::NoToken, format!("no token: {why}"));
    let answer = match sent {
        Sent::Answered(answer) | Sent::TokenEnded(answer) => answer,
        Sent::NotSent(error) => return Err(error.clone()),
        Sent::InDoubt(super::Lost::TimedOut) => {
            return Err(no_token(
                "the carrier's token service did not answer in time",
            ));
        }
        Sent::InDoubt(_) => {
            return Err(no_token(
                "the carrier's token service did not answer properly",
            ));
        }
    };
    if refuses_client(answer) {
        return Err(NotSent::new(
            Obstacle::Unauthorized,
            "the carrier refused the account's client id and secret; correct them",
        ));
    }
    if !answer.is_success() {
        let status = answer.status;
        return Err(no_token(&format!(
            "the carrier's token service answered with status {status}"
        )));
    }
    parse(&answer.body, now)
        .ok_or_else(|| no_token("the carrier's token service sent something else"))
}

/// A 400 says whose fault it is in its body (RFC 6749, 5.2); a 403 may come from a firewall.
fn refuses_client(answer: &Response) -> bool {
    let refused = ["invalid_client", "unauthorized_client", "invalid_grant"];
    match answer.status {
        401 => true,
        400 | 403 => json::object(answer)
            .and_then(|body| Some(refused.contains(&body.get("error")?.as_str()?)))
            .unwrap_or(false),
        _ => false,
    }
}

fn parse(body: &[u8], now: Instant) -> Option<Token> {
    let told = carrier_sdk::token::Token::read(body)?;
    let lifetime = told.lifetime.unwrap_or(UNSAID);
    let fresh = lifetime.saturating_sub(MARGIN.min(lifetime / 2));
    Some(Token {
        value: SecretString::from(told.value),
        fresh_until: now.checked_add(fresh)?,
        proven: AtomicBool::new(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Sent {
        Sent::Answered(Response::new(status, body))
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_a_minute_before_it_ends_and_a_short_one_at_half_time() {
        for (expires_in, fresh) in [("3600", 3540), ("\"3600\"", 3540), ("60", 30)] {
            let body = format!(r#"{{"access_token":"t","expires_in":{expires_in}}}"#);
            let now = Instant::now();
            let token = read_token(&answered(200, &body), now).expect("token");
            assert_eq!(token.fresh_until - now, Duration::from_secs(fresh));
        }
    }

    #[tokio::test]
    async fn only_refused_credentials_count_as_failed_authentication() {
        let cases = [
            (401, "", Obstacle::Unauthorized),
            (400, r#"{"error":"invalid_client"}"#, Obstacle::Unauthorized),
            (400, r#"{"error":"invalid_request"}"#, Obstacle::NoToken),
            (403, "<html>firewall</html>", Obstacle::NoToken),
            (503, "", Obstacle::NoToken),
            (200, "{}", Obstacle::NoToken),
            (200, r#"{"access_token":""}"#, Obstacle::NoToken),
        ];
        for (status, body, obstacle) in cases {
            let error = read_token(&answered(status, body), Instant::now()).err();
            assert_eq!(
                error.expect("no token").obstacle,
                obstacle,
                "{status} {body}"
            );
        }
    }
}
