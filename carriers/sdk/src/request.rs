//! What leaves and what comes back, without a network: requests with placeholders for secrets.
//!
//! A body that must hold a secret holds a [`Piece::Secret`], filled by `carrier_http` when the
//! request is sent: a stored, printed or compared request never has a secret in it.

use std::time::Duration;

use crate::step::Refusal;

/// An HTTP request, complete but for the base URL and the secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Request {
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
}

/// A request's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// Text, with places for secrets.
    Text {
        /// Content-Type header.
        content_type: &'static str,
        /// The text in pieces.
        pieces: Vec<Piece>,
    },
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// The account's secret of this name, escaped for its place.
    Secret {
        /// Its name.
        name: &'static str,
        /// How it must be written there.
        escaping: Escaping,
    },
}

/// How a secret is escaped in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escaping {
    /// As XML text.
    Xml,
    /// As the inside of a JSON string.
    Json,
    /// As a form value.
    Form,
}

/// Marks the place of a secret in a text that a serialiser writes. Nobody types these characters:
/// they are private-use, and [`Body::with_secrets`] refuses a text that has more of them.
const OPEN: char = '\u{F8F0}';
const CLOSE: char = '\u{F8F1}';

/// The text to put where a secret belongs, before serialising.
#[must_use]
pub fn secret_place(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

impl Body {
    /// A text without secrets.
    #[must_use]
    pub fn text(content_type: &'static str, text: String) -> Self {
        Self::Text {
            content_type,
            pieces: vec![Piece::Text(text)],
        }
    }

    /// Cuts a text at the places that [`secret_place`] marked. Each secret must stand exactly once.
    ///
    /// # Errors
    /// When a place is missing, doubled, or unknown: somebody else wrote a mark into the text.
    pub fn with_secrets(
        content_type: &'static str,
        text: &str,
        escaping: Escaping,
        secrets: &[&'static str],
    ) -> Result<Self, Refusal> {
        let forged = || Refusal::one("order", "a text holds reserved characters (U+F8F0, U+F8F1)");
        let mut pieces = Vec::new();
        let mut wanted: Vec<&'static str> = secrets.to_vec();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (name, after) = after.split_once(CLOSE).ok_or_else(forged)?;
            let at = wanted
                .iter()
                .position(|wanted| *wanted == name)
                .ok_or_else(forged)?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Secret {
                name: wanted.swap_remove(at),
                escaping,
            });
            rest = after;
        }
        if !wanted.is_empty() || rest.contains(CLOSE) {
            return Err(forged());
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self::Text {
            content_type,
            pieces,
        })
    }

    /// The body with every secret shown as `***`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text { pieces, .. } => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Secret { .. } => "***",
                })
                .collect(),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_where_it_was_marked_and_is_never_printed() {
        let text = format!("<password>{}</password>", secret_place("password"));
        let body =
            Body::with_secrets("text/xml", &text, Escaping::Xml, &["password"]).expect("marked");
        assert_eq!(body.masked(), "<password>***</password>");
    }

    #[test]
    fn a_mark_forged_in_an_order_is_refused() {
        let forged = format!(
            "<name>{}</name><password>{}</password>",
            secret_place("password"),
            secret_place("password")
        );
        let refused = Body::with_secrets("text/xml", &forged, Escaping::Xml, &["password"]);
        assert!(refused.is_err());
    }
}
