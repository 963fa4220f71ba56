//! What FedEx offers within Europe and from it: products, options, limits, and what its silence means.
//!
//! The products are those of FedEx's API reference guide: its list for the EU's domestic services, and
//! the international ones. Freight and services for the United States are left out.

use carrier_sdk::LabelFormat::{Epl, Pdf, Png, Zpl};
use carrier_sdk::Reach::{International, National};
use carrier_sdk::ServiceOption::{Insurance, SaturdayDelivery, Signature};
use carrier_sdk::customs::INCOTERMS;
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

const OPTIONS: &[ServiceOption] = &[SaturdayDelivery, Signature, Insurance];

/// The carrier's self-description.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "fedex",
    title: "FedEx",
    products: &[
        Product::new("FEDEX_FIRST", "First", National, OPTIONS),
        Product::new("FEDEX_PRIORITY_EXPRESS", "Priority Express", National, OPTIONS),
        Product::new("FEDEX_PRIORITY", "Priority", National, OPTIONS),
        Product::new("PRIORITY_OVERNIGHT", "Priority Overnight", National, OPTIONS),
        Product::new("INTERNATIONAL_FIRST", "International First", International, OPTIONS),
        Product::new("FEDEX_INTERNATIONAL_PRIORITY_EXPRESS", "International Priority Express", International, OPTIONS),
        Product::new("FEDEX_INTERNATIONAL_PRIORITY", "International Priority", International, OPTIONS),
        Product::new("INTERNATIONAL_ECONOMY", "International Economy", International, OPTIONS),
        Product::new("FEDEX_REGIONAL_ECONOMY", "Regional Economy", International, OPTIONS),
    ],
    label_formats: &[Pdf, Zpl, Png, Epl],
    // not documented; 30 fits every field that others report
    reference_max: 30,
    // more would have to be booked asynchronously
    parcels_max: 40,
    parcel_max_g: 68_000,
    crosses_customs: true,
    settings: &[
        Setting::new("pickup", "how FedEx gets the parcels: USE_SCHEDULED_PICKUP when not set")
            .one_of(&["USE_SCHEDULED_PICKUP", "DROPOFF_AT_FEDEX_LOCATION", "CONTACT_FEDEX_TO_SCHEDULE"]),
        Setting::new("incoterm", "who pays duties; DAP, the consignee, when not set; DDP, the account").one_of(&INCOTERMS),
        Setting::DEFAULT_PHONE,
    ],
    secrets: &[SecretField::CLIENT_ID, SecretField::CLIENT_SECRET],
    base_url: "https://apis.fedex.com",
    tracking_page: Some("https://www.fedex.com/fedextrack/?trknbr={}"),
    faults: FAULTS,
    proof: Proof::Description("OpenAPI of Ship v1 and Track v1"),
    ..Profile::USUAL
};
