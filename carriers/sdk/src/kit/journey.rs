//! Tracking: events that come in any order are put in order, and a status that nobody knows is kept as
//! it is and ends no parcel's journey.

use jiff::Timestamp;
use serde_json::Value;

use super::Verdict;
use super::attempt::{Bookable, first_bookable};
use super::counter::Counter;
use super::spoilt::replaced;
use crate::carrier::{Carrier, Track};
use crate::moment::Moment;
use crate::request::Response;
use crate::stub::Stub;
use crate::tracking::{Status, TrackedShipment};
use crate::xml::{Element, Node, branch, leaf};

/// A status code of no carrier's.
const UNLISTED: &str = "Q7Q";

/// Read from the answer of the stub about a parcel that is on its way: as it is, with its lists turned
/// round, and with each status code replaced by one that no carrier has.
///
/// # Errors
/// Everything that does not hold.
pub fn events_are_put_in_order_and_unknown_ones_end_nothing(
    carrier: &dyn Carrier,
    stub: Stub,
) -> Verdict {
    super::holds(|| {
        let tracking = carrier.tracking().ok_or("it reads no tracking")?;
        let answer = on_its_way(carrier, tracking, stub)?;
        let plain = read(tracking, &answer)?;
        if plain.iter().all(|shipment| shipment.events.is_empty()) {
            return Err("the stub tells no event of a parcel on its way".to_owned());
        }
        let turned = turned_round(&answer).ok_or("the stub's answer is neither JSON nor XML")?;
        for told in [&plain, &read(tracking, &turned)?] {
            if !told.iter().all(is_in_order) {
                return Err("events are not put in order".to_owned());
            }
        }
        for code in codes(&plain) {
            let Some(unknown) = replaced(&answer, code.as_bytes(), UNLISTED.as_bytes()) else {
                continue;
            };
            let Ok(told) = tracking.read_tracking(&unknown) else {
                continue;
            };
            let guessed = told
                .iter()
                .flat_map(|shipment| &shipment.events)
                .find(|event| {
                    let ends = [Status::Delivered, Status::Returned, Status::Cancelled];
                    event.code.contains(UNLISTED) && ends.contains(&event.status)
                });
            if let Some(event) = guessed {
                return Err(format!("an unknown status is read as {:?}", event.status));
            }
        }
        Ok(())
    })
}

fn on_its_way(carrier: &dyn Carrier, tracking: &dyn Track, stub: Stub) -> Result<Response, String> {
    let counter = Counter::new(carrier, stub);
    let Bookable { intent, .. } = first_bookable(carrier, &counter.contract)?;
    let (booking, _) = counter.booked(&intent)?;
    counter.bench.ledger.pick_up(&intent.reference);
    let number = booking.tracking_number.as_str();
    counter.ask(&tracking.track(&counter.contract, &[number]))
}

fn read(tracking: &dyn Track, answer: &Response) -> Result<Vec<TrackedShipment>, String> {
    let read = tracking.read_tracking(answer);
    read.map_err(|why| format!("its stub's answer cannot be read: {}", why.message))
}

fn codes(told: &[TrackedShipment]) -> Vec<&str> {
    let events = told.iter().flat_map(|shipment| &shipment.events);
    let codes = events.map(|event| event.code.as_str());
    codes.filter(|code| !code.is_empty()).collect()
}

fn is_in_order(shipment: &TrackedShipment) -> bool {
    let instants: Option<Vec<Timestamp>> = shipment
        .events
        .iter()
        .map(|event| Moment::read(&event.at).and_then(Moment::instant))
        .collect();
    instants.is_none_or(|instants| instants.is_sorted())
}

/// The same answer with every list in it turned round.
fn turned_round(answer: &Response) -> Option<Response> {
    let body = if let Ok(value) = serde_json::from_slice::<Value>(&answer.body) {
        turned_value(value).to_string()
    } else {
        turned_element(&Element::read(&answer.body)?).to_string()
    };
    Some(Response {
        body: body.into_bytes(),
        ..answer.clone()
    })
}

fn turned_value(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().rev().map(turned_value).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(
                fields
                    .map(|(name, value)| (name, turned_value(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn turned_element(element: &Element) -> Node {
    let name = element.name.as_str();
    let node = match (element.children(), element.text("")) {
        ([], text) => leaf(name, text.unwrap_or_default()),
        (children, _) => branch(name, children.iter().rev().map(turned_element)),
    };
    node.with("xmlns", &element.namespace)
}
