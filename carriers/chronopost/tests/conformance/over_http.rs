//! The carrier against its own stub, over real HTTP.

use std::collections::BTreeMap;

use carrier_chronopost::{carrier, stub};
use carrier_sdk::request::{Body, Piece, Request, Response};
use carrier_sdk::shipment::{Intent, Span};
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::tracking::Status;
use carrier_sdk::{
    Booking, Carrier, Cause, Find, FoundShipment, LabelFormat, Search, Step, Track, Void,
    VoidAnswer,
};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::intents::{contract, national, two_parcels_to_a_company};

struct Chronopost {
    server: StubServer,
    secrets: BTreeMap<&'static str, &'static str>,
}

impl Chronopost {
    async fn start() -> Self {
        let bench = Bench::in_memory();
        let mocks = stub::mocks(&bench);
        let server = StubServer::start(bench, None, mocks)
            .await
            .expect("started");
        Self {
            server,
            secrets: [("password", "255562"), ("tracking_password", "255562")].into(),
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
        let body: String = match &request.body {
            Body::Empty => String::new(),
            Body::Text { pieces, .. } => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Secret { name, .. } => self.secrets[name],
                })
                .collect(),
        };
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: stub\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            request.path,
            body.len()
        );
        let mut stream = TcpStream::connect(self.server.address())
            .await
            .expect("connected");
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("answered");
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("head");
        Response::new(head[9..12].parse().expect("status"), body)
    }

    async fn book(&self, intent: &Intent) -> Step<Booking> {
        let request = carrier().book(intent).expect("bookable");
        carrier().read_booking(None, &self.ask(&request).await)
    }

    async fn find(&self, reference: &str) -> Vec<FoundShipment> {
        let search = Search {
            reference: reference.to_owned(),
            sent: Span {
                from: Timestamp::UNIX_EPOCH,
                to: Timestamp::UNIX_EPOCH,
            },
        };
        let answer = self.ask(&carrier().find(&contract(), &search)).await;
        carrier().read_found(&answer).expect("looked up")
    }

    async fn void(&self, number: &str) -> VoidAnswer {
        let answer = self.ask(&carrier().void(&contract(), number)).await;
        carrier().read_void(&answer)
    }

    async fn status(&self, number: &str) -> Option<Status> {
        let answer = self.ask(&carrier().track(&contract(), &[number])).await;
        let tracked = carrier().read_tracking(&answer).expect("tracked");
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
    let chronopost = Chronopost::start().await;
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
    let chronopost = Chronopost::start().await;
    assert_eq!(chronopost.find("never").await, []);
    assert_eq!(chronopost.status("XS999999999FR").await, None);
    assert_eq!(chronopost.void("XS999999999FR").await, VoidAnswer::NotFound);
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() {
    let chronopost = Chronopost::start().await;
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
    let mut chronopost = Chronopost::start().await;
    chronopost.secrets.insert("password", "wrong");
    let Step::Refused(why) = chronopost.book(&national()).await else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(chronopost.booked(), 0);
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() {
    let chronopost = Chronopost::start().await;
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
        let chronopost = Chronopost::start().await;
        chronopost.fault(fault.clone());
        let step = chronopost.book(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(chronopost.find(&national().reference).await.len(), 1);
    }
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let chronopost = Chronopost::start().await;
        chronopost.fault(fault);
        let booking = done(chronopost.book(&national()).await);
        assert!(booking.parcels[0].label.is_none());
    }
}

#[tokio::test]
async fn a_busy_chronopost_has_booked_nothing_and_a_broken_one_may_have() {
    let chronopost = Chronopost::start().await;
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
