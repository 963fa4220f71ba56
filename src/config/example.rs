//! `diligence.example.toml` for tests, with two carriers that know its products, and the proof that
//! the manual leaves no key out.

use std::path::Path;
use std::time::Duration;

use carrier_sdk::profile::{Reach, VoidUnit};
use carrier_sdk::{Absence, LabelFormat, Product, Profile, SecretField, ServiceOption, Setting};

use super::{Config, Severity, check, check_worker, parse};

const EXAMPLE: &str = include_str!("../../diligence.example.toml");

static DHL: Profile = Profile {
    name: "dhl-express",
    title: "DHL Express",
    products: &[
        Product {
            code: "N",
            name: "Express Domestic",
            reach: Reach::National,
            options: &[ServiceOption::Signature],
        },
        Product {
            code: "U",
            name: "Express Worldwide",
            reach: Reach::International,
            options: &[],
        },
    ],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    parcels_max: 10,
    parcel_max_g: 70_000,
    absence: Absence::Evidence,
    void_unit: VoidUnit::Shipment,
    settings: &[],
    secrets: &[
        required("username", "nothing can be booked"),
        required("password", "nothing can be booked"),
    ],
    base_url: "https://carrier.example",
    ..Profile::USUAL
};

static CHRONOPOST: Profile = Profile {
    name: "chronopost",
    title: "Chronopost",
    products: &[Product {
        code: "01",
        name: "Chrono 13",
        reach: Reach::National,
        options: &[ServiceOption::SaturdayDelivery],
    }],
    label_formats: &[LabelFormat::Pdf],
    reference_max: 35,
    parcels_max: 1,
    parcel_max_g: 30_000,
    absence: Absence::Proof {
        after: Duration::from_secs(600),
    },
    void_unit: VoidUnit::Parcel,
    settings: &[Setting::new("sub_account", "a part of the contract")],
    secrets: &[
        required("password", "nothing can be booked"),
        SecretField {
            name: "tracking_password",
            required: false,
            without: "every doubt will park",
        },
    ],
    base_url: "https://carrier.example",
    ..Profile::USUAL
};

const fn required(name: &'static str, without: &'static str) -> SecretField {
    SecretField {
        name,
        required: true,
        without,
    }
}

/// The carriers of the example.
pub static PROFILES: [&Profile; 2] = [&DHL, &CHRONOPOST];

/// The example with one text in it replaced; an empty one leaves it as it is.
#[track_caller]
pub fn changed(from: &str, to: &str) -> Config {
    assert!(EXAMPLE.contains(from), "{from} is not in the example");
    let text = EXAMPLE.replacen(from, to, 1);
    parse("diligence.toml", &text, Path::new(""), &[]).expect("a configuration")
}

/// The example.
pub fn config() -> Config {
    changed("", "")
}

#[test]
fn the_example_is_free_of_findings() {
    assert_eq!(check(&config(), &PROFILES), []);
    assert_eq!(check_worker(&config()), []);
}

#[test]
fn every_key_there_is_occurs_in_the_example() {
    let sources = [
        include_str!("../config.rs"),
        include_str!("settings.rs"),
        include_str!("network.rs"),
        include_str!("account.rs"),
    ];
    let lines = sources.iter().flat_map(|source| source.lines());
    let keys: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("    pub ")?.split_once(": "))
        .map(|(key, _)| key)
        .filter(|key| *key != "more" && !key.contains('('))
        .collect();
    assert!(keys.len() > 60, "the sources are read: {}", keys.len());
    for key in keys {
        let shown = EXAMPLE.lines().any(|line| {
            let line = line.trim_start_matches(['#', ' ', '[']);
            let rest = line.strip_prefix(key);
            rest.is_some_and(|rest| rest.starts_with([' ', ']', '.']))
        }) || EXAMPLE.contains(&format!(".{key}]]"));
        assert!(shown, "{key} is not in diligence.example.toml");
    }
}

#[test]
fn what_the_example_calls_default_is_the_default() {
    let keys = EXAMPLE.lines().filter(|line| line.contains("# default"));
    let mut bare: Vec<&str> = EXAMPLE.lines().collect();
    bare.retain(|line| !line.contains("# default"));
    let bare = parse("bare", &bare.join("\n"), Path::new(""), &[]).expect("the rest is enough");
    assert!(keys.count() > 25);
    assert_eq!(format!("{bare:?}"), format!("{:?}", config()));
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", config());
    for secret in ["255562", "guest", "diligence.db", "\"demo\""] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert!(shown.contains("tracking_password"));
}

#[test]
fn a_carrier_gets_its_secrets_and_settings_and_nothing_else() {
    let config = changed(
        "account_number = \"19869502\"",
        "account_number = \"19869502\"\nsub_account = \"003\"",
    );
    let account = &config.accounts[1];
    let secrets = account.secrets(&CHRONOPOST);
    assert_eq!(
        secrets.into_keys().collect::<Vec<_>>(),
        ["password", "tracking_password"]
    );
    let contract = account.contract(&CHRONOPOST);
    assert_eq!(contract.number, "19869502");
    assert_eq!(contract.setting("sub_account"), Some("003"));
    assert_eq!(contract.settings.len(), 1);
    assert!(
        check(&config, &PROFILES)
            .iter()
            .all(|finding| finding.severity != Severity::Error)
    );
}
