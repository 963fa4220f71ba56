//! The carrier against its own stub, over real HTTP.

use carrier_colissimo::{Colissimo, stub};
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{
    Booking, Carrier, Cause, Intent, LabelFormat, Request, Response, Status, Step, Track, Why,
};

use super::intents::{contract, national, with_setting};

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
        let request = Colissimo.book(intent).expect("bookable");
        Colissimo.read_booking(None, &self.ask(&request).await)
    }

    async fn statuses(&self, number: &str) -> Result<Vec<Status>, Why> {
        let answer = self.ask(&Colissimo.track(&contract(), &[number])).await;
        let tracked = Colissimo.read_tracking(&answer)?.into_iter();
        Ok(tracked.map(|shipment| shipment.status).collect())
    }
}

fn done(step: Step<Booking>) -> Booking {
    match step {
        Step::Done(booking) => booking,
        other => panic!("not booked: {other:?}"),
    }
}

#[tokio::test]
async fn a_booking_brings_a_whole_label_in_the_wanted_format_by_both_kinds_of_account() {
    let colissimo = Service::start().await;
    for contract in [contract(), with_setting("credentials", "api_key")] {
        for format in [LabelFormat::Pdf, LabelFormat::Zpl] {
            let mut intent = national();
            intent.contract = contract.clone();
            intent.label_format = format;
            let booking = done(colissimo.book(&intent).await);
            let label = booking.parcels[0].label.as_ref().expect("a label");
            assert!(label.format == format && label.is_whole());
        }
    }
    assert_eq!(colissimo.booked(), 4, "asked twice, booked twice");
}

#[tokio::test]
async fn a_parcel_is_tracked_from_its_booking_on() {
    let colissimo = Service::start().await;
    let booking = done(colissimo.book(&national()).await);
    let number = booking.tracking_number.as_str();
    let ledger = &colissimo.server.bench().ledger;
    assert_eq!(
        colissimo.statuses(number).await,
        Ok(vec![Status::LabelCreated])
    );
    ledger.pick_up(&national().reference);
    assert_eq!(colissimo.statuses(number).await, Ok(vec![Status::PickedUp]));
    assert_eq!(colissimo.statuses("6A99999999999").await, Ok(vec![]));
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() {
    let mut colissimo = Service::start().await;
    colissimo.password = "wrong";
    for contract in [contract(), with_setting("credentials", "api_key")] {
        let mut intent = national();
        intent.contract = contract;
        let step = colissimo.book(&intent).await;
        assert!(
            matches!(&step, Step::Refused(why) if why.cause == Cause::Unauthorized),
            "{step:?}"
        );
    }
    let tracked = colissimo.statuses("6A00000000001").await;
    assert_eq!(tracked.expect_err("a fault").cause, Cause::Unauthorized);
    assert_eq!(colissimo.booked(), 0);
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() {
    let colissimo = Service::start().await;
    let mut intent = national();
    intent.shipment.consignee.postal_code = "2920".to_owned();
    let Step::Refused(why) = colissimo.book(&intent).await else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("30220"));
    assert_eq!(why.field, Some("recipient.postal_code"));
    assert_eq!(colissimo.booked(), 0);
}

#[tokio::test]
async fn an_answer_lost_after_accepting_is_a_doubt() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::AcceptThenRedirect,
        StubFault::Deep,
    ] {
        let colissimo = Service::start().await;
        colissimo.fault(fault.clone());
        let step = colissimo.book(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(colissimo.booked(), 1);
    }
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let colissimo = Service::start().await;
        colissimo.fault(fault);
        let booking = done(colissimo.book(&national()).await);
        assert!(booking.parcels[0].label.is_none());
    }
}

#[tokio::test]
async fn a_busy_colissimo_has_booked_nothing_and_a_broken_one_may_have() {
    let colissimo = Service::start().await;
    let retry_after_s = None;
    colissimo.fault(StubFault::Busy { retry_after_s });
    let step = colissimo.book(&national()).await;
    assert!(matches!(step, Step::NoEffect(_)), "{step:?}");
    for fault in [StubFault::Broken, StubFault::Down] {
        colissimo.fault(fault);
        let step = colissimo.book(&national()).await;
        assert!(matches!(step, Step::Unknown(_)), "{step:?}");
    }
    assert_eq!(colissimo.booked(), 0);
}
