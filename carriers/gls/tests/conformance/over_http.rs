//! The carrier against its own stub, over real HTTP.

use carrier_gls::{Gls, stub};
use carrier_sdk::shipment::Span;
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{
    Auth, Body, Booking, Carrier, Cause, Find, FoundShipment, Intent, Label, LabelFormat, Relabel,
    Request, Response, Search, Status, Step, Track, Void, VoidAnswer, Why,
};
use jiff::{Timestamp, ToSpan};

use super::intents::{contract, national, two_parcels_to_a_company};

struct Service(StubServer);

impl Service {
    async fn start() -> Self {
        let server = StubServer::start(Bench::in_memory(), None, vec![stub::answer]);
        Self(server.await.expect("started"))
    }

    fn fault(&self, fault: StubFault) {
        let rule = FaultRule {
            times: Some(1),
            ..FaultRule::always(fault)
        };
        self.0.bench().faults.add(rule);
    }

    fn booked(&self) -> usize {
        self.0.bench().ledger.bookings().len()
    }

    async fn ask(&self, request: &Request) -> Response {
        let answer = self.0.send("", request, &[]).await;
        answer.expect("an answer")
    }

    async fn book(&self, intent: &Intent) -> Step<Booking> {
        let request = Gls.book(intent).expect("bookable");
        Gls.read_booking(None, &self.ask(&request).await)
    }

    async fn find(&self, reference: &str) -> Vec<FoundShipment> {
        let now = Timestamp::now();
        let search = Search {
            reference: reference.to_owned(),
            label_format: LabelFormat::Pdf,
            sent: Span {
                from: now.saturating_sub(5.minutes()).expect("a moment"),
                to: now,
            },
        };
        let answer = self.ask(&Gls.find(&contract(), &search)).await;
        Gls.read_found(&answer).expect("looked up")
    }

    async fn label(&self, number: &str, format: LabelFormat) -> Result<Label, Why> {
        let answer = self.ask(&Gls.relabel(&contract(), number, format)).await;
        Gls.read_label(&answer)
    }

    async fn void(&self, number: &str) -> VoidAnswer {
        let answer = self.ask(&Gls.void(&contract(), number)).await;
        Gls.read_void(&answer)
    }

    async fn statuses(&self, numbers: &[&str]) -> Vec<Status> {
        let answer = self.ask(&Gls.track(&contract(), numbers)).await;
        let tracked = Gls.read_tracking(&answer).expect("tracked").into_iter();
        tracked.map(|shipment| shipment.status).collect()
    }
}

fn done(step: Step<Booking>) -> Booking {
    match step {
        Step::Done(booking) => booking,
        other => panic!("not booked: {other:?}"),
    }
}

#[tokio::test]
async fn a_lost_answer_is_completed_from_our_reference_alone() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let gls = Service::start().await;
        let intent = two_parcels_to_a_company();
        gls.fault(fault.clone());
        let step = gls.book(&intent).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        let found = gls.find(&intent.reference).await;
        assert_eq!(found.len(), 1);
        let numbers: Vec<&str> = found[0]
            .parcels
            .iter()
            .map(|parcel| parcel.tracking_number.as_str())
            .collect();
        assert_eq!(numbers, ["Z0000001", "Z0000002"], "in our order");
        for number in numbers {
            let label = gls.label(number, LabelFormat::Zpl).await.expect("a label");
            assert!(label.format == LabelFormat::Zpl && label.is_whole());
            assert!(String::from_utf8_lossy(&label.bytes).contains(number));
        }
        assert_eq!(gls.booked(), 1);
    }
}

