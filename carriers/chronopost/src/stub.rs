//! A stand-in for Chronopost: books into the bench's ledger and speaks Chronopost's language.
//!
//! Reads requests by itself, so that a mistake in `mapping` is not made twice. Refuses what
//! Chronopost would refuse; the password `wrong` is the wrong one.

use carrier_sdk::LabelFormat;
use carrier_sdk::soap::{self, Service};
use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, StubVoid, is_password,
};
use carrier_sdk::xml::{Element, Node, branch, leaf};

use crate::profile::PROFILE;
use crate::{SHIPPING, TRACKING};

/// The two services.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let mut services = [SHIPPING, TRACKING].into_iter();
    let service = services.find(|service| asked.is("POST", service.path))?;
    let desk = Desk::new(bench, &PROFILE);
    let content = soap::content(&asked.body).unwrap_or_default();
    let ours = content.namespace == service.namespace;
    Some(match content.name.as_str() {
        "shippingMultiParcelV5" if ours => booked(&desk, &content),
        "trackWithSenderRef" if ours => found(&desk, &content),
        "cancelSkybill" if ours => cancelled(&desk, &content),
        "trackSkybillV2" if ours => tracked(&desk, &content),
        _ => {
            let text = "Unmarshalling Error: this is no request";
            desk.puzzled(fault(500, "soap:Client", text))
        }
    })
}

/// Code and words of a refusal.
type No<'text> = (&'text str, &'text str);

const WRONG_PASSWORD: No<'_> = ("33", "Invalid accesColis password");

fn booked(desk: &Desk<'_>, wanted: &Element) -> Reply {
    let said = |content| told(&SHIPPING, "shippingMultiParcelV5", content);
    let text = |path| wanted.text(path).unwrap_or_default();
    let reference = text("refValue/shipperRef");
    let accept = |kind| {
        if let Some(no) = refused(wanted) {
            return said(error(no));
        }
        let booking = desk.accept(
            (text("headerValue/accountNumber"), reference),
            text("skybillValue/productCode"),
            wanted.list("skybillValue").count(),
            // two letters, nine digits, the country
            |serial| format!("XS{serial:09}FR"),
        );
        let mode = text("skybillParamsValue/mode");
        let mut content = vec![leaf("errorCode", 0), leaf("errorMessage", "")];
        content.extend(
            booking
                .parcels
                .iter()
                .map(|number| parcel(mode, kind, number)),
        );
        said(content)
    };
    desk.book(reference, accept, &|refused| refusal(refused, &said))
}

fn parcel(mode: &str, kind: LabelKind, number: &str) -> Node {
    let format = if mode.starts_with('Z') {
        LabelFormat::Zpl
    } else {
        LabelFormat::Pdf
    };
    let label = kind.base64(format, number).unwrap_or_default();
    branch(
        "resultMultiParcelValue",
        [
            leaf("pdfEtiquette", label),
            leaf("serviceMark", ""),
            leaf("skybillNumber", number),
        ],
    )
}

/// What Chronopost would refuse: where it holds, code and words.
#[rustfmt::skip]
fn refused(wanted: &Element) -> Option<No<'static>> {
    let text = |path| wanted.text(path).unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let longer = |path, max| text(path).chars().count() > max;
    let country = text("recipientValue/recipientCountry");
    let zip = text("recipientValue/recipientZipCode");
    let weighs = |parcel: &Element| {
        let weight = parcel.text("weight").and_then(|weight| weight.parse::<f64>().ok());
        weight.is_some_and(|weight| weight > 0.0 && weight <= 30.0)
    };
    let count = wanted.list("skybillValue").count();
    let reasons = [
        (count == 0, ("31", "empty data: skybillValue")),
        (!digits(text("headerValue/accountNumber")), ("33", "Invalid accesColis account number")),
        (!is_password(text("password")), WRONG_PASSWORD),
        (text("headerValue/idEmit") != "CHRFR", ("33", "invalid data: idEmit")),
        (text("shipperValue/shipperCivility").is_empty(), ("31", "empty data: shipperCivility")),
        (text("recipientValue/recipientName").is_empty(), ("31", "empty data: recipientName")),
        (text("recipientValue/recipientAdress1").is_empty(), ("31", "empty data: recipientAdress1")),
        (longer("recipientValue/recipientAdress1", 38), ("32", "incorrect data length: recipientAdress")),
        (longer("recipientValue/recipientAdress2", 38), ("32", "incorrect data length: recipientAdress")),
        (longer("recipientValue/recipientCity", 50), ("32", "incorrect data length: recipientCity")),
        (!wanted.list("skybillValue").all(weighs), ("33", "invalid data: weight")),
        (text("numberOfParcel") != count.to_string(), ("33", "Validation error")),
        (PROFILE.product(text("skybillValue/productCode")).is_none(), ("35", "Code Service GeoPost not found")),
        (country != text("shipperValue/shipperCountry") && text("skybillValue/service") != "0", ("33", "invalid data: service")),
        (country == "FR" && !(digits(zip) && zip.len() == 5), ("38", "Routing message: country and postal code do not match")),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, no)| no)
}

