//! Certificates made on the spot, one good and one of each flaw, and a server that shows one and says
//! what it heard afterwards. For every client of ours: `src/carrier_http/tests/tls.rs`, `tests/cli/tls.rs`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

/// A private certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    /// The one that is trusted.
    pub fn new() -> Self {
        Self::named("an authority")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }
}

/// What is wrong with a certificate for 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    OtherHost,
    UnknownIssuer,
    /// Signed by somebody who took the trusted authority's name.
    Forged,
    Expired,
    NotYetValid,
    SelfSigned,
}

/// Every flaw, and what must be said of it.
pub const FLAWS: [(Flaw, &str); 6] = [
    (Flaw::OtherHost, "its certificate is for another host"),
    (Flaw::UnknownIssuer, "an authority that is not trusted here"),
    (Flaw::Forged, "an authority that is not trusted here"),
    (Flaw::Expired, "its certificate has expired"),
    (Flaw::NotYetValid, "its certificate is not valid yet"),
    (Flaw::SelfSigned, "an authority that is not trusted here"),
];

/// What the server speaks before and after it has shown its certificate.
#[derive(Clone, Copy)]
pub struct Manners {
    /// What is asked in the clear, and what is answered: PostgreSQL's way to begin TLS.
    pub before: Option<(usize, &'static [u8])>,
    /// The answer to whatever is heard first under TLS.
    pub after: &'static [u8],
}

/// A server on 127.0.0.1.
pub struct Server {
    pub address: SocketAddr,
    heard: Receiver<Vec<u8>>,
}

impl Server {
    /// Serves every call with a certificate of this authority that has this flaw.
    pub fn start(authority: &Authority, flaw: Flaw, manners: Manners) -> Self {
        let config = Arc::new(configuration(authority, flaw));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                if tell.send(hear(socket, &config, manners)).is_err() {
                    return;
                }
            }
        });
        Self { address, heard }
    }

    /// What the first caller said once it was under TLS: nothing when it did not trust the server.
    pub fn heard(&self) -> Vec<u8> {
        self.heard.recv().expect("a call")
    }
}

fn hear(mut socket: TcpStream, config: &Arc<ServerConfig>, manners: Manners) -> Vec<u8> {
    if let Some((asked, answer)) = manners.before {
        let told = socket.read_exact(&mut vec![0; asked]);
        told.and_then(|()| socket.write_all(answer))
            .expect("asked in the clear");
    }
    let mut connection = ServerConnection::new(Arc::clone(config)).expect("a connection");
    let mut stream = Stream::new(&mut connection, &mut socket);
    let mut heard = vec![0; 4096];
    // where the caller refuses the certificate, reading fails
    let size = stream.read(&mut heard).unwrap_or(0);
    heard.truncate(size);
    if size > 0 {
        stream.write_all(manners.after).expect("written");
    }
    heard
}

fn configuration(authority: &Authority, flaw: Flaw) -> ServerConfig {
    let name = match flaw {
        Flaw::OtherHost => "carrier.example",
        _ => "127.0.0.1",
    };
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    match flaw {
        Flaw::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Flaw::NotYetValid => params.not_before = date_time_ymd(2090, 1, 1),
        _ => {}
    }
    let key = KeyPair::generate().expect("a key");
    let certificate = match flaw {
        Flaw::SelfSigned => params.self_signed(&key),
        Flaw::UnknownIssuer => params.signed_by(&key, &Authority::named("nobody").issuer),
        Flaw::Forged => params.signed_by(&key, &Authority::new().issuer),
        _ => params.signed_by(&key, &authority.issuer),
    };
    let certificate = certificate.expect("signed").der().clone();
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .expect("a configuration")
}
