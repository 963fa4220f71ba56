//! The stub, asked over real HTTP with the carrier's own requests: it must speak the language that
//! the reader understands, and refuse what DHL refuses.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test may fail the test"
)]

use carrier_dhl_express::{DhlExpress, stub};
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{
    Auth, Body, Booking, Carrier, Cause, Intent, LabelFormat, Request, Response, Search, Status,
    Step,
};
use jiff::{Timestamp, ToSpan};

#[path = "conformance/intents.rs"]
mod intents;
use intents::{national, to_italy, to_switzerland};

async fn started() -> StubServer {
    StubServer::start(Bench::in_memory(), None, vec![stub::answer])
        .await
        .expect("started")
}

fn fault(server: &StubServer, fault: StubFault) {
    let rule = FaultRule {
        times: Some(1),
        ..FaultRule::always(fault)
    };
    server.bench().faults.add(rule);
}

async fn send(server: &StubServer, request: &Request) -> Response {
    let answer = server.send("/mydhlapi/test", request, &[]).await;
    answer.expect("an answer")
}

fn booking(intent: &Intent) -> Request {
    DhlExpress.book(intent).expect("bookable")
}

fn search(reference: &str) -> Request {
    let now = Timestamp::now();
    let sent = carrier_sdk::shipment::Span {
        from: now.saturating_sub(5.minutes()).expect("a moment"),
        to: now,
    };
    let search = Search {
        reference: reference.to_owned(),
        label_format: LabelFormat::Pdf,
        sent,
    };
    DhlExpress
        .finding()
        .expect("finds")
        .find(&national().contract, &search)
}

#[tokio::test]
async fn three_parcels_are_booked_with_a_label_each_in_the_wanted_format() {
    let server = started().await;
    let mut intent = to_switzerland();
    intent
        .shipment
        .parcels
        .push(intent.shipment.parcels[0].clone());
    let Step::Done(booked) = DhlExpress.read_booking(None, &send(&server, &booking(&intent)).await)
    else {
        panic!("booked");
    };
    assert_eq!(booked.tracking_number.len(), 10);
    assert_eq!(booked.parcels.len(), 3);
    for parcel in &booked.parcels {
        assert!(parcel.tracking_number.starts_with("JD") && parcel.tracking_number.len() == 20);
        let label = parcel.label.as_ref().expect("a label");
        assert!(label.format == LabelFormat::Zpl && label.is_whole());
        assert!(String::from_utf8_lossy(&label.bytes).contains(&parcel.tracking_number));
    }
}

#[tokio::test]
async fn a_booking_is_found_by_its_reference_and_an_unknown_one_is_not() {
    let server = started().await;
    let sent = booking(&national());
    send(
        &server,
        &booking(&Intent {
            reference: "FR-2026-000776".to_owned(),
            ..to_italy()
        }),
    )
    .await;
    send(&server, &sent).await;
    send(&server, &sent).await;
    let finding = DhlExpress.finding().expect("finds");
    let found = finding.read_found(&send(&server, &search("FR-2026-000777")).await);
    assert_eq!(
        found.expect("an answer").len(),
        2,
        "DHL books a reference twice when asked twice"
    );
    let unknown = finding.read_found(&send(&server, &search("FR-2026-000778")).await);
    assert_eq!(unknown, Ok(Vec::new()));
}

#[tokio::test]
async fn a_look_up_without_an_account_is_a_fault_not_an_absence() {
    let server = started().await;
    let mut request = search("FR-2026-000777");
    request
        .query
        .retain(|(key, _)| *key != "shipperAccountNumber");
    let answer = DhlExpress
        .finding()
        .expect("finds")
        .read_found(&send(&server, &request).await);
    assert_eq!(answer.expect_err("a fault").cause, Cause::Rejected);
}

#[tokio::test]
async fn a_parcel_is_picked_up_when_the_truck_has_it() {
    let server = started().await;
    let Step::Done(booked) =
        DhlExpress.read_booking(None, &send(&server, &booking(&national())).await)
    else {
        panic!("booked");
    };
    server.bench().ledger.pick_up("FR-2026-000777");
    let tracking = DhlExpress.tracking().expect("tracks");
    let request = tracking.track(&national().contract, &[&booked.tracking_number, "1"]);
    let tracked = tracking
        .read_tracking(&send(&server, &request).await)
        .expect("known");
    assert_eq!(tracked.len(), 1);
    assert_eq!(tracked[0].status, Status::PickedUp);
    let unknown = tracking.track(&national().contract, &["1"]);
    assert_eq!(
        tracking.read_tracking(&send(&server, &unknown).await),
        Ok(Vec::new())
    );
}

#[tokio::test]
async fn what_dhl_would_refuse_is_refused_and_not_booked() {
    let server = started().await;
    let good = booking(&national());
    let anonymous = good.clone().auth(Auth::None);
    let anonymous = DhlExpress.read_booking(None, &send(&server, &anonymous).await);
    assert!(matches!(anonymous, Step::Refused(why) if why.cause == Cause::Unauthorized));
    for (from, to, code) in [
        ("\"phone\":\"+33639980142\"", "\"phone\":\"\"", None),
        (
            "\"productCode\":\"N\"",
            "\"productCode\":\"?\"",
            Some("1001"),
        ),
        (" GMT", "", Some("998")),
    ] {
        let text = good.body.masked();
        assert!(text.contains(from));
        let wrong = Request {
            body: Body::text("application/json", text.replace(from, to)),
            ..good.clone()
        };
        let step = DhlExpress.read_booking(None, &send(&server, &wrong).await);
        assert!(
            matches!(step, Step::Refused(why) if why.code.as_deref() == code),
            "{to}"
        );
    }
    assert!(server.bench().ledger.bookings().is_empty());
}

#[tokio::test]
async fn every_fault_is_read_as_what_it_is() {
    let server = started().await;
    let outcome = |step: Step<Booking>| match step {
        Step::Done(booking) if booking.parcels[0].label.is_some() => "booked",
        Step::Done(_) => "booked without a label",
        Step::NoEffect(_) => "no effect",
        Step::Refused(_) => "refused",
        Step::Then(_) => "another step",
        Step::Unknown(_) => "in doubt",
    };
    let rejected = StubFault::Rejected {
        code: "7008".into(),
        message: "not there".into(),
    };
    for (broken, read) in [
        (StubFault::None, "booked"),
        (StubFault::NoLabel, "booked without a label"),
        (StubFault::BrokenLabel, "booked without a label"),
        (
            StubFault::Busy {
                retry_after_s: None,
            },
            "no effect",
        ),
        (StubFault::Unauthorized, "refused"),
        (rejected, "refused"),
        (StubFault::Down, "in doubt"),
        (StubFault::Broken, "in doubt"),
        (StubFault::AcceptThenBroken, "in doubt"),
        (StubFault::AcceptThenTruncate, "in doubt"),
        (StubFault::AcceptThenEmpty, "in doubt"),
        (StubFault::AcceptThenHtml, "in doubt"),
        (StubFault::AcceptThenRedirect, "in doubt"),
        (StubFault::Deep, "in doubt"),
    ] {
        fault(&server, broken.clone());
        let answer = send(&server, &booking(&national())).await;
        assert_eq!(
            outcome(DhlExpress.read_booking(None, &answer)),
            read,
            "{broken:?}"
        );
    }
}
