//! What a carrier says about itself: products, options, formats, and what its silence means.

use std::time::Duration;

use crate::faults::Fault;
use crate::label::LabelFormat;
use crate::proof::Proof;
use crate::shipment::{Contract, ServiceOption};
use crate::step::Booking;

/// A carrier's self-description. `config check`, routing and the conformance kit read it.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name used in configuration and in events: `dhl-express`.
    pub name: &'static str,
    /// The name people use: `DHL Express`.
    pub title: &'static str,
    /// Every product that can be booked.
    pub products: &'static [Product],
    /// The label formats it can make.
    pub label_formats: &'static [LabelFormat],
    /// Longest reference of ours that the carrier keeps, in characters.
    pub reference_max: usize,
    /// Most parcels in one booking.
    pub parcels_max: usize,
    /// Heaviest parcel it takes, in grams.
    pub parcel_max_g: u32,
    /// Whether the papers for a customs border are written; where not, nothing is taken across one.
    pub crosses_customs: bool,
    /// What it means when a look-up by our reference finds nothing.
    pub absence: Absence,
    /// What one void takes back.
    pub void_unit: VoidUnit,
    /// Non-secret values an account may set (`sub_account`), beyond `account_number`.
    pub settings: &'static [Setting],
    /// Secrets an account must or may give.
    pub secrets: &'static [SecretField],
    /// Where its API is, in production. An account names its own; the stub lies below the same path.
    pub base_url: &'static str,
    /// Where the public follows a parcel; `{}` stands for the tracking number.
    pub tracking_page: Option<&'static str>,
    /// Its error atlas: the very table that its answers are judged by. A certificate wants one.
    pub faults: &'static [Fault],
    /// How far it has been proven, and by what.
    pub proof: Proof,
    /// A made-up contract whose number and settings have the carrier's shape, to try it without one.
    pub specimen: Specimen,
}

impl Profile {
    /// What is safe where a carrier says nothing; it names what differs. What has no usual value is
    /// empty: without it nothing can be booked.
    pub const USUAL: Self = Self {
        name: "",
        title: "",
        products: &[],
        label_formats: &[],
        reference_max: 0,
        parcels_max: 0,
        parcel_max_g: 0,
        crosses_customs: false,
        absence: Absence::Evidence,
        void_unit: VoidUnit::Shipment,
        settings: &[],
        secrets: &[],
        base_url: "",
        tracking_page: None,
        faults: &[],
        proof: Proof::Fixtures,
        specimen: Specimen::of("12345678", &[]),
    };

    /// What the account sets, else the usual value of this setting; empty where there is neither.
    #[must_use]
    pub fn setting<'contract>(&self, contract: &'contract Contract, name: &str) -> &'contract str {
        let usual = || {
            let setting = self.settings.iter().find(|setting| setting.name == name)?;
            setting.one_of.first().copied()
        };
        contract.setting(name).or_else(usual).unwrap_or_default()
    }

    /// The product with this code, if the carrier declares it.
    #[must_use]
    pub fn product(&self, code: &str) -> Option<&'static Product> {
        self.products.iter().find(|product| product.code == code)
    }
}

/// A made-up contract, as constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specimen {
    number: &'static str,
    settings: &'static [(&'static str, &'static str)],
}

impl Specimen {
    /// A contract with this number and these settings.
    #[must_use]
    pub const fn of(
        number: &'static str,
        settings: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { number, settings }
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> Contract {
        Contract::of(self.number, self.settings)
    }
}

/// One product (service level) of a carrier, by the carrier's own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// The carrier's code.
    pub code: &'static str,
    /// The carrier's name for it.
    pub name: &'static str,
    /// Where it goes.
    pub reach: Reach,
    /// Options that change its wire request. Any other option is refused.
    pub options: &'static [ServiceOption],
}

impl Product {
    /// A product, for a table of one line each.
    #[must_use]
    pub const fn new(
        code: &'static str,
        name: &'static str,
        reach: Reach,
        options: &'static [ServiceOption],
    ) -> Self {
        Self {
            code,
            name,
            reach,
            options,
        }
    }
}

/// Where a product goes, seen from the shipper's country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Within the shipper's country.
    National,
    /// To other countries only.
    International,
    /// Both.
    Anywhere,
}

/// What it means when a carrier does not know our reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It proves that nothing was booked, once this long has passed since the request.
    Proof {
        /// Time after which the look-up is complete.
        after: Duration,
    },
    /// It is only evidence: the index may lag. A person or `when_in_doubt` decides.
    Evidence,
}

/// What one void request takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoidUnit {
    /// The whole shipment, by its number.
    Shipment,
    /// One parcel: a shipment of three needs three.
    Parcel,
}

impl VoidUnit {
    /// The numbers to be voided so that all of a booking is taken back.
    #[must_use]
    pub fn numbers_of(self, booking: &Booking) -> Vec<String> {
        match self {
            Self::Shipment => vec![booking.tracking_number.clone()],
            Self::Parcel => {
                let parcels = booking.parcels.iter();
                parcels
                    .map(|parcel| parcel.tracking_number.clone())
                    .collect()
            }
        }
    }
}

/// A non-secret value of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in the account's configuration.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// What it may be, the usual one first; anything where nothing is listed.
    pub one_of: &'static [&'static str],
}

impl Setting {
    /// Length of a parcel that comes without a size.
    pub const DEFAULT_LENGTH: Self = Self::new(
        "default_length_mm",
        "length of a parcel without a size; refused when not set",
    );
    /// Its width.
    pub const DEFAULT_WIDTH: Self = Self::new("default_width_mm", "its width");
    /// Its height.
    pub const DEFAULT_HEIGHT: Self = Self::new("default_height_mm", "its height");
    /// Whom the driver calls when a consignee has no phone.
    pub const DEFAULT_PHONE: Self = Self::new(
        "default_phone",
        "whom the carrier calls when a consignee has no phone; refused when not set",
    );

    /// The same, when it must be one of these; the first counts where it is not set.
    #[must_use]
    pub const fn one_of(self, one_of: &'static [&'static str]) -> Self {
        Self { one_of, ..self }
    }

    /// A setting, for a table of one line each.
    #[must_use]
    pub const fn new(name: &'static str, purpose: &'static str) -> Self {
        Self {
            name,
            purpose,
            one_of: &[],
        }
    }
}

/// A secret of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretField {
    /// Its key in the account's configuration.
    pub name: &'static str,
    /// Whether nothing can be booked without it.
    pub required: bool,
    /// What is lost without it, in plain words.
    pub without: &'static str,
}

impl SecretField {
    /// Who asks for a token, by [`crate::Auth::oauth2`].
    pub const CLIENT_ID: Self =
        Self::required("client_id", "no token can be had, so nothing booked");
    /// The secret that goes with it.
    pub const CLIENT_SECRET: Self =
        Self::required("client_secret", "no token can be had, so nothing booked");

    /// Who asks, by [`crate::Auth::BASIC`].
    pub const USERNAME: Self = Self::required("username", "nothing can be booked");
    /// The password that goes with it.
    pub const PASSWORD: Self = Self::required("password", "nothing can be booked");

    /// A secret without which nothing can be booked.
    #[must_use]
    pub const fn required(name: &'static str, without: &'static str) -> Self {
        Self {
            name,
            required: true,
            without,
        }
    }

    /// A secret that may be missing.
    #[must_use]
    pub const fn optional(name: &'static str, without: &'static str) -> Self {
        Self {
            name,
            required: false,
            without,
        }
    }
}
