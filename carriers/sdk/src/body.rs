//! What a request carries: text in pieces, between them the places of secrets.
//!
//! A body that must hold a secret holds a [`Piece::Secret`], filled by `carrier_http` when the
//! request is sent: a stored, printed or compared request never has a secret in it.

use serde_json::Value;

use crate::step::Refusal;
use crate::xml::Node;

const FORM: &str = "application/x-www-form-urlencoded";

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

/// A piece of a body. `Debug` shows no text: it holds an address.
#[derive(Clone, PartialEq, Eq)]
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

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Secret { name, escaping } => write!(f, "Secret({name}, {escaping:?})"),
        }
    }
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
    /// As XML text inside a form value.
    XmlInForm,
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

    /// JSON, as short as it can be written.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        // A value always becomes JSON; by way of `Display` that takes longer.
        let text = serde_json::to_string(value).unwrap_or_default();
        Self::text("application/json", text)
    }

    /// A JSON object with secrets as further members: their names, and the account's secrets.
    #[must_use]
    pub fn json_with(value: &Value, members: &[(&str, &'static str)]) -> Self {
        let mut pieces = Vec::new();
        let mut text = "{".to_owned();
        for (member, name) in members {
            let member = Value::from(*member);
            pieces.push(Piece::Text(format!("{text}{member}:\"")));
            pieces.push(Piece::Secret {
                name,
                escaping: Escaping::Json,
            });
            text = "\",".to_owned();
        }
        let rest = value.to_string();
        let rest = rest.strip_prefix('{').unwrap_or(&rest);
        if rest == "}" {
            text = text.trim_end_matches(',').to_owned();
        }
        pieces.push(Piece::Text(text + rest));
        Self::Text {
            content_type: "application/json",
            pieces,
        }
    }

    /// An XML document.
    #[must_use]
    pub fn xml(content_type: &'static str, root: &Node) -> Self {
        Self::Text {
            content_type,
            pieces: root.document(),
        }
    }

    /// A form with these fields.
    #[must_use]
    pub fn form(fields: &[(&str, &str)]) -> Self {
        let field = |(name, value): &(&str, &str)| format!("{}={}", formed(name), formed(value));
        let fields: Vec<String> = fields.iter().map(field).collect();
        Self::text(FORM, fields.join("&"))
    }

    /// The same with secrets as further fields: their names, and the account's secrets.
    #[must_use]
    pub fn form_with(fields: &[(&str, &str)], secrets: &[(&str, &'static str)]) -> Self {
        let mut pieces = Vec::new();
        let mut text = String::new();
        for (field, name) in secrets {
            pieces.push(Piece::Text(format!("{text}{}=", formed(field))));
            pieces.push(Piece::Secret {
                name,
                escaping: Escaping::Form,
            });
            text = "&".to_owned();
        }
        let plain = Self::form(fields).masked();
        if !plain.is_empty() {
            pieces.push(Piece::Text(text + &plain));
        }
        Self::Text {
            content_type: FORM,
            pieces,
        }
    }

    /// A form with one field, which holds an XML document with its secrets.
    #[must_use]
    pub fn form_of_xml(field: &str, root: &Node) -> Self {
        let mut pieces = vec![Piece::Text(format!("{}=", formed(field)))];
        pieces.extend(root.document().into_iter().map(|piece| match piece {
            Piece::Text(text) => Piece::Text(formed(&text)),
            Piece::Secret { name, .. } => Piece::Secret {
                name,
                escaping: Escaping::XmlInForm,
            },
        }));
        Self::Text {
            content_type: FORM,
            pieces,
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

/// A text as a name or a value in a form.
#[must_use]
pub fn formed(text: &str) -> String {
    let mut formed = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                formed.push(char::from(byte));
            }
            b' ' => formed.push('+'),
            _ => formed.push_str(&format!("%{byte:02X}")),
        }
    }
    formed
}

/// What such a name or value says.
#[must_use]
pub fn unformed(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        let coded = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        rest = after;
        match (first, coded) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::xml::{branch, leaf, secret};

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

    #[test]
    fn secrets_are_further_members_of_a_json_object() {
        let two = [("login", "user"), ("password", "password")];
        let body = Body::json_with(&json!({"a": 1}), &two);
        assert_eq!(body.masked(), r#"{"login":"***","password":"***","a":1}"#);
        let alone = Body::json_with(&json!({}), &[("key", "key")]);
        assert_eq!(alone.masked(), r#"{"key":"***"}"#);
        assert_eq!(
            Body::json_with(&json!({"a": 1}), &[]).masked(),
            r#"{"a":1}"#
        );
    }

    #[test]
    fn an_xml_document_in_a_form_keeps_the_place_of_its_secret() {
        let root = branch("a", [secret("b", "password"), leaf("c", "é &")]);
        let body = Body::form_of_xml("xml_in", &root);
        assert!(body.masked().starts_with("xml_in=%3C%3Fxml+version"));
        let end = "%3Ca%3E%3Cb%3E***%3C%2Fb%3E%3Cc%3E%C3%A9+%26amp%3B%3C%2Fc%3E%3C%2Fa%3E";
        assert!(body.masked().ends_with(end), "{}", body.masked());
        let Body::Text { pieces, .. } = body else {
            panic!("text");
        };
        assert!(pieces.contains(&Piece::Secret {
            name: "password",
            escaping: Escaping::XmlInForm
        }));
        assert_eq!(
            Body::form(&[("xml_in", "GET_RESULT:1")]).masked(),
            "xml_in=GET_RESULT%3A1"
        );
    }
}
