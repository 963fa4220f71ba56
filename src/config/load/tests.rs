//! What the environment and files of secrets do, and that no error shows a secret.

use secrecy::ExposeSecret;

use super::*;
use crate::config::Bus;

const ACCOUNT: &str = r#"
[[accounts]]
id = "dhl-fr"
carrier = "dhl-express"
environment = "test"
base_url = "https://example.com"
account_number = "1"
password = "from the file"
"#;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, Finding> {
    let variables: Vec<(String, String)> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    parse("diligence.toml", text, Path::new("."), &variables)
}

#[track_caller]
fn fault(text: &str, variables: &[(&str, &str)]) -> String {
    read(text, variables).expect_err("a fault").to_string()
}

fn url(bus: &Bus) -> Option<&str> {
    bus.url.as_ref().map(|url| url.expose_secret())
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let config = read("", &[]).expect("defaults");
    assert_eq!(config.dispatch.lease_s, 120);
    assert_eq!(url(&config.bus), None);
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = read(
        "[bus]\nurl = 'amqp://file'\nprefetch = 1",
        &[
            ("DILIGENCE__BUS__URL", "amqp://environment"),
            ("DILIGENCE__BUS__PREFETCH", "7"),
            ("DILIGENCE__BUS__DECLARE", "false"),
            ("DILIGENCE__BUS__ORDERS_KEYS", r#"["a", "b"]"#),
            ("DILIGENCE__LABELS__FORMAT", "zpl"),
            ("DILIGENCE__SERVICES__EXPRESS__MAX_AGE_H", "48"),
            ("DILIGENCE_OTHER", "not ours"),
        ],
    )
    .expect("a configuration");
    assert_eq!(url(&config.bus), Some("amqp://environment"));
    assert_eq!(config.bus.prefetch, 7);
    assert!(!config.bus.declare);
    assert_eq!(config.bus.orders_keys, ["a", "b"]);
    assert_eq!(config.labels.format.name(), "zpl");
    assert_eq!(config.services["express"].max_age_h, 48);
}

#[test]
fn a_secret_that_looks_like_a_number_keeps_its_digits() {
    for secret in ["0012", "1e5", "0x10", "1_000", "true", "2026-01-01"] {
        let variables = [
            ("DILIGENCE__ACCOUNTS__DHL_FR__PASSWORD", secret),
            ("DILIGENCE__ACCOUNTS__0__ACCOUNT_NUMBER", secret),
        ];
        let config = read(ACCOUNT, &variables).expect("a configuration");
        let account = &config.accounts[0];
        assert_eq!(account.more.text("password"), Some(secret));
        assert_eq!(account.account_number, secret);
    }
}

#[test]
fn a_secret_can_stand_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("dhl"), "s3cret \r\n").expect("a file");
    std::fs::write(folder.path().join("empty"), "\n").expect("a file");
    let with = |text: String| parse("diligence.toml", &text, folder.path(), &[]);
    let in_file = |file: &str| ACCOUNT.replace("password = \"from the file\"", file);
    let config = with(in_file("password_file = 'dhl'")).expect("a configuration");
    assert_eq!(config.accounts[0].more.text("password"), Some("s3cret "));
    assert_eq!(
        config.accounts[0].more.names().collect::<Vec<_>>(),
        ["password"]
    );
    for (file, reason) in [
        ("password_file = 'empty'", "is empty"),
        ("password_file = 'absent'", "cannot be read"),
        ("password_file = 7", "must be the name of a file"),
        (
            "password = 'x'\npassword_file = 'dhl'",
            "both password and password_file",
        ),
    ] {
        let fault = with(in_file(file)).expect_err("a fault").to_string();
        assert!(fault.contains(reason), "{fault}");
        assert!(fault.contains("accounts[0].password_file"), "{fault}");
    }
}

