//! Lives and announcements in invented data: one of each kind for the examples, and odd ones.

use carrier_sdk::WhoActs;
use jiff::Timestamp;

use super::super::{Rendered, Teller, account_event};
use crate::life::{
    Announcement, Booking, LabelRef, Life, Numbers, ParcelNumbers, Park, ProductRef, Reason,
    RiskCause, Standing, State,
};
use crate::order::Key;

pub const LABEL_ID: &str = "019ab1f4-5d00-7c3e-9f21-3b8e6a1d0c01";

pub fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub fn teller() -> Teller {
    Teller {
        source: "diligence".into(),
        recording: true,
        public_url: Some("https://labels.example.com/".into()),
    }
}

/// One of each kind, as in `schemas/examples/`.
pub fn announcements() -> Vec<Announcement> {
    vec![
        Announcement::Accepted {
            ship_on: Some("2026-11-23".parse().expect("a day")),
            book_by: Some(moment("2026-11-23T16:30:00Z")),
            feasible: true,
            ignored_fields: vec!["$.recipient.nickname".into()],
        },
        Announcement::Booked { n: 2 },
        Announcement::Rejected {
            reasons: vec![no_such_postal_code(), too_heavy()],
        },
        Announcement::Parked,
        Announcement::AtRisk {
            cause: RiskCause::InDoubt,
        },
        Announcement::Cancelled {
            reason: Some("the customer changed their mind".into()),
        },
        Announcement::CancelRefused {
            reason: "dhl-express cannot cancel a booking".into(),
        },
        Announcement::Conflict {
            revision: 1,
            paths: vec![
                "$.parcels[0].weight_g".into(),
                "$.recipient.street[0]".into(),
            ],
        },
        Announcement::Stray {
            n: 1,
            voided: false,
            reason: "it was already picked up".into(),
        },
    ]
}

/// The life in which a kind is told. Every kind is named: a new one needs an example and a schema.
pub fn life_of(told: &Announcement) -> Life {
    match told {
        Announcement::Accepted { .. } => fresh(),
        Announcement::Rejected { .. } => Life {
            state: State::Rejected,
            bookings: vec![refused()],
            ..fresh()
        },
        Announcement::Cancelled { .. } => Life {
            state: State::Cancelled,
            ..fresh()
        },
        Announcement::Parked => parked(),
        Announcement::AtRisk { .. } => Life {
            state: State::InDoubt,
            bookings: vec![in_doubt()],
            ..fresh()
        },
        Announcement::Booked { .. }
        | Announcement::CancelRefused { .. }
        | Announcement::Conflict { .. }
        | Announcement::Stray { .. } => booked_again(),
    }
}

pub fn rejected_before_any_account() -> Announcement {
    Announcement::Rejected {
        reasons: vec![Reason {
            account: String::new(),
            code: "unknown_site".into(),
            message: "no site of this name is configured".into(),
            field: Some("ship_from".into()),
            who_acts: WhoActs::Shop,
        }],
    }
}

/// The two events of accounts, as in `schemas/examples/`.
pub fn account_events() -> Vec<Rendered> {
    let why = Reason {
        account: "dhl".into(),
        code: "401".into(),
        message: "the carrier refuses the credentials".into(),
        field: None,
        who_acts: WhoActs::Transport,
    };
    let paused_at = moment("2026-11-23T15:05:12.040318Z");
    let resumed_at = moment("2026-11-23T15:40:00Z");
    vec![
        account_event(&teller(), "dhl", Some(&why), 42, paused_at, "test"),
        account_event(&teller(), "dhl", None, 57, resumed_at, "test"),
    ]
}

fn too_heavy() -> Reason {
    Reason {
        account: "chronopost".into(),
        code: "too_heavy".into(),
        message: "Chronopost takes parcels of 30000 g and less".into(),
        field: Some("parcels[0].weight_g".into()),
        who_acts: WhoActs::Shop,
    }
}

fn no_such_postal_code() -> Reason {
    Reason {
        account: "dhl".into(),
        code: "1001".into(),
        message: "the postal code does not exist in the country".into(),
        field: None,
        who_acts: WhoActs::Shop,
    }
}

