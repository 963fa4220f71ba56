//! What Colissimo says about itself: products, limits, settings. The sources of each fact, and the
//! doubtful ones, are in the README.

use carrier_sdk::Reach::{Anywhere, National};
use carrier_sdk::ServiceOption::Insurance;
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

const OPTIONS: &[ServiceOption] = &[Insurance];

/// Relays, returns and overseas products need more than is written here.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "colissimo",
    title: "Colissimo",
    products: &[
        Product::new("DOM", "Home without signature", Anywhere, OPTIONS),
        Product::new("DOS", "Home with signature", Anywhere, OPTIONS),
        Product::new("COLR", "Flash without signature", National, OPTIONS),
        Product::new("J+1", "Flash with signature", National, OPTIONS),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    // a label is a call: a shipment of several parcels would be several bookings
    parcels_max: 1,
    parcel_max_g: 30_000,
    // nothing can be looked up by our reference, so nothing is ever absent
    absence: Absence::Evidence,
    settings: &[
        Setting::new("credentials", "password (default), or api_key: what the secret `password` is").one_of(&["password", "api_key"]),
        Setting::new("printing_type", "layout of the label; PDF_10x15_300dpi or ZPL_10x15_203dpi when not set"),
    ],
    secrets: &[
        SecretField::required("password", "nothing can be booked: it is the contract's password, or its API key"),
    ],
    base_url: "https://ws.colissimo.fr",
    tracking_page: Some("https://www.laposte.fr/outils/suivre-vos-envois?code={}"),
    faults: FAULTS,
    ..Profile::USUAL
};
