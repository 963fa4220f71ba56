//! What DHL Express offers: products, options, limits, and what its silence means.
//!
//! Product codes that DHL's own reference table does not confirm (E, M, Y) are left out.

use carrier_sdk::profile::Reach;
use carrier_sdk::{
    Absence, LabelFormat, Product, Profile, SecretField, ServiceOption, Setting, VoidUnit,
};

/// What a product may carry beyond a customs border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// Goods, with a declaration.
    Goods,
    /// Documents only.
    Documents,
    /// Nothing: it stays inside.
    Nothing,
}

/// What the product with this code may carry beyond a customs border.
pub(crate) fn carries(code: &str) -> Carries {
    match code {
        "P" => Carries::Goods,
        "D" | "K" | "L" | "T" => Carries::Documents,
        _ => Carries::Nothing,
    }
}

const fn product(code: &'static str, name: &'static str, reach: Reach) -> Product {
    const OPTIONS: &[ServiceOption] = &[
        ServiceOption::SaturdayDelivery,
        ServiceOption::Signature,
        ServiceOption::Insurance,
    ];
    Product {
        code,
        name,
        reach,
        options: OPTIONS,
    }
}

const fn setting(name: &'static str, purpose: &'static str) -> Setting {
    Setting { name, purpose }
}

const fn secret(name: &'static str, without: &'static str) -> SecretField {
    SecretField {
        name,
        required: true,
        without,
    }
}

/// The carrier's self-description.
pub(crate) static PROFILE: Profile = Profile {
    name: "dhl-express",
    title: "DHL Express",
    products: &[
        product("N", "Express Domestic", Reach::National),
        product("1", "Express Domestic 12:00", Reach::National),
        product("O", "Express Domestic 10:30", Reach::National),
        product("I", "Express Domestic 9:00", Reach::National),
        product("U", "Express Worldwide inside the EU", Reach::International),
        product("P", "Express Worldwide", Reach::International),
        product("D", "Express Worldwide documents", Reach::International),
        product("K", "Express 9:00 documents", Reach::International),
        product("L", "Express 10:30 documents", Reach::International),
        product("T", "Express 12:00 documents", Reach::International),
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    parcels_max: 999,
    // some products take less (250 kg by 9:00): DHL says so itself, and clearly
    parcel_max_g: 1_000_000,
    absence: Absence::Evidence,
    void_unit: VoidUnit::Shipment,
    settings: &[
        setting("incoterm", "who pays duties; DAP when not set"),
        setting(
            "content_description",
            "what a shipment without customs papers holds; Merchandise when not set",
        ),
        setting(
            "label_template",
            "the label's layout; ECOM26_84_001 when not set",
        ),
        setting(
            "default_phone",
            "whom DHL calls when a consignee has no phone; refused when not set",
        ),
        setting(
            "default_length_mm",
            "length of a parcel without a size; refused when not set",
        ),
        setting("default_width_mm", "its width"),
        setting("default_height_mm", "its height"),
    ],
    secrets: &[
        secret(
            "username",
            "nothing can be booked: it is the portal's API key",
        ),
        secret(
            "password",
            "nothing can be booked: it is the portal's API secret",
        ),
    ],
    tracking_page: Some("https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
};
