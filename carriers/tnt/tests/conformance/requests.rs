//! What leaves: golden requests, and what TNT could not carry and is refused for.

use carrier_sdk::request::{Body, Effect, Piece, Request};
use carrier_sdk::shipment::{Intent, ServiceOption, Span};
use carrier_sdk::{Carrier, Continue, Find, LabelFormat, Memo, Search, Track};
use carrier_tnt::Tnt;
use jiff::Timestamp;

use super::intents::{contract, fixture, national, three_parcels, to_switzerland, with_setting};

/// What the form's only field holds, its secrets as `***`.
fn asked(request: &Request) -> String {
    let Body::Text { pieces, .. } = &request.body else {
        panic!("a form");
    };
    let formed: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Secret { .. } => "***",
        })
        .collect();
    let read = carrier_sdk::stub::Asked {
        body: formed.into_bytes(),
        ..carrier_sdk::stub::Asked::default()
    };
    read.form("xml_in")
}

/// A golden file may have blanks between elements.
fn flat(xml: &str) -> String {
    xml.lines().map(str::trim).collect()
}

fn is_as_in(request: &Request, golden: &str) {
    let wanted = fixture(&format!("requests/{golden}"));
    assert_eq!(
        asked(request).replace('>', ">\n"),
        flat(&wanted).replace('>', ">\n"),
        "{golden}"
    );
}

fn book(intent: &Intent) -> Request {
    Tnt.book(intent).expect("bookable")
}

/// The texts of all such elements of the request.
fn sent(intent: &Intent, element: &str) -> Vec<String> {
    let text = asked(&book(intent));
    let opened = format!("<{element}>");
    text.split(&opened)
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap_or_default().to_owned())
        .collect()
}

fn refused_fields(intent: &Intent) -> Vec<String> {
    Tnt.book(intent).expect_err("refused").fields()
}

#[test]
fn a_booking_is_written_in_the_order_of_the_schema() {
    let request = book(&national());
    assert_eq!(request.path, "/expressconnect/shipping/ship");
    assert_eq!(request.effect, Effect::Books);
    is_as_in(&request, "book.xml");
    is_as_in(&book(&three_parcels()), "book-three-parcels.xml");
}

#[test]
fn what_is_asked_under_the_key_only_reads() {
    for (step, value, question) in [
        ("GET_RESULT", "000123456", "GET_RESULT:000123456"),
        (
            "GET_LABEL",
            "000123456 GE000000101FR 2",
            "GET_LABEL:000123456",
        ),
    ] {
        let memo = Memo {
            step: step.to_owned(),
            value: value.to_owned(),
        };
        let request = Tnt.next(&contract(), &memo);
        assert_eq!(request.effect, Effect::Reads);
        assert_eq!(request.path, "/expressconnect/shipping/ship");
        assert_eq!(asked(&request), question);
    }
}

#[test]
fn questions_go_to_tracking() {
    let search = Search {
        reference: "FR-2026-000123".to_owned(),
        sent: Span {
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::UNIX_EPOCH,
        },
        label_format: LabelFormat::Xml,
    };
    is_as_in(&Tnt.find(&contract(), &search), "find.xml");
    let numbers = ["GE000000101FR", "GE000000102FR"];
    is_as_in(&Tnt.track(&contract(), &numbers), "track.xml");
    let abroad = with_setting("account_country", "BE");
    assert!(asked(&Tnt.find(&abroad, &search)).contains("<CountryCode>BE</CountryCode>"));
}

#[test]
fn a_person_stands_in_full_as_the_company_and_in_whole_words_as_the_contact() {
    let mut intent = national();
    intent.shipment.consignee.name = "Marie-Antoinette Delacroix-Lefebvre".to_owned();
    let name = "Marie-Antoinette Delacroix-Lefebvre";
    assert_eq!(sent(&intent, "COMPANYNAME"), ["Comptoir du Nord", name]);
    assert_eq!(sent(&intent, "CONTACTNAME"), ["Quai 4", "Marie-Antoinette"]);
    intent.shipment.consignee.company = Some("Atelier".to_owned());
    assert_eq!(refused_fields(&intent), ["recipient.name"]);
}

#[test]
fn tnt_needs_a_phone_and_a_size_that_the_account_may_give() {
    let mut intent = national();
    intent.shipment.consignee.phone = None;
    assert_eq!(refused_fields(&intent), ["recipient.phone"]);
    intent.contract = with_setting("default_phone", "+33199000143");
    let phones = ["+33199000142", "+33199000143"];
    assert_eq!(sent(&intent, "CONTACTTELEPHONE"), phones);
    intent.shipment.parcels[0].size = None;
    assert_eq!(refused_fields(&intent).len(), 3);
}

#[test]
fn insurance_is_an_option_with_the_declared_value() {
    let mut intent = national();
    intent.shipment.options = [ServiceOption::Insurance].into();
    assert_eq!(sent(&intent, "OPTION"), ["IN"]);
    assert_eq!(sent(&intent, "INSURANCEVALUE"), ["129.90"]);
    assert_eq!(sent(&intent, "INSURANCECURRENCY"), ["EUR"]);
    intent.shipment.declared_value = None;
    assert_eq!(refused_fields(&intent), ["declared_value"]);
    assert!(sent(&national(), "INSURANCEVALUE").is_empty());
}

#[test]
fn a_volume_is_never_nothing() {
    let mut intent = national();
    let size = intent.shipment.parcels[0].size.as_mut().expect("a size");
    (size.length_mm, size.width_mm, size.height_mm) = (50, 30, 10);
    assert_eq!(sent(&intent, "TOTALVOLUME"), ["0.001"]);
    assert_eq!(sent(&intent, "LENGTH"), ["0.05"]);
}

#[test]
fn what_tnt_does_not_carry_is_refused_with_its_field() {
    let change = |change: fn(&mut Intent)| {
        let mut intent = national();
        change(&mut intent);
        refused_fields(&intent)
    };
    let pdf = change(|intent| intent.label_format = LabelFormat::Pdf);
    assert_eq!(pdf, ["label_format"]);
    let heavy = change(|intent| intent.shipment.parcels[0].weight_g = 70_001);
    assert_eq!(heavy, ["parcels[0].weight_g"]);
    let long = change(|intent| intent.reference = "x".repeat(25));
    assert_eq!(long, ["reference"]);
    let told = change(|intent| intent.shipment.instructions = Some("sonner ".repeat(9)));
    assert_eq!(told, ["recipient.instructions"]);
    let account = change(|intent| intent.contract.number = "FR-1".to_owned());
    assert_eq!(account, ["account.account_number"]);
    assert_eq!(refused_fields(&to_switzerland()), ["recipient.country"]);
    let service = change(|intent| intent.product = "15D".to_owned());
    assert_eq!(service, ["service"]);
}
