//! What Template Title says about itself: products, limits, secrets, and what its silence means.
//! Where each fact comes from stands in the README.

use carrier_sdk::ServiceOption::{SaturdayDelivery, Signature};
use carrier_sdk::profile::Reach::{Anywhere, National};
use carrier_sdk::{Absence, Auth, LabelFormat, Product, Profile, Proof, SecretField};

use crate::faults::FAULTS;

/* auth */

pub(crate) static PROFILE: Profile = Profile {
    name: "template-name",
    title: "Template Title",
    products: &[
        Product::new(
            "DAY",
            "Next day",
            National,
            &[SaturdayDelivery, Signature],
        ),
        Product::new("WORLD", "To the world", Anywhere, &[]),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    parcels_max: 20,
    parcel_max_g: 30_000,
    crosses_customs: true,
    // until the carrier says in writing when a look-up is complete
    absence: Absence::Evidence,
    secrets: SECRETS,
    base_url: "https://api.template-name.example/template-name",
    faults: FAULTS,
    // which official description it follows, once it does
    proof: Proof::Fixtures,
    ..Profile::USUAL
};
