//! Orders as a shop publishes them, of invented people, and what of them must never be told.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub const PAID: &str = "order.paid";
pub const CANCELLED: &str = "order.cancelled";

/// Name, street, postal code, city.
const PEOPLE: [[&str; 4]; 4] = [
    [
        "Zoé Quillfeather",
        "12 rue du Merle Moqueur",
        "75002",
        "Paris",
    ],
    [
        "Amélie Bramblewick",
        "3 bis avenue des Pipistrelles",
        "69003",
        "Lyon",
    ],
    [
        "Jérôme Ottersbane",
        "47 cours de la Belette",
        "31000",
        "Toulouse",
    ],
    ["Inès Thistledown", "8 place du Hérisson", "29200", "Brest"],
];
const EMAIL: &str = "merle.moqueur@example.com";
const PHONE: &str = "+33698765432";
const INSTRUCTIONS: &str = "Code 4512, sonner deux fois";

/// What must never be in a log, an event or a reason.
pub fn private() -> Vec<&'static str> {
    let people = PEOPLE
        .iter()
        .flat_map(|[name, street, ..]| [*name, *street]);
    let words = people.flat_map(|text| text.split(' ').filter(|word| word.len() > 7));
    words
        .chain([EMAIL, PHONE, "698765432", "Code 4512"])
        .collect()
}

/// An order that every account takes.
pub fn order(order_id: &str) -> Value {
    let chosen = order_id.bytes().map(usize::from).sum::<usize>() % PEOPLE.len();
    let [name, street, postal_code, city] = PEOPLE[chosen];
    json!({
        "shop": "fr", "order_id": order_id, "revision": 1, "service": "express", "deliver_by": in_hours(6 * 24),
        "ship_from": "lille",
        "recipient": {
            "name": name, "street": [street], "postal_code": postal_code, "city": city, "country": "FR",
            "email": EMAIL, "phone": PHONE, "language": "fr", "instructions": INSTRUCTIONS,
        },
        "parcels": [{"id": "1", "weight_g": 850, "length_mm": 350, "width_mm": 250, "height_mm": 80}],
    })
}

/// An order for one account.
pub fn order_for(account: &str, order_id: &str) -> Value {
    order(order_id).with("/account", json!(account))
}

/// An order whose address Chronopost refuses.
pub fn refused(order_id: &str) -> Value {
    order_for("chronopost", order_id).with("/recipient/postal_code", json!("7500"))
}

/// A wish to cancel.
pub fn cancellation(order_id: &str) -> Value {
    json!({"shop": "fr", "order_id": order_id, "reason": "the buyer changed their mind"})
}

/// From now, before when negative.
pub fn in_hours(hours: i64) -> String {
    let moment = Timestamp::now() + SignedDuration::from_hours(hours);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A change of one place.
pub trait With {
    /// With this value at this JSON pointer.
    fn with(self, pointer: &str, value: Value) -> Self;
    /// Without what is at this JSON pointer.
    fn without(self, pointer: &str) -> Self;
}

impl With for Value {
    fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = self.pointer_mut(parent).expect("it is there");
        match parent.as_array_mut() {
            Some(list) => list[name.parse::<usize>().expect("a position")] = value,
            None => parent[name] = value,
        }
        self
    }

    fn without(mut self, pointer: &str) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = self.pointer_mut(parent).and_then(Value::as_object_mut);
        parent
            .and_then(|fields| fields.remove(name))
            .expect("it was there");
        self
    }
}
