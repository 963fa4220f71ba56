//! What the translation costs: writing a booking, and reading one with a label of 30 kB.

use std::hint::black_box;

use carrier_dhl_express::DhlExpress;
use carrier_sdk::stub::pdf_of_size;
use carrier_sdk::{Carrier, Response};
use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../tests/conformance/intents.rs"]
mod intents;

fn answer() -> Response {
    use base64::Engine;
    let label = pdf_of_size("JD014600000000004711", 30_000);
    let content = base64::engine::general_purpose::STANDARD.encode(label);
    let body = serde_json::json!({
        "shipmentTrackingNumber": "4400112233",
        "packages": [{"referenceNumber": 1, "trackingNumber": "JD014600000000004711"}],
        "documents": [{"imageFormat": "PDF", "content": content, "typeCode": "label"}],
    });
    Response::new(201, body.to_string())
}

fn translate(criterion: &mut Criterion) {
    let intent = intents::national();
    let declared = intents::to_switzerland();
    let answer = answer();
    criterion.bench_function("book", |bencher| {
        bencher.iter(|| DhlExpress.book(black_box(&intent)));
    });
    criterion.bench_function("book_with_customs", |bencher| {
        bencher.iter(|| DhlExpress.book(black_box(&declared)));
    });
    criterion.bench_function("read_booking", |bencher| {
        bencher.iter(|| DhlExpress.read_booking(None, black_box(&answer)));
    });
    criterion.bench_function("book_and_read", |bencher| {
        bencher.iter(|| {
            let request = DhlExpress.book(black_box(&intent));
            (request, DhlExpress.read_booking(None, black_box(&answer)))
        });
    });
}

criterion_group!(benches, translate);
criterion_main!(benches);
