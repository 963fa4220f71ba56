//! A carrier's request as it goes on the wire: address, authentication, and the secrets in their
//! places. The only file that looks at a secret's value.

use carrier_sdk::body::formed;
use carrier_sdk::{Auth, Body, Escaping, Method, Piece, Request, Signature, Signing};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

use super::Access;
use super::leased_body::LeasedBody;
use super::outcome::NotSent;
use super::suspend_clock::Deadline;
use super::token::Token;

/// Fills in what only this place knows. Whatever is missing is said before anything is sent; what it
/// gives cannot leave after the deadline.
pub(super) fn compose(
    access: &Access,
    client: &Client,
    request: &Request,
    token: Option<&Token>,
    deadline: Deadline,
) -> Result<reqwest::Request, NotSent> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, address(&access.base_url, request)?);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value.as_str());
    }
    let mut text = String::new();
    if let Body::Text {
        content_type,
        pieces,
    } = &request.body
    {
        text = fill(access, pieces)?;
        builder = builder.header(CONTENT_TYPE, *content_type);
    }
    if let Auth::Signed(signature) = &request.auth {
        let value = signed(access, signature, &request.path, &text)?;
        builder = builder.header(signature.header, value);
    }
    if request.body != Body::Empty {
        builder = builder.body(reqwest::Body::wrap(LeasedBody::new(text, deadline)));
    }
    authenticate(access, builder, &request.auth, token)?
        .build()
        .map_err(|_| NotSent::setup("a header holds characters that HTTP cannot carry"))
}

/// The full URL. An order's text must not lead the request elsewhere: no `..`, `?` or `#`.
fn address(base_url: &str, request: &Request) -> Result<Url, NotSent> {
    let path = &request.path;
    let climbs = path.split(['/', '\\']).any(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    });
    if climbs || !path.starts_with('/') || path.contains(['?', '#']) {
        return Err(NotSent::setup("the request's path is not a plain path"));
    }
    let full = format!("{}{path}", base_url.trim_end_matches('/'));
    let mut url = Url::parse(&full)
        .map_err(|_| NotSent::setup("the account's base_url is not a URL; correct it"))?;
    if !is_safe(&url) {
        return Err(NotSent::setup(
            "the account's base_url must be https (plain http is for loopback only)",
        ));
    }
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    Ok(url)
}

fn is_safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

fn authenticate(
    access: &Access,
    builder: RequestBuilder,
    auth: &Auth,
    token: Option<&Token>,
) -> Result<RequestBuilder, NotSent> {
    Ok(match auth {
        Auth::None | Auth::Signed(_) => builder,
        Auth::Basic { username, password } => builder.basic_auth(
            secret(access, username)?.expose_secret(),
            Some(secret(access, password)?.expose_secret()),
        ),
        Auth::Header {
            name,
            prefix,
            secret: secret_name,
        } => {
            let secret = secret(access, secret_name)?.expose_secret();
            let mut value = HeaderValue::from_str(&format!("{prefix}{secret}")).map_err(|_| {
                NotSent::setup(format!(
                    "the secret `{secret_name}` of account `{}` holds characters that HTTP cannot carry",
                    access.id
                ))
            })?;
            value.set_sensitive(true);
            builder.header(*name, value)
        }
        Auth::OAuth2 { .. } => {
            let token = token.ok_or_else(|| NotSent::setup("no token is in hand"))?;
            builder.bearer_auth(token.value.expose_secret())
        }
    })
}

