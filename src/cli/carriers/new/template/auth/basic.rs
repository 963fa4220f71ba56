//! Part of `profile.rs`: HTTP Basic. This line stays here.

/// How a call proves who sends it.
pub(crate) const AUTH: Auth = Auth::BASIC;

/// Secrets that travel in a body: what they are called there, and in an account.
pub(crate) const IN_BODY: &[(&str, &str)] = &[];

const SECRETS: &[SecretField] = &[SecretField::USERNAME, SecretField::PASSWORD];
