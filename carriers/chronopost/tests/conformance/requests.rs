//! What leaves: golden requests, and what Chronopost could not carry and is refused for.

use carrier_chronopost::Chronopost;
use carrier_sdk::kit::people::euros;
use carrier_sdk::label::LabelFormat;
use carrier_sdk::request::{Effect, Request};
use carrier_sdk::shipment::{Intent, Money, ServiceOption, Span};
use carrier_sdk::{Carrier, Find, Search, Track, Void};
use jiff::Timestamp;

use super::intents::{
    contract, fixture, national, to_switzerland, two_parcels_to_a_company, with_setting,
};

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
    Chronopost.book(intent).expect("bookable")
}

/// The text of the first such element of the request.
fn sent(intent: &Intent, element: &str) -> String {
    let text = book(intent).body.masked();
    let (_, rest) = text.split_once(&format!("<{element}>")).unwrap_or(("", ""));
    rest.split('<').next().unwrap_or_default().to_owned()
}

fn refused_fields(intent: &Intent) -> Vec<String> {
    Chronopost.book(intent).expect_err("refused").fields()
}

fn with_options(options: &[ServiceOption]) -> Intent {
    let mut intent = national();
    intent.shipment.options = options.iter().copied().collect();
    intent
}

#[test]
fn a_booking_is_written_as_the_schema_wants_it() {
    let request = book(&national());
    assert_eq!(request.path, "/shipping-cxf/ShippingServiceWS");
    assert_eq!(request.effect, Effect::Books);
    assert_eq!(request.headers, [("SOAPAction", "\"\"".to_owned())]);
    is_as_in(&request, "book.xml");
    is_as_in(&book(&two_parcels_to_a_company()), "book-two-parcels.xml");
    is_as_in(&book(&to_switzerland()), "book-customs.xml");
}

#[test]
fn questions_go_to_the_tracking_service() {
    let search = Search {
        reference: "FR-2026-000123".to_owned(),
        label_format: LabelFormat::Pdf,
        sent: Span {
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::UNIX_EPOCH,
        },
    };
    let find = Chronopost.find(&contract(), &search);
    let void = Chronopost.void(&contract(), "XS000000101FR");
    let track = Chronopost.track(&contract(), &["XS000000101FR"]);
    is_as_in(&find, "find.xml");
    is_as_in(&void, "void.xml");
    is_as_in(&track, "track.xml");
    for (request, effect) in [
        (&find, Effect::Reads),
        (&void, Effect::Voids),
        (&track, Effect::Reads),
    ] {
        assert_eq!(request.path, "/tracking-cxf/TrackingServiceWS");
        assert_eq!(request.effect, effect);
    }
}

#[test]
fn the_day_of_delivery_is_a_service_code() {
    use ServiceOption::{MondayDelivery, SaturdayDelivery, Signature};
    assert_eq!(sent(&national(), "service"), "0");
    assert_eq!(sent(&with_options(&[MondayDelivery]), "service"), "1");
    assert_eq!(sent(&with_options(&[SaturdayDelivery]), "service"), "6");
    assert_eq!(
        refused_fields(&with_options(&[MondayDelivery, SaturdayDelivery])),
        ["options"]
    );
    assert_eq!(refused_fields(&with_options(&[Signature])), ["options"]);
    let mut abroad = to_switzerland();
    abroad.shipment.options = [SaturdayDelivery].into();
    assert_eq!(refused_fields(&abroad), ["options"]);
}

#[test]
fn insurance_is_a_value_in_cents_for_one_parcel_in_euros() {
    let insured = with_options(&[ServiceOption::Insurance]);
    assert_eq!(sent(&national(), "insuredValue"), "0");
    assert_eq!(sent(&insured, "insuredValue"), "12990");
    let valued = |value: Option<Money>| {
        let mut intent = insured.clone();
        intent.shipment.declared_value = value;
        intent
    };
    let exactly = |amount: &str| Money {
        amount: amount.parse().expect("an amount"),
        ..euros(0)
    };
    assert_eq!(sent(&valued(Some(exactly("89.2"))), "insuredValue"), "8920");
    let francs = Money {
        currency: "CHF".to_owned(),
        ..euros(1_000)
    };
    for value in [
        None,
        Some(francs),
        Some(euros(0)),
        Some(euros(-100)),
        Some(exactly("1.005")),
    ] {
        assert_eq!(refused_fields(&valued(value)), ["declared_value"]);
    }
    let mut two = two_parcels_to_a_company();
    two.shipment.options = [ServiceOption::Insurance].into();
    assert_eq!(refused_fields(&two), ["declared_value"]);
}

#[test]
fn the_label_is_made_in_the_mode_of_its_format() {
    let mode = |format, setting: Option<&str>| {
        let mut intent = national();
        intent.label_format = format;
        if let Some(setting) = setting {
            intent.contract = with_setting("label_mode", setting);
        }
        intent
    };
    assert_eq!(sent(&mode(LabelFormat::Pdf, None), "mode"), "SPD");
    assert_eq!(sent(&mode(LabelFormat::Zpl, None), "mode"), "Z2D");
    assert_eq!(sent(&mode(LabelFormat::Pdf, Some("THE")), "mode"), "THE");
    assert_eq!(
        sent(&mode(LabelFormat::Zpl, Some("ZPL300")), "mode"),
        "ZPL300"
    );
    assert_eq!(
        refused_fields(&mode(LabelFormat::Gif, None)),
        ["label_format"]
    );
    for (format, setting) in [
        (LabelFormat::Zpl, Some("THE")),
        (LabelFormat::Pdf, Some("XML")),
    ] {
        assert_eq!(
            refused_fields(&mode(format, setting)),
            ["account.label_mode"]
        );
    }
}

