//! A request as a stub sees it, with the few ways to look into it.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::body::unformed;
use crate::json;
use crate::xml::Element;

/// A request that a stub is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The whole path, with what the account's `base_url` holds.
    pub path: String,
    /// Query parameters, decoded.
    pub query: Vec<(String, String)>,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// What follows `path` in a request with this method; `None` when it is another request.
    #[must_use]
    pub fn to(&self, method: &str, path: &str) -> Option<&str> {
        let rest = self.path.strip_prefix(path)?;
        (self.method == method).then_some(rest)
    }

    /// Whether it is exactly this request.
    #[must_use]
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.to(method, path) == Some("")
    }

    /// A header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(header, _)| header == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a query parameter.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.query.iter().filter(|(key, _)| key == name);
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// A query parameter; empty when it is not there.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.all(name).last().copied().unwrap_or_default()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as XML.
    #[must_use]
    pub fn xml(&self) -> Option<Element> {
        Element::read(&self.body)
    }

    /// A field of the form in the body; empty when it is not there.
    #[must_use]
    pub fn form(&self, name: &str) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let mut fields = body.split('&').filter_map(|field| field.split_once('='));
        let value = fields.find_map(|(field, value)| (unformed(field) == name).then_some(value));
        value.map(unformed).unwrap_or_default()
    }

    /// User and password of HTTP Basic; `None` when there are none, or the password is `wrong`.
    #[must_use]
    pub fn basic(&self) -> Option<(String, String)> {
        let packed = self.header("authorization").strip_prefix("Basic ")?;
        let plain = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
        let (user, password) = plain.split_once(':')?;
        let known = !user.is_empty() && is_password(password);
        known.then(|| (user.to_owned(), password.to_owned()))
    }

    /// Whether it bears a token that [`super::token`] gave.
    #[must_use]
    pub fn bears_token(&self) -> bool {
        let token = self.header("authorization").strip_prefix("Bearer ");
        token.is_some_and(|token| token.starts_with("stub-"))
    }
}

/// Whether a stub takes this password: the password `wrong` is the wrong one.
#[must_use]
pub fn is_password(password: &str) -> bool {
    !password.is_empty() && password != "wrong"
}

/// What a body in JSON lacks or has too much of: path, longest text; in the carrier's usual words.
#[must_use]
pub fn too_long_or_missing(body: &Value, required: &[(&str, usize)]) -> Vec<String> {
    let problem = |(path, max): &(&str, usize)| {
        let text = json::text(body, path).unwrap_or(Cow::Borrowed(""));
        match text.chars().count() {
            0 => Some(format!("#/{path}: required key not found")),
            length if length > *max => Some(format!(
                "#/{path}: expected maxLength: {max}, actual: {length}"
            )),
            _ => None,
        }
    };
    required.iter().filter_map(problem).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::body::formed;

    #[test]
    fn what_a_form_holds_is_read_as_it_was_written() {
        let text = "<a>é & +%=</a>";
        let asked = Asked {
            body: format!("x=1&xml_in={}", formed(text)).into_bytes(),
            ..Asked::default()
        };
        assert_eq!(asked.form("xml_in"), text);
        assert_eq!(asked.form("y"), "");
    }

    #[test]
    fn the_password_wrong_is_the_wrong_one() {
        let with = |value: &str| Asked {
            headers: vec![("authorization".to_owned(), format!("Basic {value}"))],
            ..Asked::default()
        };
        let demo = ("demo".to_owned(), "demo".to_owned());
        assert_eq!(with("ZGVtbzpkZW1v").basic(), Some(demo));
        assert_eq!(with("ZGVtbzp3cm9uZw==").basic(), None);
        assert_eq!(Asked::default().basic(), None);
    }

    #[test]
    fn what_is_missing_or_too_long_is_named() {
        let body = json!({"a": {"b": "12345"}});
        let said = too_long_or_missing(&body, &[("a/b", 4), ("a/c", 4), ("a/b", 5)]);
        assert_eq!(said.len(), 2, "{said:?}");
    }
}
