//! DHL Express against what it must write and read: golden requests, refusals by field, answers of
//! our own making in `fixtures/`, and the recorded ones where `DILIGENCE_SAMPLES` names them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test may fail the test"
)]

#[path = "conformance/intents.rs"]
mod intents;

use carrier_dhl_express::DhlExpress;
use carrier_sdk::{
    Auth, Body, Carrier, Contract, Effect, Intent, LabelFormat, Money, Party, PartyKind, Request,
    Response, Search, ServiceOption, Step,
};
use intents::{national, to_italy, to_switzerland};
use serde_json::{Value, json};

fn body(request: &Request) -> Value {
    assert!(matches!(
        request.body,
        Body::Text {
            content_type: "application/json",
            ..
        }
    ));
    serde_json::from_str(&request.body.masked()).expect("json")
}

fn booked(intent: &Intent) -> Value {
    body(&DhlExpress.book(intent).expect("bookable"))
}

/// The fields that are refused.
fn refused(intent: &Intent) -> Vec<String> {
    DhlExpress.book(intent).expect_err("refused").fields()
}

fn golden(text: &str) -> Value {
    serde_json::from_str(text).expect("json")
}

#[test]
fn a_national_booking_with_every_option_is_written_as_dhl_wants_it() {
    let mut intent = national();
    intent.shipment.options = [
        ServiceOption::SaturdayDelivery,
        ServiceOption::Signature,
        ServiceOption::Insurance,
    ]
    .into();
    let request = DhlExpress.book(&intent).expect("bookable");
    assert_eq!(request.path, "/shipments");
    assert_eq!(request.effect, Effect::Books);
    assert_eq!(request.headers, [("x-version", "3.1.0".to_owned())]);
    assert!(matches!(
        request.auth,
        Auth::Basic {
            username: "username",
            password: "password"
        }
    ));
    assert_eq!(
        body(&request),
        golden(include_str!("../fixtures/request-national.json"))
    );
}

#[test]
fn a_booking_across_a_customs_border_declares_its_goods() {
    assert_eq!(
        booked(&to_switzerland()),
        golden(include_str!("../fixtures/request-customs.json"))
    );
}

#[test]
fn inside_the_union_nothing_is_declared() {
    let body = booked(&to_italy());
    assert_eq!(body["content"]["isCustomsDeclarable"], false);
    assert_eq!(body["content"].get("exportDeclaration"), None);
    assert_eq!(body["content"].get("declaredValue"), None);
    assert_eq!(body.get("localProductCode"), None);
}

#[test]
fn several_parcels_get_a_label_each() {
    let asked = json!([{"typeCode": "linkLabelsByPieces", "isRequested": true}]);
    assert_eq!(booked(&to_switzerland())["getAdditionalInformation"], asked);
    assert_eq!(booked(&national()).get("getAdditionalInformation"), None);
}

#[test]
fn only_the_label_is_asked_for_and_in_the_wanted_format() {
    let mut intent = national();
    for (format, encoding) in [(LabelFormat::Pdf, "pdf"), (LabelFormat::Zpl, "zpl")] {
        intent.label_format = format;
        let output = booked(&intent)["outputImageProperties"].clone();
        assert_eq!(output["encodingFormat"], encoding);
        assert_eq!(
            output["imageOptions"][1],
            json!({"typeCode": "waybillDoc", "isRequested": false})
        );
        assert_eq!(output["splitTransportAndWaybillDocLabels"], true);
    }
    intent.label_format = LabelFormat::Png;
    assert_eq!(refused(&intent), ["label_format"]);
}

#[test]
fn what_is_not_offered_is_refused() {
    let mut intent = national();
    intent.shipment.options = [ServiceOption::MondayDelivery].into();
    assert_eq!(refused(&intent), ["options"]);
    let mut intent = national();
    intent.product = "Y".to_owned();
    assert!(refused(&intent).contains(&"service".to_owned()));
}

