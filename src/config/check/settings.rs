//! The sections that stand once: numbers that cannot be 0, URLs, and what is not built.

use std::net::{IpAddr, SocketAddr};

use secrecy::ExposeSecret;

use super::Review;
use crate::config::{Bus, Config, Finding};

pub(super) fn check(review: &mut Review<'_>) {
    check_numbers(review);
    check_ledger(review);
    check_http(review);
    check_telemetry(review);
    let dispatch = &review.config.dispatch;
    if dispatch.retry_first_ms > dispatch.retry_max_ms {
        review.error(
            "dispatch.retry_first_ms",
            "the first delay is longer than the longest",
            "make retry_max_ms the larger one",
        );
    }
    if review.config.events.source.trim().is_empty() {
        review.error(
            "events.source",
            "events must say where they come from",
            "name this installation",
        );
    }
}

fn check_numbers(review: &mut Review<'_>) {
    let Config {
        bus,
        dispatch,
        privacy,
        ..
    } = review.config;
    for (place, is_zero) in [
        ("bus.prefetch", bus.prefetch == 0),
        ("bus.publishers", bus.publishers == 0),
        ("bus.timeout_ms", bus.timeout_ms == 0),
        ("bus.max_message_bytes", bus.max_message_bytes == 0),
        ("bus.delivery_limit", bus.delivery_limit == 0),
        ("dispatch.lease_s", dispatch.lease_s == 0),
        ("dispatch.in_flight", dispatch.in_flight == 0),
        ("dispatch.retry_first_ms", dispatch.retry_first_ms == 0),
        ("privacy.erase_after_days", privacy.erase_after_days == 0),
    ] {
        if is_zero {
            review.error(place, "must be more than 0", "leave it out for the default");
        }
    }
}

fn check_ledger(review: &mut Review<'_>) {
    let url = review.config.ledger.url.expose_secret();
    if url.starts_with("sqlite://") {
        return;
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        review.error(
            "ledger.url",
            "names no ledger that is known",
            "write sqlite:// and the file: sqlite://diligence.db; or postgres://user:password@host:5432/database",
        );
    } else if !cfg!(feature = "postgres") {
        review.error(
            "ledger.url",
            "this program was built without PostgreSQL",
            "build it with the feature postgres, or use sqlite://diligence.db and one worker",
        );
    } else if travels_in_the_clear(url) {
        review.warning(
            "ledger.url",
            "addresses and the password may travel to PostgreSQL unencrypted",
            "add ?sslmode=verify-full unless that network is yours alone",
        );
    }
}

/// Whether a PostgreSQL URL leads off this machine and does not insist on encryption.
fn travels_in_the_clear(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    let encrypted = |mode: &str| matches!(mode, "require" | "verify-ca" | "verify-full");
    let mut parameters = url.query_pairs();
    let insists = parameters.any(|(name, value)| name == "sslmode" && encrypted(&value));
    url.has_host() && !is_loopback(&url) && !insists
}

fn check_http(review: &mut Review<'_>) {
    let http = &review.config.http;
    if let Some(listen) = &http.listen
        && listen.parse::<SocketAddr>().is_err()
    {
        review.error(
            "http.listen",
            "must be an address and a port",
            "for example 127.0.0.1:8080",
        );
    }
    if let Some(url) = &http.public_url {
        check_public_url(review, url);
    }
    match &http.token {
        Some(token) if token.expose_secret().trim().is_empty() => review.error(
            "http.token",
            "an empty token would open the labels to everybody",
            "set a long random one, or none",
        ),
        Some(_) => {}
        None if http.public_url.is_some() => review.warning(
            "http.token",
            "events hold links to labels that nobody can fetch",
            "set token, token_file or DILIGENCE__HTTP__TOKEN; or take out public_url",
        ),
        None if http.listen.is_some() => review.warning(
            "http.token",
            "without a token labels cannot be fetched over HTTP",
            "set token, token_file or DILIGENCE__HTTP__TOKEN",
        ),
        None => {}
    }
}

/// It becomes the start of every label link: `/v1/labels/{id}` follows, and everybody reads it.
fn check_public_url(review: &mut Review<'_>, url: &str) {
    let parsed = reqwest::Url::parse(url).ok();
    let is_fit = |url: &reqwest::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    if !parsed.as_ref().is_some_and(is_fit) {
        review.error(
            "http.public_url",
            "label links cannot start with this",
            "write http:// or https://, the host and perhaps a path, nothing more",
        );
    } else if review.config.http.listen.is_none() {
        review.note(
            "http.public_url",
            "without http.listen this worker does not serve the links it tells",
        );
    }
}

fn check_telemetry(review: &mut Review<'_>) {
    const PLACE: &str = "telemetry.otlp_endpoint";
    let Some(endpoint) = &review.config.telemetry.otlp_endpoint else {
        return;
    };
    let url = reqwest::Url::parse(endpoint).ok();
    if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        review.error(
            PLACE,
            "spans cannot be sent there",
            "write http:// or https://, the host and the collector's port for OTLP over HTTP: http://127.0.0.1:4318",
        );
    } else if !cfg!(feature = "otel") {
        review.warning(
            PLACE,
            "this program was built without OTLP: no span is sent",
            "build it with the feature otel, or take it out",
        );
    }
}

/// What a worker needs of `[bus]`.
pub(super) fn check_bus(bus: &Bus) -> Vec<Finding> {
    let mut findings = Vec::new();
    let urls: Vec<_> = bus.url.iter().chain(&bus.urls).collect();
    if urls.is_empty() {
        findings.push(Finding::error(
            "bus.url",
            "a worker needs a broker",
            "set bus.url, bus.url_file or DILIGENCE__BUS__URL",
        ));
    }
    if bus.url.is_some() && !bus.urls.is_empty() {
        findings.push(Finding::error(
            "bus.urls",
            "both url and urls are given",
            "keep url for one broker, urls for a cluster",
        ));
    }
    for url in urls {
        findings.extend(check_broker(url.expose_secret()));
    }
    findings
}

fn check_broker(url: &str) -> Option<Finding> {
    let parsed = reqwest::Url::parse(url).ok();
    match parsed.as_ref().map(|url| (url.scheme(), is_loopback(url))) {
        Some(("amqps", _) | ("amqp", true)) => None,
        Some(("amqp", false)) => Some(Finding::warning(
            "bus.url",
            "orders and the password travel to the broker unencrypted",
            "use amqps:// unless that network is yours alone",
        )),
        _ => Some(Finding::error(
            "bus.url",
            "is no AMQP URL",
            "write amqp:// or amqps://, user:password@host:port/vhost (%2f for the vhost /)",
        )),
    }
}

/// Whether the URL's host is this machine.
pub(super) fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback_address = |address: IpAddr| address.is_loopback();
    host == "localhost" || address.parse().is_ok_and(is_loopback_address)
}
