//! Broker and PostgreSQL over TLS: one that cannot prove who it is hears neither user nor password, and
//! what is wrong with its certificate is said. Carriers: `src/carrier_http/tests/tls.rs`.

#[path = "certificates.rs"]
mod certificates;

use std::path::Path;

use certificates::{Authority, FLAWS, Flaw, Manners, Server};
use tempfile::TempDir;

use super::{Said, folder, program, said};

/// RabbitMQ says nothing until it is greeted; this one then sends a greeting that is none.
const BROKER: Manners = Manners {
    before: None,
    after: b"AMQP\0\0\x09\x01",
};
/// A request for TLS has eight bytes, `S` is a yes; then an error message of no fields.
const LEDGER: Manners = Manners {
    before: Some((8, b"S")),
    after: b"E\0\0\0\x05\0",
};

/// A place with the authority in a file.
fn place(authority: &Authority, config: &str) -> TempDir {
    folder(&[
        ("diligence.toml", config),
        ("authority.pem", &authority.pem),
    ])
}

/// The command, where only the authority in the file is trusted.
fn trusting(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = program(folder);
    command.env("SSL_CERT_FILE", folder.join("authority.pem"));
    command.env_remove("SSL_CERT_DIR");
    said(command.args(arguments))
}

fn broker(flaw: Flaw) -> (Said, Vec<u8>) {
    let authority = Authority::new();
    let server = Server::start(&authority, flaw, BROKER);
    let url = format!("amqps://shop:tres-secret@{}/%2f", server.address);
    let config = format!("[bus]\nurl = \"{url}\"\ntimeout_ms = 20000\n");
    let folder = place(&authority, &config);
    let told = trusting(folder.path(), &["topology", "check"]);
    (told, server.heard())
}

fn ledger(flaw: Flaw) -> (Said, Vec<u8>) {
    let authority = Authority::new();
    let server = Server::start(&authority, flaw, LEDGER);
    let folder = place(&authority, "");
    let root = folder.path().join("authority.pem");
    let url = format!(
        "postgres://shop:tres-secret@{}/parcels?sslmode=verify-full&sslrootcert={}",
        server.address,
        root.display()
    );
    let config = format!("[bus]\nurl = \"amqp://127.0.0.1:1\"\n[ledger]\nurl = \"{url}\"\n");
    std::fs::write(folder.path().join("diligence.toml"), config).expect("written");
    let told = trusting(folder.path(), &["strays", "list"]);
    (told, server.heard())
}

fn refused((told, heard): (Said, Vec<u8>), who: &str, words: &str) {
    let told = told.ended(1);
    told.says(&format!("{who} could not prove who it is: "));
    told.says(words).never_says("tres-secret");
    assert!(heard.is_empty(), "{} bytes were sent", heard.len());
}

#[test]
fn a_broker_that_cannot_prove_who_it_is_hears_nothing_and_is_told_apart() {
    for (flaw, words) in FLAWS {
        refused(broker(flaw), "the broker", words);
    }
    let (told, heard) = broker(Flaw::None);
    assert!(heard.starts_with(b"AMQP"), "a good one is greeted");
    told.ended(1).never_says("prove").never_says("tres-secret");
}

#[test]
fn a_postgresql_that_cannot_prove_who_it_is_hears_nothing_and_is_told_apart() {
    for (flaw, words) in FLAWS {
        refused(ledger(flaw), "", words);
    }
    let (told, heard) = ledger(Flaw::None);
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(heard.contains("parcels"), "a good one is asked: {heard:?}");
    told.ended(1).never_says("prove").never_says("tres-secret");
}
