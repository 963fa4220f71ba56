//! A carrier that books in steps: the first gives a key, the second the result under that key, or the
//! name of a label that a third one gives.

use carrier_sdk::faults::Said;
use carrier_sdk::{
    Auth, Body, BookedParcel, Booking, Continue, Contract, Effect, Fault, Intent, Label, Meaning,
    Memo, Method, Profile, Refusal, Request, Response, Step, WhoActs, judge,
};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request as Asked, ResponseTemplate};

use super::*;

struct TwoSteps;

static TWO_STEPS: TwoSteps = TwoSteps;
static FAULTS: &[Fault] = &[Fault {
    code: "7",
    text: "",
    meaning: Meaning::Rejected,
    plain: "the parcel is too heavy",
    who_acts: WhoActs::Shop,
    field: Some("parcels"),
}];

fn request(effect: Effect, path: String) -> Request {
    Request {
        effect,
        method: Method::Post,
        path,
        query: Vec::new(),
        headers: Vec::new(),
        auth: Auth::None,
        body: Body::Empty,
    }
}

impl Carrier for TwoSteps {
    fn profile(&self) -> &'static Profile {
        crate::registry::carrier("dhl-express")
            .expect("it is registered")
            .profile()
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        let path = format!("/ship/{}", intent.reference);
        Ok(request(Effect::Books, path))
    }

    fn read_booking(&self, memo: Option<&Memo>, answer: &Response) -> Step<Booking> {
        let text = answer.text().into_owned();
        let said = Said::new(answer, text.strip_prefix("ERROR:"), text.clone());
        if let (Some(_), Some(name)) = (memo, text.strip_prefix("LABEL:")) {
            return Step::Then(Memo {
                step: "label".into(),
                value: name.to_owned(),
            });
        }
        match (
            memo,
            text.strip_prefix("KEY:"),
            text.strip_prefix("NUMBER:"),
        ) {
            (None, Some(key), _) => Step::Then(Memo {
                step: "result".into(),
                value: key.to_owned(),
            }),
            (Some(_), _, Some(number)) => Step::Done(Booking {
                tracking_number: number.to_owned(),
                shipment_id: None,
                tracking_url: None,
                parcels: vec![BookedParcel {
                    tracking_number: number.to_owned(),
                    label: Label::from_bytes(b"^XA^FDparcel^FS^XZ".to_vec()),
                }],
                charge: None,
                estimated_delivery: None,
            }),
            _ => judge(FAULTS, said).on_booking(),
        }
    }

    fn continuing(&self) -> Option<&dyn Continue> {
        Some(self)
    }
}

impl Continue for TwoSteps {
    fn next(&self, _: &Contract, memo: &Memo) -> Request {
        request(Effect::Reads, format!("/{}/{}", memo.step, memo.value))
    }
}

/// A stand-in whose second step gives these answers, one after the other, the last for ever.
async fn stand_in(answers: &'static [(u16, &'static str)]) -> MockServer {
    let server = MockServer::start().await;
    let given = std::sync::atomic::AtomicUsize::new(0);
    let result = move |_: &Asked| {
        let turn = given.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (status, body) = answers[turn.min(answers.len() - 1)];
        ResponseTemplate::new(status).set_body_string(body)
    };
    let ship = Mock::given(method("POST")).and(path("/ship/A-1"));
    ship.respond_with(ResponseTemplate::new(200).set_body_string("KEY:42"))
        .mount(&server)
        .await;
    Mock::given(path("/result/42"))
        .respond_with(result)
        .mount(&server)
        .await;
    Mock::given(path("/label/N1"))
        .respond_with(ResponseTemplate::new(200).set_body_string("NUMBER:N1"))
        .mount(&server)
        .await;
    server
}

async fn shop_with(server: &MockServer) -> Workshop {
    let url = server.uri();
    let at_the_stand_in = move |config: &mut Config| {
        let mut accounts = config.accounts.iter_mut();
        let account = accounts.find(|account| account.id == "dhl");
        account.expect("an account").base_url = url;
    };
    Workshop::staffed(at_the_stand_in, Some(("dhl", &TWO_STEPS))).await
}

async fn asked(server: &MockServer, wanted: &str) -> usize {
    let all = server.received_requests().await.expect("recorded");
    all.iter()
        .filter(|asked| asked.url.path() == wanted)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_of_two_steps_is_booked_once_with_its_label() {
    let server = stand_in(&[(200, "NUMBER:N1")]).await;
    let shop = shop_with(&server).await;
    shop.receive_for("A-1", "express", Some("dhl")).await;
    let life = shop.booked("A-1").await;
    let booking = life.current().expect("the booking");
    let memo = booking
        .progress
        .as_ref()
        .map(|progress| &progress.memo.value);
    assert_eq!(memo.map(String::as_str), Some("42"));
    assert_eq!(asked(&server, "/ship/A-1").await, 1);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_fails_is_asked_for_again_and_the_booking_is_not() {
    let server = stand_in(&[
        (401, "who are you?"),
        (404, "gone"),
        (503, "busy"),
        (200, "NUMBER:N1"),
    ])
    .await;
    let shop = shop_with(&server).await;
    shop.receive_for("A-1", "express", Some("dhl")).await;
    let life = shop.booked("A-1").await;
    assert_eq!(life.bookings.len(), 1);
    assert!(life.bookings[0].doubted);
    assert_eq!(asked(&server, "/ship/A-1").await, 1);
    assert_eq!(asked(&server, "/result/42").await, 4);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_asked_for_again_is_followed_to_the_last_step() {
    let server = stand_in(&[(503, "busy"), (200, "LABEL:N1")]).await;
    let shop = shop_with(&server).await;
    shop.receive_for("A-1", "express", Some("dhl")).await;
    let life = shop.booked("A-1").await;
    assert!(life.bookings[0].doubted);
    assert_eq!(asked(&server, "/ship/A-1").await, 1);
    assert_eq!(asked(&server, "/result/42").await, 2);
    assert_eq!(asked(&server, "/label/N1").await, 1);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_refusal_in_the_result_is_a_clear_no() {
    let server = stand_in(&[(200, "ERROR:7")]).await;
    let shop = shop_with(&server).await;
    shop.receive_for("A-1", "express", Some("dhl")).await;
    let rejected = async {
        while shop.life("A-1").await.state != State::Rejected {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, rejected)
        .await
        .expect("rejected");
    assert!(!shop.life("A-1").await.bookings[0].doubted);
    shop.end().await;
}
