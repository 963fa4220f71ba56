//! A stand-in for TNT's ExpressConnect: books into the bench's ledger and speaks TNT's language, in
//! three steps.
//!
//! Reads requests by itself, so that a mistake in `mapping` is not made twice. Refuses what TNT would
//! refuse; the password `wrong` is the wrong one.

use carrier_sdk::stub::{
    Answer, Asked, Bench, Desk, LabelKind, Refused, Reply, StubBooking, is_password,
};
use carrier_sdk::xml::{Element, Node, branch, leaf};

use crate::profile::PROFILE;
use crate::{FIELD, SHIP, TRACKING};

/// Booking and tracking.
pub fn answer(bench: &Bench, asked: &Asked) -> Option<Reply> {
    let desk = Desk::new(bench, &PROFILE);
    let question = asked.form(FIELD);
    let document = Element::read(question.as_bytes()).unwrap_or_default();
    if asked.is("POST", TRACKING) {
        return Some(tracked(&desk, asked, &document));
    }
    if !asked.is("POST", SHIP) {
        return None;
    }
    Some(match question.split_once(':') {
        Some(("GET_RESULT", key)) => told(&desk, asked, ("result", key), result),
        Some(("GET_LABEL", key)) => told(&desk, asked, ("label", key), label),
        _ if document.name == "ESHIPPER" => booked(&desk, asked, &document),
        _ => desk.puzzled(failure("parse_error", "Element content is invalid")),
    })
}

const LOGIN: &str = "The login details you have entered are not recognised";

/// A consignment's key is what its number is made of, so that the stub needs no memory of its own.
fn number_of(key: &str) -> String {
    format!("GE{key}FR")
}

fn key_of(booking: &StubBooking) -> &str {
    let number = booking.tracking_number.as_str();
    number.trim_matches(|letter: char| !letter.is_ascii_digit())
}

fn booked(desk: &Desk<'_>, asked: &Asked, wanted: &Element) -> Reply {
    let details = "CONSIGNMENTBATCH/CONSIGNMENT/DETAILS";
    let text = |path: &str| wanted.text(path).unwrap_or_default();
    let reference = text(&format!("{details}/CUSTOMERREF"));
    let accept = |_| {
        if asked.basic().is_none() || !is_password(text("LOGIN/PASSWORD")) {
            return failure("runtime_error", LOGIN);
        }
        if let Some(no) = wanted.at(details).and_then(refused) {
            return error(no);
        }
        let booking = desk.accept_with_parcels(
            (text("CONSIGNMENTBATCH/SENDER/ACCOUNT"), reference),
            text(&format!("{details}/SERVICE")),
            wanted.list(&format!("{details}/PACKAGE")).count(),
            |serial| number_of(&format!("{serial:09}")),
            |serial| format!("PIECE{serial}"),
        );
        plain(format!("COMPLETE:{}", key_of(&booking)))
    };
    desk.book(reference, accept, &refuse)
}

/// Code and words of a refusal.
type No<'text> = (&'text str, &'text str);

/// What TNT would refuse: where it holds, code and words.
#[rustfmt::skip]
fn refused(details: &Element) -> Option<No<'static>> {
    let text = |path| details.text(path).unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let zip = text("RECEIVER/POSTCODE");
    let french = text("RECEIVER/COUNTRY") == "FR";
    let count = details.list("PACKAGE").count().to_string();
    let sized = |package: &Element| {
        let length = package.text("LENGTH").and_then(|length| length.parse::<f64>().ok());
        length.is_some_and(|metres| metres > 0.0 && metres < 5.0)
    };
    let reasons = [
        (text("RECEIVER/COMPANYNAME").is_empty(), ("P12", "The receiver's company name is missing")),
        (text("RECEIVER/CONTACTTELEPHONE").is_empty(), ("P13", "The receiver's telephone is missing")),
        (french && !(digits(zip) && zip.len() == 5), ("P14", "The postcode is not valid for this country")),
        (PROFILE.product(text("SERVICE")).is_none(), ("P15", "The service is not valid")),
        (text("ITEMS") != count, ("P16", "The number of items does not agree with the packages")),
        (!details.list("PACKAGE").all(sized), ("P17", "The length of a package is not valid")),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, no)| no)
}