#[test]
fn a_secret_of_the_environment_replaces_the_file_of_a_secret() {
    let text = ACCOUNT.replace("password = \"from the file\"", "password_file = 'absent'");
    let variables = [("DILIGENCE__ACCOUNTS__DHL_FR__PASSWORD", "x")];
    let config = read(&text, &variables).expect("a configuration");
    assert_eq!(config.accounts[0].more.text("password"), Some("x"));
}

#[test]
fn faults_say_line_column_key_and_what_is_wanted() {
    assert_eq!(
        fault("[bus]\nprefetch = 'many'\n", &[]),
        "diligence.toml:2:1 bus.prefetch: must be a whole number, not negative and not too large; correct the value"
    );
    let unknown = fault("[bus]\n\n  urll = 'x'\n", &[]);
    assert!(
        unknown.starts_with(
            "diligence.toml:3:3 bus.urll: there is no key urll here; known: one of `url`"
        ),
        "{unknown}"
    );
    let missing = fault(&ACCOUNT.replace("account_number = \"1\"", ""), &[]);
    assert!(
        missing.starts_with("diligence.toml:2:1 accounts"),
        "{missing}"
    );
    assert!(missing.contains("account_number is missing"), "{missing}");
    let nested = fault(&format!("{ACCOUNT}timeout_s = -1"), &[]);
    assert!(
        nested.starts_with("diligence.toml:9:1 accounts[0].timeout_s: must be a whole number"),
        "{nested}"
    );
}

#[test]
fn faults_of_the_environment_name_the_variable() {
    let wrong = fault("", &[("DILIGENCE__BUS__PREFETCH", "s3cret")]);
    assert!(
        wrong.starts_with("environment variable DILIGENCE__BUS__PREFETCH: must be"),
        "{wrong}"
    );
    let unknown = fault(ACCOUNT, &[("DILIGENCE__ACCOUNTS__UPS__PASSWORD", "s3cret")]);
    assert!(unknown.contains("no table or entry UPS"), "{unknown}");
    assert!(fault("", &[("DILIGENCE__", "s3cret")]).contains("no table or entry"));
    assert!(fault("bus = 1", &[("DILIGENCE__BUS__URL", "s3cret")]).contains("no table"));
}

#[test]
fn no_fault_ever_shows_a_secret() {
    for text in [
        "[bus]\nurl = amqp://s3cret",
        "[bus]\nurl = \"amqp://s3cret",
        "[bus]\nurl = ['amqp://s3cret']",
        "[bus]\nurl = { s3cret = 's3cret' }",
        "[bus]\nheartbeat_s = 's3cret'",
        "[ledger]\nurl = 's3cret' 's3cret'",
        "[http]\ntoken = 's3cret\\q'\nx = \"\\q s3cret\"",
        "[labels]\nformat = 's3cret'",
        "[[calendars]]\nid = 'x'\nclosed = ['s3cret']",
        "token = \"a\"\ntoken = \"s3cret\"",
        "[[accounts]]\nid = 'x'\nenvironment = 's3cret'",
        "s3cret",
    ] {
        let fault = fault(text, &[]);
        let shown = fault.replace("known: s3cret", "");
        assert!(!shown.contains("s3cret"), "{text}: {fault}");
    }
    let number = fault("[http]\ntoken = 99999999999999999999999", &[]);
    assert!(!number.contains("9999"), "{number}");
    let number = fault("[http]\ntoken = 12345678", &[]);
    assert!(number.contains("http.token: must be a string"), "{number}");
}

#[test]
fn days_and_times_read_with_quotes_and_without() {
    let config = read(
        "[[calendars]]\nid = 'fr'\nclosed = [2026-12-25, '2027-01-01']",
        &[],
    );
    assert_eq!(
        config.expect("a configuration").calendars[0].closed.len(),
        2
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let fault = load(Path::new("absent/diligence.toml"), &[]).expect_err("a fault");
    assert_eq!(fault.place, "absent/diligence.toml");
}
