//! The carrier against its own stub, over real HTTP: what the kit does not ask of every carrier.

use std::io;

use carrier_fedex::{Fedex, stub};
use carrier_sdk::stub::Practice;
use carrier_sdk::{Auth, Body, Carrier, Cause, LabelFormat, Status, Step, VoidAnswer};

use super::intents::{contract, national, to_spain, to_switzerland};

async fn fedex() -> io::Result<Practice<Fedex>> {
    Practice::of(Fedex, stub::answer, contract()).await
}

#[tokio::test]
async fn two_pieces_are_booked_found_tracked_and_voided_as_one_shipment() -> io::Result<()> {
    let fedex = fedex().await?;
    let booking = fedex.book(&to_switzerland()).await?;
    assert_eq!(booking.tracking_number.len(), 12);
    assert_eq!(booking.parcels.len(), 2);
    for parcel in &booking.parcels {
        let label = parcel.label.as_ref().expect("a label");
        assert!(label.format == LabelFormat::Pdf && label.is_whole());
        let status = fedex.statuses(&[&parcel.tracking_number]).await?;
        assert_eq!(status, [Status::LabelCreated]);
    }
    let found = fedex.find("FR-2026-000993").await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].parcels.len(), 2);
    assert_eq!(
        fedex.void(&booking.tracking_number).await?,
        VoidAnswer::Voided
    );
    assert!(!fedex.bench().ledger.bookings()[0].is_live());
    let status = fedex.statuses(&[&booking.tracking_number]).await?;
    assert_eq!(status, [Status::Cancelled]);
    Ok(())
}

#[tokio::test]
async fn a_label_comes_in_every_format() -> io::Result<()> {
    for format in [LabelFormat::Zpl, LabelFormat::Png, LabelFormat::Epl] {
        let fedex = fedex().await?;
        let mut intent = to_spain();
        intent.label_format = format;
        let booking = fedex.book(&intent).await?;
        let label = booking.parcels[0].label.as_ref().expect("a label");
        assert!(label.format == format && label.is_whole());
    }
    Ok(())
}

#[tokio::test]
async fn what_nobody_booked_is_found_tracked_and_voided_by_nobody() -> io::Result<()> {
    let fedex = fedex().await?;
    assert_eq!(fedex.find("never").await?, []);
    assert_eq!(fedex.statuses(&["794999999999"]).await?, []);
    assert_eq!(fedex.void("794999999999").await?, VoidAnswer::NotFound);
    Ok(())
}

#[tokio::test]
async fn what_the_truck_took_is_not_called_voided() -> io::Result<()> {
    let fedex = fedex().await?;
    let booking = fedex.book(&national()).await?;
    fedex.bench().ledger.pick_up("FR-2026-000993");
    let answer = fedex.void(&booking.tracking_number).await?;
    assert!(matches!(answer, VoidAnswer::Failed(_)), "{answer:?}");
    let status = fedex.statuses(&[&booking.tracking_number]).await?;
    assert_eq!(status, [Status::PickedUp]);
    Ok(())
}

#[tokio::test]
async fn what_fedex_would_refuse_is_refused_and_not_booked() -> io::Result<()> {
    let fedex = fedex().await?;
    let good = Fedex.book(&to_spain()).expect("bookable");
    let anonymous = fedex.ask(&good.clone().auth(Auth::None)).await?;
    let step = Fedex.read_booking(None, &anonymous);
    assert!(matches!(step, Step::Refused(why) if why.cause == Cause::Unauthorized));
    for (from, to, code) in [
        (
            "FEDEX_INTERNATIONAL_PRIORITY",
            "FEDEX_ROCKET",
            "SERVICE.TYPE.INVALID",
        ),
        ("33639980142", "3363", "PHONENUMBER.LENGTH.INVALID"),
        ("Valencia", "", "SHIPMENT.FIELD.INVALID"),
    ] {
        let text = good.body.masked();
        assert!(text.contains(from));
        let wrong = Body::text("application/json", text.replace(from, to));
        let step = Fedex.read_booking(None, &fedex.ask(&good.clone().body(wrong)).await?);
        assert!(
            matches!(step, Step::Refused(why) if why.code.as_deref() == Some(code)),
            "{to}"
        );
    }
    assert_eq!(fedex.booked(), 0);
    Ok(())
}
