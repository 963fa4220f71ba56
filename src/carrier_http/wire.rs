//! The HTTP client and one exchange with it: the only place where bytes leave for a carrier.

use std::time::Duration;

use carrier_sdk::Response;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER, SET_COOKIE};
use reqwest::{Certificate, Client};

use super::Access;
use super::outcome::{Lost, NotSent, Sent, before_the_answer, within_the_answer};

/// Shorter than the shortest keep-alive in wide use (5 s): a connection that the carrier closes
/// while we write on it would put a booking in doubt.
const IDLE: Duration = Duration::from_secs(4);

/// Bytes of headers that are kept for the reader.
const HEADERS_MAX: usize = 8 * 1024;

/// Room made for a body before any of it has come: most answers fit, and a lie costs little.
const FIRST_ROOM: usize = 64 * 1024;

/// An account's client. One per account: time-outs and trusted roots belong to the client.
pub(super) fn client(access: &Access) -> Result<Client, NotSent> {
    let mut roots = Vec::new();
    for pem in &access.extra_roots {
        let bundle = Certificate::from_pem_bundle(pem).ok();
        let bundle = bundle.filter(|bundle| !bundle.is_empty()).ok_or_else(|| {
            NotSent::setup(format!(
                "a private certificate authority of account `{}` is not PEM; correct it",
                access.id
            ))
        })?;
        roots.extend(bundle);
    }
    let builder = Client::builder()
        .user_agent(concat!("diligence/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(access.concurrency)
        // the total must not end first: it cannot tell whether we were still connecting
        .connect_timeout(access.connect_timeout.min(access.timeout / 2))
        .read_timeout(access.read_timeout)
        .timeout(access.timeout);
    // plain http (loopback) needs no roots, so the demo runs on a machine without any
    let builder = if access.base_url.starts_with("http://") {
        builder.tls_certs_only([])
    } else {
        builder.tls_certs_merge(roots)
    };
    builder.build().map_err(|_| {
        NotSent::setup("no certificate authorities are installed; install `ca-certificates`")
    })
}

/// Sends one request, once, and reads its answer whole.
pub(super) async fn exchange(
    client: &Client,
    request: reqwest::Request,
    max_answer_bytes: usize,
) -> Sent {
    let answer = match client.execute(request).await {
        Ok(answer) => answer,
        Err(error) => return before_the_answer(&error),
    };
    let head = Response {
        status: answer.status().as_u16(),
        content_type: text(answer.headers(), &CONTENT_TYPE),
        retry_after: text(answer.headers(), &RETRY_AFTER)
            .and_then(|value| retry_after(&value, Timestamp::now())),
        headers: headers(answer.headers()),
        body: Vec::new(),
    };
    match read_body(answer, max_answer_bytes).await {
        Ok(body) => Sent::Answered(Response { body, ..head }),
        Err(lost) => Sent::InDoubt(lost),
    }
}

/// The body, decompressed. The limit holds for what is declared and for what comes.
async fn read_body(mut answer: reqwest::Response, limit: usize) -> Result<Vec<u8>, Lost> {
    let declared = answer.content_length().unwrap_or(0);
    let declared = usize::try_from(declared).map_err(|_| Lost::TooLarge(limit))?;
    if declared > limit {
        return Err(Lost::TooLarge(limit));
    }
    let mut body = Vec::with_capacity(declared.min(FIRST_ROOM));
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|error| within_the_answer(&error))?
    {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Lost::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Headers that are text, until all together are longer than anything honest. A session is nothing that
/// a reader should know.
fn headers(all: &HeaderMap) -> Vec<(String, String)> {
    let mut room = HEADERS_MAX;
    let kept = all.iter().filter(|(name, _)| **name != SET_COOKIE);
    let kept = kept.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let kept = kept.take_while(|(name, value)| {
        let left = room.checked_sub(name.len() + value.len());
        room = left.unwrap_or_default();
        left.is_some()
    });
    kept.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Retry-After is seconds or a date; a date that has passed is now.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(value)
        .ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_kept_within_bounds_and_cookies_are_not() {
        let mut all = HeaderMap::new();
        all.insert("error", "E1".parse().expect("text"));
        all.insert("set-cookie", "session=1".parse().expect("text"));
        all.insert("long", "x".repeat(HEADERS_MAX).parse().expect("text"));
        let kept = headers(&all);
        assert_eq!(kept, [("error".to_owned(), "E1".to_owned())]);
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().expect("a time");
        let cases = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Mon, 23 Nov 2026 09:00:30 GMT", Some(30)),
            ("Mon, 23 Nov 2026 08:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
        ];
        for (value, seconds) in cases {
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(value, now), expected, "{value}");
        }
    }
}