#[test]
fn settings_of_the_account_are_sent_or_refused() {
    let set = |name, value| {
        let mut intent = national();
        intent.contract = with_setting(name, value);
        intent
    };
    assert_eq!(sent(&set("sub_account", "012"), "subAccount"), "012");
    assert_eq!(sent(&set("civility", "E"), "shipperCivility"), "E");
    assert_eq!(sent(&set("pre_alert", "email"), "recipientPreAlert"), "22");
    let mut silent = set("pre_alert", "email");
    silent.shipment.consignee.email = None;
    assert_eq!(sent(&silent, "recipientPreAlert"), "0");
    for (name, value) in [
        ("sub_account", "1234"),
        ("civility", "X"),
        ("pre_alert", "sms"),
    ] {
        assert_eq!(
            refused_fields(&set(name, value)),
            [format!("account.{name}")]
        );
    }
    let mut unnumbered = national();
    unnumbered.contract.number = "ABC".to_owned();
    assert_eq!(refused_fields(&unnumbered), ["account.account_number"]);
}

#[test]
fn a_product_goes_where_it_goes() {
    let mut monaco = national();
    monaco.shipment.consignee.country = "MC".to_owned();
    monaco.shipment.consignee.postal_code = "98000".to_owned();
    assert_eq!(sent(&monaco, "recipientCountry"), "MC");
    let mut abroad = to_switzerland();
    abroad.product = "01".to_owned();
    assert_eq!(refused_fields(&abroad), ["service"]);
    let mut at_home = national();
    at_home.product = "17".to_owned();
    assert_eq!(refused_fields(&at_home), ["service"]);
    at_home.product = "86".to_owned();
    assert_eq!(refused_fields(&at_home), ["service"]);
}

#[test]
fn what_is_too_much_is_refused_with_every_field_at_once() {
    let mut intent = national();
    intent.shipment.parcels[0].weight_g = 30_001;
    intent.shipment.consignee.postal_code = "1234567890".to_owned();
    intent.shipment.consignee.phone = Some("+123456789012345678".to_owned());
    intent.shipment.consignee.email = Some(format!("{}@example.com", "x".repeat(80)));
    intent.shipment.label_reference = "x".repeat(36);
    let mut fields = refused_fields(&intent);
    fields.sort();
    assert_eq!(
        fields,
        [
            "label_reference",
            "parcels[0].weight_g",
            "recipient.email",
            "recipient.phone",
            "recipient.postal_code"
        ]
    );
    let mut many = national();
    many.shipment.parcels = vec![many.shipment.parcels[0].clone(); 11];
    assert_eq!(refused_fields(&many), ["parcels"]);
    many.shipment.parcels.clear();
    assert_eq!(refused_fields(&many), ["parcels"]);
}

#[test]
fn a_name_or_street_that_cannot_be_printed_is_refused() {
    let mut intent = national();
    intent.shipment.consignee.name = "🎁".to_owned();
    intent.shipment.consignee.street = vec!["\u{1}".to_owned()];
    assert_eq!(
        refused_fields(&intent),
        ["recipient.street", "recipient.name"]
    );
}

#[test]
fn instructions_share_the_address_or_are_refused_with_it() {
    let mut intent = two_parcels_to_a_company();
    assert_eq!(sent(&intent, "recipientAdress2"), "Code 4512, 3e étage");
    intent.shipment.instructions =
        Some("Sonner deux fois, puis attendre devant le portail bleu".to_owned());
    assert_eq!(
        refused_fields(&intent),
        ["recipient.street", "recipient.instructions"]
    );
}

#[test]
fn telephones_are_dialled_from_france() {
    let dialled = |phone: Option<&str>| {
        let mut intent = national();
        intent.shipment.consignee.phone = phone.map(str::to_owned);
        (
            sent(&intent, "recipientPhone"),
            sent(&intent, "recipientMobilePhone"),
        )
    };
    let both = |number: &str| (number.to_owned(), number.to_owned());
    assert_eq!(dialled(Some("+33612345678")), both("0612345678"));
    assert_eq!(dialled(Some("+33 (0)6 12 34 56 78")), both("0612345678"));
    assert_eq!(dialled(Some("+493023125042")), both("00493023125042"));
    assert_eq!(
        dialled(Some("+33320000000")),
        ("0320000000".to_owned(), String::new())
    );
    assert_eq!(dialled(None), both(""));
}

#[test]
fn customs_need_a_value_articles_and_a_single_parcel() {
    let change = |change: fn(&mut Intent)| {
        let mut intent = to_switzerland();
        change(&mut intent);
        refused_fields(&intent)
    };
    assert_eq!(
        change(|intent| intent.shipment.declared_value = None),
        ["declared_value"]
    );
    assert_eq!(change(|intent| intent.shipment.items.clear()), ["items"]);
    let two = change(|intent| {
        let parcel = intent.shipment.parcels[0].clone();
        intent.shipment.parcels.push(parcel);
    });
    assert_eq!(two, ["declared_value"]);
    let long = change(|intent| intent.shipment.items[0].description = "coton ".repeat(50));
    assert_eq!(long, ["items"]);
}
