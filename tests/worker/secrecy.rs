//! A bad day with every word of it captured: logs of both formats with all that can be told, what the
//! commands print, answers over HTTP, events and dead letters. None says who a parcel is for, nor a
//! secret, in any spelling (`promises::discreet`); and no file can be read by anybody else.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use carrier_sdk::stub::StubFault;
use lapin::BasicProperties;
use lapin::types::ShortString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::orders::{PAID, With, cancellation, order_for, private};
use super::promises::discreet;
use super::setup::{Carrier, HTTP_TOKEN};
use super::world::World;

const CARRIERS: [(&str, Carrier); 2] = [("chronopost", Carrier::Chronopost), ("dhl", Carrier::Dhl)];

/// All that a stub can do wrong, and how often.
fn faults(order: &Value) -> Vec<(&'static str, Option<u32>, StubFault)> {
    let to = &order["recipient"];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (name, street, phone) = (
        text(&to["name"]),
        text(&to["street"][0]),
        text(&to["phone"]),
    );
    let quoting = format!("{name}, {street}, {phone}, {} is unknown", to["email"]);
    let rejected = |code: &str, message: &str| StubFault::Rejected {
        code: code.to_owned(),
        message: message.to_owned(),
    };
    let once = Some(1);
    let busy = StubFault::Busy {
        retry_after_s: Some(1),
    };
    vec![
        ("busy", once, busy),
        ("down", once, StubFault::Down),
        ("broken", once, StubFault::Broken),
        ("lost", once, StubFault::AcceptThenBroken),
        ("silent", once, StubFault::AcceptThenHang { ms: 60_000 }),
        ("half", once, StubFault::AcceptThenTruncate),
        ("empty", once, StubFault::AcceptThenEmpty),
        ("html", once, StubFault::AcceptThenHtml),
        ("moved", once, StubFault::AcceptThenRedirect),
        ("unlabelled", once, StubFault::NoLabel),
        ("scribbled", once, StubFault::BrokenLabel),
        ("deep", once, StubFault::Deep),
        ("quoted", None, rejected("8010", &quoting)),
        ("named", None, rejected(&name, &street)),
        ("strange", None, StubFault::Unauthorized),
    ]
}

/// One order for each carrier and each fault, by an account of its own; how many come to an end.
fn orders(world: &mut World) -> (Vec<Value>, usize) {
    let stubs = world.stubs.address();
    let mut orders = Vec::new();
    for (carrier_name, carrier) in CARRIERS {
        for (fault_name, times, _) in faults(&order_for("dhl", "any")) {
            let account = format!("{carrier_name}-{fault_name}");
            let order = order_for(&account, &account);
            world.setup.account(&account, carrier, stubs);
            let own = faults(&order)
                .into_iter()
                .find(|(name, ..)| *name == fault_name);
            let (_, _, fault) = own.expect("the same list");
            world.fault("book", &account, times, fault);
            orders.push(order);
        }
    }
    // the paused accounts' orders wait
    let ends = orders.len() - CARRIERS.len();
    (orders, ends)
}

/// Messages that are none, each with somebody's data where no reader looks for it.
fn malformed() -> Vec<String> {
    let good = order_for("dhl", "BAD");
    let name = &good["recipient"]["name"];
    let changed = |pointer: &str, value: Value| good.clone().with(pointer, value).to_string();
    let mut cut = good.to_string();
    cut.truncate(cut.len() / 2);
    vec![
        cut,
        changed("/recipient/name", json!([name])),
        changed("/recipient/email", json!("merle.moqueur.example.com")),
        changed("/recipient/phone", json!("698765432 +33698765432")),
        changed("/recipient/country", name.clone()),
        changed("/order_id", good["recipient"]["street"][0].clone()),
        changed("/service", good["recipient"]["email"].clone()),
        format!("{{{name}: {name}, {name}: 1}}"),
    ]
}

/// What every command prints that tells of orders, carriers, or itself.
fn commands(world: &World, orders: &[Value]) -> Vec<(String, String)> {
    let file = world.path("orders.ndjson");
    let lines = orders.iter().map(Value::to_string).chain(malformed());
    fs::write(&file, lines.collect::<Vec<_>>().join("\n")).expect("written");
    let file = file.display().to_string();
    let plain = [
        "status",
        "orders list",
        "orders find +33698765432",
        "parked list",
        "strays list",
        "dead list",
        "dead history",
        "accounts list",
        "carriers list",
        "config check",
        "topology check",
    ];
    let mut commands: Vec<String> = plain.iter().map(|one| (*one).to_owned()).collect();
    commands.push(format!("carriers try chronopost --show --orders {file}"));
    commands.push(format!("carriers try dhl --show --orders {file}"));
    commands.push(format!("schemas check {file}"));
    for order in orders {
        let id = order["order_id"].as_str().expect("an id");
        commands.push(format!("orders show fr/{id}"));
    }
    let machines: Vec<String> = commands.iter().map(|one| format!("{one} --json")).collect();
    let probes = CARRIERS.map(|(carrier, _)| format!("accounts probe {carrier}-strange"));
    let all = commands.into_iter().chain(machines).chain(probes);
    all.map(|command| {
        let words: Vec<&str> = command.split(' ').collect();
        let (code, said) = world.run(&words);
        assert!(code < 2, "{command}: {said}");
        (command, said)
    })
    .collect()
}

