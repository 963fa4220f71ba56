//! What Chronopost says about itself: products, limits, settings, and what its silence means.
//! The sources of each fact, and the doubtful ones, are in the README.

use carrier_sdk::Reach::{International, National};
use carrier_sdk::ServiceOption::{Insurance, MondayDelivery, SaturdayDelivery};
use carrier_sdk::prelude::*;

use crate::faults::FAULTS;

const AT_HOME: &[ServiceOption] = &[SaturdayDelivery, MondayDelivery, Insurance];
const ABROAD: &[ServiceOption] = &[Insurance];

/// Relay, appointment, return and food products need more than a [`carrier_sdk::Shipment`] says.
#[rustfmt::skip]
pub(crate) static PROFILE: Profile = Profile {
    name: "chronopost",
    title: "Chronopost",
    products: &[
        Product::new("01", "Chrono 13", National, AT_HOME),
        Product::new("02", "Chrono 10", National, AT_HOME),
        Product::new("16", "Chrono 18", National, AT_HOME),
        Product::new("75", "Chrono 8", National, AT_HOME),
        Product::new("76", "Chrono 9", National, AT_HOME),
        Product::new("77", "Chrono 12", National, AT_HOME),
        Product::new("17", "Chrono Express", International, ABROAD),
        Product::new("44", "Chrono Classic", International, ABROAD),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    // a booking may hold 100, but a look-up by reference tells 10 at most: a doubt about more
    // could never be settled
    parcels_max: 10,
    parcel_max_g: 30_000,
    crosses_customs: true,
    // tracking learns of a parcel some unpublished time after the booking
    absence: Absence::Evidence,
    void_unit: VoidUnit::Parcel,
    settings: &[
        Setting::new("sub_account", "sub-account number, up to 3 digits"),
        Setting::new("civility", "how the shipper is addressed: M (default), E or L").one_of(&["M", "E", "L"]),
        Setting::new("label_mode", "label layout: SPD (default), PDF, PPR, THE, THEPSG; Z2D (default), ZPL300, Z2DPSG"),
        Setting::new("pre_alert", "email: Chronopost announces the parcel to a consignee with an e-mail address").one_of(&["", "email"]),
    ],
    secrets: &[
        SecretField::PASSWORD,
        SecretField::optional("tracking_password", "every doubt will park: bookings cannot be looked up"),
    ],
    base_url: "https://ws.chronopost.fr",
    tracking_page: Some("https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={}"),
    faults: FAULTS,
    proof: Proof::Description("schema of ShippingServiceWS (shippingMultiParcelV5) and TrackingServiceWS"),
    ..Profile::USUAL
};
