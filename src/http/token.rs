//! The bearer token that opens labels.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A token to compare with. Only its hash is kept: hashes have one length, so that not even the
/// token's length can be found out by the time a comparison takes.
pub struct Token {
    hash: [u8; 32],
}

impl Token {
    /// The configured token; `None` when it is empty, which would open to everybody.
    pub fn new(secret: &SecretString) -> Option<Self> {
        let secret = secret.expose_secret().trim();
        (!secret.is_empty()).then(|| Self {
            hash: Sha256::digest(secret.as_bytes()).into(),
        })
    }

    /// Whether the request bears it.
    pub fn is_borne_by(&self, headers: &HeaderMap) -> bool {
        let Some(given) = borne(headers) else {
            return false;
        };
        let given: [u8; 32] = Sha256::digest(given).into();
        self.hash.ct_eq(&given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// What stands behind `Bearer`, whose case does not matter.
fn borne(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme
        .eq_ignore_ascii_case(b"Bearer ")
        .then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(secret: &str, authorization: &str) -> bool {
        let token = Token::new(&SecretString::from(secret)).expect("a token");
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().expect("a header"));
        token.is_borne_by(&headers)
    }

    #[test]
    fn only_the_whole_token_behind_bearer_opens() {
        assert!(opens("s3cret", "Bearer s3cret"));
        assert!(opens("s3cret", "bearer  s3cret"));
        for wrong in [
            "Bearer s3cre",
            "Bearer s3cret2",
            "Bearer S3CRET",
            "Bearer ",
            "Bearer",
            "Basic s3cret",
            "s3cret",
            "",
        ] {
            assert!(!opens("s3cret", wrong), "{wrong}");
        }
        let token = Token::new(&SecretString::from("s3cret")).expect("a token");
        assert!(!token.is_borne_by(&HeaderMap::new()));
    }

    #[test]
    fn an_empty_token_is_none() {
        assert!(Token::new(&SecretString::from("")).is_none());
        assert!(Token::new(&SecretString::from(" \n")).is_none());
    }
}
