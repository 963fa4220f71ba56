//! The carrier against its own stub, over real HTTP: what the kit does not ask of every carrier.

use std::io;

use carrier_chronopost::{Chronopost, stub};
use carrier_sdk::stub::Practice;
use carrier_sdk::tracking::Status;
use carrier_sdk::{Cause, LabelFormat, Step, VoidAnswer};

use super::intents::{contract, national, two_parcels_to_a_company};

async fn chronopost() -> io::Result<Practice<Chronopost>> {
    Practice::of(Chronopost, stub::answer, contract()).await
}

#[tokio::test]
async fn a_booking_is_found_tracked_and_voided_parcel_by_parcel() -> io::Result<()> {
    let chronopost = chronopost().await?;
    let mut intent = two_parcels_to_a_company();
    intent.label_format = LabelFormat::Zpl;
    let booking = chronopost.book(&intent).await?;
    assert_eq!(booking.tracking_number, "XS000000001FR");
    assert_eq!(booking.parcels.len(), 2);
    for parcel in &booking.parcels {
        let label = parcel.label.as_ref().expect("label");
        assert_eq!(label.format, LabelFormat::Zpl);
        assert!(label.is_whole());
    }
    let found = chronopost.find(&intent.reference).await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].parcels.len(), 2);
    assert_eq!(
        chronopost.statuses(&["XS000000002FR"]).await?,
        [Status::LabelCreated]
    );
    for parcel in &booking.parcels {
        assert_eq!(
            chronopost.void(&parcel.tracking_number).await?,
            VoidAnswer::Voided
        );
    }
    assert!(!chronopost.bench().ledger.bookings()[0].is_live());
    Ok(())
}

#[tokio::test]
async fn what_nobody_booked_is_found_tracked_and_voided_by_nobody() -> io::Result<()> {
    let chronopost = chronopost().await?;
    assert_eq!(chronopost.find("never").await?, []);
    assert_eq!(chronopost.statuses(&["XS999999999FR"]).await?, []);
    assert_eq!(
        chronopost.void("XS999999999FR").await?,
        VoidAnswer::NotFound
    );
    Ok(())
}

#[tokio::test]
async fn what_the_truck_took_cannot_be_voided() -> io::Result<()> {
    let chronopost = chronopost().await?;
    let booking = chronopost.book(&national()).await?;
    chronopost.bench().ledger.pick_up(&national().reference);
    assert_eq!(
        chronopost.void(&booking.tracking_number).await?,
        VoidAnswer::TooLate
    );
    assert_eq!(
        chronopost.statuses(&[&booking.tracking_number]).await?,
        [Status::PickedUp]
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() -> io::Result<()> {
    let chronopost = chronopost().await?.with_secret("password", "wrong");
    let Step::Refused(why) = chronopost.begin(&national()).await? else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(chronopost.booked(), 0);
    Ok(())
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() -> io::Result<()> {
    let chronopost = chronopost().await?;
    let mut intent = national();
    intent.shipment.consignee.postal_code = "7500".to_owned();
    let Step::Refused(why) = chronopost.begin(&intent).await? else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("38"));
    assert_eq!(why.field, Some("recipient.postal_code"));
    assert_eq!(chronopost.booked(), 0);
    Ok(())
}
