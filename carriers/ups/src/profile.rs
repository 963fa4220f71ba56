//! What UPS offers from Europe: products, options, limits, and what its silence means.
//!
//! Left out: Access Point products (a shop would have to be chosen), 74 (within Germany only), freight,
//! and products that start in the United States, where our reference would have to stand elsewhere.

use carrier_sdk::Reach::{Anywhere, International};
use carrier_sdk::ServiceOption::{Insurance, SaturdayDelivery, Signature};
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

const OPTIONS: &[ServiceOption] = &[SaturdayDelivery, Signature, Insurance];

/// The carrier's self-description.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "ups",
    title: "UPS",
    products: &[
        Product::new("07", "Express", Anywhere, OPTIONS),
        Product::new("54", "Express Plus", Anywhere, OPTIONS),
        Product::new("65", "Express Saver", Anywhere, OPTIONS),
        Product::new("08", "Expedited", International, OPTIONS),
        Product::new("11", "Standard", Anywhere, OPTIONS),
    ],
    // UPS draws no PDF with a booking; its EPL and SPL are not told apart from other bytes
    label_formats: &[LabelFormat::Zpl, LabelFormat::Gif],
    reference_max: 35,
    parcels_max: 200,
    parcel_max_g: 70_000,
    crosses_customs: true,
    settings: &[
        Setting::new("incoterm", "who pays duties: DAP, the consignee, when not set; or DDP, the account").one_of(&["DAP", "DDP"]),
        Setting::new("look_up", "how a doubt is settled: labels, with the label, when not set; or tracking").one_of(&["labels", "tracking"]),
        Setting::DEFAULT_PHONE,
    ],
    secrets: &[SecretField::CLIENT_ID, SecretField::CLIENT_SECRET],
    base_url: "https://onlinetools.ups.com",
    tracking_page: Some("https://www.ups.com/track?tracknum={}"),
    faults: FAULTS,
    proof: Proof::Description("OpenAPI of Shipping 2409, Label Recovery, Track"),
    specimen: Specimen::of("9A8B7C", &[]),
    ..Profile::USUAL
};
