//! What leaves and what comes back, without a network: requests with placeholders for secrets.
//!
//! A body that must hold a secret holds a [`Piece::Secret`], filled by `carrier_http` when the
//! request is sent: a stored, printed or compared request never has a secret in it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

pub use crate::body::{Body, Escaping, Piece, secret_place};
use crate::json::without_nulls;

/// An HTTP request, complete but for the base URL and the secrets. `Debug` shows what kind of request it
/// is and no value: path, query, headers and body may tell of a consignee.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Whether it may change something at the carrier's.
    pub effect: Effect,
    /// HTTP method.
    pub method: Method,
    /// Path below the account's `base_url`, starting with `/`.
    pub path: String,
    /// Query parameters, not yet encoded. Never a secret.
    pub query: Vec<(&'static str, String)>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// How it is authenticated.
    pub auth: Auth,
    /// The body.
    pub body: Body,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (effect, method, body) = (self.effect, self.method, &self.body);
        write!(f, "Request({effect:?}, {method:?}, {body:?})")
    }
}

impl Request {
    /// A request without query, headers, authentication and body.
    #[must_use]
    pub fn new(effect: Effect, method: Method, path: impl Into<String>) -> Self {
        Self {
            effect,
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            auth: Auth::None,
            body: Body::Empty,
        }
    }

    /// The same with a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same, authenticated so.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// The same with this JSON as its body. Members that are null are left out: many carriers refuse a
    /// key without a value.
    #[must_use]
    pub fn json(self, value: Value) -> Self {
        self.body(Body::json(&without_nulls(value)))
    }

    /// Names of the account's secrets that it cannot be sent without.
    #[must_use]
    pub fn secrets(&self) -> Vec<&'static str> {
        let mut names = match self.auth {
            Auth::None => Vec::new(),
            Auth::Basic { username, password } => vec![username, password],
            Auth::Header { secret, .. } => vec![secret],
            Auth::OAuth2 {
                client_id,
                client_secret,
                ..
            } => vec![client_id, client_secret],
            Auth::Signed(Signature { secrets, .. }) => secrets.to_vec(),
        };
        if let Body::Text { pieces, .. } = &self.body {
            names.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Secret { name, .. } => Some(*name),
            }));
        }
        names
    }
}

/// What a request can do at the carrier's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It books: once it may have left, the outcome is a booking or a doubt until told.
    Books,
    /// It cancels.
    Voids,
    /// It only reads.
    Reads,
}

/// HTTP methods that carriers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// How a request proves who sends it. Strings are names of the account's secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Not at all, or in the body.
    None,
    /// HTTP Basic.
    Basic {
        /// Secret that holds the user name.
        username: &'static str,
        /// Secret that holds the password.
        password: &'static str,
    },
    /// A header of the carrier's own.
    Header {
        /// Header name.
        name: &'static str,
        /// What stands before the secret (`Bearer `), often nothing.
        prefix: &'static str,
        /// The secret.
        secret: &'static str,
    },
    /// OAuth2 client credentials; the token is fetched, kept and renewed by `carrier_http`.
    OAuth2 {
        /// Path of the token endpoint below `base_url`.
        token_path: &'static str,
        /// Secret that holds the client id.
        client_id: &'static str,
        /// Secret that holds the client secret.
        client_secret: &'static str,
        /// Whether id and secret travel as HTTP Basic (true) or in the form (false).
        basic: bool,
    },
    /// A header that the carrier's own function computes when the request is sent.
    Signed(Signature),
}

impl Auth {
    /// HTTP Basic with the secrets `username` and `password`.
    pub const BASIC: Self = Self::Basic {
        username: "username",
        password: "password",
    };

    /// OAuth2 client credentials in the secrets `client_id` and `client_secret`, sent as HTTP Basic.
    #[must_use]
    pub const fn oauth2(token_path: &'static str) -> Self {
        Self::OAuth2 {
            token_path,
            client_id: "client_id",
            client_secret: "client_secret",
            basic: true,
        }
    }

    /// The same, with id and secret in the form.
    #[must_use]
    pub const fn oauth2_in_form(token_path: &'static str) -> Self {
        Self::OAuth2 {
            token_path,
            client_id: "client_id",
            client_secret: "client_secret",
            basic: false,
        }
    }

    /// The request for the token that this needs; `None` where it needs none.
    #[must_use]
    pub fn token_request(&self) -> Option<Request> {
        let Self::OAuth2 {
            token_path,
            client_id,
            client_secret,
            basic,
        } = *self
        else {
            return None;
        };
        let mut pieces = vec![Piece::Text("grant_type=client_credentials".to_owned())];
        let mut auth = Self::None;
        if basic {
            auth = Self::Basic {
                username: client_id,
                password: client_secret,
            };
        } else {
            for (field, name) in [("client_id", client_id), ("client_secret", client_secret)] {
                let escaping = Escaping::Form;
                pieces.push(Piece::Text(format!("&{field}=")));
                pieces.push(Piece::Secret { name, escaping });
            }
        }
        let content_type = "application/x-www-form-urlencoded";
        let request = Request::new(Effect::Reads, Method::Post, token_path)
            .header("Accept", "application/json")
            .auth(auth)
            .body(Body::Text {
                content_type,
                pieces,
            });
        Some(request)
    }
}

/// A header computed from the request, secrets and the time. The function has no clock of its own.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// The header's name.
    pub header: &'static str,
    /// The secrets that the function asks for.
    pub secrets: &'static [&'static str],
    /// The header's value.
    pub sign: fn(&Signing<'_>) -> String,
}

/// A carrier has one way to sign; which header it is tells it from others.
impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header && self.secrets == other.secrets
    }
}

impl Eq for Signature {}

/// What a [`Signature`] is computed from.
#[derive(Clone, Copy)]
pub struct Signing<'request> {
    /// The path below `base_url`, starting with `/`.
    pub path: &'request str,
    /// The body, exactly as it is sent.
    pub body: &'request str,
    /// Now.
    pub at: Timestamp,
    /// The values of the secrets, in the order of [`Signature::secrets`].
    pub secrets: &'request [&'request str],
}

/// A carrier's answer, whole and within the size limit.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Content-Type header, as sent.
    pub content_type: Option<String>,
    /// Retry-After header, in time from now.
    pub retry_after: Option<Duration>,
    /// Its other headers with their text, as far as they are few and short; never shown by `Debug`.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Response({}, {} bytes)", self.status, self.body.len())
    }
}

impl Response {
    /// An answer with a status and a body, for readers and tests.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            body: body.into(),
            ..Self::default()
        }
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, text: &str) -> Self {
        self.headers.push((name.to_owned(), text.to_owned()));
        self
    }

    /// The text of a header, trimmed, by its name in either case; an empty one is none.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, text) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; broken UTF-8 is replaced, never an error.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
