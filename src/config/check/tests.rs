//! Each kind of nonsense, in an example that is otherwise sound.

use super::*;
use crate::config::Severity;
use crate::config::example::{PROFILES, changed};

/// Changes the example in one place and asks for exactly this finding among the worst.
#[track_caller]
fn finds(from: &str, to: &str, severity: Severity, place: &str, message: &str) {
    let findings = check(&changed(from, to), &PROFILES);
    let found = findings.iter().any(|finding| {
        finding.severity == severity
            && finding.place == place
            && finding.message.contains(message)
            && (severity == Severity::Note || !finding.remedy.is_empty())
    });
    assert!(found, "{from} -> {to}: {findings:#?}");
}

#[track_caller]
fn refuses(from: &str, to: &str, place: &str, message: &str) {
    finds(from, to, Severity::Error, place, message);
}

#[test]
fn an_unknown_carrier_is_refused_with_the_names_that_are_known() {
    refuses(
        "carrier = \"chronopost\"",
        "carrier = \"chronpost\"",
        "accounts.chronopost.carrier",
        "no carrier chronpost",
    );
    let findings = check(
        &changed("carrier = \"chronopost\"", "carrier = \"chronpost\""),
        &PROFILES,
    );
    assert_eq!(
        findings[0].remedy,
        "did you mean chronopost? known: dhl-express, chronopost"
    );
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    refuses(
        "accounts = [\"chronopost\", \"dhl\"]  ",
        "accounts = [\"chrono\"]",
        "sites.lille.pickups[0]",
        "no account chrono",
    );
    refuses(
        "accounts = [\"chronopost\", \"dhl\"]              # tried",
        "accounts = [\"ups\"] #",
        "routes[0]",
        "no account ups",
    );
    refuses(
        "accounts = [\"chronopost\", \"dhl\"]              # tried",
        "accounts = [] #",
        "routes[0]",
        "no account",
    );
    refuses(
        "# sites = [\"lille\"]",
        "sites = [\"lyon\"]",
        "routes[0]",
        "no site lyon",
    );
    refuses(
        "calendar = \"fr\"",
        "calendar = \"de\"",
        "sites.lille.calendar",
        "no calendar de",
    );
    refuses(
        "[services.express]",
        "[services.slow]",
        "routes[0]",
        "no service express",
    );
    refuses(
        "service = \"express\"\ncode = \"N\"",
        "service = \"exprss\"\ncode = \"N\"",
        "accounts.dhl.products[0]",
        "no service exprss",
    );
    refuses(
        "service = \"express\"\ncode = \"N\"",
        "service = \"exprss\"\ncode = \"N\"",
        "routes[0]",
        "account dhl has no product for express",
    );
    refuses(
        "time_zone = \"Europe/Paris\"",
        "time_zone = \"Europe/Lille\"",
        "sites.lille.time_zone",
        "no time zone",
    );
}

#[test]
fn a_shadow_is_an_account_that_the_route_does_not_use() {
    let accounts = "accounts = [\"chronopost\", \"dhl\"]              # tried";
    refuses(
        accounts,
        "accounts = [\"dhl\"]\nshadow = \"ups\" #",
        "routes[0].shadow",
        "no account ups",
    );
    let sound = changed(accounts, "accounts = [\"dhl\"]\nshadow = \"chronopost\" #");
    assert_eq!(check(&sound, &PROFILES), []);
    let twice = changed(accounts, "accounts = [\"dhl\"]\nshadow = \"dhl\" #");
    let findings = check(&twice, &PROFILES);
    let found = findings
        .iter()
        .find(|finding| finding.place == "routes[0].shadow");
    assert!(found.is_some_and(|finding| finding.severity == Severity::Warning));
}

#[test]
fn ids_are_unique_and_such_that_an_order_can_name_them() {
    refuses(
        "id = \"chronopost\"",
        "id = \"dhl\"",
        "accounts.dhl",
        "given twice",
    );
    refuses(
        "id = \"lille\"",
        "id = \"Lille Nord\"",
        "sites.Lille Nord",
        "no order can name",
    );
}

#[test]
fn a_contract_ends_after_it_begins_and_takes_one_order_a_day_at_least() {
    refuses(
        "# valid_to = ",
        "valid_from = \"2027-01-01\"\nvalid_to = ",
        "accounts.dhl.valid_to",
        "ends before it begins",
    );
    refuses(
        "# daily_limit = 2000",
        "daily_limit = 0",
        "accounts.dhl.daily_limit",
        "more than 0",
    );
}

