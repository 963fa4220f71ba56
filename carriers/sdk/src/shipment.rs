//! What is to be booked: a shipment and the intent to book it. No field is the carrier's.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::geography::customs_needed;
use crate::label::LabelFormat;

/// One booking to be made: everything a carrier needs to write its request.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Our reference, unique per account; the carrier must be able to find the booking by it.
    pub reference: String,
    /// The contract it is booked under.
    pub contract: Contract,
    /// The carrier's product code.
    pub product: String,
    /// The label format wanted.
    pub label_format: LabelFormat,
    /// When the parcels leave with the truck, in the site's time zone.
    pub hand_over_at: ZonedDateTime,
    /// The parcels and the people.
    pub shipment: Shipment,
}

/// The non-secret part of an account with a carrier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    /// The account or contract number.
    pub number: String,
    /// Further values, by the names that the profile's settings declare.
    pub settings: BTreeMap<String, String>,
}

impl Contract {
    /// A contract with this number and these settings.
    #[must_use]
    pub fn of(number: &str, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter();
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self {
            number: number.to_owned(),
            settings: settings.collect(),
        }
    }

    /// A setting's value, when the account gives one.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }
}

/// One movement from the shipper to the consignee.
#[derive(Clone, PartialEq)]
pub struct Shipment {
    /// What is printed on the label for people to read.
    pub label_reference: String,
    /// The site the parcels leave from.
    pub shipper: Party,
    /// Who receives them. Personal data.
    pub consignee: Party,
    /// What the driver should know (door code, floor). Personal data.
    pub instructions: Option<String>,
    /// At least one.
    pub parcels: Vec<Parcel>,
    /// Options sold with the service.
    pub options: BTreeSet<ServiceOption>,
    /// Value of the goods, for insurance and customs.
    pub declared_value: Option<Money>,
    /// The articles, for customs.
    pub items: Vec<Item>,
}

impl Shipment {
    /// Whether this option was chosen.
    #[must_use]
    pub fn has(&self, option: ServiceOption) -> bool {
        self.options.contains(&option)
    }

    /// Whether it leaves the shipper's country.
    #[must_use]
    pub fn is_abroad(&self) -> bool {
        self.shipper.country != self.consignee.country
    }

    /// Whether it crosses a border where customs want papers.
    #[must_use]
    pub fn crosses_customs(&self) -> bool {
        customs_needed(&self.shipper.country, &self.consignee.country)
    }

    /// What all parcels weigh together, in kilograms.
    #[must_use]
    pub fn kilograms(&self) -> Decimal {
        let grams = self.parcels.iter().map(|parcel| u64::from(parcel.weight_g));
        kilograms(grams.sum())
    }

    /// The carrier's codes of the options that were chosen, in the order of this table.
    #[must_use]
    pub fn codes<'code>(&self, table: &[(ServiceOption, &'code str)]) -> Vec<&'code str> {
        let chosen = table.iter();
        let chosen = chosen.filter(|(option, _)| self.options.contains(option));
        chosen.map(|(_, code)| *code).collect()
    }
}

impl std::fmt::Debug for Shipment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shipment")
            .field("label_reference", &self.label_reference)
            .field("consignee", &self.consignee)
            .field("parcels", &self.parcels.len())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A shipper or a consignee. `Debug` shows the country only: the rest is personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// A person's name, or the contact's at a company.
    pub name: String,
    /// The company's name.
    pub company: Option<String>,
    /// Private person or business.
    pub kind: PartyKind,
    /// Address lines, at least one.
    pub street: Vec<String>,
    /// Empty where the country has none.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// State or province.
    pub province: Option<String>,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// E-mail address.
    pub email: Option<String>,
    /// E.164: `+33612345678`.
    pub phone: Option<String>,
    /// ISO 639-1, lower case.
    pub language: Option<String>,
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Party({}, masked)", self.country)
    }
}

/// Whether a party is a private person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// A private person.
    #[default]
    Private,
    /// A company.
    Business,
}

impl PartyKind {
    /// The name used in orders.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Business => "business",
        }
    }
}

/// One physical unit with its own barcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The order's own id of the parcel.
    pub id: String,
    /// Weight in grams, more than 0.
    pub weight_g: u32,
    /// Size, when known.
    pub size: Option<Size>,
}

