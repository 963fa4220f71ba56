//! The carrier against its own stub, over real HTTP: what the kit does not ask of every carrier.

use std::io;

use carrier_dpd_france::{DpdFrance, stub};
use carrier_sdk::stub::{Practice, StubFault};
use carrier_sdk::{Cause, LabelFormat, Step};

use super::intents::{classic, contract, predict};

const BASES: [&str; 2] = ["/dpd-eprintwebservice", "/eprintwebservice"];

async fn dpd() -> io::Result<Practice<DpdFrance>> {
    let practice = Practice::of(DpdFrance, stub::answer, contract()).await?;
    Ok(practice.below(BASES[0]))
}

#[tokio::test]
async fn a_booking_has_its_label_in_every_format_and_gives_it_again() -> io::Result<()> {
    for (base, format) in BASES.into_iter().cycle().zip([
        LabelFormat::Pdf,
        LabelFormat::Zpl,
        LabelFormat::Epl,
        LabelFormat::Png,
    ]) {
        let dpd = dpd().await?.below(base);
        let mut intent = predict();
        intent.label_format = format;
        let booking = dpd.book(&intent).await?;
        assert_eq!(booking.tracking_number, "10770000000001");
        let label = booking.parcels[0].label.clone().expect("label");
        assert_eq!(label.format, format);
        assert!(label.is_whole());
        let again = dpd.label(&booking.tracking_number, format).await?;
        assert_eq!(again, Ok(label));
        let bookings = dpd.bench().ledger.bookings();
        assert_eq!(bookings[0].reference, intent.reference);
        assert_eq!(bookings[0].product, "PREDICT");
    }
    Ok(())
}

#[tokio::test]
async fn the_label_of_a_parcel_that_is_not_there_is_refused() -> io::Result<()> {
    let dpd = dpd().await?;
    let why = dpd.label("10779999999999", LabelFormat::Pdf).await?;
    assert_eq!(why.expect_err("none").cause, Cause::Rejected);
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() -> io::Result<()> {
    let dpd = dpd().await?.with_secret("password", "wrong");
    let Step::Refused(why) = dpd.begin(&classic()).await? else {
        panic!("not refused");
    };
    assert_eq!(why.cause, Cause::Unauthorized);
    assert_eq!(dpd.booked(), 0);
    Ok(())
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused() -> io::Result<()> {
    let dpd = dpd().await?;
    let mut intent = classic();
    intent.shipment.consignee.postal_code = "7500".to_owned();
    let Step::Refused(why) = dpd.begin(&intent).await? else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("InvalidZipCode"));
    assert_eq!(dpd.booked(), 0);
    Ok(())
}

#[tokio::test]
async fn a_label_that_is_missing_or_broken_is_a_booking_whose_label_is_fetched() -> io::Result<()> {
    for fault in [StubFault::NoLabel, StubFault::BrokenLabel] {
        let dpd = dpd().await?;
        dpd.fault(fault);
        let booking = dpd.book(&classic()).await?;
        assert!(booking.parcels[0].label.is_none());
        let label = dpd
            .label(&booking.tracking_number, LabelFormat::Pdf)
            .await?;
        assert!(label.expect("a label").is_whole());
    }
    Ok(())
}
