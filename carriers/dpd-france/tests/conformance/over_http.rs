//! The carrier against its own stub, over real HTTP.

use carrier_dpd_france::{DpdFrance, stub};
use carrier_sdk::request::{Request, Response};
use carrier_sdk::shipment::Intent;
use carrier_sdk::stub::{Bench, FaultRule, StubFault, StubServer};
use carrier_sdk::{Booking, Carrier, Cause, Label, LabelFormat, Relabel, Step, Why};

use super::intents::{classic, contract, predict};

const BASES: [&str; 2] = ["/dpd-eprintwebservice", "/eprintwebservice"];

struct Service {
    server: StubServer,
    password: &'static str,
    base: &'static str,
}

impl Service {
    async fn start() -> Self {
        let server = StubServer::start(Bench::in_memory(), None, vec![stub::answer]);
        Self {
            server: server.await.expect("started"),
            password: "demo",
            base: BASES[0],
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
        let answer = self.server.send(self.base, request, &secrets).await;
        answer.expect("an answer")
    }

    async fn book(&self, intent: &Intent) -> Step<Booking> {
        let request = DpdFrance.book(intent).expect("bookable");
        DpdFrance.read_booking(None, &self.ask(&request).await)
    }

    async fn label(&self, number: &str, format: LabelFormat) -> Result<Label, Why> {
        let request = DpdFrance.relabel(&contract(), number, format);
        DpdFrance.read_label(&self.ask(&request).await)
    }
}

fn done(step: Step<Booking>) -> Booking {
    match step {
        Step::Done(booking) => booking,
        other => panic!("not booked: {other:?}"),
    }
}

#[tokio::test]
async fn a_booking_has_its_label_in_every_format_and_gives_it_again() {
    for (base, format) in BASES.into_iter().cycle().zip([
        LabelFormat::Pdf,
        LabelFormat::Zpl,
        LabelFormat::Epl,
        LabelFormat::Png,
    ]) {
        let mut dpd = Service::start().await;
        dpd.base = base;
        let mut intent = predict();
        intent.label_format = format;
        let booking = done(dpd.book(&intent).await);
        assert_eq!(booking.tracking_number, "10770000000001");
        let label = booking.parcels[0].label.clone().expect("label");
        assert_eq!(label.format, format);
        assert!(label.is_whole());
        let again = dpd.label(&booking.tracking_number, format).await;
        assert_eq!(again, Ok(label));
        let bookings = dpd.server.bench().ledger.bookings();
        assert_eq!(bookings[0].reference, intent.reference);
        assert_eq!(bookings[0].product, "PREDICT");
    }
}

#[tokio::test]
async fn the_label_of_a_parcel_that_is_not_there_is_refused() {
    let dpd = Service::start().await;
    let why = dpd.label("10779999999999", LabelFormat::Pdf).await;
    assert_eq!(why.expect_err("none").cause, Cause::Rejected);
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() {
    let mut dpd = Service::start().await;
    dpd.password = "wrong";
    let Step::Refused(why) = dpd.book(&classic()).await else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(dpd.booked(), 0);
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused() {
    let dpd = Service::start().await;
    let mut intent = classic();
    intent.shipment.consignee.postal_code = "7500".to_owned();
    let Step::Refused(why) = dpd.book(&intent).await else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("InvalidZipCode"));
    assert_eq!(dpd.booked(), 0);
}

#[tokio::test]
async fn an_answer_lost_after_accepting_is_a_doubt() {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let dpd = Service::start().await;
        dpd.fault(fault.clone());
        let step = dpd.book(&classic()).await;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(dpd.booked(), 1);
    }
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_whose_label_is_fetched() {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let dpd = Service::start().await;
        dpd.fault(fault);
        let booking = done(dpd.book(&classic()).await);
        assert!(booking.parcels[0].label.is_none());
        let label = dpd.label(&booking.tracking_number, LabelFormat::Pdf).await;
        assert!(label.expect("a label").is_whole());
    }
}

#[tokio::test]
async fn a_busy_dpd_has_booked_nothing_and_a_broken_one_may_have() {
    let dpd = Service::start().await;
    dpd.fault(StubFault::Busy {
        retry_after_s: None,
    });
    assert!(matches!(dpd.book(&classic()).await, Step::NoEffect(_)));
    for fault in [StubFault::Broken, StubFault::Down] {
        dpd.fault(fault);
        assert!(matches!(dpd.book(&classic()).await, Step::Unknown(_)));
    }
    assert_eq!(dpd.booked(), 0);
}
