//! How a call of Geodis's is written: JSON, posted, with a header that is signed over the very body.

use carrier_sdk::prelude::*;
use carrier_sdk::{Signature, Signing};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Registers shipments.
pub(crate) const BOOK: &str = "/api/wsclient/enregistrement-envois";
/// Deletes what was registered.
pub(crate) const VOID: &str = "/api/wsclient/suppression-envois";
/// Lists shipments by reference, day, consignee.
pub(crate) const FIND: &str = "/api/zoomclient/recherche-envois";
/// Tells of one shipment.
pub(crate) const TRACK: &str = "/api/zoomclient/recherche-envoi";

/// How a call proves who sends it.
pub(crate) const SIGNATURE: Signature = Signature {
    header: "X-GEODIS-Service",
    secrets: &["identifier", "api_key"],
    sign,
};

/// A call with this body.
pub(crate) fn call(effect: Effect, path: &str, body: Value) -> Request {
    let request = Request::new(effect, Method::Post, path);
    request.auth(Auth::Signed(SIGNATURE)).json(body)
}

/// `identifier;milliseconds;language;hash`: Geodis's clock has to agree with ours.
pub(crate) fn sign(signing: &Signing<'_>) -> String {
    let [identifier, api_key] = signing.secrets else {
        return String::new();
    };
    let at = signing.at.as_millisecond();
    let service = signing.path.trim_start_matches('/');
    let body = signing.body;
    let hash = Sha256::digest(format!("{api_key};{identifier};{at};fr;{service};{body}"));
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{identifier};{at};fr;{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_signed_over_service_and_body() {
        let signed = sign(&Signing {
            path: FIND,
            body: r#"{"reference1":"DIL-1"}"#,
            at: "2026-11-25T18:00:00.123Z".parse().expect("a moment"),
            secrets: &["DEMO", "0123456789abcdef"],
        });
        let hash = "98a4175e2b0ef5116fdb42617234a5bf69c3e7e05620440b944d24f0b675696b";
        assert_eq!(signed, format!("DEMO;1795629600123;fr;{hash}"));
    }
}
