//! What TNT Express says about itself: products, limits, settings, and what its silence means.
//! The sources of each fact, and the doubtful ones, are in the README.

use carrier_sdk::Reach::Anywhere;
use carrier_sdk::ServiceOption::Insurance;
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

const OPTIONS: &[ServiceOption] = &[Insurance];

/// Services for goods; those for documents have other codes, which are not documented.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "tnt",
    title: "TNT Express",
    products: &[
        Product::new("09N", "9:00 Express", Anywhere, OPTIONS),
        Product::new("10N", "10:00 Express", Anywhere, OPTIONS),
        Product::new("12N", "12:00 Express", Anywhere, OPTIONS),
        Product::new("15N", "Express", Anywhere, OPTIONS),
        Product::new("48N", "Economy Express", Anywhere, OPTIONS),
        Product::new("1N", "Special Express", Anywhere, OPTIONS),
    ],
    // to be drawn with TNT's stylesheet before it can be printed
    label_formats: &[LabelFormat::Xml],
    reference_max: 24,
    parcels_max: 99,
    parcel_max_g: 70_000,
    // tracking may learn of a consignment with its first scan only
    absence: Absence::Evidence,
    settings: &[
        Setting::new("account_country", "country of the account: FR (default)"),
        Setting::DEFAULT_PHONE,
        Setting::DEFAULT_LENGTH,
        Setting::DEFAULT_WIDTH,
        Setting::DEFAULT_HEIGHT,
    ],
    secrets: &[SecretField::USERNAME, SecretField::PASSWORD],
    base_url: "https://express.tnt.com",
    tracking_page: Some("https://www.tnt.com/express/en_gc/site/shipping-tools/tracking.html?searchType=con&cons={}"),
    faults: FAULTS,
    proof: Proof::Description("schemas of ExpressConnect Shipping and Tracking"),
    ..Profile::USUAL
};