#[test]
fn products_must_exist_and_go_where_they_are_sold() {
    refuses(
        "code = \"01\"",
        "code = \"1\"",
        "accounts.chronopost.products[0]",
        "no product 1",
    );
    refuses(
        "code = \"N\"",
        "code = \"U\"",
        "accounts.dhl.products[0]",
        "does not go from any site to FR",
    );
    refuses(
        "code = \"N\"",
        "code = \"U\"",
        "routes[0]",
        "account dhl has no product that goes to FR",
    );
    refuses(
        "countries = [\"FR\"]                            # without it: all; the",
        "countries = [\"FR\", \"DE\"] #",
        "routes[0]",
        "goes to DE",
    );
    refuses(
        "countries = [\"FR\"]                            # without it: all; the",
        "countries = [\"France\"] #",
        "routes[0]",
        "no country France",
    );
}

#[test]
fn a_call_must_end_well_before_its_lease() {
    refuses(
        "timeout_s = 60",
        "timeout_s = 111",
        "accounts.dhl.timeout_s",
        "the lease is 120 s",
    );
    let sound = check(&changed("timeout_s = 60", "timeout_s = 110"), &PROFILES);
    assert_eq!(sound, []);
}

#[test]
fn labels_are_linked_to_where_they_can_be_fetched() {
    let url = "public_url = \"http://127.0.0.1:8080\"";
    for wrong in [
        "labels.example.com",
        "ftp://labels.example.com",
        "https://labels.example.com/?key=1",
        "https://shop:hunter2@labels.example.com",
    ] {
        let wrong = format!("public_url = \"{wrong}\"");
        refuses(url, &wrong, "http.public_url", "cannot start with this");
    }
    let token = "token = \"demo\"";
    refuses(token, "token = \" \"", "http.token", "open the labels");
    let warned = |from: &str, to: &str, message: &str| {
        finds(from, to, Severity::Warning, "http.token", message);
    };
    warned(token, "#", "links to labels that nobody can fetch");
    let both = format!("{url}          # what label links in events start with\n{token}");
    warned(&both, "#", "without a token");
    let listen = "listen = \"127.0.0.1:8080\"";
    let place = "http.public_url";
    finds(
        listen,
        "#",
        Severity::Note,
        place,
        "does not serve the links",
    );
    refuses(
        listen,
        "listen = \"8080\"",
        "http.listen",
        "an address and a port",
    );
}

#[test]
fn plain_http_goes_to_this_machine_only() {
    let base = "http://127.0.0.1:9001/mydhlapi";
    for wrong in [
        "http://10.0.0.1/x",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        refuses(base, wrong, "accounts.dhl.base_url", "unencrypted");
    }
    for fine in [
        "http://localhost:1/x",
        "http://[::1]:1",
        "https://example.com/x",
    ] {
        assert_eq!(check(&changed(base, fine), &PROFILES), [], "{fine}");
    }
    refuses(
        base,
        "https://user:s3cret@example.com",
        "accounts.dhl.base_url",
        "scheme, host and path",
    );
    refuses(
        base,
        "ftp://example.com",
        "accounts.dhl.base_url",
        "no web address",
    );
    refuses(base, "example.com", "accounts.dhl.base_url", "no URL");
}

#[test]
fn keys_of_an_account_are_those_its_carrier_declares() {
    refuses(
        "username = \"demo\"",
        "user_name = \"demo\"",
        "accounts.dhl.user_name",
        "no such key",
    );
    refuses(
        "username = \"demo\"",
        "user_name = \"demo\"",
        "accounts.dhl.username",
        "is missing",
    );
    refuses(
        "username = \"demo\"",
        "username = 17",
        "accounts.dhl.username",
        "must be text",
    );
    let findings = check(
        &changed("username = \"demo\"", "user_name = \"demo\""),
        &PROFILES,
    );
    assert!(
        findings
            .iter()
            .any(|finding| finding.remedy.starts_with("did you mean username?"))
    );
    assert!(findings.iter().any(|finding| {
        finding
            .remedy
            .contains("DILIGENCE__ACCOUNTS__DHL__USERNAME")
    }));
}

#[test]
fn a_missing_optional_secret_warns_of_what_is_lost() {
    finds(
        "tracking_password",
        "# tracking_password",
        Severity::Warning,
        "accounts.chronopost.tracking_password",
        "every doubt will park",
    );
}

#[test]
fn labels_are_in_a_format_the_carrier_makes() {
    refuses(
        "format = \"pdf\"",
        "format = \"zpl\"",
        "accounts.chronopost.label_format",
        "makes no zpl",
    );
    refuses(
        "label_format = \"pdf\"",
        "label_format = \"gif\"",
        "accounts.dhl.label_format",
        "makes no gif",
    );
}