#[tokio::test]
async fn a_booking_is_found_tracked_and_voided_parcel_by_parcel() {
    let gls = Service::start().await;
    let booking = done(gls.book(&two_parcels_to_a_company()).await);
    assert_eq!(booking.parcels.len(), 2);
    let found = gls.find("FR-2026-000777").await;
    assert_eq!(found[0].tracking_number, booking.tracking_number);
    let numbers: Vec<&str> = booking
        .parcels
        .iter()
        .map(|parcel| parcel.tracking_number.as_str())
        .collect();
    assert_eq!(gls.statuses(&numbers).await, [Status::LabelCreated; 2]);
    for number in numbers {
        assert_eq!(gls.void(number).await, VoidAnswer::Voided);
    }
    assert!(!gls.0.bench().ledger.bookings()[0].is_live());
}

#[tokio::test]
async fn what_nobody_booked_is_found_printed_tracked_and_voided_by_nobody() {
    let gls = Service::start().await;
    assert_eq!(gls.find("never").await, []);
    assert_eq!(gls.statuses(&["Z9999999"]).await, []);
    assert!(matches!(gls.void("Z9999999").await, VoidAnswer::Failed(_)));
    let why = gls.label("Z9999999", LabelFormat::Pdf).await;
    assert_eq!(why.expect_err("no label").cause, Cause::Rejected);
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() {
    let gls = Service::start().await;
    let booking = done(gls.book(&national()).await);
    gls.0.bench().ledger.pick_up(&national().reference);
    let number = booking.tracking_number.as_str();
    assert_eq!(gls.void(number).await, VoidAnswer::TooLate);
    assert_eq!(gls.statuses(&[number]).await, [Status::InTransit]);
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let gls = Service::start().await;
        gls.fault(fault);
        let booking = done(gls.book(&national()).await);
        assert!(booking.parcels[0].label.is_none());
        let number = booking.tracking_number.as_str();
        let label = gls.label(number, LabelFormat::Pdf).await;
        assert!(label.expect("a label").is_whole());
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_done() {
    let gls = Service::start().await;
    let request = Gls.book(&national()).expect("bookable").auth(Auth::None);
    let step = Gls.read_booking(None, &gls.ask(&request).await);
    assert!(matches!(step, Step::Refused(why) if why.cause == Cause::Unauthorized));
    let void = Gls.void(&contract(), "Z0000001").auth(Auth::None);
    let answer = Gls.read_void(&gls.ask(&void).await);
    assert!(matches!(answer, VoidAnswer::Failed(_)));
    assert_eq!(gls.booked(), 0);
}

#[tokio::test]
async fn what_gls_would_refuse_is_refused_and_not_booked() {
    let gls = Service::start().await;
    let good = Gls.book(&national()).expect("bookable");
    let text = good.body.masked();
    for (from, to) in [
        ("\"PARCEL\"", "\"PIGEON\""),
        (
            "\"Street\":\"18 bis rue de Siam Bât. B\"",
            "\"Street\":\"\"",
        ),
        ("\"Zipcode\":\"29200\"", "\"Zipcode\":\"\""),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        let content = text.replace(from, to);
        let wrong = good
            .clone()
            .body(Body::text("application/glsVersion1+json", content));
        let step = Gls.read_booking(None, &gls.ask(&wrong).await);
        assert!(matches!(step, Step::Refused(_)), "{to}: {step:?}");
    }
    let plain = good.clone().body(Body::text("application/json", text));
    let step = Gls.read_booking(None, &gls.ask(&plain).await);
    assert!(matches!(step, Step::Refused(_)), "{step:?}");
    assert_eq!(gls.booked(), 0);
}

#[tokio::test]
async fn a_busy_gls_has_booked_nothing_and_a_broken_one_may_have() {
    let gls = Service::start().await;
    let retry_after_s = None;
    gls.fault(StubFault::Busy { retry_after_s });
    let step = gls.book(&national()).await;
    assert!(matches!(step, Step::NoEffect(_)), "{step:?}");
    for fault in [StubFault::Broken, StubFault::Down] {
        gls.fault(fault);
        let step = gls.book(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{step:?}");
    }
    assert_eq!(gls.booked(), 0);
}
