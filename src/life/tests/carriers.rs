//! The carriers' own ledger: what was really booked and voided, whatever anybody was told.

use jiff::Timestamp;

use crate::life::{LabelRef, Numbers, ParcelNumbers, VoidOutcome};

/// How a carrier books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booked {
    /// With a label for each parcel.
    Labelled,
    /// Without labels.
    Bare,
    /// With one number too many.
    Miscounted,
}

/// A shipment at a carrier's.
#[derive(Debug, Clone)]
pub struct Shipment {
    /// The account.
    pub account: String,
    /// Our reference.
    pub reference: String,
    /// What it was answered with.
    pub numbers: Numbers,
    /// Numbers that were voided.
    pub voided: Vec<String>,
    /// When look-ups and voids begin to know it.
    pub visible_at: Timestamp,
}

impl Shipment {
    /// Whether a parcel would be carried.
    pub fn is_live(&self) -> bool {
        let parcels = &self.numbers.parcels;
        let live = |number: &String| !self.voided.contains(number);
        live(&self.numbers.tracking_number)
            && parcels.iter().any(|parcel| live(&parcel.tracking_number))
    }
}

/// All carriers together.
#[derive(Debug, Clone, Default)]
pub struct Carriers {
    /// Everything ever booked.
    pub shipments: Vec<Shipment>,
}

impl Carriers {
    /// Books, and tells the numbers.
    pub fn book(
        &mut self,
        account: &str,
        reference: &str,
        parcels: usize,
        how: Booked,
        visible_at: Timestamp,
    ) -> Numbers {
        let number = format!("{account}-{}", self.shipments.len() + 1);
        let count = parcels + usize::from(how == Booked::Miscounted);
        let parcel = |index: usize| ParcelNumbers {
            tracking_number: if count == 1 {
                number.clone()
            } else {
                format!("{number}/{index}")
            },
            label: (how != Booked::Bare).then(|| label(&format!("{number}/{index}"))),
        };
        let parcels = (1..=count).map(parcel).collect();
        let numbers = Numbers {
            tracking_number: number.clone(),
            parcels,
            ..Numbers::default()
        };
        self.shipments.push(Shipment {
            account: account.to_owned(),
            reference: reference.to_owned(),
            numbers: numbers.clone(),
            voided: Vec::new(),
            visible_at,
        });
        numbers
    }

    /// What a look-up tells at this time: never a label.
    pub fn find(&self, account: &str, reference: &str, now: Timestamp) -> Vec<Numbers> {
        let asked =
            |shipment: &&Shipment| shipment.account == account && shipment.reference == reference;
        let known = self
            .shipments
            .iter()
            .filter(asked)
            .filter(|shipment| shipment.visible_at <= now);
        known
            .map(|shipment| bare(shipment.numbers.clone()))
            .collect()
    }

    /// Voids a number.
    pub fn void(&mut self, account: &str, number: &str, now: Timestamp) -> VoidOutcome {
        let of_it = |shipment: &&mut Shipment| {
            let parcels = &shipment.numbers.parcels;
            shipment.account == account
                && (shipment.numbers.tracking_number == number
                    || parcels
                        .iter()
                        .any(|parcel| parcel.tracking_number == number))
        };
        match self.shipments.iter_mut().find(of_it) {
            Some(shipment)
                if shipment.visible_at <= now
                    && !shipment.voided.iter().any(|voided| voided == number) =>
            {
                shipment.voided.push(number.to_owned());
                VoidOutcome::Voided
            }
            _ => VoidOutcome::NotFound,
        }
    }

    /// Shipments that would be carried.
    pub fn live(&self) -> impl Iterator<Item = &Shipment> {
        self.shipments.iter().filter(|shipment| shipment.is_live())
    }
}

/// The numbers without their labels.
pub fn bare(mut numbers: Numbers) -> Numbers {
    for parcel in &mut numbers.parcels {
        parcel.label = None;
    }
    numbers
}

/// The numbers with a label for each parcel, as a person would hand them in.
pub fn labelled(mut numbers: Numbers) -> Numbers {
    for parcel in &mut numbers.parcels {
        parcel.label = Some(label(&parcel.tracking_number));
    }
    numbers
}

/// A label of this name.
pub fn label(name: &str) -> LabelRef {
    LabelRef {
        id: name.to_owned(),
        format: "pdf".into(),
        bytes: 1,
        sha256: "00".into(),
    }
}
