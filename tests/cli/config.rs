//! `config check`, and what every command says about a configuration it cannot use.

use super::{EXAMPLE, folder, program, run, said};

#[test]
fn a_missing_configuration_is_said_with_the_remedy() {
    let empty = folder(&[]);
    for arguments in [["topology", "check"], ["config", "check"]] {
        let told = run(empty.path(), &arguments).ended(2);
        told.says("there is no configuration").says("--config");
    }
    let told = run(
        empty.path(),
        &["--config", "other.toml", "topology", "check"],
    )
    .ended(2);
    told.says("other.toml: the configuration cannot be read");
}

#[test]
fn the_example_is_sound_and_nothing_in_it_is_live() {
    let folder = folder(&[("diligence.toml", EXAMPLE)]);
    let told = run(folder.path(), &["config", "check", "--worker"]).ended(0);
    told.says("sound").says("No account is live");
    let told = run(folder.path(), &["config", "check", "--json"]).ended(0);
    assert_eq!(told.json()["errors"], 0);
    assert_eq!(told.json()["live"], serde_json::json!([]));
}

#[test]
fn a_live_account_is_named() {
    let live = EXAMPLE.replacen("environment = \"test\"", "environment = \"live\"", 1);
    let live = live.replacen(
        "http://127.0.0.1:9001/mydhlapi",
        "https://dhl.example/mydhlapi",
        1,
    );
    let folder = folder(&[("diligence.toml", &live)]);
    let told = run(folder.path(), &["config", "check"]).ended(0);
    told.says("Live, booking real parcels: dhl.");
}

#[test]
fn nonsense_exits_with_2_and_names_the_place_and_the_remedy() {
    let misspelt = EXAMPLE.replacen("carrier = \"dhl-express\"", "carrier = \"dhl-expres\"", 1);
    let folder = folder(&[("diligence.toml", &misspelt)]);
    let told = run(folder.path(), &["config", "check", "--json"]).ended(2);
    let finding = &told.json()["findings"][0];
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["place"], "accounts.dhl.carrier");
    assert!(
        finding["remedy"]
            .to_string()
            .contains("did you mean dhl-express")
    );
}

#[test]
fn a_label_that_must_be_drawn_first_is_refused_where_nobody_asked_for_it() {
    let drawn = EXAMPLE.replacen("carrier = \"dhl-express\"", "carrier = \"tnt\"", 1);
    let unasked = folder(&[("diligence.toml", &drawn)]);
    let told = run(unasked.path(), &["config", "check", "--json"]).ended(2);
    let finding = &told.json()["findings"][0];
    assert_eq!(finding["place"], "accounts.dhl.label_format");
    assert_eq!(finding["message"], "TNT Express makes no pdf labels");
    assert_eq!(finding["remedy"], "set label_format to one of xml");
    let asked = drawn.replacen("label_format = \"pdf\"", "label_format = \"xml\"", 1);
    let asked = folder(&[("diligence.toml", &asked)]);
    let told = run(asked.path(), &["config", "check", "--json"]);
    told.never_says("makes no");
}

#[test]
fn a_secret_in_a_broken_line_is_never_printed() {
    let secret = "tres-secret-4711";
    let unclosed = EXAMPLE.replacen("\"255562\"", &format!("\"{secret}"), 1);
    let mistyped = EXAMPLE.replacen("timeout_s = 60", &format!("timeout_s = \"{secret}\""), 1);
    let misplaced = EXAMPLE.replacen("[bus]", &format!("[bus]\npassword = \"{secret}\""), 1);
    for (broken, what) in [
        (unclosed, "not TOML"),
        (mistyped, "timeout_s"),
        (misplaced, "password"),
    ] {
        let folder = folder(&[("diligence.toml", &broken)]);
        for arguments in [
            &["config", "check"][..],
            &["config", "check", "--json"],
            &["topology", "check"],
        ] {
            let told = run(folder.path(), arguments).ended(2);
            told.says("diligence.toml:").says(what).never_says(secret);
        }
    }
}

#[test]
fn the_environment_alone_is_a_configuration() {
    let empty = folder(&[]);
    let mut command = program(empty.path());
    command.env(
        "DILIGENCE__BUS__URL",
        "amqp://guest:tres-secret@127.0.0.1:5672/%2f",
    );
    let told = said(command.args(["config", "check", "--worker", "--json"])).ended(2);
    let findings = told.json()["findings"].to_string();
    assert!(findings.contains("there is no account"), "{findings}");
    assert!(!findings.contains("\"bus"), "{findings}");
    told.never_says("tres-secret");
}

#[test]
fn the_environment_names_the_file() {
    let folder = folder(&[("other.toml", EXAMPLE)]);
    let mut command = program(folder.path());
    command.env("DILIGENCE_CONFIG", "other.toml");
    said(command.args(["config", "check"])).ended(0);
}
