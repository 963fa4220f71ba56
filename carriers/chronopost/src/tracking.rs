//! Chronopost's tracking service: looks parcels up by our reference, cancels and tracks them.

use carrier_sdk::prelude::*;
use carrier_sdk::text::clean;
use carrier_sdk::xml::{Element, Node, leaf, secret};

use crate::booking::{ANSWERS, returned};
use crate::faults;
use crate::{Chronopost, TRACKING};

const FIND: &str = "trackWithSenderRef";
const CANCEL: &str = "cancelSkybill";
const TRACK: &str = "trackSkybillV2";

/// Faults come in this language, and the fault tables read them in it.
fn language() -> Node {
    leaf("language", "en_GB")
}

impl Find for Chronopost {
    fn find(&self, contract: &Contract, search: &Search) -> Request {
        let fields = [
            leaf("accountNumber", clean(&contract.number)),
            secret("password", "tracking_password"),
            language(),
            leaf("sendersRef", clean(&search.reference)),
        ];
        TRACKING.request(Effect::Reads, FIND, vec![], fields)
    }

    /// Chronopost lists parcels, not bookings: all of a reference are one shipment.
    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        let number = |parcel: &Element| parcel.number("skybillNumber");
        let numbers = |told: &Element| told.list("listParcel").filter_map(number).collect();
        Ok(FoundShipment::of_parcels(known(answer, FIND, numbers)?))
    }
}

impl Void for Chronopost {
    fn void(&self, contract: &Contract, tracking_number: &str) -> Request {
        let fields = [
            leaf("accountNumber", clean(&contract.number)),
            secret("password", "password"),
            language(),
            leaf("skybillNumber", clean(tracking_number)),
        ];
        TRACKING.request(Effect::Voids, CANCEL, vec![], fields)
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        // an answer that says nothing has not said yes
        returned(answer, CANCEL, faults::CANCELLING)
            .void(|told| told.text("errorCode").map(|_| VoidAnswer::Voided))
    }
}

impl Track for Chronopost {
    /// Chronopost tells of one parcel in a call: the first number counts.
    fn track(&self, _contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = tracking_numbers.first().copied().unwrap_or_default();
        let fields = [language(), leaf("skybillNumber", clean(number))];
        TRACKING.request(Effect::Reads, TRACK, vec![], fields)
    }

    /// No events means that Chronopost knows nothing of the parcel, or not yet.
    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        known(answer, TRACK, |told| {
            let number = told.text("listEventInfoComp/skybillNumber");
            let mut shipments = vec![HISTORY.of(number.unwrap_or_default(), told)];
            shipments.retain(|shipment| !shipment.events.is_empty());
            shipments
        })
    }
}

/// What an answer to a question tells; nothing when Chronopost does not know the number or reference.
fn known<T>(
    answer: &Response,
    operation: &str,
    read: impl FnOnce(&Element) -> Vec<T>,
) -> Result<Vec<T>, Why> {
    returned(answer, operation, faults::TRACKING).known(|told| match told.text("errorCode") {
        Some(_) => Ok(read(told)),
        None => Err(ANSWERS.said(answer, told)),
    })
}

/// Codes that are not listed tell that the parcel is somewhere on its way.
const HISTORY: History = History {
    events: "listEventInfoComp/events",
    codes: STATUSES,
    otherwise: Status::InTransit,
    at: &[&["eventDate"]],
    place: "officeLabel",
    ..History::USUAL
};

/// Codes seen live; no complete list is published. Notices (the consignee was informed, or gave an
/// instruction) tell nothing.
const STATUSES: StatusTable = &[
    ("DC EA", Status::LabelCreated),
    ("DB DY", Status::PickedUp),
    ("SC EC TS O TP T TT EI SJ SD A2 IA IS RB", Status::InTransit),
    ("TA", Status::OutForDelivery),
    ("AB", Status::AvailableForPickup),
    ("D", Status::Delivered),
    ("P NA", Status::FailedAttempt),
    ("SK", Status::Exception),
    ("R", Status::Returned),
    ("SM CL", Status::Unknown),
];
