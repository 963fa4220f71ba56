//! The demo's orders: what each is meant to meet, and the order of events. Every person is invented.

use carrier_sdk::stub::{FaultRule, StubFault};
use serde_json::{Value, json};

use crate::life::State;

/// One act of the play.
pub enum Act {
    /// These messages arrive, each with its key.
    Arrive(Vec<(&'static str, Vec<u8>)>),
    /// Nothing arrives until these orders are so far.
    Until(Vec<(String, Sight)>),
    /// The carrier that was down is back.
    CarrierIsBack,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// The order has ended or waits for a person.
    Ended,
    /// It is in this state.
    In(State),
    /// A contradiction was seen.
    Contradicted,
}

/// An order of the play, and what it shows.
pub struct Role {
    /// Its order id.
    pub order_id: String,
    /// What it shows.
    pub shows: &'static str,
}

/// The play: its orders, its acts, the faults of its carriers.
pub struct Story {
    /// Every order, in the order it appears.
    pub roles: Vec<Role>,
    /// What happens.
    pub acts: Vec<Act>,
    /// What goes wrong at the carriers'.
    pub faults: Vec<FaultRule>,
}

const PAID: &str = "order.paid";
const CANCELLED: &str = "order.cancelled";

/// Streets and cities of nobody.
const PEOPLE: [(&str, &str, &str, &str); 8] = [
    ("Zoé Lefèvre", "12 rue de la Paix", "75002", "Paris"),
    ("Amélie Noël", "3 bis avenue des Tilleuls", "69003", "Lyon"),
    (
        "Jérôme Gaëtan",
        "47 cours Émile Zola",
        "69100",
        "Villeurbanne",
    ),
    ("Inès d'Aubigné", "8 place du Marché", "31000", "Toulouse"),
    ("Loïc Le Goff", "21 quai des Pêcheurs", "29200", "Brest"),
    (
        "Chloé Brunet",
        "150 boulevard Longchamp",
        "13001",
        "Marseille",
    ),
    ("Théo Marchand", "5 impasse des Lilas", "44000", "Nantes"),
    (
        "Maëlys Fabre",
        "66 rue Sainte-Catherine",
        "33000",
        "Bordeaux",
    ),
];

/// Writes orders one by one.
struct Author {
    roles: Vec<Role>,
    promise: String,
}

impl Author {
    fn order(
        &mut self,
        order_id: &str,
        shows: &'static str,
        change: impl FnOnce(&mut Value),
    ) -> (&'static str, Vec<u8>) {
        let person = PEOPLE
            .get(self.roles.len() % PEOPLE.len())
            .unwrap_or(&PEOPLE[0]);
        self.roles.push(Role {
            order_id: order_id.to_owned(),
            shows,
        });
        let mut order = plain(order_id, person, &self.promise);
        change(&mut order);
        (PAID, order.to_string().into_bytes())
    }
}

fn plain(order_id: &str, person: &(&str, &str, &str, &str), promise: &str) -> Value {
    let (name, street, postal_code, city) = person;
    json!({
        "shop": "fr", "order_id": order_id, "revision": 1, "service": "express", "deliver_by": promise,
        "ship_from": "lille", "label_reference": order_id,
        "recipient": {
            "name": name, "street": [street], "postal_code": postal_code, "city": city, "country": "FR",
            "email": "someone@example.com", "phone": "+33612345678", "language": "fr",
        },
        "parcels": [{"id": "1", "weight_g": 850, "length_mm": 350, "width_mm": 250, "height_mm": 80}],
    })
}

fn set(order: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if let Some(object) = order.pointer_mut(parent).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), value);
    }
}

fn abroad(order: &mut Value, country: &str, postal_code: &str, city: &str) {
    set(order, "/recipient/country", json!(country));
    set(order, "/recipient/postal_code", json!(postal_code));
    set(order, "/recipient/city", json!(city));
}

