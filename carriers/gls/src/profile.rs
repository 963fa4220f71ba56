//! What GLS says about itself: products, limits, settings, and what its silence means. Which of it is
//! not in GLS's own description, the README tells.

use carrier_sdk::Reach::Anywhere;
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

/// Layouts of a ZPL label: the printer's dots per inch, and what its further barcode holds.
#[rustfmt::skip]
const TEMPLATES: &[&str] = &[
    "ZPL_200", "ZPL_200_TRACKID_EAN_128", "ZPL_200_TRACKID_CODE_39", "ZPL_200_REFNO_EAN_128", "ZPL_200_REFNO_CODE_39",
    "ZPL_300", "ZPL_300_TRACKID_EAN_128", "ZPL_300_TRACKID_CODE_39", "ZPL_300_REFNO_EAN_128", "ZPL_300_REFNO_CODE_39",
];

/// Freight and pharma products need more than a [`carrier_sdk::Shipment`] says.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "gls",
    title: "GLS",
    products: &[
        Product::new("PARCEL", "Parcel", Anywhere, &[]),
        Product::new("EXPRESS", "Express", Anywhere, &[]),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    parcels_max: 99,
    parcel_max_g: 40_000,
    void_unit: VoidUnit::Parcel,
    settings: &[
        Setting::new("express_service", "GLS's name of the service that an EXPRESS parcel is sent with (a time of delivery); none when not set"),
        Setting::new("template_set", "layout of a ZPL label; ZPL_200 when not set").one_of(TEMPLATES),
    ],
    secrets: &[SecretField::CLIENT_ID, SecretField::CLIENT_SECRET],
    base_url: "https://api.gls-group.net",
    faults: FAULTS,
    proof: Proof::Description("OpenAPI of ShipIT-Farm, GLS ShipIT API v1"),
    ..Profile::USUAL
};
