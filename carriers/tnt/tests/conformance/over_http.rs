//! The carrier against its own stub, over real HTTP, step by step: what the kit does not ask of every
//! carrier.

use std::io;

use carrier_sdk::stub::{Practice, StubFault};
use carrier_sdk::{Booking, Cause, Memo, Status, Step};
use carrier_tnt::{Tnt, stub};

use super::intents::{contract, national, three_parcels};

async fn tnt() -> io::Result<Practice<Tnt>> {
    Practice::of(Tnt, stub::answer, contract()).await
}

fn then(step: Step<Booking>) -> Memo {
    match step {
        Step::Then(memo) => memo,
        other => panic!("not followed by another step: {other:?}"),
    }
}

#[tokio::test]
async fn a_booking_of_three_steps_has_its_label_and_is_found_and_tracked() -> io::Result<()> {
    let tnt = tnt().await?;
    let intent = three_parcels();
    let booking = tnt.book(&intent).await?;
    assert_eq!(booking.tracking_number, "GE000000001FR");
    assert_eq!(booking.parcels.len(), 3);
    assert!(booking.parcels[0].label.is_some());
    let found = tnt.find(&intent.reference).await?;
    assert_eq!(found[0].tracking_number, booking.tracking_number);
    assert_eq!(found.len(), 1);
    let status = tnt.statuses(&[&booking.tracking_number]).await?;
    assert_eq!(status, [Status::InTransit]);
    assert_eq!(tnt.booked(), 1);
    Ok(())
}

#[tokio::test]
async fn every_step_after_the_first_can_be_asked_for_again() -> io::Result<()> {
    let tnt = tnt().await?;
    let result = then(tnt.begin(&national()).await?);
    let label = then(tnt.go_on(&result).await?);
    // as after a crash: from the kept key again, and from the kept number again
    assert_eq!(then(tnt.go_on(&result).await?), label);
    for _ in 0..2 {
        assert!(matches!(tnt.go_on(&label).await?, Step::Done(_)));
    }
    assert_eq!(tnt.booked(), 1);
    Ok(())
}

#[tokio::test]
async fn an_answer_lost_in_a_later_step_is_a_doubt_that_the_same_question_settles() -> io::Result<()>
{
    for fault in [
        StubFault::Broken,
        StubFault::Down,
        StubFault::Unauthorized,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let tnt = tnt().await?;
        let result = then(tnt.begin(&national()).await?);
        tnt.fault_of("result", fault.clone());
        let step = tnt.go_on(&result).await?;
        assert!(!matches!(step, Step::Done(_) | Step::Then(_)), "{step:?}");
        let label = then(tnt.go_on(&result).await?);
        tnt.fault_of("label", fault.clone());
        let step = tnt.go_on(&label).await?;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert!(matches!(tnt.go_on(&label).await?, Step::Done(_)));
        assert_eq!(tnt.booked(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_key_lost_after_accepting_is_a_doubt_that_the_look_up_settles() -> io::Result<()> {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let tnt = tnt().await?;
        tnt.fault_of("book", fault.clone());
        let step = tnt.begin(&national()).await?;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        assert_eq!(tnt.find(&national().reference).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn what_nobody_booked_is_found_and_tracked_by_nobody() -> io::Result<()> {
    let tnt = tnt().await?;
    assert_eq!(tnt.find("never").await?, []);
    assert_eq!(tnt.statuses(&["GE999999999FR"]).await?, []);
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() -> io::Result<()> {
    let tnt = tnt().await?.with_secret("password", "wrong");
    let Step::Refused(why) = tnt.begin(&national()).await? else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(tnt.booked(), 0);
    Ok(())
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() -> io::Result<()> {
    let tnt = tnt().await?;
    let mut intent = national();
    intent.shipment.consignee.postal_code = "7500".to_owned();
    let Step::Refused(why) = tnt.begin(&intent).await? else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("P14"));
    assert_eq!(why.field, Some("recipient.postal_code"));
    assert_eq!(tnt.booked(), 0);
    Ok(())
}