fn customs(order: &mut Value) {
    set(
        order,
        "/declared_value",
        json!({"amount": "59.90", "currency": "EUR"}),
    );
    set(
        order,
        "/items",
        json!([{
            "sku": "TS-001", "description": "T-shirt coton", "quantity": 2, "unit_price": "29.95", "currency": "EUR",
            "weight_g": 180, "hs_code": "610910", "origin_country": "PT", "parcel": "1",
        }]),
    );
}

/// The whole play; `promise` is a time by which tomorrow's parcels arrive.
pub fn story(promise: String, past: &str) -> Story {
    let mut author = Author {
        roles: Vec::new(),
        promise,
    };
    let mut first = clean(&mut author, past);
    first.extend(troubled(&mut author));
    let (broken, mended) = address(&mut author);
    first.push(broken.clone());
    let cancelled = author.order("CANCEL-1", "cancelled after booking", |_| {});
    let unable = author.order("CANCEL-2", "cancelled, but DHL cannot void", |order| {
        set(order, "/account", json!("dhl"))
    });
    let unknown = author.order("CANCEL-3", "cancelled before it came", |_| {});
    first.extend([(CANCELLED, wish("CANCEL-3")), cancelled, unable, unknown]);
    let passed = author.order("LOGIN-2", "the refused account is passed over", |order| {
        set(order, "/service", json!("south"))
    });
    let conflict = other_content(&first);
    let repeated: Vec<_> = first.iter().take(3).cloned().collect();
    let ended = ["ADDRESS-1", "CANCEL-1", "CANCEL-2", "LOGIN-1"];
    let ended = ended
        .map(|order_id| (order_id.to_owned(), Sight::Ended))
        .to_vec();
    let mut second = malformed();
    second.extend(repeated);
    second.extend([
        passed,
        mended,
        (CANCELLED, wish("CANCEL-1")),
        (CANCELLED, wish("CANCEL-2")),
        conflict,
    ]);
    let mut last = vec![
        ("ADDRESS-1".to_owned(), Sight::In(State::Booked)),
        ("CANCEL-1".to_owned(), Sight::In(State::Cancelled)),
        ("FR-1".to_owned(), Sight::Contradicted),
    ];
    last.extend(
        author
            .roles
            .iter()
            .map(|role| (role.order_id.clone(), Sight::Ended)),
    );
    Story {
        acts: vec![
            Act::Arrive(first),
            Act::Until(ended),
            Act::CarrierIsBack,
            Act::Arrive(second),
            Act::Until(last),
        ],
        roles: author.roles,
        faults: faults(),
    }
}

fn clean(author: &mut Author, past: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut orders = Vec::new();
    for number in 1..=8 {
        orders.push(author.order(&format!("FR-{number}"), "clean, Chronopost", |_| {}));
    }
    for number in 9..=11 {
        orders.push(
            author.order(&format!("FR-{number}"), "clean, DHL Express", |order| {
                set(order, "/account", json!("dhl"))
            }),
        );
    }
    orders.push(author.order("DE-1", "to Berlin, DHL Express", |order| {
        abroad(order, "DE", "10115", "Berlin")
    }));
    orders.push(
        author.order("CH-1", "to Geneva, with customs data", |order| {
            abroad(order, "CH", "1201", "Genève");
            customs(order);
        }),
    );
    orders.push(author.order("MANY-1", "three parcels, three labels", |order| set(order, "/parcels", json!([
        {"id": "a", "weight_g": 900, "length_mm": 300, "width_mm": 200, "height_mm": 100},
        {"id": "b", "weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100},
        {"id": "c", "weight_g": 700, "length_mm": 300, "width_mm": 200, "height_mm": 100},
    ]))));
    orders.push(author.order("SAT-1", "Saturday delivery", |order| {
        set(order, "/options", json!(["saturday_delivery"]))
    }));
    orders.push(
        author.order("ZPL-1", "a label for a Zebra printer", |order| {
            set(order, "/account", json!("chronopost-zpl"))
        }),
    );
    orders.push(author.order("HEAVY-1", "45 kg: DHL, not Chronopost", |order| {
        set(order, "/parcels", json!([{"id": "1", "weight_g": 45_000, "length_mm": 600, "width_mm": 400, "height_mm": 400}]));
    }));
    orders.push(author.order("LATE-1", "promised for an hour ago", |order| {
        set(order, "/deliver_by", json!(past))
    }));
    orders
}

fn troubled(author: &mut Author) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        author.order("LOST-1", "booked, its answer is lost", |_| {}),
        author.order("HTML-1", "booked, its answer is a web page", |_| {}),
        author.order("FOG-1", "its answer is lost, DHL knows nothing", |order| {
            set(order, "/account", json!("dhl"))
        }),
        author.order("BUSY-1", "the carrier is busy: later", |_| {}),
        author.order("DOWN-1", "the carrier is down, comes back", |order| {
            set(order, "/service", json!("evening"))
        }),
        author.order("DOWN-2", "the carrier is down, comes back", |order| {
            set(order, "/service", json!("evening"))
        }),
        author.order("LOGIN-1", "credentials refused: next account", |order| {
            set(order, "/service", json!("south"))
        }),
        author.order("WORDS-1", "a name no label can show", |order| {
            set(order, "/recipient/name", json!("שרה לוי"))
        }),
        author.order("NOWHERE-1", "a service nobody sells", |order| {
            set(order, "/service", json!("teleport"))
        }),
    ]
}

