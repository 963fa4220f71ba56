//! A carrier's XML: elements read leniently, like `json`, and nodes written in order.
//!
//! Reading: an element that is missing is absent, unknown ones are skipped, prefixes do not count,
//! namespaces can be asked for. Writing: a secret is a node of its own, so no text can forge one.

use std::fmt::{self, Debug, Display, Formatter};

use quick_xml::escape::{partial_escape, resolve_predefined_entity};
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::json::parcel_number;
use crate::request::{Escaping, Piece};
use crate::told::names;

/// Deepest nesting and most elements read: an honest answer has a dozen and some thousands.
const DEPTH_MAX: usize = 64;
const ELEMENTS_MAX: usize = 1 << 16;
/// Longest namespace, in bytes: each element keeps its own copy.
const NAMESPACE_MAX: usize = 256;

/// An element that was read. `Debug` shows names alone, of what is read and of what is written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The namespace it belongs to, empty when to none.
    pub namespace: String,
    /// Its name without a prefix.
    pub name: String,
    children: Vec<Self>,
    text: String,
}

impl Debug for Element {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Element({}, {} inside)", self.name, self.children.len())
    }
}

impl Element {
    /// The root of a document; `None` when it is not well-formed to its end, or absurd. Bytes that
    /// are no UTF-8 are replaced, so that an accent in a depot's name hides no number.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let mut reader = NsReader::from_str(&text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        let mut count = 0;
        loop {
            match reader.read_resolved_event().ok()? {
                (namespace, Event::Start(start)) => {
                    count += 1;
                    if root.is_some() || open.len() >= DEPTH_MAX || count > ELEMENTS_MAX {
                        return None;
                    }
                    open.push(Self::named(namespace, start.local_name().as_ref())?);
                }
                (_, Event::End(_)) => {
                    let closed = open.pop()?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => root = Some(closed),
                    }
                }
                (_, Event::Text(part)) => append(&mut open, &part.xml10_content()),
                (_, Event::CData(part)) => append(&mut open, &part.xml10_content()),
                (_, Event::GeneralRef(part)) => append(&mut open, &referred(&part)?),
                (_, Event::Eof) => return root.filter(|_| open.is_empty()),
                _ => {}
            }
        }
    }

    fn named(namespace: ResolveResult<'_>, name: &str) -> Option<Self> {
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
            _ => String::new(),
        };
        (namespace.len() <= NAMESPACE_MAX).then(|| Self {
            namespace,
            name: name.to_owned(),
            ..Self::default()
        })
    }

    /// Whether it has this name in this namespace.
    #[must_use]
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The elements inside it, in order.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// The first element at this path: `shipments/ShipmentBc/Shipment`; an empty one stays. Of `a|b` the
    /// first that is there.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        names(path).find_map(|path| self.at_one(path))
    }

    fn at_one(&self, path: &str) -> Option<&Self> {
        let steps = path.split('/').filter(|step| !step.is_empty());
        steps.into_iter().try_fold(self, |element, step| {
            element.children.iter().find(|child| child.name == step)
        })
    }

    /// All elements with the last name of the path, inside the first at the path before it.
    pub fn list<'element>(&'element self, path: &str) -> impl Iterator<Item = &'element Self> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name = name.to_owned();
        let parent = self.at(parent).into_iter();
        parent
            .flat_map(|parent| &parent.children)
            .filter(move |child| child.name == name)
    }

    /// Trimmed text at this path. An empty text is absent; of `a|b` the first that is not.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        let texts = names(path).filter_map(|path| Some(self.at_one(path)?.text.trim()));
        texts.into_iter().find(|text| !text.is_empty())
    }

    /// A shipment's or parcel's number: letters and digits, nothing else is one.
    #[must_use]
    pub fn number(&self, path: &str) -> Option<String> {
        names(path).find_map(|path| parcel_number(self.text(path)?))
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// What `&lt;` or `&#233;` stands for; an entity that nobody declared is a character nobody knows.
fn referred(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(letter) = reference.resolve_char_ref().ok()? {
        return Some(letter.to_string());
    }
    let known = resolve_predefined_entity(&reference.xml10_content());
    Some(known.unwrap_or("\u{FFFD}").to_owned())
}

/// An element to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    content: Content,
}