/// The whole answer to a GET, head and body.
async fn get(address: SocketAddr, path: &str, token: Option<&str>) -> String {
    let mut line = TcpStream::connect(address).await.expect("it listens");
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    let bearer = bearer.unwrap_or_default();
    let ask = format!("GET {path} HTTP/1.1\r\nHost: here\r\n{bearer}Connection: close\r\n\r\n");
    line.write_all(ask.as_bytes()).await.expect("asked");
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn asked_over_http(address: SocketAddr) -> Vec<(String, String)> {
    let [_, street, ..] = private()[..] else {
        panic!("somebody lives somewhere")
    };
    let mut said = Vec::new();
    for (path, token) in [
        ("/healthz", None),
        ("/readyz", None),
        ("/metrics", None),
        ("/openapi.json", None),
        ("/v1/labels/nobodys", None),
        ("/v1/labels/nobodys", Some(street)),
        ("/v1/labels/nobodys", Some(HTTP_TOKEN)),
        ("/nowhere", Some(HTTP_TOKEN)),
    ] {
        said.push((format!("GET {path}"), get(address, path, token).await));
    }
    said
}

/// Every dead letter as far as it is told: its headers and properties, not its body, which is kept.
async fn dead_letters(world: &World) -> Vec<(String, String)> {
    let dead = world.dead(2 * malformed().len()).await;
    let told = dead.into_iter().map(|letter| {
        let told = format!(
            "{} {:?} {:?}",
            letter.reason, letter.path, letter.properties
        );
        ("a dead letter".to_owned(), told)
    });
    told.collect()
}

/// Everything below the folder that others may touch, but for what the test itself put there.
fn open_to_others(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let ours = ["diligence.toml", "worker.log", "orders.ndjson"];
        if ours.iter().any(|own| name == *own) {
            continue;
        }
        let mode = entry.metadata().expect("it is there").permissions().mode();
        if mode & 0o077 != 0 {
            found.push(format!("{} {mode:o}", path.display()));
        }
        if path.is_dir() {
            open_to_others(&path, found);
        }
    }
}

async fn publish_malformed(world: &World) {
    for (place, body) in malformed().into_iter().enumerate() {
        let kind: ShortString = if place % 2 == 0 { "order.paid" } else { "" }.into();
        let properties = BasicProperties::default().with_type(kind);
        world
            .broker
            .publish(PAID, body.as_bytes(), properties)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_every_fault_says_nothing_personal_and_no_secret_and_leaves_no_open_file() {
    let mut world = World::new().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let http = listener.local_addr().expect("an address");
    drop(listener);
    world.environment = vec![
        ("RUST_LOG", "warn,lapin=off,diligence=trace".into()),
        ("DILIGENCE__HTTP__LISTEN", http.to_string()),
        ("DILIGENCE__HTTP__TOKEN", HTTP_TOKEN.into()),
    ];
    let (orders, ends) = orders(&mut world);
    // whatever its user's habits are: files are closed all the same
    world.start_worker_by("umask 0; exec \"$@\"");
    world.publish_all(&orders).await;
    publish_malformed(&world).await;
    world.all_end(ends).await;
    let mut said = commands(&world, &orders);
    said.extend(asked_over_http(http).await);
    let mut open = Vec::new();
    open_to_others(world.folder.path(), &mut open);
    assert_eq!(open, Vec::<String>::new());
    world.kill_9();

    world.start_worker_with(&["--log-format", "json"]);
    world.publish_all(&orders).await;
    for order in &orders {
        let other = order
            .clone()
            .with("/recipient/name", json!("Inès Thistledown"));
        world
            .publish(&other.with("/recipient/city", json!("Brest")))
            .await;
    }
    publish_malformed(&world).await;
    for order in &orders {
        let id = order["order_id"].as_str().expect("an id");
        world.cancel(&cancellation(id)).await;
    }
    world.has_told("dhl-strange", "cancelled").await;
    world.has_told("chronopost-lost", "cancelled").await;
    said.extend(commands(&world, &orders));
    said.extend(dead_letters(&world).await);
    for (place, text) in &said {
        discreet(place, text);
    }
    let dead = said
        .iter()
        .filter(|(place, _)| place == "a dead letter")
        .count();
    assert_eq!(dead, 2 * malformed().len(), "each was put aside");
    assert!(
        world.log().contains("TRACE") || world.log().contains("DEBUG"),
        "all is told"
    );
    world.finish().await;
}
