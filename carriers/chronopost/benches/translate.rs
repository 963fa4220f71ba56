//! Time to write a booking request and to read its answer with a label of 30 kB.

#![allow(missing_docs, reason = "criterion's macros write functions without")]

use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carrier_chronopost::Chronopost;
use carrier_sdk::kit::catalogue;
use carrier_sdk::request::Response;
use carrier_sdk::shipment::Contract;
use carrier_sdk::step::Step;
use carrier_sdk::stub::pdf_of_size;
use carrier_sdk::{Carrier, soap};
use criterion::{Criterion, criterion_group, criterion_main};

fn answer() -> Response {
    let label = STANDARD.encode(pdf_of_size("XS000000001FR", 30_000));
    let namespace = "http://cxf.shipping.soap.chronopost.fr/";
    let envelope = soap::ENVELOPE;
    Response::new(
        200,
        format!(
            "<soap:Envelope xmlns:soap=\"{envelope}\"><soap:Body>\
             <ns1:shippingMultiParcelV5Response xmlns:ns1=\"{namespace}\"><return>\
             <errorCode>0</errorCode><errorMessage/><resultMultiParcelValue>\
             <codeDepot>59012345</codeDepot><codeService>226</codeService>\
             <pdfEtiquette>{label}</pdfEtiquette><serviceMark/>\
             <skybillNumber>XS000000001FR</skybillNumber></resultMultiParcelValue>\
             </return></ns1:shippingMultiParcelV5Response></soap:Body></soap:Envelope>"
        ),
    )
}

fn translate(criterion: &mut Criterion) {
    let contract = Contract {
        number: "12345678".to_owned(),
        ..Contract::default()
    };
    let cases = catalogue();
    let Some(intent) = cases.first().map(|case| case.intent(&contract, "01")) else {
        return;
    };
    let answer = answer();
    let booked = Chronopost.read_booking(None, &answer);
    assert!(
        matches!(booked, Step::Done(booking) if booking.parcels.iter().all(|parcel| parcel.label.is_some()))
    );
    criterion.bench_function("book", |bencher| {
        bencher.iter(|| Chronopost.book(black_box(&intent)));
    });
    criterion.bench_function("read_booking with a label of 30 kB", |bencher| {
        bencher.iter(|| Chronopost.read_booking(None, black_box(&answer)));
    });
}

criterion_group!(benches, translate);
criterion_main!(benches);