impl Parcel {
    /// Its weight in kilograms.
    #[must_use]
    pub fn kilograms(&self) -> Decimal {
        kilograms(self.weight_g.into())
    }
}

/// Grams as kilograms, without noughts at the end.
#[must_use]
pub fn kilograms(grams: u64) -> Decimal {
    Decimal::from_i128_with_scale(grams.into(), 3).normalize()
}

/// A parcel's size in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Longest side.
    pub length_mm: u32,
    /// Width.
    pub width_mm: u32,
    /// Height.
    pub height_mm: u32,
}

impl Size {
    /// Length, width and height in metres.
    #[must_use]
    pub fn metres(&self) -> [Decimal; 3] {
        let sides = [self.length_mm, self.width_mm, self.height_mm];
        sides.map(|side| Decimal::new(side.into(), 3).normalize())
    }

    /// Length, width and height in centimetres.
    #[must_use]
    pub fn centimetres(&self) -> [Decimal; 3] {
        let sides = [self.length_mm, self.width_mm, self.height_mm];
        sides.map(|side| Decimal::new(side.into(), 1).normalize())
    }

    /// The same in whole centimetres, rounded up, for carriers that take no fractions.
    #[must_use]
    pub fn whole_centimetres(&self) -> [u32; 3] {
        [self.length_mm, self.width_mm, self.height_mm].map(|side| side.div_ceil(10))
    }
}

/// The volume of all of these in cubic metres, rounded up to so many places: a small parcel has a volume
/// too.
#[must_use]
pub fn cubic_metres(sizes: &[Size], places: u32) -> Decimal {
    let sizes = sizes.iter().map(Size::metres);
    let volumes = sizes.filter_map(|[length, width, height]| {
        let area = length.checked_mul(width)?;
        area.checked_mul(height)
    });
    let total: Decimal = volumes.sum();
    let rounding = RoundingStrategy::AwayFromZero;
    total.round_dp_with_strategy(places, rounding).normalize()
}

/// An exact amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Amount in the currency's unit (not cents).
    pub amount: Decimal,
    /// ISO 4217, upper case.
    pub currency: String,
}

impl Money {
    /// The amount in cents, when it is a whole number of them.
    #[must_use]
    pub fn cents(&self) -> Option<Decimal> {
        let cents = self.amount.checked_mul(Decimal::ONE_HUNDRED)?;
        cents.is_integer().then(|| cents.normalize())
    }
}

/// An article in the shipment, for customs.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The shop's article number.
    pub sku: Option<String>,
    /// What it is.
    pub description: String,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_price: Option<Money>,
    /// Weight of one, in grams.
    pub weight_g: Option<u32>,
    /// Harmonised System code, digits.
    pub hs_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub origin_country: Option<String>,
    /// The id of the parcel it is in.
    pub parcel: Option<String>,
}

/// What can be sold on top of a service. An option that a product does not declare is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceOption {
    /// Delivered on Saturday.
    SaturdayDelivery,
    /// Delivered on Monday.
    MondayDelivery,
    /// Handed over against a signature.
    Signature,
    /// The declared value is insured.
    Insurance,
}

impl ServiceOption {
    /// All options, in the order they are documented.
    pub const ALL: [Self; 4] = [
        Self::SaturdayDelivery,
        Self::MondayDelivery,
        Self::Signature,
        Self::Insurance,
    ];

    /// The name used in orders.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SaturdayDelivery => "saturday_delivery",
            Self::MondayDelivery => "monday_delivery",
            Self::Signature => "signature",
            Self::Insurance => "insurance",
        }
    }
}

impl Span {
    /// Its days in UTC, with so many more on each side, for carriers that do not say in which place's
    /// time they count: `2026-11-24`, or as `format` says.
    #[must_use]
    pub fn days(&self, more: i64, format: &str) -> [String; 2] {
        [(self.from, -more), (self.to, more)].map(|(moment, days)| {
            let date = Offset::UTC.to_datetime(moment).date();
            date.saturating_add(days.days())
                .strftime(format)
                .to_string()
        })
    }
}

/// A span of time, for look-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Not before.
    pub from: Timestamp,
    /// Not after.
    pub to: Timestamp,
}
