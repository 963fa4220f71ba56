//! What Chronopost says about itself: products, limits, settings, and what its silence means.
//! The sources of each fact, and the doubtful ones, are in the README.

use carrier_sdk::label::LabelFormat;
use carrier_sdk::profile::{Absence, Product, Profile, Reach, SecretField, Setting, VoidUnit};
use carrier_sdk::shipment::ServiceOption::{self, Insurance, MondayDelivery, SaturdayDelivery};

const NATIONAL: &[ServiceOption] = &[SaturdayDelivery, MondayDelivery, Insurance];
const INTERNATIONAL: &[ServiceOption] = &[Insurance];

const fn national(code: &'static str, name: &'static str) -> Product {
    Product {
        code,
        name,
        reach: Reach::National,
        options: NATIONAL,
    }
}

const fn international(code: &'static str, name: &'static str) -> Product {
    Product {
        code,
        name,
        reach: Reach::International,
        options: INTERNATIONAL,
    }
}

/// Relay, appointment, return and food products need more than a [`carrier_sdk::Shipment`] says.
pub(crate) static PROFILE: Profile = Profile {
    name: "chronopost",
    title: "Chronopost",
    products: &[
        national("01", "Chrono 13"),
        national("02", "Chrono 10"),
        national("16", "Chrono 18"),
        national("75", "Chrono 8"),
        national("76", "Chrono 9"),
        national("77", "Chrono 12"),
        international("17", "Chrono Express"),
        international("44", "Chrono Classic"),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    // a booking may hold 100, but a look-up by reference tells 10 at most: a doubt about more
    // could never be settled
    parcels_max: 10,
    parcel_max_g: 30_000,
    // tracking learns of a parcel some unpublished time after the booking
    absence: Absence::Evidence,
    void_unit: VoidUnit::Parcel,
    settings: &[
        Setting {
            name: "sub_account",
            purpose: "sub-account number, up to 3 digits",
        },
        Setting {
            name: "civility",
            purpose: "how the shipper is addressed: M (default), E or L",
        },
        Setting {
            name: "label_mode",
            purpose: "label layout: SPD (default), PDF, PPR, THE, THEPSG; Z2D (default), ZPL300, Z2DPSG",
        },
        Setting {
            name: "pre_alert",
            purpose: "email: Chronopost announces the parcel to a consignee with an e-mail address",
        },
    ],
    secrets: &[
        SecretField {
            name: "password",
            required: true,
            without: "nothing can be booked",
        },
        SecretField {
            name: "tracking_password",
            required: false,
            without: "every doubt will park: bookings cannot be looked up",
        },
    ],
    tracking_page: Some("https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={}"),
};
