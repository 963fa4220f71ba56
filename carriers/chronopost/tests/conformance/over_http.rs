//! The carrier against its own stub, over real HTTP.

use carrier_chronopost::{Chronopost, stub};
use carrier_sdk::request::{Request, Response};
use carrier_sdk::shipment::{Intent, Span};
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::tracking::Status;
use carrier_sdk::{
    Booking, Carrier, Cause, Find, FoundShipment, LabelFormat, Search, Step, Track, Void,
    VoidAnswer,
};
use jiff::Timestamp;

use super::intents::{contract, national, two_parcels_to_a_company};

struct Service {
    server: StubServer,
    password: &'static str,
}

impl Service {
    async fn start() -> Self {
        let server = StubServer::start(Bench::in_memory(), None, vec![stub::answer])
            .await
            .expect("started");
        Self {
            server,
            password: "255562",
        }
    }

    fn fault(&self, fault: StubFault) {
        let rule = FaultRule {
            times: Some(1),
            ..FaultRule::always(fault)
        };
        self.server.bench().faults.add(rule);
    }

    fn booked(&self) -> usize {
        self.server.bench().ledger.bookings().len()
    }

    async fn ask(&self, request: &Request) -> Response {
        let secrets = [("password", self.password)];
        let answer = self.server.send("", request, &secrets).await;
        answer.expect("an answer")
    }

    async fn book(&self, intent: &Intent) -> Step<Booking> {
        let request = Chronopost.book(intent).expect("bookable");
        Chronopost.read_booking(None, &self.ask(&request).await)
    }

    async fn find(&self, reference: &str) -> Vec<FoundShipment> {
        let search = Search {
            reference: reference.to_owned(),
            label_format: LabelFormat::Pdf,
            sent: Span {
                from: Timestamp::UNIX_EPOCH,
                to: Timestamp::UNIX_EPOCH,
            },
        };
        let answer = self.ask(&Chronopost.find(&contract(), &search)).await;
        Chronopost.read_found(&answer).expect("looked up")
    }

    async fn void(&self, number: &str) -> VoidAnswer {
        let answer = self.ask(&Chronopost.void(&contract(), number)).await;
        Chronopost.read_void(&answer)
    }

    async fn status(&self, number: &str) -> Option<Status> {
        let answer = self.ask(&Chronopost.track(&contract(), &[number])).await;
        let tracked = Chronopost.read_tracking(&answer).expect("tracked");
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
async fn a_booking_is_found_tracked_and_voided_parcel_by_parcel() {
    let chronopost = Service::start().await;
    let mut intent = two_parcels_to_a_company();
    intent.label_format = LabelFormat::Zpl;
    let booking = done(chronopost.book(&intent).await);
    assert_eq!(booking.tracking_number, "XS000000001FR");
    assert_eq!(booking.parcels.len(), 2);
    for parcel in &booking.parcels {
        let label = parcel.label.as_ref().expect("label");
        assert_eq!(label.format, LabelFormat::Zpl);
        assert!(label.is_whole());
    }
    let found = chronopost.find(&intent.reference).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].parcels.len(), 2);
    assert_eq!(
        chronopost.status("XS000000002FR").await,
        Some(Status::LabelCreated)
    );
    for parcel in &booking.parcels {
        assert_eq!(
            chronopost.void(&parcel.tracking_number).await,
            VoidAnswer::Voided
        );
    }
    assert!(!chronopost.server.bench().ledger.bookings()[0].is_live());
}

#[tokio::test]
async fn what_nobody_booked_is_found_tracked_and_voided_by_nobody() {
    let chronopost = Service::start().await;
    assert_eq!(chronopost.find("never").await, []);
    assert_eq!(chronopost.status("XS999999999FR").await, None);
    assert_eq!(chronopost.void("XS999999999FR").await, VoidAnswer::NotFound);
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() {
    let chronopost = Service::start().await;
    let booking = done(chronopost.book(&national()).await);
    chronopost
        .server
        .bench()
        .ledger
        .pick_up(&national().reference);
    assert_eq!(
        chronopost.void(&booking.tracking_number).await,
        VoidAnswer::TooLate
    );
    assert_eq!(
        chronopost.status(&booking.tracking_number).await,
        Some(Status::PickedUp)
    );
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() {
    let mut chronopost = Service::start().await;
    chronopost.password = "wrong";
    let Step::Refused(why) = chronopost.book(&national()).await else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(chronopost.booked(), 0);
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() {
    let chronopost = Service::start().await;
    let mut intent = national();
    intent.shipment.consignee.postal_code = "7500".to_owned();
    let Step::Refused(why) = chronopost.book(&intent).await else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("38"));
    assert_eq!(why.field, Some("recipient.postal_code"));
    assert_eq!(chronopost.booked(), 0);
}

#[tokio::test]
async fn an_answer_lost_after_accepting_is_a_doubt_that_the_look_up_settles() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let chronopost = Service::start().await;
        chronopost.fault(fault.clone());
        let step = chronopost.book(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(chronopost.find(&national().reference).await.len(), 1);
    }
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let chronopost = Service::start().await;
        chronopost.fault(fault);
        let booking = done(chronopost.book(&national()).await);
        assert!(booking.parcels[0].label.is_none());
    }
}

#[tokio::test]
async fn a_busy_chronopost_has_booked_nothing_and_a_broken_one_may_have() {
    let chronopost = Service::start().await;
    chronopost.fault(StubFault::Busy {
        retry_after_s: None,
    });
    assert!(matches!(
        chronopost.book(&national()).await,
        Step::NoEffect(_)
    ));
    for fault in [StubFault::Broken, StubFault::Down] {
        chronopost.fault(fault);
        assert!(matches!(
            chronopost.book(&national()).await,
            Step::Unknown(_)
        ));
    }
    assert_eq!(chronopost.booked(), 0);
}