#[test]
fn a_site_must_have_a_truck_for_an_account_of_its_routes() {
    let mut config = changed("", "");
    config.sites[0].pickups[0].accounts = vec!["dhl".into()];
    config.routes[0].accounts = vec!["chronopost".into()];
    let findings = check(&config, &PROFILES);
    assert_eq!(findings[0].place, "sites.lille");
    config.sites[0].pickups.clear();
    let findings = check(&config, &PROFILES);
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Warning)
    );
}

#[test]
fn trucks_make_sense() {
    refuses(
        "cut_off = \"17:30\"",
        "cut_off = \"18:30\"",
        "sites.lille.pickups[0]",
        "after the truck",
    );
    refuses(
        "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
        "days = []",
        "sites.lille.pickups[0]",
        "never comes",
    );
}

#[test]
fn the_ledger_is_one_that_is_built() {
    refuses(
        "sqlite://diligence.db",
        "mysql://s3cret@localhost/x",
        "ledger.url",
        "no ledger",
    );
}

#[cfg(not(feature = "postgres"))]
#[test]
fn without_postgresql_built_in_its_ledger_is_refused() {
    refuses(
        "sqlite://diligence.db",
        "postgres://localhost/x",
        "ledger.url",
        "built without",
    );
}

#[cfg(feature = "postgres")]
#[test]
fn a_password_that_leaves_the_machine_wants_encryption() {
    for silent in [
        "postgres://diligence:s3cret@localhost/x",
        "postgres://diligence:s3cret@127.0.0.1:5433/x",
        "postgres:///x?host=/run/postgresql",
        "postgres://diligence:s3cret@db.example/x?sslmode=verify-full",
    ] {
        let findings = check(&changed("sqlite://diligence.db", silent), &PROFILES);
        let about = findings.iter().find(|found| found.place == "ledger.url");
        assert!(about.is_none(), "{silent}: {about:?}");
    }
    finds(
        "sqlite://diligence.db",
        "postgres://diligence:s3cret@db.example/x?sslmode=prefer",
        Severity::Warning,
        "ledger.url",
        "unencrypted",
    );
}

#[test]
fn a_live_account_is_shown() {
    finds(
        "environment = \"test\"",
        "environment = \"live\"",
        Severity::Note,
        "accounts.dhl.environment",
        "live",
    );
}

#[test]
fn a_worker_needs_one_broker_url() {
    let of = |to: &str| {
        check_worker(&changed(
            "url = \"amqp://guest:guest@127.0.0.1:5672/%2f\"",
            to,
        ))
    };
    assert!(of("")[0].message.contains("needs a broker"));
    assert!(
        of("url = \"http://localhost\"")[0]
            .message
            .contains("no AMQP URL")
    );
    assert!(
        of("url = \"amqp://localhost\"\nurls = [\"amqp://localhost\"]")[0]
            .message
            .contains("both")
    );
    assert_eq!(
        of("url = \"amqp://rabbit.example.com\"")[0].severity,
        Severity::Warning
    );
    assert_eq!(
        of("urls = [\"amqps://a.example.com\", \"amqps://b.example.com\"]"),
        []
    );
}

#[test]
fn nothing_configured_is_refused_in_every_section_that_is_needed() {
    let findings = check(&Config::default(), &PROFILES);
    for place in ["sites", "accounts", "routes"] {
        assert!(
            findings.iter().any(|finding| finding.place == place),
            "{place}"
        );
    }
}

#[test]
fn numbers_that_cannot_be_zero_are_refused() {
    refuses(
        "in_flight = 256",
        "in_flight = 0",
        "dispatch.in_flight",
        "more than 0",
    );
    refuses(
        "rate_per_s = 50",
        "rate_per_s = 0",
        "accounts.dhl.rate_per_s",
        "more than 0",
    );
    refuses(
        "max_age_h = 24",
        "max_age_h = 0",
        "services.express.max_age_h",
        "more than 0",
    );
}

#[test]
fn a_collector_has_an_address_and_a_program_that_sends_to_it() {
    let shown = "# otlp_endpoint = \"http://127.0.0.1:4318\"";
    let place = "telemetry.otlp_endpoint";
    let without_scheme = "otlp_endpoint = \"collector:4318\"";
    refuses(shown, without_scheme, place, "cannot be sent there");
    let right = shown.trim_start_matches("# ");
    if cfg!(feature = "otel") {
        assert_eq!(check(&changed(shown, right), &PROFILES), []);
    } else {
        finds(shown, right, Severity::Warning, place, "without OTLP");
    }
}
