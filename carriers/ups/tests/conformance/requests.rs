//! What leaves: golden requests, and what UPS could not carry and is refused for.

use carrier_sdk::shipment::Span;
use carrier_sdk::{
    Auth, Body, Carrier, Effect, Find, Intent, LabelFormat, Method, Relabel, Request, Search,
    ServiceOption, Track, Void,
};
use carrier_ups::Ups;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::intents::{contract, national, to_spain, to_switzerland, with_setting};

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body.masked()).expect("json")
}

fn booked(intent: &Intent) -> Value {
    body(&Ups.book(intent).expect("bookable"))["ShipmentRequest"].clone()
}

/// The fields that are refused.
fn refused(intent: &Intent) -> Vec<String> {
    Ups.book(intent).expect_err("refused").fields()
}

fn search(label_format: LabelFormat) -> Search {
    Search {
        reference: "FR/2026 881".to_owned(),
        sent: Span {
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::UNIX_EPOCH,
        },
        label_format,
    }
}

#[test]
fn a_booking_is_written_as_ups_wants_it() {
    let request = Ups.book(&national()).expect("bookable");
    assert_eq!(request.path, "/api/shipments/v2409/ship");
    assert_eq!(
        (request.effect, request.method),
        (Effect::Books, Method::Post)
    );
    let headers = [
        ("transId", "FR-2026-000881"),
        ("transactionSrc", "diligence"),
    ];
    assert_eq!(
        request.headers,
        headers.map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(request.auth, Auth::oauth2("/security/v1/oauth/token"));
    for (intent, golden) in [
        (
            national(),
            include_str!("../../fixtures/request-national.json"),
        ),
        (
            to_spain(),
            include_str!("../../fixtures/request-options.json"),
        ),
        (
            to_switzerland(),
            include_str!("../../fixtures/request-customs.json"),
        ),
    ] {
        let golden: Value = serde_json::from_str(golden).expect("json");
        assert_eq!(json!({"ShipmentRequest": booked(&intent)}), golden);
    }
}

#[test]
fn a_lost_booking_is_asked_for_with_its_label_by_our_reference() {
    let find = Ups.find(&contract(), &search(LabelFormat::Gif));
    assert_eq!(find.path, "/api/labels/v1/recovery");
    assert_eq!(find.effect, Effect::Reads);
    let asked = body(&find)["LabelRecoveryRequest"].clone();
    let by = json!({"ReferenceNumber": {"Value": "FR/2026 881"}, "ShipperNumber": "9A8B7C"});
    assert_eq!(asked["ReferenceValues"], by);
    assert_eq!(
        asked["LabelSpecification"]["LabelImageFormat"],
        json!({"Code": "GIF"})
    );
}

#[test]
fn an_account_may_look_in_tracking_instead() {
    let intent = with_setting(national(), "look_up", "tracking");
    assert!(Ups.book(&intent).is_ok());
    let find = Ups.find(&intent.contract, &search(LabelFormat::Zpl));
    assert_eq!(find.path, "/api/track/v1/reference/details/FR%2F2026%20881");
    let query = [
        ("fromPickUpDate", "19691231"),
        ("toPickUpDate", "19700102"),
        ("shipperNum", "9A8B7C"),
        ("refNumType", "SmallPackage"),
    ];
    assert_eq!(
        find.query,
        query.map(|(name, value)| (name, value.to_owned()))
    );
    let guess = with_setting(national(), "look_up", "guess");
    assert_eq!(refused(&guess), ["account.look_up"]);
}

#[test]
fn a_label_a_void_and_a_scan_are_asked_for_by_number() {
    let label = Ups.relabel(&contract(), "1Z9A8B7C6500000010", LabelFormat::Zpl);
    let asked = body(&label)["LabelRecoveryRequest"].clone();
    assert_eq!(asked["TrackingNumber"], "1Z9A8B7C6500000010");
    assert_eq!(asked.get("ReferenceValues"), None);
    let void = Ups.void(&contract(), "1Z9A8B7C6500000010");
    assert_eq!(
        void.path,
        "/api/shipments/v2409/void/cancel/1Z9A8B7C6500000010"
    );
    assert_eq!((void.effect, void.method), (Effect::Voids, Method::Delete));
    assert_eq!(void.body, Body::Empty);
    let track = Ups.track(&contract(), &["1Z9A8B7C6500000010"]);
    assert_eq!(track.path, "/api/track/v1/details/1Z9A8B7C6500000010");
    assert!(track.headers.iter().any(|(name, _)| *name == "transId"));
}

#[test]
fn a_phone_is_needed_abroad_unless_the_account_names_one() {
    let mut intent = to_spain();
    intent.shipment.consignee.phone = None;
    assert_eq!(refused(&intent), ["recipient.phone"]);
    let named = with_setting(intent.clone(), "default_phone", "+33199000199");
    let phone = booked(&named)["Shipment"]["ShipTo"]["Phone"].clone();
    assert_eq!(phone, json!({"Number": "33199000199"}));
    intent.shipment.shipper.phone = None;
    assert_eq!(refused(&intent), ["ship_from.phone", "recipient.phone"]);
    let mut national = national();
    national.shipment.consignee.phone = None;
    assert_eq!(booked(&national)["Shipment"]["ShipTo"].get("Phone"), None);
}

#[test]
fn duties_are_the_consignees_unless_the_account_pays_them() {
    let types = |intent: &Intent| {
        let charges = booked(intent)["Shipment"]["PaymentInformation"]["ShipmentCharge"].clone();
        let charges = charges.as_array().cloned().unwrap_or_default();
        charges
            .iter()
            .map(|charge| charge["Type"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(types(&to_switzerland()), ["01"]);
    let paid = with_setting(to_switzerland(), "incoterm", "DDP");
    assert_eq!(types(&paid), ["01", "02"]);
}

#[test]
fn what_ups_could_not_carry_is_refused_by_field() {
    let mut intent = to_spain();
    intent
        .shipment
        .parcels
        .push(intent.shipment.parcels[0].clone());
    assert_eq!(
        refused(&intent),
        ["options"],
        "insured parcels go one by one"
    );
    let mut intent = to_switzerland();
    intent.shipment.items.clear();
    assert_eq!(refused(&intent), ["items"]);
    let mut intent = national();
    intent.contract.number = "9A8B".to_owned();
    assert_eq!(refused(&intent), ["account.account_number"]);
    let mut intent = national();
    intent.shipment.options = [ServiceOption::MondayDelivery].into();
    assert_eq!(refused(&intent), ["options"]);
}