#[test]
fn insurance_without_a_value_is_refused() {
    let mut intent = national();
    intent.shipment.options = [ServiceOption::Insurance].into();
    intent.shipment.declared_value = None;
    assert_eq!(refused(&intent), ["declared_value"]);
}

#[test]
fn a_consignee_without_a_phone_is_refused_unless_the_account_names_one() {
    let mut intent = national();
    intent.shipment.consignee.phone = None;
    assert_eq!(refused(&intent), ["recipient.phone"]);
    intent
        .contract
        .settings
        .insert("default_phone".to_owned(), "+33199000199".to_owned());
    let contact =
        booked(&intent)["customerDetails"]["receiverDetails"]["contactInformation"].clone();
    assert_eq!(contact["phone"], "+33199000199");
}

#[test]
fn a_parcel_without_a_size_is_refused_unless_the_account_names_one() {
    let mut intent = national();
    intent.shipment.parcels[0].size = None;
    let sides = [
        "parcels[0].length_mm",
        "parcels[0].width_mm",
        "parcels[0].height_mm",
    ];
    assert_eq!(refused(&intent), sides);
    for (name, value) in [
        ("default_length_mm", "300"),
        ("default_width_mm", "205"),
        ("default_height_mm", "100"),
    ] {
        intent
            .contract
            .settings
            .insert(name.to_owned(), value.to_owned());
    }
    let dimensions = booked(&intent)["content"]["packages"][0]["dimensions"].clone();
    assert_eq!(
        dimensions,
        json!({"length": 30, "width": 20.5, "height": 10})
    );
}

#[test]
fn customs_needs_price_origin_and_weight_of_every_item() {
    let mut intent = to_switzerland();
    let item = &mut intent.shipment.items[1];
    (item.unit_price, item.origin_country, item.weight_g) = (None, None, None);
    let lacking = [
        "items[1].unit_price",
        "items[1].origin_country",
        "items[1].weight_g",
    ];
    assert_eq!(refused(&intent), lacking);
    intent.shipment.items.clear();
    assert_eq!(refused(&intent), ["items"]);
}

#[test]
fn the_value_declared_is_the_sum_of_the_items_when_the_order_names_none() {
    let mut intent = to_switzerland();
    intent.shipment.declared_value = None;
    let body = booked(&intent);
    assert_eq!(body["content"]["declaredValue"], 92.35);
    assert_eq!(body["content"]["declaredValueCurrency"], "EUR");
    intent.shipment.items[0].unit_price = Some(Money {
        amount: 1.into(),
        currency: "CHF".to_owned(),
    });
    assert_eq!(refused(&intent), ["items"]);
}

#[test]
fn goods_go_across_a_customs_border_only_by_a_product_for_goods() {
    let mut intent = to_switzerland();
    intent.product = "K".to_owned();
    assert_eq!(refused(&intent), ["items"]);
    intent.shipment.items.clear();
    assert_eq!(booked(&intent)["content"]["description"], "Documents");
    intent.product = "U".to_owned();
    assert_eq!(refused(&intent), ["service"]);
}

#[test]
fn an_incoterm_that_dhl_does_not_know_is_refused() {
    let mut intent = national();
    intent
        .contract
        .settings
        .insert("incoterm".to_owned(), "DDP".to_owned());
    assert_eq!(booked(&intent)["content"]["incoterm"], "DDP");
    intent
        .contract
        .settings
        .insert("incoterm".to_owned(), "PAID".to_owned());
    assert_eq!(refused(&intent), ["account.incoterm"]);
}

