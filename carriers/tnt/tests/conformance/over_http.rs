//! The carrier against its own stub, over real HTTP, step by step.

use carrier_sdk::request::{Request, Response};
use carrier_sdk::shipment::{Intent, Span};
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{
    Booking, Carrier, Cause, Continue, Find, FoundShipment, LabelFormat, Memo, Search, Status,
    Step, Track,
};
use carrier_tnt::{Tnt, stub};
use jiff::Timestamp;

use super::intents::{contract, national, three_parcels};

struct Service {
    server: StubServer,
    password: &'static str,
}

impl Service {
    async fn start() -> Self {
        let server = StubServer::start(Bench::in_memory(), None, vec![stub::answer]);
        Self {
            server: server.await.expect("started"),
            password: "demo",
        }
    }

    fn fault(&self, operation: &str, fault: StubFault) {
        let rule = FaultRule {
            operation: Some(operation.to_owned()),
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

    /// The first step alone.
    async fn begin(&self, intent: &Intent) -> Step<Booking> {
        let request = Tnt.book(intent).expect("bookable");
        Tnt.read_booking(None, &self.ask(&request).await)
    }

    /// The step that a memo remembers.
    async fn go_on(&self, memo: &Memo) -> Step<Booking> {
        let answer = self.ask(&Tnt.next(&contract(), memo)).await;
        Tnt.read_booking(Some(memo), &answer)
    }

    /// All steps.
    async fn book(&self, intent: &Intent) -> Booking {
        let mut step = self.begin(intent).await;
        loop {
            step = match step {
                Step::Then(memo) => self.go_on(&memo).await,
                Step::Done(booking) => return booking,
                other => panic!("not booked: {other:?}"),
            }
        }
    }

    async fn find(&self, reference: &str) -> Vec<FoundShipment> {
        let search = Search {
            reference: reference.to_owned(),
            sent: Span {
                from: Timestamp::UNIX_EPOCH,
                to: Timestamp::UNIX_EPOCH,
            },
            label_format: LabelFormat::Xml,
        };
        let answer = self.ask(&Tnt.find(&contract(), &search)).await;
        Tnt.read_found(&answer).expect("looked up")
    }

    async fn status(&self, number: &str) -> Option<Status> {
        let answer = self.ask(&Tnt.track(&contract(), &[number])).await;
        let tracked = Tnt.read_tracking(&answer).expect("tracked");
        tracked.first().map(|shipment| shipment.status)
    }
}

fn then(step: Step<Booking>) -> Memo {
    match step {
        Step::Then(memo) => memo,
        other => panic!("not followed by another step: {other:?}"),
    }
}

#[tokio::test]
async fn a_booking_of_three_steps_has_its_label_and_is_found_and_tracked() {
    let tnt = Service::start().await;
    let intent = three_parcels();
    let booking = tnt.book(&intent).await;
    assert_eq!(booking.tracking_number, "GE000000001FR");
    assert_eq!(booking.parcels.len(), 3);
    assert!(booking.parcels[0].label.is_some());
    let found = tnt.find(&intent.reference).await;
    assert_eq!(found[0].tracking_number, booking.tracking_number);
    assert_eq!(found.len(), 1);
    let status = tnt.status(&booking.tracking_number).await;
    assert_eq!(status, Some(Status::InTransit));
    assert_eq!(tnt.booked(), 1);
}

#[tokio::test]
async fn every_step_after_the_first_can_be_asked_for_again() {
    let tnt = Service::start().await;
    let result = then(tnt.begin(&national()).await);
    let label = then(tnt.go_on(&result).await);
    // as after a crash: from the kept key again, and from the kept number again
    assert_eq!(then(tnt.go_on(&result).await), label);
    for _ in 0..2 {
        assert!(matches!(tnt.go_on(&label).await, Step::Done(_)));
    }
    assert_eq!(tnt.booked(), 1);
}

#[tokio::test]
async fn an_answer_lost_in_a_later_step_is_a_doubt_that_the_same_question_settles() {
    for fault in [
        StubFault::Broken,
        StubFault::Down,
        StubFault::Unauthorized,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let tnt = Service::start().await;
        let result = then(tnt.begin(&national()).await);
        tnt.fault("result", fault.clone());
        let step = tnt.go_on(&result).await;
        assert!(!matches!(step, Step::Done(_) | Step::Then(_)), "{step:?}");
        let label = then(tnt.go_on(&result).await);
        tnt.fault("label", fault.clone());
        let step = tnt.go_on(&label).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert!(matches!(tnt.go_on(&label).await, Step::Done(_)));
        assert_eq!(tnt.booked(), 1);
    }
}

#[tokio::test]
async fn a_key_lost_after_accepting_is_a_doubt_that_the_look_up_settles() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let tnt = Service::start().await;
        tnt.fault("book", fault.clone());
        let step = tnt.begin(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(tnt.find(&national().reference).await.len(), 1);
    }
}

#[tokio::test]
async fn what_nobody_booked_is_found_and_tracked_by_nobody() {
    let tnt = Service::start().await;
    assert_eq!(tnt.find("never").await, []);
    assert_eq!(tnt.status("GE999999999FR").await, None);
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() {
    let mut tnt = Service::start().await;
    tnt.password = "wrong";
    let Step::Refused(why) = tnt.begin(&national()).await else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(tnt.booked(), 0);
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() {
    let tnt = Service::start().await;
    let mut intent = national();
    intent.shipment.consignee.postal_code = "7500".to_owned();
    let Step::Refused(why) = tnt.begin(&intent).await else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("P14"));
    assert_eq!(why.field, Some("recipient.postal_code"));
    assert_eq!(tnt.booked(), 0);
}

#[tokio::test]
async fn a_busy_tnt_has_booked_nothing_and_a_broken_one_may_have() {
    let tnt = Service::start().await;
    let busy = StubFault::Busy {
        retry_after_s: None,
    };
    tnt.fault("book", busy);
    assert!(matches!(tnt.begin(&national()).await, Step::NoEffect(_)));
    for fault in [StubFault::Broken, StubFault::Down] {
        tnt.fault("book", fault);
        assert!(matches!(tnt.begin(&national()).await, Step::Unknown(_)));
    }
    assert_eq!(tnt.booked(), 0);
}
