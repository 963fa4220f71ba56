//! SOAP 1.1 envelopes, for the carriers that speak it.

use quick_xml::se::Serializer;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The namespace of SOAP 1.1.
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// An XML document holding `body` (whose root element serde names) in a SOAP 1.1 envelope.
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
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" \
         xmlns:{prefix}=\"{namespace}\"><soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
    ))
}

/// Reads an envelope whose body is `T`. Prefixes do not count; unknown elements are skipped.
///
/// # Errors
/// When the bytes are no UTF-8, no well-formed XML, or another document.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let envelope: Envelope<T> = quick_xml::de::from_str(text).map_err(|error| error.to_string())?;
    Ok(envelope.body)
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
    fn a_broken_document_is_an_error() {
        assert!(read::<Body>(b"<html>").is_err());
        assert!(read::<Body>(b"").is_err());
        assert!(read::<Body>(b"\xff\xfe").is_err());
    }
}
