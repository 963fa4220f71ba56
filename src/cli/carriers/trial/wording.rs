//! What became of an order's texts in a request: sent as they are, laid out in other lines, written in
//! other letters, or not sent. Says which field, never the text.

use carrier_sdk::body::unformed;
use carrier_sdk::xml::Element;
use carrier_sdk::{Body, Request, text};
use serde::Serialize;
use serde_json::Value;

use crate::order::Order;

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The same words in other lines.
    LaidOutAnew,
    /// Other letters: an accent, a sign or a picture that the carrier does not take.
    Rewritten,
    /// Some of it is not in the request, or all of it: the carrier has no field for it.
    NotSent,
}

impl Change {
    /// In plain words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::LaidOutAnew => "laid out in other lines",
            Self::Rewritten => "written in other letters",
            Self::NotSent => "not sent, or not all of it",
        }
    }
}

/// Every text that is not sent as it is: its field, and what became of it.
pub fn changes(order: &Order, request: &Request) -> Vec<(&'static str, Change)> {
    let sent = Sent::of(request);
    let to = &order.recipient;
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let texts = [
        ("recipient.name", vec![to.name.clone()]),
        ("recipient.company", one(&to.company)),
        ("recipient.street", to.street.clone()),
        ("recipient.city", vec![to.city.clone()]),
        ("recipient.email", one(&to.email)),
        ("recipient.instructions", one(&to.instructions)),
        ("label_reference", vec![order.label_reference.clone()]),
    ];
    let texts = texts.into_iter();
    let changed = texts.filter_map(|(field, lines)| Some((field, sent.change(&lines)?)));
    changed.collect()
}

/// The texts of a request, as a person reads them, and the same in lower case.
struct Sent {
    lines: Vec<String>,
    plain: String,
}

impl Sent {
    fn of(request: &Request) -> Self {
        let mut lines = Vec::new();
        let query = request.query.iter();
        lines.extend(query.map(|(_, value)| value.clone()));
        if let Body::Text { content_type, .. } = &request.body {
            read(content_type, &request.body.masked(), &mut lines);
        }
        let plain = lines.join(" ").to_lowercase();
        Self { lines, plain }
    }

    fn change(&self, lines: &[String]) -> Option<Change> {
        let given: Vec<&String> = lines
            .iter()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let whole = |line: &&&String| self.lines.iter().any(|sent| sent.contains(line.as_str()));
        if given.iter().all(|line| whole(&line)) {
            return None;
        }
        let words = || given.iter().flat_map(|line| line.split_whitespace());
        let there = |word: &str| self.lines.iter().any(|line| line.contains(word));
        if words().all(there) {
            return Some(Change::LaidOutAnew);
        }
        // what no transliteration changes
        let stretches = given.iter().flat_map(|line| {
            let parts = line.split(|letter: char| !letter.is_ascii_alphanumeric());
            parts.filter(|part| part.len() > 1)
        });
        let mut lost = stretches.filter(|part| !self.plain.contains(&part.to_lowercase()));
        let told = given.iter().any(|line| !text::clean(line).is_empty());
        match lost.next() {
            None if told && self.has_some_of(&given) => Some(Change::Rewritten),
            _ => Some(Change::NotSent),
        }
    }

    /// Whether there is a stretch to go by at all.
    fn has_some_of(&self, given: &[&String]) -> bool {
        given.iter().any(|line| {
            let mut parts = line.split(|letter: char| !letter.is_ascii_alphanumeric());
            parts.any(|part| part.len() > 1 && self.plain.contains(&part.to_lowercase()))
        })
    }
}

fn read(content_type: &str, body: &str, lines: &mut Vec<String>) {
    if content_type.contains("form-urlencoded") {
        for field in body.split('&') {
            let value = field.split_once('=').map_or("", |(_, value)| value);
            read("", &unformed(value), lines);
        }
    } else if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(body) {
        of_value(&value, lines);
    } else if let Some(root) = Element::read(body.as_bytes()) {
        of_element(&root, lines);
    } else {
        lines.push(body.to_owned());
    }
}

fn of_value(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::String(text) => lines.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| of_value(value, lines)),
        Value::Object(fields) => fields.values().for_each(|value| of_value(value, lines)),
        _ => {}
    }
}

fn of_element(element: &Element, lines: &mut Vec<String>) {
    lines.extend(element.text("").map(str::to_owned));
    element
        .children()
        .iter()
        .for_each(|child| of_element(child, lines));
}

#[cfg(test)]
mod tests {
    use carrier_sdk::xml::{branch, leaf};
    use carrier_sdk::{Effect, Method};
    use serde_json::json;

    use super::*;

    fn change(sent: Body, given: &[&str]) -> Option<Change> {
        let request = Request::new(Effect::Books, Method::Post, "/").body(sent);
        let given: Vec<String> = given.iter().map(|line| (*line).to_owned()).collect();
        Sent::of(&request).change(&given)
    }

    #[test]
    fn a_text_is_found_however_the_body_is_written() {
        let name = "Dupont & Fils \"Nord\"";
        let node = branch("a", [leaf("b", name)]);
        for body in [
            Body::json(&json!({"a": [name]})),
            Body::xml("text/xml", &node),
            Body::form(&[("a", name)]),
            Body::form_of_xml("xml_in", &node),
        ] {
            assert_eq!(change(body, &[name]), None);
        }
    }

    #[test]
    fn what_is_laid_out_anew_rewritten_or_not_sent_is_told_apart() {
        let body = || Body::json(&json!({"a": "12 rue de", "b": "la Paix", "c": "Swietokrzyska"}));
        assert_eq!(
            change(body(), &["12 rue de la Paix"]),
            Some(Change::LaidOutAnew)
        );
        assert_eq!(change(body(), &["Świętokrzyska"]), Some(Change::Rewritten));
        assert_eq!(
            change(body(), &["12 rue de la Paix, 3e étage"]),
            Some(Change::NotSent)
        );
        assert_eq!(change(body(), &["Code 4512"]), Some(Change::NotSent));
        assert_eq!(change(body(), &[]), None);
    }
}
