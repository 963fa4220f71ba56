//! TNT's tracking: looks consignments up by our reference, and tells where they are.

use carrier_sdk::prelude::*;
use carrier_sdk::text::clean;
use carrier_sdk::xml::{Element, Node, branch, leaf};

use crate::faults::ELSE;
use crate::{FIELD, TRACKING, Tnt, call};

impl Find for Tnt {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let country = contract.setting("account_country").unwrap_or("FR");
        // without the account, other customers' consignments under the same reference are told too
        let account = [
            leaf("Number", clean(&contract.number)),
            leaf("CountryCode", clean(country)),
        ];
        let criteria = [
            leaf("CustomerReference", clean(&search.reference)),
            branch("Account", account),
        ];
        ask(criteria, "Summary")
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        Ok(FoundShipment::of_numbers(known(answer, |number, _| {
            number
        })?))
    }
}

impl Track for Tnt {
    /// TNT tells of 50 consignments in a call: the first ones count.
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let numbers = tracking_numbers.iter().take(50);
        let criteria = numbers.map(|number| leaf("ConsignmentNumber", clean(number)));
        ask(criteria, "Complete")
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        known(answer, |number, consignment| {
            HISTORY.of(number, consignment)
        })
    }
}

fn ask(criteria: impl IntoIterator<Item = Node>, detail: &str) -> Request {
    let fields = [
        branch("SearchCriteria", criteria),
        branch("LevelOfDetail", [leaf(detail, "")]),
    ];
    let document = branch("TrackRequest", fields)
        .with("locale", "en_US")
        .with("version", "3.1");
    call(Effect::Reads, TRACKING, Body::form_of_xml(FIELD, &document))
}

/// Tracking's answers.
const ANSWERS: Answers<Element> = Answers {
    of: "TNT's tracking",
    faults: ELSE,
    places: &[("Error", "Code", "Message")],
    is_yes: |_, root| root.name == "TrackResponse" && root.at("Error").is_none(),
    ..Answers::USUAL
};

/// The consignments that TNT knows, with their numbers. What is not found is told by a summary code;
/// an answer without any consignment says nothing, and one without a number is no absence.
fn known<T>(answer: &Response, read: impl Fn(String, &Element) -> T) -> Result<Vec<T>, Why> {
    ANSWERS.read(answer).known(|root| {
        let told = root.list("Consignment");
        let told = told.filter(|one| one.text("SummaryCode") != Some("CNF"));
        let known = told.map(|one| Some(read(one.number("ConsignmentNumber")?, one)));
        let known: Option<Vec<T>> = known.collect();
        let known = known.filter(|_| root.at("Consignment").is_some());
        known.ok_or_else(|| Said::unreadable(answer, "TNT's tracking"))
    })
}

const HISTORY: History = History {
    events: "StatusData",
    code: "StatusCode",
    codes: STATUSES,
    at: &[&["LocalEventDate", "LocalEventTime"]],
    place: "DepotName",
    stands: &[("SummaryCode", STATUSES)],
    ..History::USUAL
};

/// Where a consignment stands, then what happened to it: codes seen in recorded answers, for no list
/// is published. Others tell nothing.
const STATUSES: StatusTable = &[
    ("DEL", Status::Delivered),
    ("INT", Status::InTransit),
    ("EXC", Status::Exception),
    ("CI", Status::PickedUp),
    ("TR AS IS IR MLA NR", Status::InTransit),
    ("OD", Status::OutForDelivery),
    ("OK", Status::Delivered),
];
