//! What a token service answers (OAuth2 client credentials, RFC 6749, 5.1): the token, and how long it
//! holds. Asking for one, keeping and renewing it is `carrier_http`'s.

use std::time::Duration;

use crate::json::{object_in, text};

/// A bearer token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The token itself: a secret.
    pub value: String,
    /// How long it holds, when the carrier says so.
    pub lifetime: Option<Duration>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({:?})", self.lifetime)
    }
}

impl Token {
    /// The token in an answer's body; `None` when there is none. Some carriers write the seconds as text.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let body = object_in(body)?;
        let value = body.get("access_token")?.as_str()?;
        let seconds = text(&body, "expires_in").and_then(|seconds| seconds.parse().ok());
        (!value.is_empty()).then(|| Self {
            value: value.to_owned(),
            lifetime: seconds.map(Duration::from_secs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seconds_of_a_token_may_be_a_number_a_text_or_untold() {
        let lifetime = |body: &str| Token::read(body.as_bytes()).map(|token| token.lifetime);
        let hour = Some(Duration::from_secs(3600));
        assert_eq!(
            lifetime(r#"{"access_token":"t","expires_in":3600}"#),
            Some(hour)
        );
        assert_eq!(
            lifetime(r#"{"access_token":"t","expires_in":"3600"}"#),
            Some(hour)
        );
        assert_eq!(lifetime(r#"{"access_token":"t"}"#), Some(None));
        for none in ["", "{}", r#"{"access_token":""}"#, r#"{"access_token":7}"#] {
            assert_eq!(lifetime(none), None, "{none}");
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::read(br#"{"access_token":"tres-secret"}"#).expect("a token");
        assert!(!format!("{token:?}").contains("tres"));
    }
}
