//! A booking: one reference at one account, sent once or again only after proof of no effect.

use carrier_sdk::Memo;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::state::Life;

/// Where a booking stands at the carrier's, as far as we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its request may be on its way.
    Intended,
    /// It may exist.
    InDoubt,
    /// It exists and is wanted.
    Live,
    /// It exists and is not wanted: to be voided.
    Extra,
    /// It was taken back.
    Voided,
    /// It exists, or may exist, and could not be taken back.
    Stray,
    /// It does not exist: proven.
    Dead,
}

impl Standing {
    /// The name used in the ledger and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::InDoubt => "in_doubt",
            Self::Live => "live",
            Self::Extra => "extra",
            Self::Voided => "voided",
            Self::Stray => "stray",
            Self::Dead => "dead",
        }
    }
}

/// The carrier's product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRef {
    /// The carrier's code.
    pub code: String,
    /// The carrier's name for it.
    pub name: String,
}

/// A label in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRef {
    /// Its id in the ledger and in links.
    pub id: String,
    /// `pdf`, `zpl`...
    pub format: String,
    /// Its length.
    pub bytes: usize,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A parcel's number and label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelNumbers {
    /// Its own number, else the shipment's.
    pub tracking_number: String,
    /// Its label, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelRef>,
}

/// What the carrier gave us.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// The shipment's number.
    pub tracking_number: String,
    /// The carrier's internal id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment_id: Option<String>,
    /// Where the public follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    /// One per parcel.
    pub parcels: Vec<ParcelNumbers>,
    /// What it costs: amount and currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<(String, String)>,
    /// The carrier's estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_delivery: Option<String>,
}

impl Numbers {
    /// Where the carrier names no parcels, each goes by the shipment's number.
    pub(super) fn name_parcels(&mut self, count: usize) {
        if self.parcels.is_empty() {
            let tracking_number = self.tracking_number.clone();
            let parcel = ParcelNumbers {
                tracking_number,
                label: None,
            };
            self.parcels = vec![parcel; count];
        }
    }

    /// Whether both speak of the same shipment: they share a number.
    pub fn same_as(&self, other: &Self) -> bool {
        let all = |numbers: &'_ Self| -> Vec<String> {
            let parcels = numbers.parcels.iter();
            let own = parcels.map(|parcel| parcel.tracking_number.clone());
            own.chain([numbers.tracking_number.clone()]).collect()
        };
        let mine = all(self);
        all(other).iter().any(|number| mine.contains(number))
    }

    /// Whether every parcel can be labelled: each has a label, or the first carries one for all.
    pub fn labelled(&self) -> bool {
        let shared = self
            .parcels
            .iter()
            .all(|parcel| parcel.tracking_number == self.tracking_number);
        let has = |parcel: &ParcelNumbers| parcel.label.is_some();
        match self.parcels.first() {
            None => false,
            Some(first) if shared => has(first),
            Some(_) => self.parcels.iter().all(has),
        }
    }
}

/// How far a booking of several steps is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What the carrier needs for the next step.
    pub memo: Memo,
    /// Whether the next step only reads: it may be sent again, whatever became of it.
    pub repeatable: bool,
}

/// One booking of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// 1 for the first.
    pub n: u32,
    /// Revision of the order it was made from.
    pub revision: u32,
    /// Account it is booked with.
    pub account: String,
    /// The account's carrier.
    pub carrier: String,
    /// `test` or `live`.
    pub environment: String,
    /// Product.
    pub product: ProductRef,
    /// Our reference, unique per account.
    pub reference: String,
    /// Cut-off of its truck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book_by: Option<Timestamp>,
    /// When the truck leaves, with the site's offset (RFC 9557).
    pub hand_over_at: String,
    /// The day of the truck.
    pub ship_on: Date,
    /// Where it stands.
    pub standing: Standing,
    /// Fence of its last attempt: only that one's noes count.
    pub fence: u64,
    /// When its first attempt may have left.
    pub sent_from: Timestamp,
    /// When its last attempt may have left at the latest.
    pub sent_to: Timestamp,
    /// Whether it was ever in doubt.
    pub doubted: bool,
    /// Looked up before it was sent, because the ledger was restored from a backup.
    #[serde(default)]
    pub precaution: bool,
    /// How far a booking of several steps is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// When an absent answer begins to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_at: Option<Timestamp>,
    /// Absent answers that count.
    pub absent: u32,
    /// Look-ups and label requests that failed in a row.
    pub failures: u32,
    /// What the carrier gave us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Numbers>,
    /// When we learnt it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_at: Option<Timestamp>,
    /// Whether `shipment.booked` was announced for it.
    pub announced: bool,
    /// Positions of numbers that are voided.
    pub voided: Vec<usize>,
    /// A void was sent and not answered.
    pub void_unanswered: bool,
    /// Voids that did not work, in a row.
    pub void_tries: u32,
    /// When the next void may be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_at: Option<Timestamp>,
    /// Since when it is one too many or given up: the carrier may charge it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unwanted_since: Option<Timestamp>,
}

/// How often a carrier is asked for the result of a step before the booking is looked up instead.
const STEP_TRIES: u32 = 5;

impl Booking {
    /// The step whose result tells what became of the booking, if it can be asked for again.
    pub fn step_to_ask(&self) -> Option<&Memo> {
        let progress = self.progress.as_ref()?;
        let may = progress.repeatable && self.failures < STEP_TRIES;
        may.then_some(&progress.memo)
    }

    /// Whether its attempt of this fence is still the one under way in `life`.
    pub fn is_under_way(&self, life: &Life) -> bool {
        let running = life.running.is_some() && life.fence == self.fence;
        running && self.standing == Standing::Intended
    }

    /// The numbers that a void must name: each parcel's own, once, else the shipment's.
    pub fn numbers_to_void(&self, per_parcel: bool) -> Vec<&str> {
        let Some(numbers) = &self.numbers else {
            return Vec::new();
        };
        let mut wanted: Vec<&str> = Vec::new();
        if per_parcel {
            for parcel in &numbers.parcels {
                if !wanted.contains(&parcel.tracking_number.as_str()) {
                    wanted.push(&parcel.tracking_number);
                }
            }
        }
        if wanted.is_empty() {
            wanted.push(&numbers.tracking_number);
        }
        wanted
    }
}
