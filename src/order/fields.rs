//! Reading a JSON object field by field: where a fault lies, and which fields nobody asked for.
//!
//! What the values must look like is in `values.rs`; which fields there are, in `decode.rs`.

use serde_json::{Map, Value};

use super::decode::Malformed;
use super::values::Reason;

/// A JSON object, and what has been asked of it.
pub(super) struct Fields<'json> {
    path: String,
    object: &'json Map<String, Value>,
    asked: Vec<&'static str>,
}

impl<'json> Fields<'json> {
    /// Opens the object at this path.
    pub(super) fn of(path: String, value: &'json Value) -> Result<Self, Malformed> {
        match value.as_object() {
            Some(object) => Ok(Self {
                path,
                object,
                asked: Vec::new(),
            }),
            None => Err(Malformed::at(path, "must be an object")),
        }
    }

    /// A field that must be there.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Reason>,
    ) -> Result<T, Malformed> {
        self.optional(name, read)?
            .ok_or_else(|| self.fault(name, "is missing"))
    }

    /// A field that may be absent or `null`.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Reason>,
    ) -> Result<Option<T>, Malformed> {
        match self.raw(name) {
            None => Ok(None),
            Some(value) => match read(value) {
                Ok(value) => Ok(Some(value)),
                Err(reason) => Err(self.fault(name, reason)),
            },
        }
    }

    /// A text that may be absent, `null` or blank: shops write `""` for "none".
    pub(super) fn optional_text<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Reason>,
    ) -> Result<Option<T>, Malformed> {
        let blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
        if self.raw(name).is_some_and(blank) {
            return Ok(None);
        }
        self.optional(name, read)
    }

    /// The object in this field, when there is one.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Option<Self>, Malformed> {
        match self.raw(name) {
            None => Ok(None),
            Some(value) => Self::of(self.path_of(name), value).map(Some),
        }
    }

    /// The elements of the list in this field, each with its path; none when it is absent.
    pub(super) fn list(
        &mut self,
        name: &'static str,
        max: usize,
    ) -> Result<Vec<(String, &'json Value)>, Malformed> {
        let Some(value) = self.raw(name) else {
            return Ok(Vec::new());
        };
        let Some(values) = value.as_array() else {
            return Err(self.fault(name, "must be a list"));
        };
        if values.len() > max {
            return Err(self.fault(name, format!("must not have more than {max} elements")));
        }
        let path = self.path_of(name);
        let located = values.iter().enumerate();
        Ok(located
            .map(|(place, value)| (format!("{path}[{place}]"), value))
            .collect())
    }

    /// A fault of this field.
    pub(super) fn fault(&self, name: &str, reason: impl Into<String>) -> Malformed {
        Malformed::at(self.path_of(name), reason)
    }

    /// Notes the fields nobody asked for.
    pub(super) fn close(self, ignored: &mut Vec<String>) {
        for name in self.object.keys() {
            if !self.asked.contains(&name.as_str()) {
                ignored.push(self.path_of(name));
            }
        }
    }

    fn raw(&mut self, name: &'static str) -> Option<&'json Value> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.object.get(name).filter(|value| !value.is_null())
    }

    // A name that is no plain word may be somebody's data: it is not echoed.
    fn path_of(&self, name: &str) -> String {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        if name.len() <= 64 && name.chars().all(plain) {
            format!("{}.{name}", self.path)
        } else {
            format!("{}.[a name that is no plain word]", self.path)
        }
    }
}
