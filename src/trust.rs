//! Whoever cannot prove to be the one we called gets nothing: which proof was missing, in words for
//! those who see to the certificate. For carriers, broker and ledger alike; verifying itself is rustls's.

use std::error::Error;
use std::io;

use rustls::CertificateError::{
    BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
    NotValidYetContext, Revoked, UnknownIssuer,
};

/// What was wrong with the other side, when this error comes from TLS. Nothing was sent to it.
pub fn missing_proof(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let words = match caused_by::<rustls::Error>(error)? {
        rustls::Error::InvalidCertificate(flaw) => match flaw {
            Expired | ExpiredContext { .. } => "its certificate has expired",
            NotValidYet | NotValidYetContext { .. } => {
                "its certificate is not valid yet; is this machine's clock right?"
            }
            NotValidForName | NotValidForNameContext { .. } => {
                "its certificate is for another host"
            }
            // a signature that is not good is somebody's who took a trusted authority's name
            UnknownIssuer | BadSignature => {
                "its certificate is from an authority that is not trusted here"
            }
            Revoked => "its certificate was revoked",
            _ => "its certificate cannot be trusted",
        },
        rustls::Error::InvalidMessage(_) => "its port does not speak TLS",
        _ => "no safe connection (TLS) could be agreed",
    };
    Some(words)
}

/// The first cause of this type, the error itself included.
pub fn caused_by<'error, Kind: Error + 'static>(
    error: &'error (dyn Error + 'static),
) -> Option<&'error Kind> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<Kind>() {
            return Some(found);
        }
        let wrapper = cause.downcast_ref::<io::Error>();
        next = match wrapper.and_then(io::Error::get_ref) {
            // `source` of an io::Error leaves out the very error that it wraps
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    None
}
