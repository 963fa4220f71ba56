//! What leaves: golden requests, and what FedEx could not carry and is refused for.

use carrier_fedex::Fedex;
use carrier_sdk::shipment::Span;
use carrier_sdk::{
    Auth, Carrier, Effect, Find, Intent, LabelFormat, Method, Request, Search, Track, Void,
};
use serde_json::{Value, json};

use super::intents::{contract, national, to_spain, to_switzerland, with_setting};

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body.masked()).expect("json")
}

fn booked(intent: &Intent) -> Value {
    body(&Fedex.book(intent).expect("bookable"))
}

/// The fields that are refused.
fn refused(intent: &Intent) -> Vec<String> {
    Fedex.book(intent).expect_err("refused").fields()
}

#[test]
fn a_booking_is_written_as_fedex_wants_it() {
    let request = Fedex.book(&national()).expect("bookable");
    assert_eq!(request.path, "/ship/v1/shipments");
    assert_eq!(
        (request.effect, request.method),
        (Effect::Books, Method::Post)
    );
    assert_eq!(request.auth, Auth::oauth2_in_form("/oauth/token"));
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
        assert_eq!(booked(&intent), golden);
    }
}

#[test]
fn a_lost_booking_is_looked_up_among_the_ship_dates_around_its_sending() {
    let search = Search {
        reference: "FR-2026-000993".to_owned(),
        sent: Span {
            from: "2026-11-23T23:30:00-02:00".parse().expect("a moment"),
            to: "2026-11-24T02:00:00Z".parse().expect("a moment"),
        },
        label_format: LabelFormat::Pdf,
    };
    let find = Fedex.find(&contract(), &search);
    assert_eq!(find.path, "/track/v1/referencenumbers");
    let asked = json!({
        "type": "CUSTOMER_REFERENCE",
        "value": "FR-2026-000993",
        "accountNumber": "740561073",
        "shipDateBegin": "2026-11-14",
        "shipDateEndDate": "2026-12-04",
    });
    assert_eq!(body(&find)["referencesInformation"], asked);
}

#[test]
fn a_void_takes_all_pieces_and_several_numbers_are_tracked_in_one_request() {
    let void = Fedex.void(&contract(), "794900000010");
    assert_eq!((void.effect, void.method), (Effect::Voids, Method::Put));
    assert_eq!(body(&void)["deletionControl"], "DELETE_ALL_PACKAGES");
    assert_eq!(body(&void)["accountNumber"]["value"], "740561073");
    let track = Fedex.track(&contract(), &["794900000010", "794900000021"]);
    let asked = body(&track)["trackingInfo"].clone();
    assert_eq!(
        asked[1]["trackingNumberInfo"]["trackingNumber"],
        "794900000021"
    );
}

#[test]
fn every_label_format_has_its_own_stock() {
    for (format, image, stock) in [
        (LabelFormat::Pdf, "PDF", "PAPER_4X6"),
        (LabelFormat::Png, "PNG", "PAPER_4X6"),
        (LabelFormat::Zpl, "ZPLII", "STOCK_4X6"),
        (LabelFormat::Epl, "EPL2", "STOCK_4X6"),
    ] {
        let mut intent = national();
        intent.label_format = format;
        let asked = booked(&intent)["requestedShipment"]["labelSpecification"].clone();
        assert_eq!(asked, json!({"imageType": image, "labelStockType": stock}));
    }
}

#[test]
fn a_phone_of_ten_digits_is_needed_unless_the_account_names_one() {
    let mut intent = national();
    intent.shipment.consignee.phone = None;
    assert_eq!(refused(&intent), ["recipient.phone"]);
    let named = with_setting(intent.clone(), "default_phone", "+33199000199");
    let contact = booked(&named)["requestedShipment"]["recipients"][0]["contact"].clone();
    assert_eq!(contact["phoneNumber"], "33199000199");
    intent.shipment.shipper.phone = Some("+331990001".to_owned());
    assert_eq!(refused(&intent), ["ship_from.phone", "recipient.phone"]);
}

#[test]
fn duties_are_the_consignees_unless_the_account_pays_them() {
    let payer = |intent: &Intent| {
        let customs = booked(intent)["requestedShipment"]["customsClearanceDetail"].clone();
        customs["dutiesPayment"]["paymentType"].clone()
    };
    assert_eq!(payer(&to_switzerland()), "RECIPIENT");
    assert_eq!(
        payer(&with_setting(to_switzerland(), "incoterm", "DDP")),
        "SENDER"
    );
    let inside = booked(&to_spain())["requestedShipment"].clone();
    assert_eq!(inside.get("customsClearanceDetail"), None);
}

#[test]
fn what_fedex_could_not_carry_is_refused_by_field() {
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
    intent.shipment.items[0].origin_country = None;
    assert_eq!(refused(&intent), ["items[0].origin_country"]);
    let mut intent = national();
    intent.contract.number = "74O561073".to_owned();
    assert_eq!(refused(&intent), ["account.account_number"]);
    let intent = with_setting(national(), "pickup", "BY_DRONE");
    assert_eq!(refused(&intent), ["account.pickup"]);
}
