//! Part of `profile.rs`: HTTP Basic. This line stays here.

/// How a call proves who sends it.
pub(crate) const AUTH: Auth = Auth::Basic {
    username: "username",
    password: "password",
};

/// Secrets that travel in a body: what they are called there, and in an account.
pub(crate) const IN_BODY: &[(&str, &str)] = &[];

const SECRETS: &[SecretField] = &[
    SecretField::required("username", "nothing can be booked"),
    SecretField::required("password", "nothing can be booked"),
];
