//! What leaves: golden requests, and what GLS could not carry and is refused for.

use carrier_gls::Gls;
use carrier_sdk::shipment::Span;
use carrier_sdk::{
    Auth, Body, Carrier, Effect, Find, Intent, LabelFormat, Method, Relabel, Request, Search,
    ServiceOption, Track, Void,
};
use serde_json::{Value, json};

use super::intents::{contract, fixture, national, two_parcels_to_a_company, with_setting};

fn book(intent: &Intent) -> Request {
    Gls.book(intent).expect("bookable")
}

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body.masked()).expect("json")
}

fn sent(intent: &Intent, pointer: &str) -> Value {
    body(&book(intent))
        .pointer(pointer)
        .cloned()
        .unwrap_or_default()
}

fn refused_fields(intent: &Intent) -> Vec<String> {
    Gls.book(intent).expect_err("refused").fields()
}

fn is_as_in(request: &Request, golden: &str) {
    let wanted: Value = serde_json::from_str(&fixture(golden)).expect("json");
    assert_eq!(body(request), wanted, "{golden}");
}

#[test]
fn a_booking_is_written_as_gls_describes_it() {
    let request = book(&national());
    assert_eq!(request.path, "/shipit-farm/v1/backend/rs/shipments");
    assert_eq!(
        (request.effect, request.method),
        (Effect::Books, Method::Post)
    );
    let json_of_gls = "application/glsVersion1+json";
    assert_eq!(request.headers, [("Accept", json_of_gls.to_owned())]);
    assert!(matches!(request.body, Body::Text { content_type, .. } if content_type == json_of_gls));
    assert_eq!(request.auth, Auth::oauth2("/oauth2/v2/token"));
    is_as_in(&request, "request-national.json");
    is_as_in(
        &book(&two_parcels_to_a_company()),
        "request-two-parcels.json",
    );
}

#[test]
fn an_express_parcel_names_the_service_of_the_account() {
    let mut intent = two_parcels_to_a_company();
    assert_eq!(sent(&intent, "/Shipment/Service"), Value::Null);
    intent.contract = with_setting("express_service", "service_before_noon");
    let named = json!([{"Service": {"ServiceName": "service_before_noon"}}]);
    assert_eq!(sent(&intent, "/Shipment/Service"), named);
    intent.product = "PARCEL".to_owned();
    assert_eq!(sent(&intent, "/Shipment/Service"), Value::Null);
}

#[test]
fn the_layout_of_a_zpl_label_is_the_accounts_at_the_booking_and_after() {
    let mut intent = two_parcels_to_a_company();
    let printed = |template: &str, format: &str| json!({"ReturnLabels": {"TemplateSet": template, "LabelFormat": format}});
    assert_eq!(
        sent(&intent, "/PrintingOptions"),
        printed("ZPL_200", "ZEBRA")
    );
    intent.contract = with_setting("template_set", "ZPL_300");
    let wanted = printed("ZPL_300", "ZEBRA");
    assert_eq!(sent(&intent, "/PrintingOptions"), wanted);
    let again = Gls.relabel(&intent.contract, "ZAB10001", LabelFormat::Zpl);
    assert_eq!(body(&again)["PrintingOptions"], wanted);
    intent.contract = with_setting("template_set", "A4");
    assert_eq!(refused_fields(&intent), ["account.template_set"]);
}

#[test]
fn a_label_is_asked_for_by_its_parcels_number() {
    let request = Gls.relabel(&contract(), "ZAB10001", LabelFormat::Pdf);
    assert_eq!(
        request.path,
        "/shipit-farm/v1/backend/rs/shipments/reprintparcel"
    );
    assert_eq!(request.effect, Effect::Reads);
    assert_eq!(
        body(&request),
        json!({
            "TrackID": "ZAB10001",
            "PrintingOptions": {"ReturnLabels": {"TemplateSet": "NONE", "LabelFormat": "PDF"}},
        })
    );
}

#[test]
fn a_look_up_asks_for_the_days_around_the_sending() {
    let search = Search {
        reference: "FR-2026-000777.2".to_owned(),
        label_format: LabelFormat::Pdf,
        sent: Span {
            from: "2026-11-23T23:30:00-02:00".parse().expect("a moment"),
            to: "2026-11-30T22:00:00Z".parse().expect("a moment"),
        },
    };
    let request = Gls.find(&contract(), &search);
    assert_eq!(request.path, "/shipit-farm/v1/backend/rs/tracking/parcels");
    assert_eq!(request.effect, Effect::Reads);
    assert_eq!(
        body(&request),
        json!({
            "ShipmentReference": "FR-2026-000777.2",
            "DateFrom": "2026-11-23T00:00:00Z",
            "DateTo": "2026-12-01T23:59:59Z",
        })
    );
}

#[test]
fn a_parcel_is_cancelled_by_its_number_and_at_most_ten_are_tracked_at_once() {
    let void = Gls.void(&contract(), "ZAB10001");
    assert_eq!(
        void.path,
        "/shipit-farm/v1/backend/rs/shipments/cancel/ZAB10001"
    );
    assert_eq!((void.effect, void.body), (Effect::Voids, Body::Empty));
    let track = Gls.track(&contract(), &["1", "2"]);
    assert_eq!(
        track.path,
        "/track-and-trace-v1/tracking/simple/trackids/1,2"
    );
    let eleven = Gls.track(&contract(), &["1"; 11]);
    assert_eq!(eleven.path.split(',').count(), 10);
}

#[test]
fn what_is_not_offered_is_refused() {
    let mut intent = national();
    intent.shipment.options = [ServiceOption::SaturdayDelivery].into();
    assert_eq!(refused_fields(&intent), ["options"]);
    let mut intent = national();
    intent.shipment.consignee.country = "CH".to_owned();
    assert_eq!(refused_fields(&intent), ["recipient.country"]);
}

#[test]
fn what_follows_the_street_stands_below_the_name() {
    let mut intent = national();
    let consignee = &mut intent.shipment.consignee;
    consignee.street = ["18 bis rue de Siam", "Bât. B", "3e étage"]
        .map(str::to_owned)
        .into();
    intent.shipment.instructions = None;
    let lines = |intent: &Intent| {
        let address = sent(intent, "/Shipment/Consignee/Address");
        ["Name1", "Name2", "Name3", "Street"].map(|field| address[field].clone())
    };
    let person = ["Maëlle Kerbrat", "Bât. B", "3e étage", "18 bis rue de Siam"];
    assert_eq!(lines(&intent), person.map(Value::from));
    intent.shipment.consignee.company = Some("Atelier du Pont".to_owned());
    intent.shipment.consignee.street.pop();
    let company = [
        "Atelier du Pont",
        "Maëlle Kerbrat",
        "Bât. B",
        "18 bis rue de Siam",
    ];
    assert_eq!(lines(&intent), company.map(Value::from));
    intent.shipment.instructions =
        Some("Sonner deux fois, puis attendre devant le portail bleu de la cour".to_owned());
    let both = ["recipient.street", "recipient.instructions"];
    assert_eq!(refused_fields(&intent), both);
}

#[test]
fn every_problem_is_named_at_once() {
    let mut intent = national();
    intent.reference = "R".repeat(36);
    intent.contract.number.clear();
    let consignee = &mut intent.shipment.consignee;
    consignee.city = "x".repeat(41);
    consignee.street.clear();
    consignee.postal_code = "1".repeat(11);
    assert_eq!(
        refused_fields(&intent),
        [
            "reference",
            "recipient.street",
            "recipient.postal_code",
            "recipient.city",
            "account.account_number",
        ]
    );
}
