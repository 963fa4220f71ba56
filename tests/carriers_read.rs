//! Recorded answers through the program itself: what `carriers read` prints for each row of an
//! `expected.json`, our own and, where they are at hand, the samples of `$DILIGENCE_SAMPLES`.

#![allow(clippy::expect_used)] // a test may stop at the first thing that is wrong

use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin_cmd;
use carrier_sdk::kit::{self, Sample};
use serde_json::Value;

fn registered() -> Vec<String> {
    let listed = cargo_bin_cmd!("diligence")
        .args(["carriers", "list", "--json"])
        .output()
        .expect("it runs");
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let listed = listed.as_array().expect("a list").iter();
    listed
        .filter_map(|carrier| Some(carrier.get("name")?.as_str()?.to_owned()))
        .collect()
}

fn read(carrier: &str, folder: &Path, sample: &Sample) -> Result<Value, String> {
    let mut command = cargo_bin_cmd!("diligence");
    command.args(["carriers", "read", carrier, &sample.operation]);
    command.args(["--status", &sample.status.to_string()]);
    if let Some(content_type) = &sample.content_type {
        command.args(["--content-type", content_type]);
    }
    let said = command
        .arg(folder.join(&sample.file))
        .output()
        .map_err(|error| error.to_string())?;
    if !said.status.success() {
        return Err(String::from_utf8_lossy(&said.stderr).into_owned());
    }
    serde_json::from_slice(&said.stdout).map_err(|error| error.to_string())
}

/// Every row of the list in this folder holds; how many there are.
fn hold(carrier: &str, folder: &Path) -> usize {
    kit::samples_read_by(folder, |sample| read(carrier, folder, sample)).expect(carrier)
}

#[test]
fn our_fixtures_are_read_as_expected_by_the_program() {
    let carriers = Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers");
    let registered = registered();
    assert!(registered.len() >= 2, "{registered:?}");
    for carrier in registered {
        let count = hold(&carrier, &carriers.join(&carrier).join("fixtures"));
        assert!(count > 20, "{carrier}: {count}");
    }
}

#[test]
fn recorded_answers_are_read_as_expected_by_the_program() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/carriers");
    let named = std::env::var_os("DILIGENCE_SAMPLES").map(PathBuf::from);
    let Some(folder) = named.or_else(|| beside.is_dir().then_some(beside)) else {
        return; // they are not ours to ship
    };
    for carrier in registered() {
        hold(&carrier, &folder.join(&carrier));
    }
}
