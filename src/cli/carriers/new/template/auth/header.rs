//! Part of `profile.rs`: a header of the carrier's own. This line stays here.

/// How a call proves who sends it.
pub(crate) const AUTH: Auth = Auth::Header {
    name: "x-api-key",
    prefix: "",
    secret: "api_key",
};

/// Secrets that travel in a body: what they are called there, and in an account.
pub(crate) const IN_BODY: &[(&str, &str)] = &[];

const SECRETS: &[SecretField] = &[SecretField::required("api_key", "nothing can be booked")];
