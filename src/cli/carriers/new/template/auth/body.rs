//! Part of `profile.rs`: secrets in the body. This line stays here.

/// How a call proves who sends it: in its body.
pub(crate) const AUTH: Auth = Auth::None;

/// Secrets that travel in a body: what they are called there, and in an account.
pub(crate) const IN_BODY: &[(&str, &str)] = &[("password", "password")];

const SECRETS: &[SecretField] = &[SecretField::PASSWORD];
