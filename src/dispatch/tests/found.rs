//! A look-up that brings the label: a lost answer is made good by our reference alone.

use super::*;

/// An account of UPS's, whose stub recovers labels by reference.
fn with_label_recovery(config: &mut Config) {
    let dhl = config.accounts.iter().find(|account| account.id == "dhl");
    let stub = dhl.map(|account| account.base_url.replace("/mydhlapi", ""));
    let account = format!(
        "id = \"ups\"\ncarrier = \"ups\"\nenvironment = \"test\"\nbase_url = {:?}\n\
         account_number = \"9A8B7C\"\nclient_id = \"demo\"\nclient_secret = \"demo\"\n\
         label_format = \"zpl\"\ntimeout_s = 2\n\
         [[products]]\nservice = \"express\"\ncode = \"65\"\ncountries = [\"FR\"]\n",
        stub.expect("the stubs' address")
    );
    let account = toml::from_str(&account).expect("an account");
    config.accounts.push(account);
    for route in &mut config.routes {
        route.accounts.push("ups".to_owned());
    }
}

async fn booked_after(fault: StubFault) -> (Workshop, Life) {
    let shop = Workshop::with(with_label_recovery).await;
    shop.stage.bench.faults.add(FaultRule {
        operation: Some("book".into()),
        times: Some(1),
        ..FaultRule::always(fault)
    });
    shop.receive_for("A-1", "express", Some("ups")).await;
    let life = shop.booked("A-1").await;
    (shop, life)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_completed_by_a_look_up_that_brings_the_label() {
    let (shop, life) = booked_after(StubFault::AcceptThenEmpty).await;
    assert_eq!(life.bookings.len(), 1, "nothing was booked anew");
    let truth = shop.stage.bench.ledger.bookings();
    assert_eq!(truth.len(), 1);
    assert!(truth[0].is_live(), "nothing was voided");
    let numbers = life.current().and_then(|booking| booking.numbers.clone());
    let numbers = numbers.expect("its numbers");
    assert_eq!(numbers.tracking_number, truth[0].tracking_number);
    let label = numbers.parcels[0].label.clone().expect("its label");
    let kept = shop.ledger.labels(&life.key).await.expect("read");
    let ids: Vec<String> = kept.into_iter().map(|label| label.id).collect();
    assert_eq!(ids, [label.id]);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_an_answer_lacks_is_fetched_by_the_parcels_number() {
    let (shop, life) = booked_after(StubFault::NoLabel).await;
    assert_eq!(life.bookings.len(), 1);
    let booking = life.current().expect("the booking");
    let numbers = booking.numbers.as_ref().expect("its numbers");
    assert!(numbers.labelled());
    assert_eq!(shop.stage.bench.ledger.bookings().len(), 1);
    shop.end().await;
}
