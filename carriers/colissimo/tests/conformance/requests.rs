//! What leaves: a golden request, and what Colissimo could not carry and is refused for.

use carrier_colissimo::Colissimo;
use carrier_sdk::{
    Auth, Carrier, Effect, Intent, LabelFormat, Method, PartyKind, Request, ServiceOption, Track,
};
use serde_json::{Value, json};

use super::intents::{contract, fixture, national, with_setting};

fn book(intent: &Intent) -> Request {
    Colissimo.book(intent).expect("bookable")
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
    Colissimo.book(intent).expect_err("refused").fields()
}

#[test]
fn a_label_is_asked_for_in_colissimos_words() {
    let request = book(&national());
    assert_eq!(request.path, "/sls-ws/SlsServiceWSRest/2.0/generateLabel");
    assert_eq!(
        (request.effect, request.method),
        (Effect::Books, Method::Post)
    );
    let wanted: Value = serde_json::from_slice(&fixture("request.json")).expect("json");
    assert_eq!(body(&request), wanted);
}

#[test]
fn an_account_with_an_api_key_sends_it_in_place_of_contract_and_password() {
    let mut intent = national();
    intent.contract = with_setting("credentials", "api_key");
    let request = book(&intent);
    let auth = Auth::Header {
        name: "apiKey",
        prefix: "",
        secret: "password",
    };
    assert_eq!(request.auth, auth);
    for member in ["password", "contractNumber"] {
        assert_eq!(body(&request).get(member), None, "{member}");
    }
    let track = Colissimo.track(&intent.contract, &["6A00000000042"]);
    let asked = json!({"apiKey": "***", "parcelNumber": "6A00000000042", "lang": "fr_FR"});
    assert_eq!(body(&track), asked);
    intent.contract = with_setting("credentials", "certificate");
    assert_eq!(refused_fields(&intent), ["account.credentials"]);
}

#[test]
fn a_parcel_is_tracked_by_its_number_with_the_contract() {
    let request = Colissimo.track(&contract(), &["6A00000000042"]);
    assert_eq!(
        request.path,
        "/tracking-timeline-ws/rest/tracking/timelineCompany"
    );
    assert_eq!(request.effect, Effect::Reads);
    let asked = json!({
        "password": "***", "login": "819364", "parcelNumber": "6A00000000042", "lang": "fr_FR",
    });
    assert_eq!(body(&request), asked);
}

#[test]
fn the_layout_of_a_label_is_the_accounts_and_goes_with_its_format() {
    let mut intent = national();
    intent.label_format = LabelFormat::Zpl;
    let layout = "/outputFormat/outputPrintingType";
    assert_eq!(sent(&intent, layout), "ZPL_10x15_203dpi");
    intent.contract = with_setting("printing_type", "ZPL_10x15_300dpi");
    assert_eq!(sent(&intent, layout), "ZPL_10x15_300dpi");
    intent.label_format = LabelFormat::Pdf;
    assert_eq!(refused_fields(&intent), ["account.printing_type"]);
}

#[test]
fn insurance_is_the_declared_value_in_cents() {
    let mut intent = national();
    let value = "/letter/parcel/insuranceValue";
    assert_eq!(sent(&intent, value), Value::Null);
    intent.shipment.options = [ServiceOption::Insurance].into();
    assert_eq!(sent(&intent, value), 12990);
    intent.shipment.declared_value = None;
    assert_eq!(refused_fields(&intent), ["declared_value"]);
}

#[test]
fn only_a_french_mobile_number_is_told_as_one() {
    let told = |phone: Option<&str>| {
        let mut intent = national();
        intent.shipment.consignee.phone = phone.map(str::to_owned);
        let at = "/letter/addressee/address";
        ["mobileNumber", "phoneNumber"].map(|field| sent(&intent, at)[field].clone())
    };
    assert_eq!(
        told(Some("+33712345678")),
        [json!("+33712345678"), Value::Null]
    );
    for other in ["+33298000042", "+393331234567"] {
        assert_eq!(told(Some(other)), [Value::Null, json!(other)]);
    }
    assert_eq!(told(None), [Value::Null, Value::Null]);
}

#[test]
fn the_street_stands_in_the_line_that_colissimo_needs() {
    let mut intent = national();
    let consignee = &mut intent.shipment.consignee;
    consignee.company = Some("Atelier du Pont".to_owned());
    consignee.kind = PartyKind::Business;
    consignee.street = ["18 bis rue de Siam", "Bât. B", "3e étage"]
        .map(str::to_owned)
        .into();
    let address = sent(&intent, "/letter/addressee/address");
    for (field, line) in [
        ("companyName", "Atelier du Pont"),
        ("lastName", "Maëlle Kerbrat"),
        ("line2", "18 bis rue de Siam"),
        ("line3", "Bât. B"),
        ("line1", "3e étage"),
    ] {
        assert_eq!(address[field], line);
    }
}

#[test]
fn what_is_not_offered_is_refused() {
    let mut intent = national();
    let parcel = intent.shipment.parcels[0].clone();
    intent.shipment.parcels.push(parcel);
    assert_eq!(refused_fields(&intent), ["parcels"]);
    let mut intent = national();
    intent.shipment.options = [ServiceOption::SaturdayDelivery].into();
    assert_eq!(refused_fields(&intent), ["options"]);
    let mut intent = national();
    intent.shipment.consignee.country = "CH".to_owned();
    assert_eq!(refused_fields(&intent), ["recipient.country"]);
    intent.product = "J+1".to_owned();
    assert_eq!(refused_fields(&intent), ["service", "recipient.country"]);
}

#[test]
fn every_problem_is_named_at_once() {
    let mut intent = national();
    intent.reference = "R".repeat(36);
    intent.contract.number.clear();
    intent.shipment.instructions = Some("x".repeat(71));
    let consignee = &mut intent.shipment.consignee;
    consignee.city = "x".repeat(36);
    consignee.street.clear();
    assert_eq!(
        refused_fields(&intent),
        [
            "reference",
            "recipient.street",
            "recipient.city",
            "recipient.instructions",
            "account.account_number",
        ]
    );
}