/// The header that the carrier's own function computes, for this very moment.
fn signed(
    access: &Access,
    signature: &Signature,
    path: &str,
    body: &str,
) -> Result<HeaderValue, NotSent> {
    let names = signature.secrets.iter();
    let secrets: Vec<&str> = names
        .map(|name| Ok(secret(access, name)?.expose_secret()))
        .collect::<Result<_, NotSent>>()?;
    let value = (signature.sign)(&Signing {
        path,
        body,
        at: Timestamp::now(),
        secrets: &secrets,
    });
    let mut value = HeaderValue::from_str(&value).map_err(|_| {
        NotSent::setup(format!(
            "a secret of account `{}` holds characters that HTTP cannot carry",
            access.id
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn secret<'access>(access: &'access Access, name: &str) -> Result<&'access SecretString, NotSent> {
    access.secrets.get(name).ok_or_else(|| {
        NotSent::setup(format!(
            "account `{}` has no `{name}`; set it, or `{name}_file`, in the configuration",
            access.id
        ))
    })
}

fn fill(access: &Access, pieces: &[Piece]) -> Result<String, NotSent> {
    let mut filled = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Secret { name, escaping } => {
                let value = secret(access, name)?.expose_secret();
                match escaping {
                    Escaping::Xml => xml(value, &mut filled),
                    Escaping::Json => json(value, &mut filled),
                    Escaping::Form => filled.push_str(&formed(value)),
                    Escaping::XmlInForm => {
                        let mut text = String::new();
                        xml(value, &mut text);
                        filled.push_str(&formed(&text));
                    }
                }
            }
        }
    }
    Ok(filled)
}

fn xml(value: &str, filled: &mut String) {
    for letter in value.chars() {
        match letter {
            '&' => filled.push_str("&amp;"),
            '<' => filled.push_str("&lt;"),
            '>' => filled.push_str("&gt;"),
            '"' => filled.push_str("&quot;"),
            '\'' => filled.push_str("&apos;"),
            _ => filled.push(letter),
        }
    }
}

fn json(value: &str, filled: &mut String) {
    let quoted = serde_json::Value::from(value).to_string();
    let inside = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    filled.push_str(inside.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use carrier_sdk::Effect;

    fn request(path: &str) -> Request {
        Request {
            effect: Effect::Books,
            method: Method::Post,
            path: path.into(),
            query: vec![("q", "a b&c".into())],
            headers: Vec::new(),
            auth: Auth::None,
            body: Body::Empty,
        }
    }

    fn access(secret: &str) -> Access {
        let mut access = Access::new("dhl", "https://carrier.example/api/");
        access.secrets.insert("key".into(), secret.into());
        access
    }

    fn minute() -> Deadline {
        Deadline::after(std::time::Duration::from_secs(60))
    }

    #[test]
    fn a_query_is_encoded_and_the_base_keeps_its_path() {
        let url = address("https://carrier.example/api/", &request("/ship/1")).expect("a URL");
        assert_eq!(url.as_str(), "https://carrier.example/api/ship/1?q=a+b%26c");
    }

    #[test]
    fn plain_http_leaves_the_machine_under_no_name() {
        for good in [
            "http://127.0.0.1:9",
            "http://[::1]:9",
            "http://localhost",
            "https://a.example",
        ] {
            assert!(address(good, &request("/x")).is_ok(), "{good}");
        }
        for bad in [
            "http://carrier.example",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://0.0.0.0",
            "ftp://127.0.0.1",
            "127.0.0.1:9",
        ] {
            assert!(address(bad, &request("/x")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_in_the_path_cannot_lead_elsewhere() {
        for bad in [
            "x",
            "/a/../b",
            "/a/%2E%2e",
            "/a\\..\\b",
            "/a?b=c",
            "/a#b",
            "@evil.example/",
        ] {
            assert!(address("http://127.0.0.1", &request(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_escaped_for_its_place() {
        let access = access("a&b<c>\"d'\\ é\n");
        let filled = |escaping| {
            let pieces = [
                Piece::Text("=".into()),
                Piece::Secret {
                    name: "key",
                    escaping,
                },
            ];
            fill(&access, &pieces).expect("filled")
        };
        assert_eq!(
            filled(Escaping::Xml),
            "=a&amp;b&lt;c&gt;&quot;d&apos;\\ é\n"
        );
        assert_eq!(filled(Escaping::Json), r#"=a&b<c>\"d'\\ é\n"#);
        assert_eq!(filled(Escaping::Form), "=a%26b%3Cc%3E%22d%27%5C+%C3%A9%0A");
        assert_eq!(
            filled(Escaping::XmlInForm),
            "=a%26amp%3Bb%26lt%3Bc%26gt%3B%26quot%3Bd%26apos%3B%5C+%C3%A9%0A"
        );
    }

    #[test]
    fn a_signature_is_computed_from_what_is_sent_and_is_never_shown() {
        let mut signed = request("/x");
        signed.body = Body::text("text/plain", "body".into());
        signed.auth = Auth::Signed(Signature {
            header: "x-signed",
            secrets: &["key"],
            sign: |of| format!("{};{};{}", of.path, of.body, of.secrets.join(";")),
        });
        let sent =
            compose(&access("tres"), &Client::default(), &signed, None, minute()).expect("sent");
        let header = sent.headers().get("x-signed").expect("signed");
        assert_eq!(header.to_str().ok(), Some("/x;body;tres"));
        assert!(!format!("{sent:?}").contains("tres"));
        let mut keyless = access("tres");
        keyless.secrets.clear();
        let missing = compose(&keyless, &Client::default(), &signed, None, minute());
        assert!(missing.expect_err("missing").to_string().contains("`key`"));
    }

    #[test]
    fn a_missing_secret_is_named_and_a_bad_one_is_not_shown() {
        let pieces = [Piece::Secret {
            name: "password",
            escaping: Escaping::Json,
        }];
        let missing = fill(&access("x"), &pieces)
            .expect_err("missing")
            .to_string();
        assert!(
            missing.contains("`dhl`") && missing.contains("`password`"),
            "{missing}"
        );

        let mut bad = request("/x");
        bad.auth = Auth::Header {
            name: "DHL-API-Key",
            prefix: "",
            secret: "key",
        };
        let refused = compose(
            &access("tres\nsecret"),
            &Client::default(),
            &bad,
            None,
            minute(),
        );
        let text = format!("{:?}", refused.expect_err("refused"));
        assert!(
            text.contains("`key`") && !text.contains("secret\""),
            "{text}"
        );
        assert!(!text.contains("tres"), "{text}");
    }
}
