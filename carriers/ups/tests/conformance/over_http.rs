//! The carrier against its own stub, over real HTTP: what the kit does not ask of every carrier.

use std::io;

use carrier_sdk::stub::{Practice, StubFault};
use carrier_sdk::{Auth, Body, Carrier, Cause, LabelFormat, Status, Step, VoidAnswer};
use carrier_ups::{Ups, stub};

use super::intents::{contract, national, to_spain, to_switzerland, with_setting};

async fn ups() -> io::Result<Practice<Ups>> {
    Practice::of(Ups, stub::answer, contract()).await
}

#[tokio::test]
async fn two_packages_are_booked_tracked_labelled_again_and_voided_as_one_shipment()
-> io::Result<()> {
    let ups = ups().await?;
    let booking = ups.book(&to_switzerland()).await?;
    assert_eq!(booking.tracking_number.len(), 18);
    assert_eq!(booking.parcels.len(), 2);
    for parcel in &booking.parcels {
        let label = parcel.label.as_ref().expect("a label");
        assert!(label.format == LabelFormat::Zpl && label.is_whole());
        let number = &parcel.tracking_number;
        let again = ups.label(number, LabelFormat::Zpl).await?;
        assert_eq!(again.as_ref(), Ok(label));
        assert_eq!(ups.statuses(&[number]).await?, [Status::LabelCreated; 2]);
    }
    assert_eq!(
        ups.void(&booking.tracking_number).await?,
        VoidAnswer::Voided
    );
    assert_eq!(
        ups.void(&booking.tracking_number).await?,
        VoidAnswer::Voided
    );
    assert!(!ups.bench().ledger.bookings()[0].is_live());
    let status = ups.statuses(&[&booking.tracking_number]).await?;
    assert_eq!(status, [Status::Cancelled; 2]);
    Ok(())
}

#[tokio::test]
async fn a_picture_is_a_label_too() -> io::Result<()> {
    let ups = ups().await?;
    let booking = ups.book(&to_spain()).await?;
    let label = booking.parcels[0].label.as_ref().expect("a label");
    assert!(label.format == LabelFormat::Gif && label.is_whole());
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_is_made_good_by_our_reference_alone() -> io::Result<()> {
    for fault in [
        StubFault::AcceptThenBroken,
        StubFault::AcceptThenTruncate,
        StubFault::AcceptThenEmpty,
        StubFault::AcceptThenHtml,
        StubFault::AcceptThenRedirect,
        StubFault::Deep,
    ] {
        let ups = ups().await?;
        ups.fault(fault.clone());
        let step = ups.begin(&to_switzerland()).await?;
        assert!(matches!(step, Step::Unknown(_)), "{fault:?}: {step:?}");
        let found = ups.find("FR-2026-000881").await?;
        assert_eq!(found.len(), 1, "{fault:?}");
        let whole = |parcel: &carrier_sdk::BookedParcel| {
            parcel
                .label
                .as_ref()
                .is_some_and(carrier_sdk::Label::is_whole)
        };
        assert!(found[0].parcels.len() == 2 && found[0].parcels.iter().all(whole));
    }
    Ok(())
}

#[tokio::test]
async fn tracking_tells_the_numbers_under_our_reference() -> io::Result<()> {
    let ups = ups().await?;
    let tracking = with_setting(to_switzerland(), "look_up", "tracking").contract;
    assert_eq!(ups.find_under(&tracking, "FR-2026-000881").await?, []);
    let booking = ups.book(&to_switzerland()).await?;
    let found = ups.find_under(&tracking, "FR-2026-000881").await?;
    assert_eq!(found[0].tracking_number, booking.tracking_number);
    assert_eq!(found[0].parcels.len(), 2);
    Ok(())
}

#[tokio::test]
async fn two_shipments_under_one_reference_are_told_apart_and_bring_no_label() -> io::Result<()> {
    let ups = ups().await?;
    let numbers = [
        ups.book(&national()).await?.tracking_number,
        ups.book(&national()).await?.tracking_number,
    ];
    let found = ups.find("FR-2026-000881").await?;
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
    Ok(())
}

#[tokio::test]
async fn what_nobody_booked_is_found_tracked_and_voided_by_nobody() -> io::Result<()> {
    let ups = ups().await?;
    assert_eq!(ups.find("never").await?, []);
    assert_eq!(ups.statuses(&["1Z9A8B7C6599999999"]).await?, []);
    assert_eq!(ups.void("1Z9A8B7C6599999999").await?, VoidAnswer::NotFound);
    Ok(())
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() -> io::Result<()> {
    let ups = ups().await?;
    let booking = ups.book(&national()).await?;
    ups.bench().ledger.pick_up("FR-2026-000881");
    assert_eq!(
        ups.void(&booking.tracking_number).await?,
        VoidAnswer::TooLate
    );
    let status = ups.statuses(&[&booking.tracking_number]).await?;
    assert_eq!(status, [Status::PickedUp]);
    Ok(())
}

#[tokio::test]
async fn what_ups_would_refuse_is_refused_and_not_booked() -> io::Result<()> {
    let ups = ups().await?;
    let good = Ups.book(&to_spain()).expect("bookable");
    let anonymous = ups.ask(&good.clone().auth(Auth::None)).await?;
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
        let step = Ups.read_booking(None, &ups.ask(&good.clone().body(wrong)).await?);
        assert!(
            matches!(step, Step::Refused(why) if why.code.as_deref() == Some(code)),
            "{to}"
        );
    }
    assert_eq!(ups.booked(), 0);
    Ok(())
}
