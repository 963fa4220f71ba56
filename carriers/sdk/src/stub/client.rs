//! A plain HTTP client for a carrier's tests: sends a carrier's request to its stub, its secrets filled
//! in. The worker's own client is `carrier_http`; this one knows no TLS, no time-outs and no tokens.

use std::io;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::StubServer;
use crate::body::formed;
use crate::request::{Auth, Body, Method, Piece, Request, Response};

impl StubServer {
    /// Sends a request below the path `base` and reads its answer. A secret has the value that `secrets`
    /// gives it, else `demo`, as it is: without escaping. A request that needs a token bears a good
    /// one, a signed one the name of its header.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn send(
        &self,
        base: &str,
        request: &Request,
        secrets: &[(&str, &str)],
    ) -> io::Result<Response> {
        exchange(self.address(), &written(base, request, secrets)).await
    }
}

fn written(base: &str, request: &Request, secrets: &[(&str, &str)]) -> String {
    let secret = |name: &str| {
        let given = secrets.iter().find(|(secret, _)| *secret == name);
        given.map_or("demo", |(_, value)| value)
    };
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
    };
    let query = request.query.iter();
    let query: Vec<String> = query
        .map(|(name, value)| format!("{name}={}", formed(value)))
        .collect();
    let (kind, body) = match &request.body {
        Body::Empty => ("", String::new()),
        Body::Text {
            content_type,
            pieces,
        } => {
            let text = |piece: &Piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Secret { name, .. } => secret(name).to_owned(),
            };
            (*content_type, pieces.iter().map(text).collect())
        }
    };
    let auth = match &request.auth {
        Auth::None => String::new(),
        Auth::Basic { username, password } => {
            let pair = format!("{}:{}", secret(username), secret(password));
            format!("authorization: Basic {}\r\n", STANDARD.encode(pair))
        }
        Auth::Header {
            name,
            prefix,
            secret: key,
        } => format!("{name}: {prefix}{}\r\n", secret(key)),
        Auth::OAuth2 { .. } => "authorization: Bearer stub-token\r\n".to_owned(),
        Auth::Signed(signature) => format!("{}: signed\r\n", signature.header),
    };
    let headers = request.headers.iter();
    let headers: String = headers
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!(
        "{method} {base}{}?{} HTTP/1.1\r\nhost: stub\r\nconnection: close\r\n{auth}{headers}\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        request.path,
        query.join("&"),
        body.len()
    )
}

async fn exchange(address: SocketAddr, request: &str) -> io::Result<Response> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let broken = || io::Error::other("no HTTP answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.ok_or_else(broken)? + 4);
    let head = String::from_utf8_lossy(&answer);
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    let content_type = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.eq_ignore_ascii_case("content-type");
        named.then(|| value.trim().to_owned())
    });
    Ok(Response {
        content_type,
        ..Response::new(status.ok_or_else(broken)?, body)
    })
}
