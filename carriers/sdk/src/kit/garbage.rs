//! Bodies that are no answer of any carrier: other formats, other documents, broken text, and shapes
//! made to exhaust a reader.

/// A body and what it claims to be.
pub(super) struct Garbage {
    pub(super) what: &'static str,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Vec<u8>,
}

/// All of it.
pub(super) fn garbage() -> Vec<Garbage> {
    let mut all = of(None, neither_json_nor_xml());
    all.extend(of(
        Some("text/html"),
        vec![("a page in HTML", PAGE.to_vec())],
    ));
    all.extend(of(Some("application/json"), json()));
    all.extend(of(Some("text/xml;charset=UTF-8"), xml()));
    all
}

const PAGE: &[u8] = b"<!DOCTYPE html><html><body><p>Back soon<br></body></html>";

fn of(content_type: Option<&'static str>, bodies: Vec<(&'static str, Vec<u8>)>) -> Vec<Garbage> {
    let bodies = bodies.into_iter();
    let garbage = bodies.map(|(what, body)| Garbage {
        what,
        content_type,
        body,
    });
    garbage.collect()
}

fn neither_json_nor_xml() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("an empty body", Vec::new()),
        ("zero bytes", vec![0; 512]),
        ("plain text", b"upstream connect error".to_vec()),
    ]
}

fn json() -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = "{\"status\":200}".encode_utf16();
    vec![
        ("blanks", b" \r\n\t ".to_vec()),
        ("cut JSON", b"{\"trackingNumber\":\"12345".to_vec()),
        ("JSON in UTF-16", utf16.flat_map(u16::to_le_bytes).collect()),
        ("JSON in Latin-1", b"{\"detail\":\"refus\xe9\"}".to_vec()),
        ("null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("an empty array", b"[]".to_vec()),
        ("a number", b"1234567890".to_vec()),
        ("a text", b"\"1234567890\"".to_vec()),
        (
            "another object",
            b"{\"lille\":{\"sky\":[\"rain\"]}}".to_vec(),
        ),
        (
            "a number beyond every type",
            b"{\"status\":1e999999}".to_vec(),
        ),
        ("100,000 digits", b"9".repeat(100_000)),
        ("arrays nested 10,000 deep", nested("[", "]")),
        (
            "objects nested 10,000 deep",
            nested("{\"shipments\":[", "]}"),
        ),
    ]
}

fn xml() -> Vec<(&'static str, Vec<u8>)> {
    let deep = String::from_utf8_lossy(&nested("<a>", "</a>")).into_owned();
    vec![
        (
            "cut XML",
            b"<?xml version=\"1.0\"?><soap:Envelope xmlns:s".to_vec(),
        ),
        ("XML in Latin-1", b"<a>refus\xe9</a>".to_vec()),
        (
            "another document",
            b"<lille><sky>rain</sky></lille>".to_vec(),
        ),
        ("an empty envelope", envelope("")),
        (
            "another service's envelope",
            envelope("<sky><return/></sky>"),
        ),
        ("another service's fault", envelope("<sky:Fault/>")),
        ("elements nested 10,000 deep", envelope(&deep)),
        ("10,000 elements never closed", nested("<a>", "")),
    ]
}

fn envelope(body: &str) -> Vec<u8> {
    let namespace = "http://schemas.xmlsoap.org/soap/envelope/";
    format!(
        "<soap:Envelope xmlns:soap=\"{namespace}\"><soap:Body>{body}</soap:Body></soap:Envelope>"
    )
    .into_bytes()
}

fn nested(open: &str, close: &str) -> Vec<u8> {
    format!("{}{}", open.repeat(10_000), close.repeat(10_000)).into_bytes()
}
