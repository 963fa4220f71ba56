//! Large answers, each shaped to take far more memory or time than
//! its size: none does.

use std::time::{Duration, Instant};

use carrier_sdk::Response;
use carrier_sdk::kit::Readers;
use diligence::{attacked, registry};

use super::answers::samples;

/// An eighth of what `carrier_http` takes: what grows with it is seen, and a test run has the time.
const SIZE: usize = 1 << 20;
/// Most memory that reading one may take, in MiB: the readers' own limits, and room for the neighbours.
const MOST_MIB: u64 = 48;
/// Hours would be needed if work grew with the square of the size.
const PATIENCE: Duration = Duration::from_secs(120);

/// A body made of copies.
struct Bomb {
    what: &'static str,
    content_type: &'static str,
    start: String,
    unit: &'static str,
    end: &'static str,
}

impl Bomb {
    fn answer(&self) -> Response {
        let room = SIZE - self.start.len() - self.end.len();
        let copies = self.unit.repeat(room / self.unit.len());
        let body = [&self.start, copies.as_str(), self.end].concat();
        Response {
            content_type: Some(self.content_type.to_owned()),
            ..Response::new(200, body)
        }
    }
}

const ENVELOPE: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>";
const END: &str = "</e:Body></e:Envelope>";

/// What it is, and what it begins with, is made of and ends with.
type Shape = (&'static str, &'static str, &'static str, &'static str);

const JSON: [Shape; 8] = [
    ("numbers", "{\"a\":[", "0,", "0]}"),
    ("small objects", "{\"a\":[", "{\"a\":0},", "0]}"),
    ("empty lists", "{\"shipments\":[", "[],", "[]]}"),
    (
        "one name again and again",
        "{",
        "\"a\":{\"b\":0},",
        "\"c\":0}",
    ),
    ("escapes", "{\"detail\":\"", "\\u00e9", "\"}"),
    ("a long text", "{\"detail\":\"", "a", "\"}"),
    ("a long number", "{\"status\":", "9", "}"),
    ("open lists", "", "[", ""),
];
const XML: [Shape; 9] = [
    ("elements", ENVELOPE, "<a/>", END),
    ("open elements", "", "<a>", ""),
    ("attributes", "<a", " b='c'", "/>"),
    ("namespaces", "<a", " xmlns:b='c'", "/>"),
    ("references", "<a>", "&amp;", "</a>"),
    ("sections", "<a>", "<![CDATA[b]]>", "</a>"),
    ("comments", "<a>", "<!---->", "</a>"),
    ("a long text", ENVELOPE, "a", END),
    (
        "declarations",
        "<!DOCTYPE a [",
        "<!ENTITY b 'c'>",
        "]><a>&b;</a>",
    ),
];
const PARTS: [Shape; 3] = [
    ("marks", "", "--b\r\n\r\n", "--b--"),
    ("nearly marks", "--b\r\n\r\n", "\r\n--", "\r\n--b--"),
    ("heads", "--b\r\n", "a: b\r\n", "\r\n\r\n--b--"),
];

fn bombs() -> Vec<Bomb> {
    let kinds: [(&str, &[Shape]); 3] = [
        ("application/json", &JSON),
        ("text/xml", &XML),
        ("multipart/mixed; boundary=b", &PARTS),
    ];
    let of = |(content_type, shapes): (&'static str, &'static [Shape])| {
        shapes.iter().map(move |(what, start, unit, end)| Bomb {
            what,
            content_type,
            start: (*start).to_owned(),
            unit,
            end,
        })
    };
    let mut bombs: Vec<Bomb> = kinds.into_iter().flat_map(of).collect();
    bombs.push(Bomb {
        what: "a namespace that each element copies",
        content_type: "text/xml",
        start: format!("<a xmlns='{}'>", "u".repeat(SIZE / 8)),
        unit: "<b/>",
        end: "</a>",
    });
    bombs
}

/// A line of this process's state, in MiB.
fn mib(name: &str) -> u64 {
    let state = std::fs::read_to_string("/proc/self/status").expect("a process");
    let line = state.lines().find_map(|line| line.strip_prefix(name));
    let number = line.expect(name).trim().trim_end_matches(" kB");
    number.parse::<u64>().expect("a number") / 1024
}

#[test]
fn an_answer_shaped_to_exhaust_us_takes_memory_and_time_by_its_size() {
    let before = mib("VmRSS:");
    let bounded = |what: &str, began: Instant| {
        let peak = mib("VmHWM:").saturating_sub(before);
        assert!(peak < MOST_MIB, "{what}: {peak} MiB");
        let took = began.elapsed();
        assert!(took < PATIENCE, "{what}: {took:?}");
    };
    for bomb in bombs() {
        let (what, answer) = (bomb.what, bomb.answer());
        for carrier in registry::carriers() {
            let name = carrier.profile().name;
            let good: Vec<Response> = samples(carrier).into_iter().map(|(_, good)| good).collect();
            let began = Instant::now();
            Readers::new(carrier, &good)
                .read(&answer)
                .expect("no nonsense");
            bounded(&format!("{name}, {what}"), began);
        }
        let began = Instant::now();
        drop(attacked::decode(None, "order.paid", &answer.body, SIZE));
        bounded(&format!("a message, {what}"), began);
    }
}
