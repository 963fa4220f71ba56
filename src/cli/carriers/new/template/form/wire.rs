//! How a call of Template Title's is written: a form, posted. It answers in JSON.

use carrier_sdk::{Body, Effect, Method, Request};

use crate::profile::{AUTH, IN_BODY};

/// A call with these fields.
pub(crate) fn ask(effect: Effect, path: &str, fields: &[(&str, &str)]) -> Request {
    Request::new(effect, Method::Post, path)
        .auth(AUTH)
        .body(Body::form_with(fields, IN_BODY))
}
