//! SOAP 1.1 envelopes, for the carriers that speak it.
//!
//! serde does not look at namespaces, so a foreign document with the same local names would be
//! read as an answer: [`operation`] says whose document it is, before [`read`] is believed.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use quick_xml::de::Deserializer;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use quick_xml::se::Serializer;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The namespace of SOAP 1.1.
pub const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// Most XML events kept aside while a list is gathered; a whole booking answer has a few hundred.
const EVENTS_MAX: usize = 1 << 16;

/// An XML document holding `body` (whose root element serde names) in a SOAP 1.1 envelope.
/// Characters that XML 1.0 forbids are dropped: one of them makes the whole request unreadable.
///
/// # Errors
/// When a value cannot be written as XML.
pub fn envelope<T: Serialize>(
    prefix: &str,
    namespace: &str,
    body: &T,
) -> Result<String, quick_xml::SeError> {
    let mut inner = String::with_capacity(4096);
    body.serialize(Serializer::new(&mut inner))?;
    inner.retain(is_xml);
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" \
         xmlns:{prefix}=\"{namespace}\"><soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
    ))
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// Reads an envelope whose body is `T`. Prefixes do not count; unknown elements are skipped;
/// bytes that are no UTF-8 are replaced, so that an accent in a depot's name hides no number.
///
/// # Errors
/// When it is no well-formed XML, or another document.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let text = text(bytes);
    let mut reader = Deserializer::from_str(&text);
    reader.event_buffer_size(NonZeroUsize::new(EVENTS_MAX));
    let envelope: Envelope<T> =
        serde::Deserialize::deserialize(&mut reader).map_err(|error| error.to_string())?;
    Ok(envelope.body)
}

/// The usual case apart, for replacing broken UTF-8 is many times slower than finding none.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Namespace and local name of the first element in the body of a SOAP 1.1 envelope: the answer
/// of an operation, or `Fault` in [`ENVELOPE`]. `None` when the document is no such envelope.
#[must_use]
pub fn operation(bytes: &[u8]) -> Option<(String, String)> {
    let text = text(bytes);
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let is = |(namespace, name): &(String, String), wanted| namespace == ENVELOPE && name == wanted;
    let (root, _) = next_element(&mut reader)?;
    if !is(&root, "Envelope") {
        return None;
    }
    loop {
        let (name, element) = next_element(&mut reader)?;
        if is(&name, "Body") {
            return next_element(&mut reader).map(|(name, _)| name);
        }
        reader.read_to_end(element.name()).ok()?;
    }
}

type Named<'text> = ((String, String), BytesStart<'text>);

/// The next element that opens before the current one ends.
fn next_element<'text>(reader: &mut NsReader<&'text [u8]>) -> Option<Named<'text>> {
    loop {
        match reader.read_resolved_event().ok()? {
            (namespace, Event::Start(element)) => {
                let namespace = match namespace {
                    ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
                    _ => String::new(),
                };
                let name = element.local_name().as_ref().to_owned();
                return Some(((namespace, name), element));
            }
            (_, Event::End(_) | Event::Eof) => return None,
            _ => {}
        }
    }
}

/// A SOAP 1.1 fault, as a field `Fault` of the body.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(default)]
pub struct Fault {
    /// The class of fault: `soap:Server`.
    #[serde(rename = "faultcode")]
    pub code: String,
    /// What it says.
    #[serde(rename = "faultstring")]
    pub text: String,
}

#[derive(serde::Deserialize)]
#[serde(rename = "Envelope", bound = "T: DeserializeOwned")]
struct Envelope<T> {
    #[serde(rename = "Body")]
    body: T,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    #[serde(rename = "cxf:ask")]
    struct Ask {
        name: String,
    }

    #[derive(serde::Deserialize)]
    struct Body {
        ask: Ask,
    }

    #[test]
    fn what_is_written_can_be_read_whatever_the_prefix() {
        let ask = Ask {
            name: "a < b & c".into(),
        };
        let text = envelope("cxf", "http://example/", &ask).expect("written");
        let body: Body = read(text.as_bytes()).expect("read");
        assert_eq!(body.ask, ask);
    }

    #[test]
    fn an_accent_in_another_encoding_does_not_hide_the_rest() {
        let text = envelope("cxf", "http://example/", &Ask { name: "@".into() }).expect("written");
        let latin: Vec<u8> = text
            .bytes()
            .map(|byte| if byte == b'@' { 0xE9 } else { byte })
            .collect();
        let body: Body = read(&latin).expect("read");
        assert_eq!(body.ask.name, "\u{FFFD}");
        assert!(operation(&latin).is_some());
    }

    #[test]
    fn a_broken_document_is_an_error() {
        assert!(read::<Body>(b"<html>").is_err());
        assert!(read::<Body>(b"").is_err());
        assert!(read::<Body>(b"\xff\xfe").is_err());
    }

    #[test]
    fn a_character_that_xml_forbids_does_not_spoil_the_request() {
        let ask = Ask {
            name: "Z\u{1}o\u{B}é\u{FFFE} 🎁".into(),
        };
        let text = envelope("cxf", "http://example/", &ask).expect("written");
        let body: Body = read(text.as_bytes()).expect("read");
        assert_eq!(body.ask.name, "Zoé 🎁");
    }

    #[test]
    fn the_operation_is_known_by_its_namespace() {
        let of = |body: &str| {
            let text = format!("<e:Envelope xmlns:e='{ENVELOPE}' xmlns:o='urn:ours'>{body}");
            operation(text.as_bytes())
        };
        let ours = Some(("urn:ours".to_owned(), "ask".to_owned()));
        assert_eq!(of("<e:Body><o:ask><x/>"), ours);
        assert_eq!(
            of("<e:Header><o:a/><o:b>1</o:b></e:Header><e:Body><o:ask/>"),
            ours
        );
        assert_eq!(
            of("<e:Body><ask/>"),
            Some((String::new(), "ask".to_owned()))
        );
        assert_eq!(of("<e:Header><e:Body><o:ask/>"), None);
        assert_eq!(of("<e:Body></e:Body>"), None);
        assert_eq!(of("<e:Body/><o:ask/>"), None);
        assert_eq!(of("<o:Body><o:ask/>"), None);
        for hostile in [
            &b""[..],
            b"<html><body>",
            b"\xff",
            b"<Envelope><Body><ask/>",
            b"<a></b>",
        ] {
            assert_eq!(operation(hostile), None);
        }
    }
}
