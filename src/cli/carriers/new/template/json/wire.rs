//! How a call of Template Title's is written: JSON, posted.

use carrier_sdk::{Body, Effect, Method, Request};
use serde_json::{Map, Value};

use crate::profile::{AUTH, IN_BODY};

/// A call with this body.
pub(crate) fn call(effect: Effect, path: &str, body: &Value) -> Request {
    Request::new(effect, Method::Post, path)
        .auth(AUTH)
        .body(Body::json_with(body, IN_BODY))
}

/// A question of a few texts.
pub(crate) fn ask(effect: Effect, path: &str, fields: &[(&str, &str)]) -> Request {
    let fields = fields.iter();
    let fields = fields.map(|(name, text)| ((*name).to_owned(), Value::from(*text)));
    call(effect, path, &Value::Object(fields.collect::<Map<_, _>>()))
}
