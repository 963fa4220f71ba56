//! What leaves: golden requests, and what DPD France could not carry and is refused for.

use carrier_dpd_france::DpdFrance;
use carrier_sdk::kit::catalogue;
use carrier_sdk::request::{Effect, Request};
use carrier_sdk::shipment::{Contract, Intent, ServiceOption};
use carrier_sdk::{Carrier, LabelFormat, Relabel};

use super::intents::{classic, contract, fixture, predict, with_setting};

/// A golden file may have blanks between elements.
fn flat(xml: &str) -> String {
    xml.lines().map(str::trim).collect()
}

fn is_as_in(request: &Request, golden: &str) {
    let wanted = fixture(&format!("requests/{golden}"));
    let sent = request.body.masked();
    assert_eq!(
        sent.replace('>', ">\n"),
        flat(&wanted).replace('>', ">\n"),
        "{golden}"
    );
}

fn book(intent: &Intent) -> Request {
    DpdFrance.book(intent).expect("bookable")
}

/// The text of the first such element inside the last such parent.
fn sent(intent: &Intent, parent: &str, element: &str) -> String {
    let text = book(intent).body.masked();
    let (_, rest) = text.rsplit_once(&format!("<{parent}>")).unwrap_or_default();
    let (_, rest) = rest.split_once(&format!("<{element}>")).unwrap_or_default();
    rest.split('<').next().unwrap_or_default().to_owned()
}

fn refused_fields(intent: &Intent) -> Vec<String> {
    DpdFrance.book(intent).expect_err("refused").fields()
}

fn under(contract: Contract) -> Intent {
    Intent {
        contract,
        ..classic()
    }
}

#[test]
fn a_booking_is_written_in_the_order_of_the_wsdl() {
    let request = book(&classic());
    assert_eq!(request.path, "/eprintwebservice.asmx");
    assert_eq!(request.effect, Effect::Books);
    let action = "\"http://www.cargonet.software/CreateShipmentWithLabelsBc\"";
    assert_eq!(request.headers, [("SOAPAction", action.to_owned())]);
    is_as_in(&request, "book.xml");
    is_as_in(&book(&predict()), "book-predict.xml");
}

#[test]
fn a_label_is_asked_for_again_by_number_and_in_the_format_of_now() {
    let contract = with_setting("label_type", "ZPL_A6");
    let request = DpdFrance.relabel(&contract, "10770000000101", LabelFormat::Zpl);
    assert_eq!(request.effect, Effect::Reads);
    is_as_in(&request, "label.xml");
}

#[test]
fn predict_needs_a_mobile_phone() {
    for phone in [None, Some("+33320000000")] {
        let mut intent = predict();
        intent.shipment.consignee.phone = phone.map(str::to_owned);
        assert_eq!(refused_fields(&intent), ["recipient.phone"]);
        intent.product = "CLASSIC".to_owned();
        assert_eq!(sent(&intent, "contact", "type"), "No");
    }
}

#[test]
fn a_classic_parcel_is_announced_where_the_account_says_so_and_the_order_allows_it() {
    let kind = |setting: &str| {
        sent(
            &under(with_setting("pre_alert", setting)),
            "contact",
            "type",
        )
    };
    assert_eq!(kind("sms"), "AutomaticSMS");
    assert_eq!(kind("email"), "AutomaticMail");
    let mut silent = under(with_setting("pre_alert", "sms"));
    silent.shipment.consignee.phone = None;
    assert_eq!(sent(&silent, "contact", "type"), "No");
    let pigeon = under(with_setting("pre_alert", "pigeon"));
    assert_eq!(refused_fields(&pigeon), ["account.pre_alert"]);
}

#[test]
fn the_label_is_of_the_type_of_its_format() {
    let kind = |format, contract| {
        let mut intent = under(contract);
        intent.label_format = format;
        sent(&intent, "labelType", "type")
    };
    assert_eq!(kind(LabelFormat::Pdf, contract()), "PDF");
    assert_eq!(kind(LabelFormat::Zpl, contract()), "ZPL");
    assert_eq!(kind(LabelFormat::Epl, contract()), "EPL");
    assert_eq!(kind(LabelFormat::Png, contract()), "Default");
    let small = with_setting("label_type", "PDF_A6");
    assert_eq!(kind(LabelFormat::Pdf, small.clone()), "PDF_A6");
    let mut zebra = under(small);
    zebra.label_format = LabelFormat::Zpl;
    assert_eq!(refused_fields(&zebra), ["account.label_type"]);
}

#[test]
fn the_numbers_of_the_contract_are_numbers() {
    for (setting, value) in [
        ("center_number", "0777"),
        ("center_number", ""),
        ("country_code", "FR"),
    ] {
        let fields = refused_fields(&under(with_setting(setting, value)));
        assert_eq!(fields, [format!("account.{setting}")]);
    }
    let mut intent = classic();
    intent.contract.settings.clear();
    intent.contract.number = "12-3".to_owned();
    let fields = ["account.center_number", "account.account_number"];
    assert_eq!(refused_fields(&intent), fields);
}

#[test]
fn what_dpd_does_not_carry_is_refused_with_its_field() {
    let mut heavy = classic();
    heavy.shipment.parcels[0].weight_g = 31_501;
    assert_eq!(refused_fields(&heavy), ["parcels[0].weight_g"]);
    let mut two = classic();
    two.shipment.parcels.push(two.shipment.parcels[0].clone());
    assert_eq!(refused_fields(&two), ["parcels"]);
    let mut insured = classic();
    insured.shipment.options = [ServiceOption::Insurance].into();
    assert_eq!(refused_fields(&insured), ["options"]);
    let mut talkative = classic();
    talkative.shipment.instructions = Some("sonner ".repeat(12));
    assert_eq!(refused_fields(&talkative), ["recipient.instructions"]);
    let mut abroad = classic();
    for (case, fields) in [(3, &[][..]), (6, &["recipient.country"])] {
        abroad.shipment = catalogue()[case].shipment.clone();
        let refused = DpdFrance.book(&abroad).err();
        assert_eq!(refused.map_or(vec![], |refused| refused.fields()), fields);
    }
    abroad.shipment = catalogue()[3].shipment.clone();
    abroad.product = "PREDICT".to_owned();
    assert_eq!(refused_fields(&abroad), ["service"]);
}
