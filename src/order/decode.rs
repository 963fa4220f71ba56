//! A message's body becomes an [`Order`] or a [`Cancellation`], or is malformed for good.
//!
//! First step of the journey, pure: the same bytes always decode the same way, and a malformed
//! message can go to the dead queue at once. Whether a service, site or account exists is not
//! asked here (`routing`): configuration changes, messages do not.

mod paid;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use super::fields::Fields;
use super::{Cancellation, Key, Order, json, values};
use crate::trace::Traceparent;

/// A decoded message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// `order.paid`
    Paid(Box<Decoded>),
    /// `order.cancelled`
    Cancelled(Cancellation),
}

/// A decoded order.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The order.
    pub order: Order,
    /// JSON paths of fields that no order has; they were ignored.
    pub ignored_fields: Vec<String>,
    /// The span that the CloudEvent's `traceparent` names, if it names one.
    pub traceparent: Option<Traceparent>,
}

/// Why a message can never be an order. Holds no value of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Malformed {
    /// JSON path in the body as it was sent: `$.recipient.country`; none: the body as a whole.
    pub path: Option<String>,
    /// What is wanted there.
    pub reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path} {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl Malformed {
    pub(super) fn at(path: String, reason: impl Into<String>) -> Self {
        Self {
            path: Some(path),
            reason: reason.into(),
        }
    }

    fn whole(reason: impl Into<String>) -> Self {
        Self {
            path: None,
            reason: reason.into(),
        }
    }
}

/// Decodes a message: the bare JSON, or the same as `data` of a structured CloudEvent.
///
/// Its kind is the AMQP `type`, else the CloudEvent's `type`, else the routing key.
///
/// # Errors
/// [`Malformed`]: sending the same bytes again cannot help.
pub fn decode(
    amqp_type: Option<&str>,
    routing_key: &str,
    body: &[u8],
    max_bytes: usize,
) -> Result<Message, Malformed> {
    if body.len() > max_bytes {
        let size = body.len();
        return Err(Malformed::whole(format!(
            "the body has {size} bytes, at most {max_bytes} are read"
        )));
    }
    let text =
        std::str::from_utf8(body).map_err(|_| Malformed::whole("the body is not UTF-8 text"))?;
    let tree = json::parse(text).map_err(Malformed::whole)?;
    let envelope = Envelope::of(&tree)?;
    let traceparent = envelope.traceparent();
    let amqp_type = amqp_type.filter(|kind| !kind.is_empty());
    let kind = amqp_type.or(envelope.kind).unwrap_or(routing_key);
    let mut fields = Fields::of(envelope.path.to_owned(), envelope.data)?;
    match kind.strip_suffix(".v1").unwrap_or(kind) {
        "order.paid" => paid::paid(fields).map(|mut decoded| {
            decoded.traceparent = traceparent;
            Message::Paid(Box::new(decoded))
        }),
        "order.cancelled" => cancelled(&mut fields).map(Message::Cancelled),
        _ => Err(Malformed::whole(
            "the kind of the message (AMQP type, else CloudEvents type, else routing key) \
             is neither order.paid nor order.cancelled",
        )),
    }
}

/// Where in the body the order is.
struct Envelope<'json> {
    kind: Option<&'json str>,
    path: &'static str,
    data: &'json Value,
    traceparent: Option<&'json str>,
}

impl<'json> Envelope<'json> {
    fn of(tree: &'json Value) -> Result<Self, Malformed> {
        let Some(version) = tree.get("specversion") else {
            return Ok(Self {
                kind: None,
                path: "$",
                data: tree,
                traceparent: None,
            });
        };
        if version != "1.0" {
            return Err(Malformed::at("$.specversion".into(), "must be \"1.0\""));
        }
        let Some(kind) = tree.get("type").and_then(Value::as_str) else {
            return Err(Malformed::at("$.type".into(), "must be a string"));
        };
        let Some(data) = tree.get("data") else {
            let reason = "is missing: the order stands there as a JSON object";
            return Err(Malformed::at("$.data".into(), reason));
        };
        Ok(Self {
            kind: Some(kind),
            path: "$.data",
            data,
            traceparent: tree.get("traceparent").and_then(Value::as_str),
        })
    }

    /// One that is none by the standard is as good as not there: no order is refused for it.
    fn traceparent(&self) -> Option<Traceparent> {
        self.traceparent?.parse().ok()
    }
}

fn cancelled(fields: &mut Fields<'_>) -> Result<Cancellation, Malformed> {
    Ok(Cancellation {
        key: key(fields)?,
        reason: fields.optional_text("reason", values::text)?,
    })
}

fn key(fields: &mut Fields<'_>) -> Result<Key, Malformed> {
    Ok(Key {
        shop: fields.optional("shop", values::shop)?.unwrap_or_default(),
        order_id: fields.required("order_id", values::name::<32>)?,
        part: fields.optional("part", values::whole::<1>)?.unwrap_or(1),
    })
}
