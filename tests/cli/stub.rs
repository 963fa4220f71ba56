//! `stub`: it answers where it says, and stops when it is asked to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::cargo_bin;

use super::{EXAMPLE, folder, run};

/// A running stub, killed with the test.
struct Stub(Child);

impl Drop for Stub {
    fn drop(&mut self) {
        // It may have ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn asked(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it answers");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn the_stub_answers_where_it_says_and_stops_on_sigterm() {
    let folder = folder(&[]);
    let fault = r#"{"carrier":"dhl-express","operation":"track","fault":{"kind":"down"}}"#;
    let child = Command::new(cargo_bin!("diligence"))
        .current_dir(folder.path())
        .args([
            "stub",
            "--listen",
            "127.0.0.1:0",
            "--ledger",
            "bookings.ndjson",
            "--fault",
            fault,
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stub = Stub(child);
    let mut lines = BufReader::new(stub.0.stdout.take().expect("stdout")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    let first = next();
    let after = first.split_once("http://").expect("an address").1;
    let address = after.split(' ').next().expect("an address").to_owned();
    let accounts = std::iter::repeat_with(next).take_while(|line| !line.contains("to steer"));
    let accounts: Vec<String> = accounts.collect();
    for path in ["", "/mydhlapi"] {
        let base_url = format!("base_url = \"http://{address}{path}\"");
        assert!(
            accounts.iter().any(|line| line.ends_with(&base_url)),
            "{accounts:?}"
        );
    }

    assert!(asked(&address, "/__stub/bookings").ends_with("[]"));
    let path = "/mydhlapi/tracking?shipmentTrackingNumber=1";
    assert!(
        asked(&address, path).starts_with("HTTP/1.1 503"),
        "the fault strikes"
    );

    let pid = stub.0.id().to_string();
    let asked = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(asked.expect("kill runs").success());
    assert_eq!(stub.0.wait().expect("it ends").code(), Some(0));
    assert!(folder.path().join("bookings.ndjson").exists());
}

#[test]
fn an_address_in_use_and_a_misspelt_fault_are_told() {
    let folder = folder(&[]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let told = run(folder.path(), &["stub", "--listen", &address]).ended(1);
    told.says(&address).says("--listen");
    let misspelt = r#"{"carier":"chronopost","fault":{"kind":"down"}}"#;
    run(folder.path(), &["stub", "--fault", misspelt])
        .ended(2)
        .says("carier");
}

/// A stub on a free port, and the example's configuration pointed at it.
fn with_stub(fault: Option<&str>) -> (tempfile::TempDir, Stub, String) {
    let folder = folder(&[]);
    let mut command = Command::new(cargo_bin!("diligence"));
    command
        .current_dir(folder.path())
        .args(["stub", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped());
    if let Some(fault) = fault {
        command.args(["--fault", fault]);
    }
    let mut stub = Stub(command.spawn().expect("it starts"));
    let mut lines = BufReader::new(stub.0.stdout.take().expect("stdout")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    let after = first.split_once("http://").expect("an address").1;
    let address = after.split(' ').next().expect("an address").to_owned();
    let config = EXAMPLE.replace("127.0.0.1:9001", &address);
    std::fs::write(folder.path().join("diligence.toml"), config).expect("written");
    (folder, stub, address)
}

#[test]
fn a_test_account_books_once_is_found_and_voided_and_its_label_is_kept_for_its_owner_only() {
    let (folder, _stub, address) = with_stub(None);
    let arguments = ["carriers", "certify", "--against-account", "chronopost"];
    let told = run(folder.path(), &arguments).ended(0);
    told.says("chronopost, booked as CERT")
        .says("it answers as it should");
    let bookings = asked(&address, "/__stub/bookings");
    assert_eq!(bookings.matches("\"no\":").count(), 1, "{bookings}");
    assert!(!bookings.contains("\"voided\":[]"), "{bookings}");
    let labels: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".pdf"))
        .collect();
    let [label] = labels.as_slice() else {
        panic!("{} labels", labels.len());
    };
    let mode = label.metadata().expect("a file").permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o600
    );
}

#[test]
fn a_lost_answer_of_a_test_account_is_looked_up_and_what_it_left_is_voided() {
    let fault = r#"{"operation":"book","fault":{"kind":"accept_then_empty"}}"#;
    let (folder, _stub, address) = with_stub(Some(fault));
    let arguments = [
        "carriers",
        "certify",
        "--against-account",
        "chronopost",
        "--json",
    ];
    let report = run(folder.path(), &arguments).ended(1).json();
    let outcomes: Vec<_> = report["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| format!("{} {}", step["step"], step["outcome"]).replace('"', ""))
        .collect();
    assert_eq!(
        outcomes,
        ["book failed", "find done", "void done"],
        "{report}"
    );
    assert!(!asked(&address, "/__stub/bookings").contains("\"voided\":[]"));
}