fn fresh() -> Life {
    let key = Key {
        shop: "fr".into(),
        order_id: "FR-2026-000123".into(),
        part: 1,
    };
    Life {
        state: State::Waiting,
        revision: 1,
        parcel_ids: vec!["1".into(), "2".into()],
        deliver_by: Some(moment("2026-11-24T17:00:00Z")),
        book_by: Some(moment("2026-11-23T16:30:00Z")),
        environment: "test".into(),
        ..Life::unknown(key, moment("2026-11-23T09:12:04Z"))
    }
}

fn parked() -> Life {
    let why = Reason {
        account: "chronopost".into(),
        code: "in_doubt".into(),
        message: "the carrier does not know it, which does not prove that it will not".into(),
        field: None,
        who_acts: WhoActs::Operator,
    };
    let choices = ["retry", "rebook", "booked", "cancel"];
    Life {
        state: State::Parked,
        bookings: vec![in_doubt()],
        park: Some(Park {
            why,
            decide_by: Some(moment("2026-11-23T16:30:00Z")),
            choices: choices.map(str::to_owned).to_vec(),
            since: moment("2026-11-23T16:05:00Z"),
            from: State::InDoubt,
        }),
        ..fresh()
    }
}

/// Booked a second time, because the first booking could not be used nor taken back.
fn booked_again() -> Life {
    let first = Booking {
        standing: Standing::Stray,
        numbers: Some(numbers("XY100000011FR", ["XY100000011FR", "XY100000025FR"])),
        ..in_doubt()
    };
    let mut given = numbers(
        "1234567890",
        ["JD014600000000000001", "JD014600000000000002"],
    );
    given.shipment_id = Some("20261123-7741".into());
    given.tracking_url = Some("https://track.example.com/1234567890".into());
    given.charge = Some(("12.40".into(), "EUR".into()));
    given.estimated_delivery = Some("2026-11-24".into());
    let second = Booking {
        n: 2,
        account: "dhl".into(),
        carrier: "dhl-express".into(),
        product: ProductRef {
            code: "N".into(),
            name: "Domestic Express".into(),
        },
        reference: "FR-2026-000123.2".into(),
        standing: Standing::Live,
        numbers: Some(given),
        booked_at: Some(moment("2026-11-23T16:04:58.204511Z")),
        announced: true,
        ..in_doubt()
    };
    Life {
        state: State::Booked,
        bookings: vec![first, second],
        ..fresh()
    }
}

fn refused() -> Booking {
    Booking {
        account: "dhl".into(),
        carrier: "dhl-express".into(),
        standing: Standing::Dead,
        doubted: false,
        ..in_doubt()
    }
}

fn in_doubt() -> Booking {
    Booking {
        n: 1,
        revision: 1,
        account: "chronopost".into(),
        carrier: "chronopost".into(),
        environment: "test".into(),
        product: ProductRef {
            code: "01".into(),
            name: "Chrono 13".into(),
        },
        reference: "FR-2026-000123".into(),
        book_by: Some(moment("2026-11-23T16:30:00Z")),
        hand_over_at: "2026-11-23T18:00:00+01:00[Europe/Paris]".into(),
        ship_on: "2026-11-23".parse().expect("a day"),
        standing: Standing::InDoubt,
        fence: 1,
        sent_from: moment("2026-11-23T09:12:05Z"),
        sent_to: moment("2026-11-23T09:14:05Z"),
        doubted: true,
        precaution: false,
        settle_at: None,
        absent: 0,
        failures: 0,
        numbers: None,
        booked_at: None,
        announced: false,
        progress: None,
        voided: Vec::new(),
        void_unanswered: false,
        void_tries: 0,
        void_at: None,
        unwanted_since: None,
    }
}

/// Two parcels, each with its number and a label.
fn numbers(shipment: &str, parcels: [&str; 2]) -> Numbers {
    let label = |last: &str| LabelRef {
        id: format!("{}{last}", LABEL_ID.strip_suffix("01").expect("its end")),
        format: "pdf".into(),
        bytes: 30_214,
        sha256: "3b8e6a1d0c01f4c29d7b5e0a8846f1d2".repeat(2),
    };
    let labelled = |number: &str, last| ParcelNumbers {
        tracking_number: number.to_owned(),
        label: Some(label(last)),
    };
    Numbers {
        tracking_number: shipment.to_owned(),
        parcels: vec![labelled(parcels[0], "01"), labelled(parcels[1], "02")],
        ..Numbers::default()
    }
}
