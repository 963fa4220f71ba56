//! What a carrier told, as JSON or as XML: one vocabulary for readers that serve both.
//!
//! A path goes down by names. `a|b` is the first of them that says something, for carriers that call
//! one thing by several names.

use std::borrow::Cow;

use serde_json::Value;

use crate::json::{self, parcel_number};
use crate::label::Label;
use crate::request::Response;
use crate::step::ToldParcel;
use crate::xml::Element;

/// A part of an answer: a JSON value or an XML element.
pub trait Told: Sized + 'static {
    /// The whole answer, when it is such a document.
    fn open(answer: &Response) -> Option<Self>;

    /// Trimmed text at this path. An empty one is absent.
    fn text(&self, path: &str) -> Option<Cow<'_, str>>;

    /// Every text at this path; in JSON it may go through lists by `*`.
    fn texts(&self, path: &str) -> Vec<Cow<'_, str>>;

    /// What is listed at this path.
    fn list(&self, path: &str) -> Vec<&Self>;

    /// Whether there is a list at this path, be it an empty one. Anything else there is none.
    fn has_list(&self, path: &str) -> bool;

    /// A shipment's or parcel's number: letters and digits, nothing else is one.
    fn number(&self, path: &str) -> Option<String> {
        names(path).find_map(|path| parcel_number(&self.text(path)?))
    }

    /// The label in base64 at this path, when it can be decoded.
    fn label(&self, path: &str) -> Option<Label> {
        Label::from_base64(&self.text(path)?)
    }

    /// The parcels listed at this path, with the places of number and label in each.
    fn parcels(&self, path: &str, number: &str, label: &str) -> Vec<ToldParcel> {
        let parcels = self.list(path).into_iter();
        let parcels = parcels.map(|parcel| (parcel.number(number), parcel.label(label)));
        parcels.collect()
    }
}

impl Told for Value {
    fn open(answer: &Response) -> Option<Self> {
        json::object(answer)
    }

    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        json::text(self, path)
    }

    fn texts(&self, path: &str) -> Vec<Cow<'_, str>> {
        json::texts(self, path)
    }

    fn list(&self, path: &str) -> Vec<&Self> {
        json::each(self, path)
    }

    fn has_list(&self, path: &str) -> bool {
        let listed = |value: &Self| value.is_array() || value.is_object();
        names(path).any(|path| json::at(self, path).is_some_and(listed))
    }
}

impl Told for Element {
    fn open(answer: &Response) -> Option<Self> {
        Self::read(&answer.body)
    }

    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.text(path).map(Cow::from)
    }

    fn texts(&self, path: &str) -> Vec<Cow<'_, str>> {
        Told::text(self, path).into_iter().collect()
    }

    fn list(&self, path: &str) -> Vec<&Self> {
        self.list(path).collect()
    }

    fn has_list(&self, path: &str) -> bool {
        self.at(path).is_some()
    }
}

/// The names of one thing, in a path.
pub(crate) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('|')
}
