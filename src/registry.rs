//! The one file that names carriers. A new carrier is its folder, its line in `Cargo.toml` and its
//! line here.

use carrier_sdk::stub::Stub;
use carrier_sdk::{Carrier, Profile};

/// Every carrier with its stub, by name, one a line.
#[rustfmt::skip]
const REGISTERED: &[(&dyn Carrier, Stub)] = &[
    (&carrier_chronopost::Chronopost, carrier_chronopost::stub::answer),
    (&carrier_colissimo::Colissimo, carrier_colissimo::stub::answer),
    (&carrier_dhl_express::DhlExpress, carrier_dhl_express::stub::answer),
    (&carrier_dpd_france::DpdFrance, carrier_dpd_france::stub::answer),
    (&carrier_fedex::Fedex, carrier_fedex::stub::answer),
    (&carrier_geodis::Geodis, carrier_geodis::stub::answer),
    (&carrier_gls::Gls, carrier_gls::stub::answer),
    (&carrier_tnt::Tnt, carrier_tnt::stub::answer),
    (&carrier_ups::Ups, carrier_ups::stub::answer),
];

/// Every carrier, by name.
pub fn carriers() -> impl Iterator<Item = &'static dyn Carrier> {
    REGISTERED.iter().map(|(carrier, _)| *carrier)
}

/// The carrier with this name.
pub fn carrier(name: &str) -> Option<&'static dyn Carrier> {
    carriers().find(|carrier| carrier.profile().name == name)
}

/// The carrier with this name and its stub, which certifies it.
pub fn with_stub(name: &str) -> Option<(&'static dyn Carrier, Stub)> {
    let mut registered = REGISTERED.iter();
    let found = registered.find(|(carrier, _)| carrier.profile().name == name);
    found.copied()
}

/// Every carrier's profile.
pub fn profiles() -> Vec<&'static Profile> {
    carriers().map(Carrier::profile).collect()
}

/// Every carrier's stub, for one server.
#[cfg(feature = "stub")]
pub fn stubs() -> Vec<Stub> {
    REGISTERED.iter().map(|(_, stub)| *stub).collect()
}
