//! The carrier against its own stub, over real HTTP.

use carrier_fedex::{Fedex, stub};
use carrier_sdk::shipment::Span;
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{
    Auth, Body, Booking, Carrier, Cause, Find, FoundShipment, Intent, LabelFormat, Request,
    Response, Search, Status, Step, Track, Void, VoidAnswer,
};
use jiff::Timestamp;

use super::intents::{contract, national, to_spain, to_switzerland};

struct Service(StubServer);

impl Service {
    async fn start() -> Self {
        let server = StubServer::start(Bench::in_memory(), None, vec![stub::answer]).await;
        Self(server.expect("started"))
    }

    fn fault(&self, fault: StubFault) {
        self.0.bench().faults.add(FaultRule {
            times: Some(1),
            ..FaultRule::always(fault)
        });
    }

    fn booked(&self) -> usize {
        self.0.bench().ledger.bookings().len()
    }

    async fn ask(&self, request: &Request) -> Response {
        self.0.send("", request, &[]).await.expect("an answer")
    }

    async fn book(&self, intent: &Intent) -> Step<Booking> {
        let request = Fedex.book(intent).expect("bookable");
        Fedex.read_booking(None, &self.ask(&request).await)
    }

    async fn find(&self, reference: &str) -> Vec<FoundShipment> {
        let now = Timestamp::now();
        let search = Search {
            reference: reference.to_owned(),
            sent: Span { from: now, to: now },
            label_format: LabelFormat::Pdf,
        };
        let answer = self.ask(&Fedex.find(&contract(), &search)).await;
        Fedex.read_found(&answer).expect("looked up")
    }

    async fn void(&self, number: &str) -> VoidAnswer {
        Fedex.read_void(&self.ask(&Fedex.void(&contract(), number)).await)
    }

    async fn status(&self, number: &str) -> Option<Status> {
        let answer = self.ask(&Fedex.track(&contract(), &[number])).await;
        let tracked = Fedex.read_tracking(&answer).expect("tracked");
        tracked.first().map(|shipment| shipment.status)
    }
}

fn done(step: Step<Booking>) -> Booking {
    match step {
        Step::Done(booking) => booking,
        other => panic!("not booked: {other:?}"),
    }
}

#[tokio::test]
async fn two_pieces_are_booked_found_tracked_and_voided_as_one_shipment() {
    let fedex = Service::start().await;
    let booking = done(fedex.book(&to_switzerland()).await);
    assert_eq!(booking.tracking_number.len(), 12);
    assert_eq!(booking.parcels.len(), 2);
    for parcel in &booking.parcels {
        let label = parcel.label.as_ref().expect("a label");
        assert!(label.format == LabelFormat::Pdf && label.is_whole());
        let status = fedex.status(&parcel.tracking_number).await;
        assert_eq!(status, Some(Status::LabelCreated));
    }
    let found = fedex.find("FR-2026-000993").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].parcels.len(), 2);
    assert_eq!(
        fedex.void(&booking.tracking_number).await,
        VoidAnswer::Voided
    );
    assert!(!fedex.0.bench().ledger.bookings()[0].is_live());
    let status = fedex.status(&booking.tracking_number).await;
    assert_eq!(status, Some(Status::Cancelled));
}

#[tokio::test]
async fn a_label_comes_in_every_format() {
    for format in [LabelFormat::Zpl, LabelFormat::Png, LabelFormat::Epl] {
        let fedex = Service::start().await;
        let mut intent = to_spain();
        intent.label_format = format;
        let booking = done(fedex.book(&intent).await);
        let label = booking.parcels[0].label.as_ref().expect("a label");
        assert!(label.format == format && label.is_whole());
    }
}

#[tokio::test]
async fn an_answer_lost_after_accepting_is_a_doubt_that_the_look_up_settles() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::AcceptThenRedirect,
        StubFault::Deep,
    ] {
        let fedex = Service::start().await;
        fedex.fault(fault.clone());
        let step = fedex.book(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(fedex.find("FR-2026-000993").await.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn what_nobody_booked_is_found_tracked_and_voided_by_nobody() {
    let fedex = Service::start().await;
    assert_eq!(fedex.find("never").await, []);
    assert_eq!(fedex.status("794999999999").await, None);
    assert_eq!(fedex.void("794999999999").await, VoidAnswer::NotFound);
}

#[tokio::test]
async fn what_the_truck_took_is_not_called_voided() {
    let fedex = Service::start().await;
    let booking = done(fedex.book(&national()).await);
    fedex.0.bench().ledger.pick_up("FR-2026-000993");
    let answer = fedex.void(&booking.tracking_number).await;
    assert!(matches!(answer, VoidAnswer::Failed(_)), "{answer:?}");
    let status = fedex.status(&booking.tracking_number).await;
    assert_eq!(status, Some(Status::PickedUp));
}

#[tokio::test]
async fn what_fedex_would_refuse_is_refused_and_not_booked() {
    let fedex = Service::start().await;
    let good = Fedex.book(&to_spain()).expect("bookable");
    let anonymous = fedex.ask(&good.clone().auth(Auth::None)).await;
    let step = Fedex.read_booking(None, &anonymous);
    assert!(matches!(step, Step::Refused(why) if why.cause == Cause::Unauthorized));
    for (from, to, code) in [
        (
            "FEDEX_INTERNATIONAL_PRIORITY",
            "FEDEX_ROCKET",
            "SERVICE.TYPE.INVALID",
        ),
        ("33639980142", "3363", "PHONENUMBER.LENGTH.INVALID"),
        ("Valencia", "", "SHIPMENT.FIELD.INVALID"),
    ] {
        let text = good.body.masked();
        assert!(text.contains(from));
        let wrong = Body::text("application/json", text.replace(from, to));
        let step = Fedex.read_booking(None, &fedex.ask(&good.clone().body(wrong)).await);
        assert!(
            matches!(step, Step::Refused(why) if why.code.as_deref() == Some(code)),
            "{to}"
        );
    }
    assert_eq!(fedex.booked(), 0);
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let fedex = Service::start().await;
        fedex.fault(fault);
        let booking = done(fedex.book(&national()).await);
        assert!(booking.parcels[0].label.is_none());
    }
}

#[tokio::test]
async fn a_busy_fedex_has_booked_nothing_and_a_broken_one_may_have() {
    let fedex = Service::start().await;
    fedex.fault(StubFault::Busy {
        retry_after_s: None,
    });
    assert!(matches!(fedex.book(&national()).await, Step::NoEffect(_)));
    for fault in [StubFault::Broken, StubFault::Down] {
        fedex.fault(fault);
        assert!(matches!(fedex.book(&national()).await, Step::Unknown(_)));
    }
    assert_eq!(fedex.booked(), 0);
}
