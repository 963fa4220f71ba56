//! What DHL Express offers: products, options, limits, and what its silence means.
//!
//! Product codes that DHL's own reference table does not confirm (E, M, Y) are left out.

use carrier_sdk::Reach::{International, National};
use carrier_sdk::ServiceOption::{Insurance, SaturdayDelivery, Signature};
use carrier_sdk::customs::INCOTERMS;
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

const OPTIONS: &[ServiceOption] = &[SaturdayDelivery, Signature, Insurance];

/// The carrier's self-description.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "dhl-express",
    title: "DHL Express",
    products: &[
        Product::new("N", "Express Domestic", National, OPTIONS),
        Product::new("1", "Express Domestic 12:00", National, OPTIONS),
        Product::new("O", "Express Domestic 10:30", National, OPTIONS),
        Product::new("I", "Express Domestic 9:00", National, OPTIONS),
        Product::new("U", "Express Worldwide inside the EU", International, OPTIONS),
        Product::new("P", "Express Worldwide", International, OPTIONS),
        Product::new("D", "Express Worldwide documents", International, OPTIONS),
        Product::new("K", "Express 9:00 documents", International, OPTIONS),
        Product::new("L", "Express 10:30 documents", International, OPTIONS),
        Product::new("T", "Express 12:00 documents", International, OPTIONS),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    parcels_max: 999,
    // some products take less (250 kg by 9:00): DHL says so itself, and clearly
    parcel_max_g: 1_000_000,
    crosses_customs: true,
    settings: &[
        Setting::new("incoterm", "who pays duties; DAP when not set").one_of(&INCOTERMS),
        Setting::new("content_description", "what a shipment without customs papers holds; Merchandise when not set"),
        Setting::new("label_template", "the label's layout; ECOM26_84_001 when not set"),
        Setting::DEFAULT_PHONE,
        Setting::DEFAULT_LENGTH,
        Setting::DEFAULT_WIDTH,
        Setting::DEFAULT_HEIGHT,
    ],
    secrets: &[
        SecretField::required("username", "nothing can be booked: it is the portal's API key"),
        SecretField::required("password", "nothing can be booked: it is the portal's API secret"),
    ],
    base_url: "https://express.api.dhl.com/mydhlapi",
    tracking_page: Some("https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
    faults: FAULTS,
    proof: Proof::Description("MyDHL API, OpenAPI 3.1.1"),
    ..Profile::USUAL
};