impl Debug for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Node({})", self.name)
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Content {
    Text(String),
    Secret(&'static str),
    Children(Vec<Node>),
}

/// An element with a text.
pub fn leaf(name: impl Into<String>, text: impl Display) -> Node {
    Node::new(name, Content::Text(text.to_string()))
}

/// An element that holds the account's secret of this name, filled in when the request is sent.
pub fn secret(name: impl Into<String>, secret: &'static str) -> Node {
    Node::new(name, Content::Secret(secret))
}

/// An element with elements inside; a child may be an `Option`.
pub fn branch<Child: IntoIterator<Item = Node>>(
    name: impl Into<String>,
    children: impl IntoIterator<Item = Child>,
) -> Node {
    let children = children.into_iter().flatten().collect();
    Node::new(name, Content::Children(children))
}

/// So that a node can stand where children are listed.
impl IntoIterator for Node {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}

impl Node {
    fn new(name: impl Into<String>, content: Content) -> Self {
        Self {
            name: name.into(),
            attributes: Vec::new(),
            content,
        }
    }

    /// The same with an attribute.
    #[must_use]
    pub fn with(mut self, attribute: impl Into<String>, value: impl Display) -> Self {
        self.attributes.push((attribute.into(), value.to_string()));
        self
    }

    /// The document with this root, in pieces.
    #[must_use]
    pub fn document(&self) -> Vec<Piece> {
        let mut pieces = vec![Piece::Text(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(),
        )];
        self.write(&mut pieces);
        pieces
    }

    /// Appends it. An element without content is written short: `<a/>`.
    fn write(&self, pieces: &mut Vec<Piece>) {
        let mut open = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            let value = quick_xml::escape::escape(printable(value));
            open.push_str(&format!(" {name}=\"{value}\""));
        }
        let close = format!("</{}>", self.name);
        match &self.content {
            Content::Text(text) if text.is_empty() => push(pieces, &format!("{open}/>")),
            Content::Children(children) if children.is_empty() => {
                push(pieces, &format!("{open}/>"));
            }
            Content::Text(text) => {
                let text = partial_escape(printable(text));
                push(pieces, &format!("{open}>{text}{close}"));
            }
            Content::Secret(name) => {
                push(pieces, &format!("{open}>"));
                let escaping = Escaping::Xml;
                pieces.push(Piece::Secret { name, escaping });
                push(pieces, &close);
            }
            Content::Children(children) => {
                push(pieces, &format!("{open}>"));
                children.iter().for_each(|child| child.write(pieces));
                push(pieces, &close);
            }
        }
    }
}

/// The document with its secrets as `***`.
impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.document().iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Secret { .. } => f.write_str("***"),
        })
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Without the characters that XML 1.0 forbids: one of them makes the whole request unreadable.
fn printable(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let ask = branch(
            "ask",
            [
                leaf("name", "a < b & c > d"),
                leaf("nothing", ""),
                leaf("Z\u{f6}", "Z\u{1}o\u{B}é\u{FFFE} 🎁"),
            ],
        );
        let text = ask.with("id", "\"1\"").to_string();
        let read = Element::read(text.as_bytes()).expect("read");
        assert_eq!(read.text("name"), Some("a < b & c > d"));
        assert_eq!(read.text("nothing"), None);
        assert_eq!(read.text("Zö"), Some("Zoé 🎁"));
    }

    #[test]
    fn a_secret_is_a_piece_of_its_own_and_an_absent_child_is_not_written() {
        let node = branch(
            "a",
            [Some(secret("b", "password")), None, Some(leaf("c", 1))],
        );
        assert!(node.to_string().ends_with("<a><b>***</b><c>1</c></a>"));
        assert!(node.document().contains(&Piece::Secret {
            name: "password",
            escaping: Escaping::Xml
        }));
    }

    #[test]
    fn elements_are_found_by_path_whatever_the_prefix() {
        let text = b"<x:a xmlns:x='urn:x'><b><c> 1&amp;2&#233;&eacute; </c><c>3</c><x:d/></b>\
                     <b><c>4</c></b><n>12 3</n><!-- --></x:a>";
        let root = Element::read(text).expect("read");
        assert!(root.is("urn:x", "a") && !root.is("", "a"));
        assert_eq!(root.text("b/c"), Some("1&2é\u{FFFD}"));
        assert_eq!(root.list("b/c").count(), 2);
        assert_eq!(root.list("b").count(), 2);
        assert_eq!(root.at("b/d").map(|d| d.namespace.as_str()), Some("urn:x"));
        assert_eq!(root.number("n"), None);
        assert_eq!(root.text("z/c"), None);
    }

    #[test]
    fn an_accent_in_another_encoding_does_not_hide_the_rest() {
        let root = Element::read(b"<a><b>caf\xe9</b><c>1</c></a>").expect("read");
        assert_eq!(root.text("b"), Some("caf\u{FFFD}"));
        assert_eq!(root.number("c").as_deref(), Some("1"));
    }

    #[test]
    fn what_is_broken_cut_or_absurd_is_not_read() {
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        let wide = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX));
        let copied = format!("<a xmlns='{}'><b/><b/></a>", "u".repeat(NAMESPACE_MAX + 1));
        for broken in [
            "",
            "<a><b></a>",
            "<a>",
            "<a/><a/>",
            "text",
            &deep,
            &wide,
            &copied,
        ] {
            assert_eq!(Element::read(broken.as_bytes()), None);
        }
    }
}
