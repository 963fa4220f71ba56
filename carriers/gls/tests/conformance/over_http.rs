//! The carrier against its own stub, over real HTTP: what the kit does not ask of every carrier.

use std::io;

use carrier_gls::{Gls, stub};
use carrier_sdk::stub::{Practice, StubFault};
use carrier_sdk::{Auth, Body, Carrier, Cause, LabelFormat, Status, Step, Void, VoidAnswer};

use super::intents::{contract, national, two_parcels_to_a_company};

async fn gls() -> io::Result<Practice<Gls>> {
    Practice::of(Gls, stub::answer, contract()).await
}

#[tokio::test]
async fn a_lost_answer_is_completed_from_our_reference_alone() -> io::Result<()> {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::Deep,
    ] {
        let gls = gls().await?;
        let intent = two_parcels_to_a_company();
        gls.fault(fault.clone());
        let step = gls.begin(&intent).await?;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        let found = gls.find(&intent.reference).await?;
        assert_eq!(found.len(), 1);
        let numbers: Vec<&str> = found[0]
            .parcels
            .iter()
            .map(|parcel| parcel.tracking_number.as_str())
            .collect();
        assert_eq!(numbers, ["Z0000001", "Z0000002"], "in our order");
        for number in numbers {
            let label = gls.label(number, LabelFormat::Zpl).await?.expect("a label");
            assert!(label.format == LabelFormat::Zpl && label.is_whole());
            assert!(String::from_utf8_lossy(&label.bytes).contains(number));
        }
        assert_eq!(gls.booked(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_booking_is_found_tracked_and_voided_parcel_by_parcel() -> io::Result<()> {
    let gls = gls().await?;
    let booking = gls.book(&two_parcels_to_a_company()).await?;
    assert_eq!(booking.parcels.len(), 2);
    let found = gls.find("FR-2026-000777").await?;
    assert_eq!(found[0].tracking_number, booking.tracking_number);
    let numbers: Vec<&str> = booking
        .parcels
        .iter()
        .map(|parcel| parcel.tracking_number.as_str())
        .collect();
    assert_eq!(gls.statuses(&numbers).await?, [Status::LabelCreated; 2]);
    for number in numbers {
        assert_eq!(gls.void(number).await?, VoidAnswer::Voided);
    }
    assert!(!gls.bench().ledger.bookings()[0].is_live());
    Ok(())
}

#[tokio::test]
async fn what_nobody_booked_is_found_printed_tracked_and_voided_by_nobody() -> io::Result<()> {
    let gls = gls().await?;
    assert_eq!(gls.find("never").await?, []);
    assert_eq!(gls.statuses(&["Z9999999"]).await?, []);
    assert!(matches!(gls.void("Z9999999").await?, VoidAnswer::Failed(_)));
    let why = gls.label("Z9999999", LabelFormat::Pdf).await?;
    assert_eq!(why.expect_err("no label").cause, Cause::Rejected);
    Ok(())
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() -> io::Result<()> {
    let gls = gls().await?;
    let booking = gls.book(&national()).await?;
    gls.bench().ledger.pick_up(&national().reference);
    let number = booking.tracking_number.as_str();
    assert_eq!(gls.void(number).await?, VoidAnswer::TooLate);
    assert_eq!(gls.statuses(&[number]).await?, [Status::InTransit]);
    Ok(())
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_without_it() -> io::Result<()> {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let gls = gls().await?;
        gls.fault(fault);
        let booking = gls.book(&national()).await?;
        assert!(booking.parcels[0].label.is_none());
        let number = booking.tracking_number.as_str();
        let label = gls.label(number, LabelFormat::Pdf).await?;
        assert!(label.expect("a label").is_whole());
    }
    Ok(())
}

#[tokio::test]
async fn without_a_token_nothing_is_done() -> io::Result<()> {
    let gls = gls().await?;
    let request = Gls.book(&national()).expect("bookable").auth(Auth::None);
    let step = Gls.read_booking(None, &gls.ask(&request).await?);
    assert!(matches!(step, Step::Refused(why) if why.cause == Cause::Unauthorized));
    let void = Gls.void(&contract(), "Z0000001").auth(Auth::None);
    let answer = Gls.read_void(&gls.ask(&void).await?);
    assert!(matches!(answer, VoidAnswer::Failed(_)));
    assert_eq!(gls.booked(), 0);
    Ok(())
}

#[tokio::test]
async fn what_gls_would_refuse_is_refused_and_not_booked() -> io::Result<()> {
    let gls = gls().await?;
    let good = Gls.book(&national()).expect("bookable");
    let text = good.body.masked();
    for (from, to) in [
        ("\"PARCEL\"", "\"PIGEON\""),
        (
            "\"Street\":\"18 bis rue de Siam Bât. B\"",
            "\"Street\":\"\"",
        ),
        ("\"Zipcode\":\"29200\"", "\"Zipcode\":\"\""),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        let content = text.replace(from, to);
        let wrong = good
            .clone()
            .body(Body::text("application/glsVersion1+json", content));
        let step = Gls.read_booking(None, &gls.ask(&wrong).await?);
        assert!(matches!(step, Step::Refused(_)), "{to}: {step:?}");
    }
    let plain = good.clone().body(Body::text("application/json", text));
    let step = Gls.read_booking(None, &gls.ask(&plain).await?);
    assert!(matches!(step, Step::Refused(_)), "{step:?}");
    assert_eq!(gls.booked(), 0);
    Ok(())
}
