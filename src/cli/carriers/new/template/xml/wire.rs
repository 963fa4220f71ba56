//! How a call of Template Title's is written: XML, posted.

use carrier_sdk::xml::{Node, branch, leaf, secret};
use carrier_sdk::{Body, Effect, Method, Request};

use crate::profile::{AUTH, IN_BODY};

/// A call with these elements, the secrets before them.
pub(crate) fn call(effect: Effect, path: &str, name: &str, content: Vec<Node>) -> Request {
    let secrets = IN_BODY.iter().map(|(element, name)| secret(*element, name));
    let root = branch(name, secrets.chain(content));
    Request::new(effect, Method::Post, path)
        .auth(AUTH)
        .body(Body::xml("text/xml;charset=UTF-8", &root))
}

/// A question of a few texts.
pub(crate) fn ask(effect: Effect, path: &str, fields: &[(&str, &str)]) -> Request {
    let fields = fields.iter().map(|(name, text)| leaf(*name, text));
    call(effect, path, "ask", fields.collect())
}
