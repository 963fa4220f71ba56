//! `topology`, without a broker and with a real one.

use serde_json::Value;

use super::{Said, folder, program, run, said};

#[test]
fn a_broker_out_of_reach_exits_with_1_and_keeps_its_password() {
    let config = "[bus]\nurl = \"amqp://guest:tres-secret@127.0.0.1:1/%2f\"\n";
    let folder = folder(&[("diligence.toml", config)]);
    let told = run(folder.path(), &["topology", "check"]).ended(1);
    told.says("127.0.0.1:1").never_says("tres-secret");
}

#[test]
fn no_broker_in_the_configuration_exits_with_2() {
    let folder = folder(&[("diligence.toml", "[labels]\nformat = \"zpl\"\n")]);
    run(folder.path(), &["topology", "declare"])
        .ended(2)
        .says("names no broker");
}

#[test]
fn what_is_missing_is_told_declared_and_then_as_wanted() {
    let url = std::env::var("DILIGENCE_TEST_AMQP_URL")
        .expect("DILIGENCE_TEST_AMQP_URL: run scripts/test, or start a node with scripts/rabbitmq start DIR");
    let mark = uuid::Uuid::now_v7().simple().to_string();
    let names = [
        "orders_exchange",
        "orders_queue",
        "dead_exchange",
        "dead_queue",
        "events_exchange",
        "unrouted_queue",
    ];
    let named = names
        .map(|name| format!("{name} = \"test.{mark}.{name}\"\n"))
        .concat();
    let folder = folder(&[("diligence.toml", &format!("[bus]\n{named}"))]);
    let topology = |arguments: &[&str]| -> Said {
        let mut command = program(folder.path());
        command.env("DILIGENCE__BUS__URL", &url);
        said(command.arg("topology").args(arguments))
    };
    let before = topology(&["check", "--json"]).ended(1);
    before.says("run `diligence topology declare`");
    assert_eq!(before.json_states(), ["missing"]);
    topology(&["declare"]).ended(0).says("made just now");
    assert_eq!(
        topology(&["check", "--json"]).ended(0).json_states(),
        ["exists"]
    );
}

impl Said {
    /// The states of all things, each once.
    fn json_states(&self) -> Vec<String> {
        let report: Value = serde_json::from_str(&self.out).expect("JSON");
        let things = report["things"].as_array().expect("things");
        let mut states: Vec<String> = things
            .iter()
            .filter_map(|thing| Some(thing["state"].as_str()?.to_owned()))
            .collect();
        states.sort();
        states.dedup();
        states
    }
}
