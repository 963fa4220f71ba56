//! What DPD France says about itself: products, limits, settings, and what its silence means.
//! The sources of each fact, and the doubtful ones, are in the README.

use carrier_sdk::Reach::{Anywhere, National};
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

/// The product that announces a window of time to the consignee's mobile phone.
pub(crate) const PREDICT: &str = "PREDICT";

/// EPrint has no product codes: a product is the services it asks for. These are DPD's names. A relay
/// needs a shop, which a [`carrier_sdk::Shipment`] does not name.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "dpd-france",
    title: "DPD France",
    products: &[
        Product::new("CLASSIC", "DPD Classic", Anywhere, &[]),
        Product::new(PREDICT, "DPD Predict", National, &[]),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl, LabelFormat::Epl, LabelFormat::Png],
    reference_max: 35,
    // the call that gives a label at once takes one parcel
    parcels_max: 1,
    parcel_max_g: 31_500,
    // nothing can be looked up by our reference at all
    absence: Absence::Evidence,
    void_unit: VoidUnit::Parcel,
    settings: &[
        Setting::new("center_number", "number of the DPD agency, up to 3 digits; refused when not set"),
        Setting::new("country_code", "country of the contract, as a number: 250 (France, the default)"),
        Setting::new("label_type", "label layout: PDF (default), PDF_A6; ZPL (default), ZPL300, ZPL_A6, ZPL300_A6"),
        Setting::new("pre_alert", "sms or email: DPD announces a Classic parcel to the consignee").one_of(&["", "sms", "email"]),
    ],
    secrets: &[SecretField::USERNAME, SecretField::PASSWORD],
    base_url: "https://e-station.cargonet.software/dpd-eprintwebservice",
    tracking_page: Some("https://trace.dpd.fr/fr/trace/{}"),
    faults: FAULTS,
    proof: Proof::Description("EPrint's WSDL"),
    specimen: Specimen::of("123456", &[("center_number", "077")]),
    ..Profile::USUAL
};
