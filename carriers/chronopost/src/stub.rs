//! A stand-in for Chronopost: books into the bench's ledger and speaks Chronopost's language.
//!
//! Reads requests with types of its own, so that a mistake in `wire` is not made twice. Refuses
//! what Chronopost would refuse; the password `wrong` is the wrong one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carrier_sdk::label::LabelFormat;
use carrier_sdk::soap;
use carrier_sdk::stub::{
    Answer, Bench, LabelKind, NewBooking, Refused, StubBooking, StubFault, StubVoid, book, label,
    read,
};
use quick_xml::escape::escape;
use serde::Deserialize;
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::profile::PROFILE;
use crate::wire::{SHIPPING, Service, TRACKING};

/// The two services, answering from this bench.
#[must_use]
pub fn mocks(bench: &Bench) -> Vec<Mock> {
    let mock = |service: &'static Service| {
        let bench = bench.clone();
        Mock::given(method("POST"))
            .and(path(service.path))
            .respond_with(move |request: &Request| answer(&bench, service, &request.body))
    };
    vec![mock(&SHIPPING), mock(&TRACKING)]
}

fn answer(bench: &Bench, service: &Service, body: &[u8]) -> ResponseTemplate {
    let ours = soap::operation(body).is_some_and(|(namespace, _)| namespace == service.namespace);
    let asked = soap::read(body).ok().filter(|_| ours);
    match (service.path == SHIPPING.path, asked) {
        (
            true,
            Some(Asked {
                book: Some(wanted), ..
            }),
        ) => booked(bench, &wanted),
        (
            false,
            Some(Asked {
                find: Some(wanted), ..
            }),
        ) => found(bench, &wanted),
        (
            false,
            Some(Asked {
                cancel: Some(wanted),
                ..
            }),
        ) => cancelled(bench, &wanted),
        (
            false,
            Some(Asked {
                track: Some(wanted),
                ..
            }),
        ) => tracked(bench, &wanted),
        _ => {
            let said = || {
                fault(
                    500,
                    "soap:Client",
                    "Unmarshalling Error: this is no request",
                )
            };
            read(bench, StubFault::None, said, &|_| said())
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "shippingMultiParcelV5")]
    book: Option<Book>,
    #[serde(rename = "trackWithSenderRef")]
    find: Option<Question>,
    #[serde(rename = "cancelSkybill")]
    cancel: Option<Question>,
    #[serde(rename = "trackSkybillV2")]
    track: Option<Question>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Book {
    header_value: Header,
    shipper_value: Shipper,
    recipient_value: Recipient,
    ref_value: Vec<Reference>,
    skybill_value: Vec<Skybill>,
    skybill_params_value: Params,
    password: String,
    number_of_parcel: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    account_number: String,
    id_emit: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shipper {
    shipper_civility: String,
    shipper_country: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    recipient_name: String,
    recipient_adress1: String,
    recipient_adress2: String,
    recipient_zip_code: String,
    recipient_city: String,
    recipient_country: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    shipper_ref: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Skybill {
    product_code: String,
    service: String,
    weight: f64,
}

#[derive(Deserialize)]
struct Params {
    mode: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Question {
    account_number: String,
    password: String,
    senders_ref: String,
    skybill_number: String,
}

/// Code and words of a refusal.
type No = (&'static str, &'static str);

const WRONG_PASSWORD: No = ("33", "Invalid accesColis password");
const WRONG_ACCOUNT: No = ("33", "Invalid accesColis account number");

fn booked(bench: &Bench, wanted: &Book) -> ResponseTemplate {
    let said = |content: &str| told(&SHIPPING, "shippingMultiParcelV5", content);
    let reference = wanted
        .ref_value
        .first()
        .map_or("", |first| &first.shipper_ref);
    let accept = |kind| {
        if let Some(no) = refused(wanted) {
            return said(&error(no));
        }
        let booking = bench.ledger.accept(new_booking(wanted, reference), number);
        let parcels = booking.parcels.iter();
        let parcels: String = parcels.map(|number| parcel(wanted, kind, number)).collect();
        said(&format!("<errorCode>0</errorCode><errorMessage/>{parcels}"))
    };
    let drawn = bench.faults.draw(PROFILE.name, "book", Some(reference));
    book(bench, drawn, accept, &|refused| refusal(refused, &said))
}

fn new_booking<'a>(wanted: &'a Book, reference: &'a str) -> NewBooking<'a> {
    NewBooking {
        carrier: PROFILE.name,
        account: &wanted.header_value.account_number,
        reference,
        product: wanted
            .skybill_value
            .first()
            .map_or("", |first| &first.product_code),
        parcels: wanted.number_of_parcel,
    }
}

/// The shape of a skybill number: two letters, nine digits, the country.
fn number(serial: u64) -> String {
    format!("XS{serial:09}FR")
}

fn parcel(wanted: &Book, kind: LabelKind, number: &str) -> String {
    let format = if wanted.skybill_params_value.mode.starts_with('Z') {
        LabelFormat::Zpl
    } else {
        LabelFormat::Pdf
    };
    let label = match kind {
        LabelKind::Good => STANDARD.encode(label(format, number)),
        LabelKind::Missing => String::new(),
        LabelKind::Broken => "no-base-64!".to_owned(),
    };
    format!(
        "<resultMultiParcelValue><pdfEtiquette>{label}</pdfEtiquette><serviceMark/>\
         <skybillNumber>{number}</skybillNumber></resultMultiParcelValue>"
    )
}

/// What Chronopost would refuse.
fn refused(wanted: &Book) -> Option<No> {
    let to = &wanted.recipient_value;
    let Some(first) = wanted.skybill_value.first() else {
        return Some(("31", "empty data: skybillValue"));
    };
    let foreign = to.recipient_country != wanted.shipper_value.shipper_country;
    let zip = &to.recipient_zip_code;
    let five_digits = zip.len() == 5 && zip.bytes().all(|b| b.is_ascii_digit());
    let too_long = |text: &str, max| text.chars().count() > max;
    let [line1, line2] = [&to.recipient_adress1, &to.recipient_adress2];
    let reasons = [
        (
            !is_account(&wanted.header_value.account_number),
            WRONG_ACCOUNT,
        ),
        (!is_password(&wanted.password), WRONG_PASSWORD),
        (
            wanted.header_value.id_emit != "CHRFR",
            ("33", "invalid data: idEmit"),
        ),
        (
            wanted.shipper_value.shipper_civility.is_empty(),
            ("31", "empty data: shipperCivility"),
        ),
        (
            to.recipient_name.is_empty() || line1.is_empty(),
            ("31", "empty data: recipient"),
        ),
        (
            too_long(line1, 38) || too_long(line2, 38),
            ("32", "incorrect data length: recipientAdress"),
        ),
        (
            too_long(&to.recipient_city, 50),
            ("32", "incorrect data length: recipientCity"),
        ),
        (
            wanted
                .skybill_value
                .iter()
                .any(|one| !(one.weight > 0.0 && one.weight <= 30.0)),
            ("33", "invalid data: weight"),
        ),
        (
            wanted.skybill_value.len() != wanted.number_of_parcel,
            ("33", "Validation error"),
        ),
        (
            PROFILE.product(&first.product_code).is_none(),
            ("35", "Code Service GeoPost not found"),
        ),
        (
            foreign && first.service != "0",
            ("33", "invalid data: service"),
        ),
        (
            to.recipient_country == "FR" && !five_digits,
            (
                "38",
                "Routing message: country and postal code do not match",
            ),
        ),
    ];
    reasons
        .into_iter()
        .find(|(holds, _)| *holds)
        .map(|(_, no)| no)
}

fn is_account(number: &str) -> bool {
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

fn is_password(password: &str) -> bool {
    !password.is_empty() && password != "wrong"
}

fn found(bench: &Bench, question: &Question) -> ResponseTemplate {
    let reference = &question.senders_ref;
    let content = || {
        if !is_password(&question.password) {
            return error(WRONG_PASSWORD);
        }
        let account = &question.account_number;
        let bookings = bench.ledger.find(PROFILE.name, account, reference);
        let parcels = bookings.iter().flat_map(|booking| {
            let listed = |number| {
                let events = events(booking);
                format!("<listParcel>{events}<skybillNumber>{number}</skybillNumber></listParcel>")
            };
            booking.parcels.iter().map(listed)
        });
        // a look-up tells ten parcels at most
        format!(
            "<errorCode>0</errorCode>{}",
            parcels.take(10).collect::<String>()
        )
    };
    asked(
        bench,
        ("find", "trackWithSenderRef"),
        Some(reference),
        content,
    )
}

fn cancelled(bench: &Bench, question: &Question) -> ResponseTemplate {
    let number = &question.skybill_number;
    let booking = bench.ledger.by_number(PROFILE.name, number);
    let content = || {
        if !is_password(&question.password) {
            return error(WRONG_PASSWORD);
        }
        let own = |booking: &StubBooking| booking.account == question.account_number;
        let outcome = match booking.as_ref().is_some_and(own) {
            true => bench.ledger.void(PROFILE.name, number),
            false => StubVoid::NotFound,
        };
        match outcome {
            StubVoid::Voided => "<errorCode>0</errorCode><statusCode>0</statusCode>".to_owned(),
            StubVoid::TooLate => error(("3", "the parcel has been taken over")),
            StubVoid::NotFound => error(("2", "the parcel is not of this account")),
        }
    };
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    asked(bench, ("void", "cancelSkybill"), reference, content)
}

fn tracked(bench: &Bench, question: &Question) -> ResponseTemplate {
    let number = &question.skybill_number;
    let booking = bench.ledger.by_number(PROFILE.name, number);
    let content = || {
        let events = booking.as_ref().map(events).unwrap_or_default();
        format!(
            "<errorCode>0</errorCode><listEventInfoComp>{events}\
             <skybillNumber>{}</skybillNumber></listEventInfoComp>",
            escape(number.as_str())
        )
    };
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    asked(bench, ("track", "trackSkybillV2"), reference, content)
}

/// The answer of the tracking service: our name of the operation, and its own.
fn asked(
    bench: &Bench,
    (operation, name): (&str, &str),
    reference: Option<&str>,
    content: impl FnOnce() -> String,
) -> ResponseTemplate {
    let said = |content: &str| told(&TRACKING, name, content);
    let drawn = bench.faults.draw(PROFILE.name, operation, reference);
    read(bench, drawn, || said(&content()), &|refused| {
        refusal(refused, &said)
    })
}

/// What happened to a parcel so far, in codes padded with blanks.
fn events(booking: &StubBooking) -> String {
    let at = booking.at.strftime("%Y-%m-%dT%H:%M:%S+00:00");
    let event = |code: &str, label: &str| {
        format!(
            "<events><code>{code}</code><eventDate>{at}</eventDate><eventLabel>{label}</eventLabel>\
             <highPriority>true</highPriority><NPC></NPC><officeLabel>STUB</officeLabel>\
             <zipCode>     </zipCode></events>"
        )
    };
    let mut events = event("DC ", "Shipment in preparation");
    if booking.picked_up {
        events.push_str(&event("DB ", "Shipment handed over by shipper"));
    }
    events
}

fn refusal(refused: Refused<'_>, said: &dyn Fn(&str) -> Answer) -> Answer {
    match refused {
        Refused::Busy => fault(429, "soap:Server", "Too many requests"),
        Refused::Unauthorized => said(&error(WRONG_PASSWORD)),
        Refused::Rejected { code, message } => said(&error((code, message))),
        Refused::Broken => fault(500, "soap:Server", "Internal error"),
        Refused::Down => fault(503, "soap:Server", "Service unavailable"),
    }
}

fn error((code, message): (&str, &str)) -> String {
    let (code, message) = (escape(code), escape(message));
    format!("<errorCode>{code}</errorCode><errorMessage>{message}</errorMessage>")
}

fn told(service: &Service, operation: &str, content: &str) -> Answer {
    let Service { namespace, .. } = service;
    envelope(
        200,
        &format!(
            "<ns2:{operation}Response xmlns:ns2=\"{namespace}\"><return>{content}</return>\
             </ns2:{operation}Response>"
        ),
    )
}

fn fault(status: u16, code: &str, text: &str) -> Answer {
    envelope(
        status,
        &format!(
            "<soap:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soap:Fault>"
        ),
    )
}

fn envelope(status: u16, body: &str) -> Answer {
    Answer::xml(
        status,
        format!(
            "<soap:Envelope xmlns:soap=\"{}\"><soap:Body>{body}</soap:Body></soap:Envelope>",
            soap::ENVELOPE
        ),
    )
}
