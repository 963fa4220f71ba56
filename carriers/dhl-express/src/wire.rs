//! MyDHL's JSON, read leniently: no single field is trusted, and one of the wrong type is absent.
//!
//! Rigid types would lose a booked waybill over a field nobody needs. Meaning is given elsewhere.

use std::borrow::Cow;

use carrier_sdk::Response;
use carrier_sdk::faults::Said;
use rust_decimal::Decimal;
use serde_json::Value;

/// The answer, when it is a JSON object.
pub(crate) fn object(answer: &Response) -> Option<Value> {
    serde_json::from_slice(&answer.body)
        .ok()
        .filter(Value::is_object)
}

/// A member as trimmed text; DHL writes numbers both ways. An empty text is absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<Cow<'a, str>> {
    as_text(value.get(key)?)
}

fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => {
            Some(text.trim().into()).filter(|text: &Cow<'_, str>| !text.is_empty())
        }
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// A member as a list, empty when it is none.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A waybill or piece number: letters and digits, nothing else is one.
pub(crate) fn number(value: &Value, key: &str) -> Option<String> {
    text(value, key)
        .filter(|number| number.len() <= 35 && number.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map(Cow::into_owned)
}

/// Drops members that are null: DHL refuses a key whose value it cannot use.
pub(crate) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// What DHL said went wrong. Its code stands before a colon in the text: `7008: ...`.
pub(crate) fn said(answer: &Response, body: &Value) -> Said {
    let details = list(body, "additionalDetails").iter().filter_map(as_text);
    let reasons = list(body, "reasons")
        .iter()
        .filter_map(|reason| text(reason, "msg"));
    let mut problems: Vec<_> = details.chain(reasons).collect();
    if let Some(detail) = text(body, "detail")
        && (problems.is_empty() || code(&detail).is_some())
    {
        problems.insert(0, detail);
    }
    if problems.is_empty() {
        problems.extend(text(body, "message").or_else(|| text(body, "title")));
    }
    let Some(first) = problems.first() else {
        return Said::unreadable(answer, "an answer of MyDHL");
    };
    let mut said = Said::new(answer, code(first), problems.join("; "));
    let told = text(body, "status").and_then(|status| status.parse::<u16>().ok());
    if let Some(status) = told.filter(|status| answer.is_success() && *status >= 400) {
        said.status = status;
    }
    said
}

fn code(text: &str) -> Option<&str> {
    let (code, _) = text.split_once(':')?;
    let code = code.trim();
    (!code.is_empty() && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

/// An exact amount as a JSON number.
pub(crate) fn decimal(amount: Decimal) -> Value {
    serde_json::from_str(&amount.normalize().to_string()).unwrap_or_default()
}

/// Grams as kilograms.
pub(crate) fn kilograms(grams: u64) -> Value {
    Decimal::from(grams)
        .checked_div(Decimal::ONE_THOUSAND)
        .map_or(Value::Null, decimal)
}

/// Millimetres as centimetres.
pub(crate) fn centimetres(millimetres: u32) -> Value {
    decimal(Decimal::new(millimetres.into(), 1))
}
