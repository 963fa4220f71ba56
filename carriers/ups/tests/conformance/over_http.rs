//! The carrier against its own stub, over real HTTP.

use carrier_sdk::shipment::Span;
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{
    Auth, Body, Booking, Carrier, Cause, Contract, Find, FoundShipment, Intent, LabelFormat,
    Relabel, Request, Response, Search, Status, Step, Track, Void, VoidAnswer,
};
use carrier_ups::{Ups, stub};
use jiff::Timestamp;

use super::intents::{contract, national, to_spain, to_switzerland, with_setting};

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
        let request = Ups.book(intent).expect("bookable");
        Ups.read_booking(None, &self.ask(&request).await)
    }

    async fn find(&self, contract: &Contract, reference: &str) -> Vec<FoundShipment> {
        let now = Timestamp::now();
        let search = Search {
            reference: reference.to_owned(),
            sent: Span { from: now, to: now },
            label_format: LabelFormat::Zpl,
        };
        let answer = self.ask(&Ups.find(contract, &search)).await;
        Ups.read_found(&answer).expect("looked up")
    }

    async fn void(&self, number: &str) -> VoidAnswer {
        Ups.read_void(&self.ask(&Ups.void(&contract(), number)).await)
    }

    async fn status(&self, number: &str) -> Option<Status> {
        let answer = self.ask(&Ups.track(&contract(), &[number])).await;
        let tracked = Ups.read_tracking(&answer).expect("tracked");
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
async fn two_packages_are_booked_tracked_labelled_again_and_voided_as_one_shipment() {
    let ups = Service::start().await;
    let booking = done(ups.book(&to_switzerland()).await);
    assert_eq!(booking.tracking_number.len(), 18);
    assert_eq!(booking.parcels.len(), 2);
    for parcel in &booking.parcels {
        let label = parcel.label.as_ref().expect("a label");
        assert!(label.format == LabelFormat::Zpl && label.is_whole());
        let number = &parcel.tracking_number;
        let again = ups
            .ask(&Ups.relabel(&contract(), number, LabelFormat::Zpl))
            .await;
        assert_eq!(Ups.read_label(&again).as_ref(), Ok(label));
        assert_eq!(ups.status(number).await, Some(Status::LabelCreated));
    }
    assert_eq!(ups.void(&booking.tracking_number).await, VoidAnswer::Voided);
    assert_eq!(ups.void(&booking.tracking_number).await, VoidAnswer::Voided);
    assert!(!ups.0.bench().ledger.bookings()[0].is_live());
    let status = ups.status(&booking.tracking_number).await;
    assert_eq!(status, Some(Status::Cancelled));
}

#[tokio::test]
async fn a_picture_is_a_label_too() {
    let ups = Service::start().await;
    let booking = done(ups.book(&to_spain()).await);
    let label = booking.parcels[0].label.as_ref().expect("a label");
    assert!(label.format == LabelFormat::Gif && label.is_whole());
}

#[tokio::test]
async fn a_lost_answer_is_made_good_by_our_reference_alone() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::AcceptThenRedirect,
        StubFault::Deep,
    ] {
        let ups = Service::start().await;
        ups.fault(fault.clone());
        let step = ups.book(&to_switzerland()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        let found = ups.find(&contract(), "FR-2026-000881").await;
        assert_eq!(found.len(), 1, "{fault:?}");
        let whole = |parcel: &carrier_sdk::BookedParcel| {
            parcel
                .label
                .as_ref()
                .is_some_and(carrier_sdk::Label::is_whole)
        };
        assert!(found[0].parcels.len() == 2 && found[0].parcels.iter().all(whole));
    }
}

#[tokio::test]
async fn tracking_tells_the_numbers_under_our_reference() {
    let ups = Service::start().await;
    let tracking = with_setting(to_switzerland(), "look_up", "tracking").contract;
    assert_eq!(ups.find(&tracking, "FR-2026-000881").await, []);
    let booking = done(ups.book(&to_switzerland()).await);
    let found = ups.find(&tracking, "FR-2026-000881").await;
    assert_eq!(found[0].tracking_number, booking.tracking_number);
    assert_eq!(found[0].parcels.len(), 2);
}

#[tokio::test]
async fn two_shipments_under_one_reference_are_told_apart_and_bring_no_label() {
    let ups = Service::start().await;
    let numbers = [
        done(ups.book(&national()).await).tracking_number,
        done(ups.book(&national()).await).tracking_number,
    ];
    let found = ups.find(&contract(), "FR-2026-000881").await;
    let told: Vec<_> = found
        .iter()
        .map(|shipment| shipment.tracking_number.clone())
        .collect();
    assert_eq!(told, numbers);
    assert!(
        found
            .iter()
            .all(|shipment| shipment.parcels[0].label.is_none())
    );
}

#[tokio::test]
async fn what_nobody_booked_is_found_tracked_and_voided_by_nobody() {
    let ups = Service::start().await;
    assert_eq!(ups.find(&contract(), "never").await, []);
    assert_eq!(ups.status("1Z9A8B7C6599999999").await, None);
    assert_eq!(ups.void("1Z9A8B7C6599999999").await, VoidAnswer::NotFound);
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() {
    let ups = Service::start().await;
    let booking = done(ups.book(&national()).await);
    ups.0.bench().ledger.pick_up("FR-2026-000881");
    assert_eq!(
        ups.void(&booking.tracking_number).await,
        VoidAnswer::TooLate
    );
    let status = ups.status(&booking.tracking_number).await;
    assert_eq!(status, Some(Status::PickedUp));
}

#[tokio::test]
async fn what_ups_would_refuse_is_refused_and_not_booked() {
    let ups = Service::start().await;
    let good = Ups.book(&to_spain()).expect("bookable");
    let anonymous = ups.ask(&good.clone().auth(Auth::None)).await;
    let step = Ups.read_booking(None, &anonymous);
    assert!(matches!(step, Step::Refused(why) if why.cause == Cause::Unauthorized));
    for (from, to, code) in [
        ("\"Code\":\"07\"", "\"Code\":\"99\"", "120108"),
        ("\"33639980142\"", "\"\"", "120217"),
        ("\"Madrid\"", "\"\"", "20007"),
    ] {
        let text = good.body.masked();
        assert!(text.contains(from));
        let wrong = Body::text("application/json", text.replace(from, to));
        let step = Ups.read_booking(None, &ups.ask(&good.clone().body(wrong)).await);
        assert!(
            matches!(step, Step::Refused(why) if why.code.as_deref() == Some(code)),
            "{to}"
        );
    }
    assert_eq!(ups.booked(), 0);
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let ups = Service::start().await;
        ups.fault(fault);
        let booking = done(ups.book(&national()).await);
        assert!(booking.parcels[0].label.is_none());
    }
}

#[tokio::test]
async fn a_busy_ups_has_booked_nothing_and_a_broken_one_may_have() {
    let ups = Service::start().await;
    ups.fault(StubFault::Busy {
        retry_after_s: None,
    });
    assert!(matches!(ups.book(&national()).await, Step::NoEffect(_)));
    for fault in [StubFault::Broken, StubFault::Down] {
        ups.fault(fault);
        assert!(matches!(ups.book(&national()).await, Step::Unknown(_)));
    }
    assert_eq!(ups.booked(), 0);
}