/// What there is under a key.
fn told(
    desk: &Desk<'_>,
    asked: &Asked,
    (operation, key): (&str, &str),
    say: fn(&StubBooking, LabelKind) -> Answer,
) -> Reply {
    let booking = desk.by_number(&number_of(key));
    let answer = |kind| match &booking {
        _ if asked.basic().is_none() => failure("runtime_error", LOGIN),
        None => failure("runtime_error", "The access key is not known"),
        Some(booking) => say(booking, kind),
    };
    let reference = booking.as_ref().map(|booking| booking.reference.as_str());
    desk.step(operation, reference, answer, &refuse)
}

fn result(booking: &StubBooking, _: LabelKind) -> Answer {
    let consignment = || {
        [
            leaf("CONREF", format!("parcels-{}", booking.parcels.len())),
            leaf("CONNUMBER", &booking.tracking_number),
            leaf("SUCCESS", "Y"),
        ]
    };
    let fields = [
        leaf("GROUPCODE", booking.no),
        branch("CREATE", consignment()),
        branch("SHIP", [branch("CONSIGNMENT", consignment())]),
        branch("PRINT", [leaf("LABEL", "CREATED")]),
    ];
    Answer::xml(200, &branch("document", fields))
}

fn label(booking: &StubBooking, kind: LabelKind) -> Answer {
    if kind != LabelKind::Good {
        return error(("L01", "The label cannot be made"));
    }
    let fields = [
        leaf("consignmentNumber", &booking.tracking_number),
        leaf("totalNumberOfPieces", booking.parcels.len()),
    ];
    let consignment = branch("consignment", [branch("consignmentLabelData", fields)]);
    Answer::xml(200, &branch("labelResponse", [consignment]))
}

fn tracked(desk: &Desk<'_>, asked: &Asked, wanted: &Element) -> Reply {
    let criteria = wanted.at("SearchCriteria").cloned().unwrap_or_default();
    let reference = criteria.text("CustomerReference");
    let account = criteria.text("Account/Number").unwrap_or_default();
    let answer = || {
        if asked.basic().is_none() {
            let error = [leaf("Code", 9000), leaf("Message", "Unauthorized Access")];
            return Answer::xml(200, &branch("TrackResponse", [branch("Error", error)]));
        }
        let numbers = criteria
            .list("ConsignmentNumber")
            .filter_map(|one| one.text(""));
        let bookings: Vec<StubBooking> = match reference {
            Some(reference) => desk.find(account, reference),
            None => numbers
                .filter_map(|number| desk.by_number(number))
                .collect(),
        };
        let unknown = || branch("Consignment", [leaf("SummaryCode", "CNF")]);
        let unknown = bookings.is_empty().then(unknown);
        let known = bookings.iter().map(consignment);
        Answer::xml(200, &branch("TrackResponse", known.chain(unknown)))
    };
    let operation = if reference.is_some() { "find" } else { "track" };
    desk.answer(operation, reference, answer, &refuse)
}

fn consignment(booking: &StubBooking) -> Node {
    let scanned = booking.picked_up.then(|| {
        let scan = [
            leaf("StatusCode", "CI"),
            leaf("LocalEventDate", booking.at.strftime("%Y%m%d")),
            leaf("LocalEventTime", booking.at.strftime("%H%M")),
            leaf("DepotName", "Lille"),
        ];
        branch("StatusData", scan)
    });
    let fields = [
        leaf("ConsignmentNumber", &booking.tracking_number),
        leaf("CustomerReference", &booking.reference),
        leaf("SummaryCode", "INT"),
    ];
    branch("Consignment", fields.into_iter().chain(scanned)).with("access", "full")
}

fn refuse(refused: Refused<'_>) -> Answer {
    let with_status = |status, text| Answer {
        status,
        ..failure("runtime_error", text)
    };
    match refused {
        Refused::Busy => with_status(429, "Too many requests"),
        Refused::Unauthorized => failure("runtime_error", LOGIN),
        Refused::Rejected { code, message } => error((code, message)),
        Refused::Broken => with_status(500, "Internal error"),
        Refused::Down => with_status(503, "Service unavailable"),
    }
}

fn error((code, text): No<'_>) -> Answer {
    let error = [
        leaf("CODE", code),
        leaf("DESCRIPTION", text),
        leaf("SOURCE", "stub"),
    ];
    Answer::xml(200, &branch("document", [branch("ERROR", error)]))
}

fn failure(kind: &str, text: &str) -> Answer {
    let fields = [leaf("error_reason", text), leaf("error_srcText", "")];
    Answer::xml(200, &branch(kind, fields))
}

fn plain(text: String) -> Answer {
    Answer {
        status: 200,
        content_type: "text/plain",
        body: text.into_bytes(),
    }
}
