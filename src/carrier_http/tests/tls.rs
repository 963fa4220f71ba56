//! TLS is always verified: whoever cannot prove to be the carrier gets nothing.

use std::io::{Read, Write};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use super::faults::obstacle;
use super::*;
use crate::carrier_http::Obstacle;

/// A private certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    Authority {
        issuer: Issuer::new(params, key),
        pem,
    }
}

/// Serves one HTTPS call with a certificate for this name, valid until this year.
fn serve(authority: &Authority, name: &str, until_year: i32) -> String {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    params.not_after = date_time_ymd(until_year, 1, 1);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &authority.issuer).expect("signed");
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a configuration");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a call");
        let mut connection = ServerConnection::new(Arc::new(config)).expect("a connection");
        let mut stream = Stream::new(&mut connection, &mut socket);
        // where the client refuses the certificate, reading fails and nothing is written
        if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
            stream.write_all(OK).expect("written");
        }
    });
    format!("https://{address}")
}

async fn call(base_url: &str, root: Option<&Authority>) -> Sent {
    let mut access = access(base_url);
    access.extra_roots = root
        .map(|root| root.pem.clone().into_bytes())
        .into_iter()
        .collect();
    send(&carriers(access), &booking("/ship")).await
}

#[tokio::test]
async fn a_carrier_with_a_good_certificate_of_a_private_authority_is_booked_with() {
    let authority = authority();
    let sent = call(&serve(&authority, "127.0.0.1", 2100), Some(&authority)).await;
    assert!(
        matches!(&sent, Sent::Answered(answer) if answer.status == 200),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_before_anything_is_sent() {
    let authority = authority();
    let sent = call(
        &serve(&authority, "carrier.example", 2100),
        Some(&authority),
    )
    .await;
    assert_eq!(obstacle(sent), Obstacle::Untrusted);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent() {
    let sent = call(&serve(&authority(), "127.0.0.1", 2100), None).await;
    assert_eq!(obstacle(sent), Obstacle::Untrusted);
    let sent = call(&serve(&authority(), "127.0.0.1", 2100), Some(&authority())).await;
    assert_eq!(obstacle(sent), Obstacle::Untrusted);
}

#[tokio::test]
async fn an_expired_certificate_is_refused_before_anything_is_sent() {
    let authority = authority();
    let sent = call(&serve(&authority, "127.0.0.1", 2020), Some(&authority)).await;
    assert_eq!(obstacle(sent), Obstacle::Untrusted);
}

#[test]
fn an_authority_that_is_not_pem_is_said_with_its_account() {
    let mut access = access("https://127.0.0.1:1");
    access.extra_roots = vec![b"nonsense".to_vec()];
    let error = CarrierHttp::new(vec![access]).err().expect("refused");
    assert!(error.to_string().contains("`a`"), "{error}");
}
