//! SOAP 1.1 on top of `xml`, for the carriers that speak it.
//!
//! An answer is believed only when its document is the one that was asked for, by namespace and name:
//! a page with the same local names must not book anything.

use crate::faults::Said;
use crate::request::{Auth, Body, Effect, Method, Request, Response};
use crate::xml::{Element, Node, branch};

/// The namespace of SOAP 1.1.
pub const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// One service of a carrier, below `base_url`.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its path.
    pub path: &'static str,
    /// Its namespace.
    pub namespace: &'static str,
    /// The prefix of an operation whose fields belong to no namespace; empty when they belong to the
    /// service's own, as in .NET.
    pub prefix: &'static str,
    /// What SOAPAction holds before the operation's name; none: SOAPAction is empty.
    pub action: Option<&'static str>,
}

impl Service {
    /// A service with an empty SOAPAction, whose operations' fields belong to no namespace.
    #[must_use]
    pub const fn new(path: &'static str, namespace: &'static str, prefix: &'static str) -> Self {
        Self {
            path,
            namespace,
            prefix,
            action: None,
        }
    }

    /// The request for an operation with these fields. A header's elements stand in the SOAP header.
    pub fn request<Field: IntoIterator<Item = Node>>(
        &self,
        effect: Effect,
        operation: &str,
        header: Vec<Node>,
        fields: impl IntoIterator<Item = Field>,
    ) -> Request {
        let header = (!header.is_empty()).then(|| branch("soapenv:Header", header));
        let envelope = |called| {
            let body = branch("soapenv:Body", [called]);
            branch("soapenv:Envelope", [header, Some(body)]).with("xmlns:soapenv", ENVELOPE)
        };
        let root = match self.prefix {
            "" => envelope(branch(operation, fields).with("xmlns", self.namespace)),
            prefix => envelope(branch(format!("{prefix}:{operation}"), fields))
                .with(format!("xmlns:{prefix}"), self.namespace),
        };
        let action = self.action.map(|base| format!("{base}{operation}"));
        Request::new(effect, Method::Post, self.path)
            .header("SOAPAction", format!("\"{}\"", action.unwrap_or_default()))
            .auth(Auth::None)
            .body(Body::xml("text/xml; charset=utf-8", &root))
    }
}

/// The answer to `operation`: the element that the SOAP body holds.
///
/// # Errors
/// What a SOAP fault says, or that the document is another one. A carrier whose faults have a code of
/// their own in their detail looks at [`fault`] first.
pub fn answer(answer: &Response, namespaces: &[&str], operation: &str) -> Result<Element, Said> {
    if let Some(fault) = fault(answer) {
        return Err(Said::new(answer, Some(&fault.code), fault.text));
    }
    let content = content(&answer.body).filter(|content| {
        let asked = content.name.strip_suffix("Response") == Some(operation);
        asked && namespaces.contains(&content.namespace.as_str())
    });
    content.ok_or_else(|| Said::unreadable(answer, "the answer that was asked for"))
}

/// What stands at this path in the answer to `operation`: `return`.
///
/// # Errors
/// As [`answer`] has them, or that there is no such thing.
pub fn answer_at(
    response: &Response,
    namespaces: &[&str],
    operation: &str,
    path: &str,
) -> Result<Element, Said> {
    let content = answer(response, namespaces, operation)?;
    let inside = content.at(path).cloned();
    inside.ok_or_else(|| Said::unreadable(response, "the answer that was asked for"))
}

/// The SOAP fault that the answer is, if it is one.
#[must_use]
pub fn fault(answer: &Response) -> Option<Fault> {
    let fault = content(&answer.body).filter(|content| content.is(ENVELOPE, "Fault"))?;
    let text = |name| fault.text(name).unwrap_or_default().to_owned();
    Some(Fault {
        code: text("faultcode"),
        text: text("faultstring"),
        detail: fault.at("detail").cloned(),
    })
}

