//! Part of `profile.rs`: OAuth2 client credentials. This line stays here.

/// How a call proves who sends it: a token, which `carrier_http` fetches, keeps and renews.
pub(crate) const AUTH: Auth = Auth::oauth2("/token");

/// Secrets that travel in a body: what they are called there, and in an account.
pub(crate) const IN_BODY: &[(&str, &str)] = &[];

const SECRETS: &[SecretField] = &[SecretField::CLIENT_ID, SecretField::CLIENT_SECRET];
