//! One exact request for people to read: secrets as `***`, the consignee masked unless asked for.

use std::fmt;

use carrier_sdk::{Auth, Body, Method, Request};
use jiff::Timestamp;
use reqwest::Url;
use serde::Serialize;

use super::super::super::ending::Failure;
use super::super::mask;
use super::bench::Bench;
use crate::order::Order;

/// A request as it would leave.
#[derive(Serialize)]
pub struct Shown {
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Shown {
    /// The request that would book this order, which the bench has taken already.
    ///
    /// # Errors
    /// When the carrier refuses the masked order: its shape was not enough.
    pub fn of(bench: &Bench, order: &Order, personal: bool) -> Result<Self, Failure> {
        let order = if personal {
            order.clone()
        } else {
            mask::masked(order)
        };
        match bench.mapped(&order, Timestamp::now()) {
            Ok(mapped) => Ok(Self::from(bench.base_url(), mapped.request)),
            Err(reasons) => {
                let fields: Vec<&str> =
                    reasons.iter().map(|reason| reason.field.as_str()).collect();
                Err(Failure::failed(format!(
                    "the request cannot be shown with masked data, the carrier looks into {}; --show-personal shows \
                     it as it is",
                    fields.join(", ")
                )))
            }
        }
    }

    fn from(base_url: &str, request: Request) -> Self {
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        };
        let mut headers: Vec<(String, String)> = Vec::new();
        headers.extend(authorization(&request.auth));
        if let Body::Text { content_type, .. } = &request.body {
            headers.push(("Content-Type".to_owned(), (*content_type).to_owned()));
        }
        let own = request.headers.iter();
        headers.extend(own.map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self {
            method,
            url: address(base_url, &request),
            headers,
            body: request.body.masked(),
        }
    }
}

fn authorization(auth: &Auth) -> Option<(String, String)> {
    let (name, value) = match auth {
        Auth::None => return None,
        Auth::Basic { .. } => ("Authorization", "Basic ***".to_owned()),
        Auth::Header { name, prefix, .. } => (*name, format!("{prefix}***")),
        Auth::OAuth2 { token_path, .. } => {
            ("Authorization", format!("Bearer *** (from {token_path})"))
        }
        Auth::Signed(signature) => (signature.header, "*** (signed when it is sent)".to_owned()),
    };
    Some((name.to_owned(), value))
}

fn address(base_url: &str, request: &Request) -> String {
    let full = format!("{}{}", base_url.trim_end_matches('/'), request.path);
    match Url::parse(&full) {
        Ok(mut url) if !request.query.is_empty() => {
            url.query_pairs_mut().extend_pairs(&request.query);
            url.to_string()
        }
        _ => full,
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", self.body)
    }
}
