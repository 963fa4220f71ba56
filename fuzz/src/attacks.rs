//! What is done with bytes that mean harm. `fuzz_targets/` hand them over from libFuzzer, which learns
//! which bytes go where; `tests/hostile.rs` hands some over in every test run, so that this compiles.

use std::path::Path;
use std::sync::LazyLock;

use carrier_sdk::Response;
use carrier_sdk::kit::{self, Readers};
use diligence::attacked::{Message, decode};
use diligence::registry;

const STATUSES: [u16; 10] = [200, 201, 204, 400, 401, 404, 422, 429, 500, 503];
const CONTENT_TYPES: [Option<&str>; 6] = [
    None,
    Some("application/json"),
    Some("text/xml; charset=utf-8"),
    Some("application/json; charset=ISO-8859-1"),
    Some("multipart/mixed; boundary=b"),
    Some("multipart/related; type=\"text/xml\"; boundary=\"uuid:1-2\""),
];

/// A message of the shop: the first byte chooses its AMQP type, the others are its body.
pub fn order(bytes: &[u8]) {
    let Some((chosen, body)) = bytes.split_first() else {
        return;
    };
    let kinds = [None, Some("order.paid"), Some("order.cancelled")];
    match decode(*chosen_of(&kinds, *chosen), "order.paid", body, 1 << 20) {
        Ok(Message::Paid(paid)) => assert!(!paid.order.parcels.is_empty()),
        Ok(Message::Cancelled(wish)) => assert!(!wish.key.order_id.is_empty()),
        Err(malformed) => assert!(!malformed.to_string().is_empty()),
    }
}

/// An answer of a carrier: three bytes choose the carrier, the status and the declared type, the others
/// are its body. Every reader of the carrier reads it.
pub fn answers(bytes: &[u8]) {
    let [carrier, status, content_type, body @ ..] = bytes else {
        return;
    };
    let answer = Response {
        content_type: chosen_of(&CONTENT_TYPES, *content_type).map(str::to_owned),
        ..Response::new(*chosen_of(&STATUSES, *status), body)
    };
    let verdict = chosen_of(&READERS, *carrier).read(&answer);
    assert!(verdict.is_ok(), "{verdict:?}");
}

/// The readers of every carrier, with the steps that its fixtures lead to.
static READERS: LazyLock<Vec<Readers<'static>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // of the project, or of fuzz/ in it
    let carriers = [folder.join("carriers"), folder.join("../carriers")];
    let carriers = carriers.iter().find(|carriers| carriers.is_dir());
    let carriers = carriers.map(|found| found.as_path()).unwrap_or(folder);
    let readers = registry::carriers().map(|carrier| {
        let fixtures = carriers.join(carrier.profile().name).join("fixtures");
        let known = kit::answers(&fixtures).unwrap_or_default();
        let known: Vec<Response> = known.into_iter().map(|(_, answer)| answer).collect();
        Readers::new(carrier, &known)
    });
    readers.collect()
});

fn chosen_of<Kind>(all: &[Kind], chosen: u8) -> &Kind {
    &all[usize::from(chosen) % all.len()]
}
