//! TLS is always verified: whoever cannot prove to be the carrier gets nothing.

#[path = "../../../tests/cli/certificates.rs"]
mod certificates;

use certificates::{Authority, FLAWS, Flaw, Manners, Server};

use super::*;
use crate::carrier_http::Obstacle;

/// Books with a carrier that shows such a certificate; also what the carrier heard.
async fn call(authority: &Authority, flaw: Flaw) -> (Sent, Vec<u8>) {
    let manners = Manners {
        before: None,
        after: OK,
    };
    let server = Server::start(authority, flaw, manners);
    let mut access = access(&format!("https://{}", server.address));
    access.extra_roots = vec![authority.pem.clone().into_bytes()];
    let sent = send(&carriers(access), &booking("/ship")).await;
    (sent, server.heard())
}

#[tokio::test]
async fn a_carrier_with_a_good_certificate_of_a_private_authority_is_booked_with() {
    let (sent, heard) = call(&Authority::new(), Flaw::None).await;
    assert!(
        matches!(&sent, Sent::Answered(answer) if answer.status == 200),
        "{sent:?}"
    );
    assert!(heard.starts_with(b"POST /ship"), "the request was heard");
}

#[tokio::test]
async fn a_carrier_that_cannot_prove_who_it_is_gets_no_byte_of_a_request_and_is_told_apart() {
    for (flaw, words) in FLAWS {
        let (sent, heard) = call(&Authority::new(), flaw).await;
        let Sent::NotSent(refused) = sent else {
            panic!("{flaw:?}: it may have left: {sent:?}");
        };
        assert_eq!(refused.obstacle, Obstacle::Untrusted, "{flaw:?}");
        assert!(refused.to_string().contains(words), "{flaw:?}: {refused}");
        assert!(heard.is_empty(), "{flaw:?}: {} bytes", heard.len());
    }
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_gets_no_byte_of_a_request() {
    let (listener, base_url) = listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a call");
        stream
            .write_all(b"220 hello, this is mail\r\n")
            .await
            .expect("written");
        let mut heard = Vec::new();
        // a hello of TLS, and nothing that stood in the request
        stream.read_to_end(&mut heard).await.ok();
        heard
    });
    let sent = send(
        &carriers(access(&base_url.replace("http:", "https:"))),
        &booking("/ship"),
    )
    .await;
    let Sent::NotSent(refused) = sent else {
        panic!("it may have left: {sent:?}");
    };
    assert!(
        refused.to_string().contains("does not speak TLS"),
        "{refused}"
    );
    let heard = server.await.expect("heard");
    assert!(!String::from_utf8_lossy(&heard).contains(SECRET));
}

#[test]
fn an_authority_that_is_not_pem_is_said_with_its_account() {
    let mut access = access("https://127.0.0.1:1");
    access.extra_roots = vec![b"nonsense".to_vec()];
    let error = CarrierHttp::new(vec![access]).err().expect("refused");
    assert!(error.to_string().contains("`a`"), "{error}");
}