fn found(desk: &Desk<'_>, asked: &Element) -> Reply {
    let text = |path| asked.text(path).unwrap_or_default();
    let content = || {
        if !is_password(text("password")) {
            return error(WRONG_PASSWORD);
        }
        let bookings = desk.find(text("accountNumber"), text("sendersRef"));
        let parcels = bookings.iter().flat_map(|booking| {
            let listed = |number| {
                let events = events(booking).into_iter();
                branch("listParcel", events.chain([leaf("skybillNumber", number)]))
            };
            booking.parcels.iter().map(listed)
        });
        // a look-up tells ten parcels at most
        std::iter::once(leaf("errorCode", 0))
            .chain(parcels.take(10))
            .collect()
    };
    let reference = Some(text("sendersRef"));
    reply(desk, ("find", "trackWithSenderRef"), reference, content)
}

fn cancelled(desk: &Desk<'_>, asked: &Element) -> Reply {
    let text = |path| asked.text(path).unwrap_or_default();
    let number = text("skybillNumber");
    let booking = desk.by_number(number);
    let own = |booking: &StubBooking| booking.account == text("accountNumber");
    let content = || {
        if !is_password(text("password")) {
            return error(WRONG_PASSWORD);
        }
        let outcome = match booking.as_ref().is_some_and(own) {
            true => desk.void(number),
            false => StubVoid::NotFound,
        };
        match outcome {
            StubVoid::Voided => vec![leaf("errorCode", 0), leaf("statusCode", 0)],
            StubVoid::TooLate => error(("3", "the parcel has been taken over")),
            StubVoid::NotFound => error(("2", "the parcel is not of this account")),
        }
    };
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    reply(desk, ("void", "cancelSkybill"), reference, content)
}

fn tracked(desk: &Desk<'_>, asked: &Element) -> Reply {
    let number = asked.text("skybillNumber").unwrap_or_default();
    let booking = desk.by_number(number);
    let content = || {
        let events = booking.as_ref().map(events).unwrap_or_default().into_iter();
        let listed = events.chain([leaf("skybillNumber", number)]);
        vec![leaf("errorCode", 0), branch("listEventInfoComp", listed)]
    };
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    reply(desk, ("track", "trackSkybillV2"), reference, content)
}

/// The reply of the tracking service: our name of the operation, and its own.
fn reply(
    desk: &Desk<'_>,
    (operation, name): (&str, &str),
    reference: Option<&str>,
    content: impl FnOnce() -> Vec<Node>,
) -> Reply {
    let said = |content| told(&TRACKING, name, content);
    let answer = || said(content());
    desk.answer(operation, reference, answer, &|refused| {
        refusal(refused, &said)
    })
}

/// What happened to a parcel so far, in codes padded with blanks.
fn events(booking: &StubBooking) -> Vec<Node> {
    let event = |(code, label): (&str, &str)| {
        let fields = [
            leaf("code", code),
            leaf("eventDate", booking.at.strftime("%Y-%m-%dT%H:%M:%S+00:00")),
            leaf("eventLabel", label),
            leaf("highPriority", true),
            leaf("NPC", ""),
            leaf("officeLabel", "STUB"),
            leaf("zipCode", "     "),
        ];
        branch("events", fields)
    };
    let told = [
        ("DC ", "Shipment in preparation"),
        ("DB ", "Shipment handed over by shipper"),
    ];
    let count = if booking.picked_up { 2 } else { 1 };
    told.into_iter().take(count).map(event).collect()
}

fn refusal(refused: Refused<'_>, said: &dyn Fn(Vec<Node>) -> Answer) -> Answer {
    match refused {
        Refused::Busy => fault(429, "soap:Server", "Too many requests"),
        Refused::Unauthorized => said(error(WRONG_PASSWORD)),
        Refused::Rejected { code: "", message } => fault(500, "soap:Server", message),
        Refused::Rejected { code, message } => said(error((code, message))),
        Refused::Broken => fault(500, "soap:Server", "Internal error"),
        Refused::Down => fault(503, "soap:Server", "Service unavailable"),
    }
}

fn error((code, message): No<'_>) -> Vec<Node> {
    vec![leaf("errorCode", code), leaf("errorMessage", message)]
}

fn told(service: &Service, operation: &str, content: Vec<Node>) -> Answer {
    let name = format!("ns2:{operation}Response");
    let told = branch(name, [branch("return", content)]).with("xmlns:ns2", service.namespace);
    Answer::soap(200, told)
}

fn fault(status: u16, code: &str, text: &str) -> Answer {
    let fault = [leaf("faultcode", code), leaf("faultstring", text)];
    Answer::soap(status, branch("s:Fault", fault))
}