type Message = (&'static str, Vec<u8>);

/// An order whose postal code the carrier refuses, and its revision.
fn address(author: &mut Author) -> (Message, Message) {
    let wrong = author.order("ADDRESS-1", "a bad address, then corrected", |order| {
        set(order, "/account", json!("chronopost"));
        set(order, "/recipient/postal_code", json!("7500"));
    });
    let mut right: Value = serde_json::from_slice(&wrong.1).unwrap_or_default();
    set(&mut right, "/recipient/postal_code", json!("75002"));
    set(&mut right, "/revision", json!(2));
    let right = (PAID, right.to_string().into_bytes());
    (wrong, right)
}

fn wish(order_id: &str) -> Vec<u8> {
    json!({"shop": "fr", "order_id": order_id, "reason": "the buyer changed their mind"})
        .to_string()
        .into_bytes()
}

/// The first order once more, with other content and no higher revision.
fn other_content(orders: &[Message]) -> Message {
    let mut order: Value = orders
        .first()
        .and_then(|(_, body)| serde_json::from_slice(body).ok())
        .unwrap_or_default();
    set(&mut order, "/recipient/city", json!("Rennes"));
    (PAID, order.to_string().into_bytes())
}

fn malformed() -> Vec<Message> {
    let mut weightless = plain("BAD-1", &PEOPLE[0], "2026-12-01T18:00:00Z");
    set(
        &mut weightless,
        "/parcels",
        json!([{"id": "1", "weight_g": 0}]),
    );
    vec![
        (PAID, b"{\"order_id\": \"BAD-0\",".to_vec()),
        (PAID, weightless.to_string().into_bytes()),
        (PAID, json!({"order_id": "../x"}).to_string().into_bytes()),
    ]
}

fn faults() -> Vec<FaultRule> {
    let at = |operation: &str, reference: &str, times: Option<u32>, fault: StubFault| FaultRule {
        operation: Some(operation.to_owned()),
        reference: Some(reference.to_owned()),
        times,
        ..FaultRule::always(fault)
    };
    vec![
        at(
            "book",
            "LOST-",
            Some(1),
            StubFault::AcceptThenHang { ms: 60_000 },
        ),
        at("book", "HTML-", Some(1), StubFault::AcceptThenHtml),
        at(
            "book",
            "FOG-",
            Some(1),
            StubFault::AcceptThenHang { ms: 60_000 },
        ),
        at(
            "find",
            "FOG-",
            None,
            StubFault::LookupLag { ms: 86_400_000 },
        ),
        at(
            "book",
            "BUSY-",
            Some(1),
            StubFault::Busy {
                retry_after_s: Some(1),
            },
        ),
        at("book", "LOGIN-1", Some(1), StubFault::Unauthorized),
    ]
}
