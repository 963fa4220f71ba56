//! A stand-in for DPD France's EPrint: books into the bench's ledger and speaks its language.
//!
//! Reads requests by itself, so that a mistake in `mapping` is not made twice. Refuses what DPD would
//! refuse, as SOAP faults in a 500; the password `wrong` is the wrong one.

use carrier_sdk::LabelFormat;
use carrier_sdk::soap;
use carrier_sdk::stub::{Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, is_password};
use carrier_sdk::xml::{Element, Node, branch, leaf};

use crate::EPRINT;
use crate::profile::PROFILE;

/// The service, under the paths of production and of the test environment.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let mut bases = ["/dpd-eprintwebservice", "/eprintwebservice"].into_iter();
    bases.find(|base| asked.is("POST", &format!("{base}{}", EPRINT.path)))?;
    let desk = Desk::new(bench, &PROFILE);
    let content = soap::content(&asked.body).unwrap_or_default();
    let action = format!("\"{}/{}\"", EPRINT.namespace, content.name);
    let wanted = content.at("request").cloned().unwrap_or_default();
    let ours = content.namespace == EPRINT.namespace && asked.header("soapaction") == action;
    Some(match content.name.as_str() {
        "CreateShipmentWithLabelsBc" if ours => booked(&desk, asked, &wanted),
        "GetLabelBc" if ours => labelled(&desk, asked, &wanted),
        _ => {
            let text = "Server did not recognize the value of HTTP Header SOAPAction";
            desk.puzzled(fault(500, "soap:Client", text, None))
        }
    })
}

/// Code and words of a refusal.
type No<'text> = (&'text str, &'text str);

const DENIED: No<'_> = ("PermissionDenied", "Permission denied");

fn is_known(asked: &Asked) -> bool {
    let envelope = asked.xml().unwrap_or_default();
    let user = envelope.at("Header/UserCredentials").cloned();
    let user = user.filter(|user| user.namespace == EPRINT.namespace);
    let text = |name| user.as_ref().and_then(|user| user.text(name));
    text("userid").is_some() && text("password").is_some_and(is_password)
}

fn booked(desk: &Desk<'_>, asked: &Asked, wanted: &Element) -> Reply {
    let text = |path| wanted.text(path).unwrap_or_default();
    let reference = text("referencenumber");
    let accept = |kind| {
        if let Some(no) = refused(asked, wanted) {
            return refusal(no);
        }
        let predicted = text("services/contact/type") == "Predict";
        let booking = desk.accept(
            (text("customer_number"), reference),
            if predicted { "PREDICT" } else { "CLASSIC" },
            1,
            |serial| format!("1077{serial:010}"),
        );
        let number = booking.tracking_number.as_str();
        let shipment = branch("Shipment", barcode(number));
        let listed = branch("ShipmentBc", [shipment, leaf("Type", "EPRINT")]);
        let shipments = branch("shipments", [listed]);
        told(
            "CreateShipmentWithLabelsBc",
            [shipments, labels(wanted, kind, number)],
        )
    };
    desk.book(reference, accept, &refuse)
}

/// What DPD would refuse: where it holds, code and words.
#[rustfmt::skip]
fn refused(asked: &Asked, wanted: &Element) -> Option<No<'static>> {
    let text = |path| wanted.text(path).unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let weight = text("weight").parse::<f64>().unwrap_or_default();
    let zip = text("receiveraddress/zipCode");
    let country = text("receiveraddress/countryPrefix");
    let contract = ["customer_countrycode", "customer_centernumber", "customer_number"];
    let predicted = text("services/contact/type") == "Predict";
    let reasons = [
        (!is_known(asked), DENIED),
        (!contract.into_iter().all(|name| digits(text(name))), DENIED),
        (country.len() != 2, ("InvalidCountryPrefix", "CountryPrefix is invalid")),
        (country == "FR" && !(digits(zip) && zip.len() == 5), ("InvalidZipCode", "ZipCode is invalid")),
        (text("receiveraddress/name").is_empty(), ("InvalidName", "Name is invalid")),
        (weight <= 0.0 || weight > 31.5, ("InvalidWeight", "Maximum supported weight is 31,5")),
        (predicted && text("services/contact/sms").is_empty(), ("InvalidContact", "Predict needs a mobile phone")),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, no)| no)
}

fn labelled(desk: &Desk<'_>, asked: &Asked, wanted: &Element) -> Reply {
    let number = wanted.text("shipmentNumber").unwrap_or_default();
    let account = wanted.text("customer/number");
    let booking = desk.by_number(number);
    let answer = || match &booking {
        _ if !is_known(asked) => refusal(DENIED),
        Some(own) if account == Some(own.account.as_str()) => {
            let shipment = branch("shipment", barcode(number));
            told(
                "GetLabelBc",
                [labels(wanted, LabelKind::Good, number), shipment],
            )
        }
        _ => refusal(("InvalidShipmentNumber", "ShipmentNumber is invalid")),
    };
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    desk.answer("label", reference, answer, &refuse)
}

fn barcode(number: &str) -> [Node; 3] {
    [
        leaf("BarcodeId", number),
        leaf("BarcodeSource", 902),
        leaf("BarCode", format!("%0075002{number}101902")),
    ]
}

/// The label and, as DPD's answers may, a proof beside it that is none.
fn labels(wanted: &Element, kind: LabelKind, number: &str) -> Node {
    let format = match wanted.text("labelType/type").unwrap_or_default() {
        "EPL" => LabelFormat::Epl,
        zebra if zebra.starts_with("ZPL") => LabelFormat::Zpl,
        page if page.starts_with("PDF") => LabelFormat::Pdf,
        _ => LabelFormat::Png,
    };
    let label = |name, kind: LabelKind| {
        let bytes = kind.base64(format, number).unwrap_or_default();
        branch("Label", [leaf("type", name), leaf("label", bytes)])
    };
    branch(
        "labels",
        [label("PROOF", LabelKind::Good), label("BIC3", kind)],
    )
}

fn told(operation: &str, result: impl IntoIterator<Item = Node>) -> Answer {
    let result = branch(format!("{operation}Result"), result);
    let told = branch(format!("{operation}Response"), [result]);
    Answer::soap(200, told.with("xmlns", EPRINT.namespace))
}

fn refuse(refused: Refused<'_>) -> Answer {
    match refused {
        Refused::Busy => fault(429, "soap:Server", "Too many requests", None),
        Refused::Unauthorized => refusal(DENIED),
        Refused::Rejected { code, message } => refusal((code, message)),
        Refused::Broken => fault(500, "soap:Server", "Internal error", None),
        Refused::Down => fault(503, "soap:Server", "Service unavailable", None),
    }
}

fn refusal((code, message): No<'_>) -> Answer {
    fault(500, "soap:Server", message, Some(code))
}

fn fault(status: u16, class: &str, text: &str, code: Option<&str>) -> Answer {
    let error = code.map(|code| {
        let error = [leaf("ErrorId", code), leaf("ErrorMessage", text)];
        branch("Error", error)
    });
    let fault = [
        leaf("faultcode", class),
        leaf("faultstring", text),
        branch("detail", error),
    ];
    Answer::soap(status, branch("s:Fault", fault))
}
