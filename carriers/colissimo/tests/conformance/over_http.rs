//! The carrier against its own stub, over real HTTP: what the kit does not ask of every carrier.

use std::io;

use carrier_colissimo::{Colissimo, stub};
use carrier_sdk::stub::Practice;
use carrier_sdk::{Cause, LabelFormat, Status, Step, Track};

use super::intents::{contract, national, with_setting};

async fn colissimo() -> io::Result<Practice<Colissimo>> {
    Practice::of(Colissimo, stub::answer, contract()).await
}

#[tokio::test]
async fn a_booking_brings_a_whole_label_in_the_wanted_format_by_both_kinds_of_account()
-> io::Result<()> {
    let colissimo = colissimo().await?;
    for contract in [contract(), with_setting("credentials", "api_key")] {
        for format in [LabelFormat::Pdf, LabelFormat::Zpl] {
            let mut intent = national();
            intent.contract = contract.clone();
            intent.label_format = format;
            let booking = colissimo.book(&intent).await?;
            let label = booking.parcels[0].label.as_ref().expect("a label");
            assert!(label.format == format && label.is_whole());
        }
    }
    assert_eq!(colissimo.booked(), 4, "asked twice, booked twice");
    Ok(())
}

#[tokio::test]
async fn a_parcel_is_tracked_from_its_booking_on() -> io::Result<()> {
    let colissimo = colissimo().await?;
    let booking = colissimo.book(&national()).await?;
    let number = booking.tracking_number.as_str();
    let ledger = &colissimo.bench().ledger;
    assert_eq!(colissimo.statuses(&[number]).await?, [Status::LabelCreated]);
    ledger.pick_up(&national().reference);
    assert_eq!(colissimo.statuses(&[number]).await?, [Status::PickedUp]);
    assert_eq!(colissimo.statuses(&["6A99999999999"]).await?, []);
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_an_account_matter_and_books_nothing() -> io::Result<()> {
    let colissimo = colissimo().await?.with_secret("password", "wrong");
    for contract in [contract(), with_setting("credentials", "api_key")] {
        let mut intent = national();
        intent.contract = contract;
        let step = colissimo.begin(&intent).await?;
        assert!(
            matches!(&step, Step::Refused(why) if why.cause == Cause::Unauthorized),
            "{step:?}"
        );
    }
    let request = Colissimo.track(&contract(), &["6A00000000001"]);
    let tracked = Colissimo.read_tracking(&colissimo.ask(&request).await?);
    assert_eq!(tracked.expect_err("a fault").cause, Cause::Unauthorized);
    assert_eq!(colissimo.booked(), 0);
    Ok(())
}

#[tokio::test]
async fn a_postal_code_that_is_no_french_one_is_refused_with_its_field() -> io::Result<()> {
    let colissimo = colissimo().await?;
    let mut intent = national();
    intent.shipment.consignee.postal_code = "2920".to_owned();
    let Step::Refused(why) = colissimo.begin(&intent).await? else {
        panic!("not refused");
    };
    assert_eq!(why.code.as_deref(), Some("30220"));
    assert_eq!(why.field, Some("recipient.postal_code"));
    assert_eq!(colissimo.booked(), 0);
    Ok(())
}
