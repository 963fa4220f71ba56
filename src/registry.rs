//! The one file that names carriers. A new carrier is its folder and its lines here.

use carrier_sdk::{Carrier, Profile};

static DHL_EXPRESS: carrier_dhl_express::DhlExpress = carrier_dhl_express::DhlExpress;
static CHRONOPOST: carrier_chronopost::Chronopost = carrier_chronopost::Chronopost;

/// Every carrier, by name.
pub fn carriers() -> [&'static dyn Carrier; 2] {
    [&CHRONOPOST, &DHL_EXPRESS]
}

/// The carrier with this name.
pub fn carrier(name: &str) -> Option<&'static dyn Carrier> {
    carriers()
        .into_iter()
        .find(|carrier| carrier.profile().name == name)
}

/// Every carrier's profile.
pub fn profiles() -> Vec<&'static Profile> {
    carriers().into_iter().map(Carrier::profile).collect()
}

/// Every carrier's stub, for one server.
#[cfg(feature = "stub")]
pub fn stubs(bench: &carrier_sdk::stub::Bench) -> Vec<wiremock::Mock> {
    let mut mocks = carrier_chronopost::stub::mocks(bench);
    mocks.extend(carrier_dhl_express::stub::mocks(bench));
    mocks
}
