//! Where a fault stands in the file, and what may be said about it.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::overlay::Overlay;
use crate::config::Finding;

/// The configuration's text and what errors call it.
pub(super) struct Source<'text> {
    pub(super) name: &'text str,
    pub(super) text: &'text str,
}

impl Source<'_> {
    /// A text that is no TOML.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> Finding {
        let place = self.line_and_column(error.span().map_or(0, |span| span.start));
        // About syntax the message is the parser's own words; about a value it would quote it.
        let message = match error.message() {
            message if message.starts_with("invalid ") && message.contains(", expected ") => {
                explain(message).0
            }
            message => message.to_owned(),
        };
        let message = format!("this is not TOML: {message}");
        Finding::error(place, message, "see diligence.example.toml")
    }

    /// A value, or a missing one, that the configuration cannot have.
    pub(super) fn wrong_value(
        &self,
        error: &serde_path_to_error::Error<toml::de::Error>,
        overlays: &[Overlay],
    ) -> Finding {
        let place = self.place(&error.path().to_string(), overlays);
        let (message, remedy) = explain(error.inner().message());
        Finding::error(place, message, remedy)
    }

    /// Where the key of this path was set: a variable, or a line of the file.
    pub(super) fn place(&self, path: &str, overlays: &[Overlay]) -> String {
        if let Some(overlay) = overlays.iter().find(|overlay| overlay.path == path) {
            return format!("environment variable {}", overlay.variable);
        }
        let start = self.find(path).map_or(0, |span| span.start);
        format!("{} {path}", self.line_and_column(start))
    }

    /// The deepest part of the path that stands in the file.
    fn find(&self, path: &str) -> Option<Range<usize>> {
        let tree = DeTable::parse(self.text).ok()?;
        let mut table = Some(tree.get_ref());
        let mut list = None;
        let mut found = None;
        for step in path.split(['.', '[']) {
            let next = match (step.strip_suffix(']'), table, list) {
                (Some(place), _, Some(entries)) => {
                    let entries: &toml::de::DeArray<'_> = entries;
                    let place: usize = place.parse().ok()?;
                    entries.get(place).map(|value| (value.span(), value))
                }
                (None, Some(table), _) => {
                    let entry = table.iter().find(|(key, _)| key.get_ref() == step);
                    entry.map(|(key, value)| (key.span(), value))
                }
                _ => None,
            };
            let Some((span, value)) = next else {
                return found;
            };
            found = Some(span);
            (table, list) = match value.get_ref() {
                DeValue::Table(inner) => (Some(inner), None),
                DeValue::Array(inner) => (None, Some(inner)),
                _ => (None, None),
            };
        }
        found
    }

    fn line_and_column(&self, start: usize) -> String {
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        format!("{}:{line}:{column}", self.name)
    }
}

/// What serde says, without the value it says it about.
fn explain(message: &str) -> (String, String) {
    // The value stands before the last "expected"; what follows is the type's own description.
    let wanted = message.rsplit_once(", expected ").map(|(_, wanted)| wanted);
    let named = || message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field ") {
        (format!("{} is missing", named()), "add it".into())
    } else if message.starts_with("unknown field ") {
        let known = wanted.unwrap_or("nothing");
        let message = format!("there is no key {} here", named());
        (message, format!("known: {known}"))
    } else if let Some(wanted) = wanted {
        let wanted = match wanted {
            "u16" | "u32" | "u64" | "usize" => "a whole number, not negative and not too large",
            wanted => wanted,
        };
        (format!("must be {wanted}"), "correct the value".into())
    } else {
        let remedy = "see diligence.example.toml";
        ("is not a possible value".into(), remedy.into())
    }
}
