//! What Geodis says about itself: products, limits, settings, and what its silence means.
//! Where each fact comes from, and which are doubtful, stands in the README.

use carrier_sdk::Reach::National;
use carrier_sdk::ServiceOption::SaturdayDelivery;
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "geodis",
    title: "Geodis",
    products: &[
        Product::new("NTX", "Express France", National, &[SaturdayDelivery]),
        Product::new("MES", "Messagerie", National, &[SaturdayDelivery]),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl, LabelFormat::Epl],
    reference_max: 35,
    // the answer has one number and one document, however many units there are
    parcels_max: 1,
    parcel_max_g: 100_000,
    // nobody says how soon a shipment can be found by its reference
    absence: Absence::Evidence,
    settings: &[
        Setting::new("agency", "Geodis's agency (codeSa), up to 6 digits; refused when not set"),
        Setting::new("appointment", "RDW (on the web) or RDT (by phone): the consignee chooses the day; none when not set").one_of(&["", "RDW", "RDT"]),
        Setting::new("validation", "later (default): somebody validates the day's shipments in Espace client; now: each at once").one_of(&["later", "now"]),
    ],
    secrets: &[
        SecretField::required("identifier", "no call can be signed, so nothing booked"),
        SecretField::required("api_key", "no call can be signed, so nothing booked"),
    ],
    base_url: "https://espace-client.geodis.com/services",
    faults: FAULTS,
    specimen: Specimen::of("123456", &[("agency", "012345")]),
    ..Profile::USUAL
};