#[test]
fn every_problem_is_named_at_once() {
    let mut intent = national();
    intent.shipment.consignee = Party {
        name: String::new(),
        company: None,
        kind: PartyKind::Private,
        street: Vec::new(),
        postal_code: "1234567890123".to_owned(),
        city: "x".repeat(46),
        province: None,
        country: "FR".to_owned(),
        email: Some("m".repeat(71)),
        phone: Some("+33639980142".to_owned()),
        language: None,
    };
    intent.reference = "R".repeat(36);
    assert_eq!(
        refused(&intent),
        [
            "reference",
            "recipient.street",
            "recipient.name",
            "recipient.postal_code",
            "recipient.city",
            "recipient.email",
        ]
    );
}

#[test]
fn a_company_is_named_beside_its_contact() {
    let mut intent = national();
    intent.shipment.consignee.company = Some("Atelier du Pont SARL".to_owned());
    intent.shipment.consignee.kind = PartyKind::Business;
    let receiver = booked(&intent)["customerDetails"]["receiverDetails"].clone();
    assert_eq!(receiver["typeCode"], "business");
    assert_eq!(
        receiver["contactInformation"]["companyName"],
        "Atelier du Pont SARL"
    );
    assert_eq!(receiver["contactInformation"]["fullName"], "Maëlle Kerbrat");
}

#[test]
fn a_look_up_asks_for_the_days_around_the_sending_in_utc() {
    let sent = carrier_sdk::shipment::Span {
        from: "2026-11-23T23:30:00-02:00".parse().expect("a moment"),
        to: "2026-11-30T22:00:00Z".parse().expect("a moment"),
    };
    let search = Search {
        reference: "FR-2026-000777.2".to_owned(),
        label_format: LabelFormat::Pdf,
        sent,
    };
    let contract = Contract {
        number: "987654321".to_owned(),
        ..Contract::default()
    };
    let request = DhlExpress
        .finding()
        .expect("finds")
        .find(&contract, &search);
    assert_eq!(
        (request.path.as_str(), request.effect),
        ("/tracking", Effect::Reads)
    );
    let asked = [
        ("shipmentReference", "FR-2026-000777.2"),
        ("shipmentReferenceType", "CU"),
        ("shipperAccountNumber", "987654321"),
        ("dateRangeFrom", "2026-11-23"),
        ("dateRangeTo", "2026-12-01"),
        ("trackingView", "shipment-details-only"),
    ];
    assert_eq!(
        request.query,
        asked.map(|(key, value)| (key, value.to_owned()))
    );
}

#[test]
fn several_numbers_are_tracked_in_one_request() {
    let request = DhlExpress
        .tracking()
        .expect("tracks")
        .track(&Contract::default(), &["1", "2"]);
    let numbers = request
        .query
        .iter()
        .filter(|(key, _)| *key == "shipmentTrackingNumber");
    assert_eq!(numbers.count(), 2);
}

#[test]
fn dhl_takes_nothing_back_and_gives_no_label_twice() {
    assert!(DhlExpress.voiding().is_none());
    assert!(DhlExpress.relabelling().is_none());
}

#[test]
fn the_estimate_is_kept_and_the_address_of_the_api_is_not_shown_to_the_public() {
    let answer = Response::new(201, include_str!("../fixtures/booked-one-parcel.json"));
    let Step::Done(booking) = DhlExpress.read_booking(None, &answer) else {
        panic!("booked");
    };
    assert_eq!(
        booking.estimated_delivery.as_deref(),
        Some("2026-11-24T23:59:00Z")
    );
    assert_eq!(booking.tracking_url, None);
}

mod certified {
    //! The kit that every carrier passes, and the answers on file.

    use std::path::Path;

    use carrier_sdk::kit;

    use super::*;

    #[test]
    fn the_kit_certifies_it() {
        let certificate = kit::certify(&DhlExpress, carrier_dhl_express::stub::answer);
        certificate.verdict().unwrap();
    }

    #[test]
    fn our_fixtures_are_read_as_expected() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        assert!(kit::samples(&DhlExpress, &folder).unwrap() > 20);
    }

    #[test]
    fn recorded_answers_are_read_as_expected() {
        kit::samples_from_environment(&DhlExpress).unwrap();
    }
}