/// The first element in the body of a SOAP 1.1 envelope. `None` when the document is no such one.
#[must_use]
pub fn content(bytes: &[u8]) -> Option<Element> {
    let root = Element::read(bytes).filter(|root| root.is(ENVELOPE, "Envelope"))?;
    let mut parts = root.children().iter();
    let body = parts.find(|part| part.is(ENVELOPE, "Body"))?;
    body.children().first().cloned()
}

/// A SOAP 1.1 fault. `Debug` shows none of its words.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Fault {
    /// The class of fault: `soap:Server`.
    pub code: String,
    /// What it says.
    pub text: String,
    /// What the carrier adds.
    pub detail: Option<Element>,
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fault({} bytes)", self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{leaf, secret};

    const OURS: Service = Service {
        path: "/service",
        namespace: "urn:ours",
        prefix: "our",
        action: None,
    };

    fn body(request: &Request) -> String {
        request.body.masked()
    }

    fn answered(body: &str) -> Response {
        Response::new(
            200,
            format!("<e:Envelope xmlns:e='{ENVELOPE}' xmlns:o='urn:ours'>{body}</e:Envelope>"),
        )
    }

    fn read(body: &str) -> Result<Element, Said> {
        answer(&answered(body), &["urn:ours"], "ask")
    }

    #[test]
    fn a_request_names_its_operation_in_the_namespace_of_its_service() {
        let request = OURS.request(
            Effect::Reads,
            "ask",
            vec![],
            [secret("password", "password"), leaf("a", 1)],
        );
        assert!(body(&request).contains(
            "xmlns:our=\"urn:ours\"><soapenv:Body><our:ask><password>***</password><a>1</a></our:ask>"
        ));
        assert_eq!(request.secrets(), ["password"]);
        let net = Service {
            prefix: "",
            action: Some("urn:ours/"),
            ..OURS
        };
        let header = vec![branch("Credentials", [secret("id", "user")])];
        let request = net.request(Effect::Reads, "ask", header, [leaf("a", 1)]);
        assert!(body(&request).contains(
            "<soapenv:Header><Credentials><id>***</id></Credentials></soapenv:Header>\
             <soapenv:Body><ask xmlns=\"urn:ours\"><a>1</a></ask>"
        ));
        let action = ("SOAPAction", "\"urn:ours/ask\"".to_owned());
        assert_eq!(request.headers, [action]);
    }

    #[test]
    fn an_answer_is_known_by_its_namespace_and_its_name() {
        let yes =
            "<e:Header><o:a/></e:Header><e:Body><o:askResponse><x>1</x></o:askResponse></e:Body>";
        assert_eq!(read(yes).expect("read").text("x"), Some("1"));
        for other in [
            "<e:Body><askResponse/></e:Body>",
            "<e:Body><o:tellResponse/></e:Body>",
            "<e:Body><o:ask/></e:Body>",
            "<e:Header><e:Body><o:askResponse/></e:Body></e:Header>",
            "<e:Body></e:Body>",
            "<o:Body><o:askResponse/></o:Body>",
        ] {
            assert!(read(other).is_err(), "{other}");
        }
        for hostile in [
            &b""[..],
            b"<html>",
            b"\xff",
            b"<Envelope><Body/></Envelope>",
        ] {
            assert_eq!(content(hostile), None);
        }
    }

    #[test]
    fn a_fault_keeps_what_the_carrier_adds() {
        let said = "<e:Body><e:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring>\
                    <detail><E><Id>7</Id></E></detail></e:Fault></e:Body>";
        let refused = read(said).expect_err("refused");
        assert_eq!(
            (refused.code.as_deref(), refused.message.as_str()),
            (Some("s:Server"), "no")
        );
        let fault = fault(&answered(said)).expect("a fault");
        assert_eq!(fault.detail.expect("detail").text("E/Id"), Some("7"));
        assert_eq!(super::fault(&answered("<e:Body><Fault/></e:Body>")), None);
    }
}
