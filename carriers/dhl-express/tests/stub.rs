//! The stub, asked over real HTTP with the carrier's own requests: what the kit does not ask of every
//! carrier, and that it refuses what DHL refuses.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test may fail the test"
)]

use std::io;

use carrier_dhl_express::{DhlExpress, stub};
use carrier_sdk::stub::Practice;
use carrier_sdk::{
    Auth, Body, Carrier, Cause, Find, Intent, LabelFormat, Request, Search, Status, Step,
};
use jiff::{Timestamp, ToSpan};

#[path = "conformance/intents.rs"]
mod intents;
use intents::{national, to_italy, to_switzerland};

async fn dhl() -> io::Result<Practice<DhlExpress>> {
    let practice = Practice::of(DhlExpress, stub::answer, national().contract).await?;
    Ok(practice.below("/mydhlapi/test"))
}

#[tokio::test]
async fn three_parcels_are_booked_with_a_label_each_in_the_wanted_format() -> io::Result<()> {
    let dhl = dhl().await?;
    let mut intent = to_switzerland();
    let parcels = &mut intent.shipment.parcels;
    parcels.push(parcels[0].clone());
    let booked = dhl.book(&intent).await?;
    assert_eq!(booked.tracking_number.len(), 10);
    assert_eq!(booked.parcels.len(), 3);
    for parcel in &booked.parcels {
        assert!(parcel.tracking_number.starts_with("JD") && parcel.tracking_number.len() == 20);
        let label = parcel.label.as_ref().expect("a label");
        assert!(label.format == LabelFormat::Zpl && label.is_whole());
        assert!(String::from_utf8_lossy(&label.bytes).contains(&parcel.tracking_number));
    }
    Ok(())
}

#[tokio::test]
async fn a_booking_is_found_by_its_reference_and_an_unknown_one_is_not() -> io::Result<()> {
    let dhl = dhl().await?;
    let other = Intent {
        reference: "FR-2026-000776".to_owned(),
        ..to_italy()
    };
    for intent in [other, national(), national()] {
        dhl.book(&intent).await?;
    }
    let found = dhl.find("FR-2026-000777").await?;
    assert_eq!(
        found.len(),
        2,
        "DHL books a reference twice when asked twice"
    );
    assert_eq!(dhl.find("FR-2026-000778").await?, []);
    Ok(())
}

#[tokio::test]
async fn a_look_up_without_an_account_is_a_fault_not_an_absence() -> io::Result<()> {
    let now = Timestamp::now();
    let sent = carrier_sdk::shipment::Span {
        from: now.saturating_sub(5.minutes()).expect("a moment"),
        to: now,
    };
    let search = Search {
        reference: "FR-2026-000777".to_owned(),
        label_format: LabelFormat::Pdf,
        sent,
    };
    let mut request = DhlExpress.find(&national().contract, &search);
    let query = &mut request.query;
    query.retain(|(key, _)| *key != "shipperAccountNumber");
    let answer = DhlExpress.read_found(&dhl().await?.ask(&request).await?);
    assert_eq!(answer.expect_err("a fault").cause, Cause::Rejected);
    Ok(())
}

#[tokio::test]
async fn a_parcel_is_picked_up_when_the_truck_has_it() -> io::Result<()> {
    let dhl = dhl().await?;
    let booked = dhl.book(&national()).await?;
    dhl.bench().ledger.pick_up("FR-2026-000777");
    let known = [booked.tracking_number.as_str(), "1"];
    assert_eq!(dhl.statuses(&known).await?, [Status::PickedUp]);
    assert_eq!(dhl.statuses(&["1"]).await?, []);
    Ok(())
}

#[tokio::test]
async fn what_dhl_would_refuse_is_refused_and_not_booked() -> io::Result<()> {
    let dhl = dhl().await?;
    let good = DhlExpress.book(&national()).expect("bookable");
    let anonymous = good.clone().auth(Auth::None);
    let anonymous = DhlExpress.read_booking(None, &dhl.ask(&anonymous).await?);
    assert!(matches!(anonymous, Step::Refused(why) if why.cause == Cause::Unauthorized));
    for (from, to, code) in [
        ("\"phone\":\"+33639980142\"", "\"phone\":\"\"", None),
        (
            "\"productCode\":\"N\"",
            "\"productCode\":\"?\"",
            Some("1001"),
        ),
        (" GMT", "", Some("998")),
    ] {
        let text = good.body.masked();
        assert!(text.contains(from));
        let wrong = Request {
            body: Body::text("application/json", text.replace(from, to)),
            ..good.clone()
        };
        let step = DhlExpress.read_booking(None, &dhl.ask(&wrong).await?);
        assert!(
            matches!(step, Step::Refused(why) if why.code.as_deref() == code),
            "{to}"
        );
    }
    assert_eq!(dhl.booked(), 0);
    Ok(())
}
